"""Adds games up, and takes them away again: what every player's games come to, in the transaction that records them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from profile_service.counting import counts_of_game
from profile_service.games import Game
from profile_service.points import PROFILES, compensation
from profile_service.statistics import COMPENSATION
from profile_service.storage.periods import month_of
from runtime.database import Session

ALL = "*"
# Whose totals are everybody's.
CLUB = "*"
# Who holds the seats of those who left; they share it, so nothing is added up for it.
NOBODY = "nobody"
SERIES = "series."

Counters = dict[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """One player's games of a season and a kind; ALL stands for every one."""

    account_id: str
    season: str
    kind: str


def scopes_of(account_id: str, season: str, kind: str) -> tuple[Scope, ...]:
    """Return the scopes that a game counts to, the narrowest first. Games of no season have none of all their kinds."""
    narrow = Scope(account_id, season, kind)
    wide = (Scope(account_id, ALL, kind), Scope(account_id, ALL, ALL))
    return (narrow, Scope(account_id, season, ALL), *wide) if season else (narrow, *wide)


async def add_games(
    session: Session, games: Iterable[Game], *, sign: int, only: str = "", club: bool = True
) -> dict[Scope, Counters]:
    """Add games (`sign` 1) or take them away (-1). Return what the players' totals, of all months, are then.

    Args:
        only: add the seats of this account alone, when it is not empty.
        club: add to the club's totals too.
    """
    changes: dict[tuple[Scope, str], Counters] = defaultdict(dict)
    for game in games:
        month = month_of(game.start_time)
        for seat, counts in zip(game.seats, counts_of_game(game), strict=True):
            if only and seat.account_id != only:
                continue
            owners = [seat.account_id] if seat.account_id not in ("", NOBODY) else []
            for owner in (*owners, CLUB) if club else owners:
                _spread(changes, scopes_of(owner, game.season, game.kind), month, counts, sign)
    return await _apply(session, changes)


async def read_totals(session: Session, scope: Scope, month: str = ALL) -> Counters:
    """Return the counters of one row, none when there is no such row."""
    row = await session.one(
        "get_totals", account_id=scope.account_id, season=scope.season, kind=scope.kind, month=month
    )
    return {} if row is None else json.loads(row["counters"])


def added(old: Mapping[str, int], change: Mapping[str, int]) -> Counters:
    """Return the sum, without counters that come to nothing, in the order of their names."""
    total = dict(old)
    for name, count in change.items():
        total[name] = total.get(name, 0) + count
    return {name: total[name] for name in sorted(total) if total[name]}


def _spread(
    changes: dict[tuple[Scope, str], Counters], scopes: Sequence[Scope], month: str, counts: Counters, sign: int
) -> None:
    narrow = scopes[0]
    for name, count in counts.items():
        series = name.startswith(SERIES)
        if series and narrow.account_id == CLUB:
            continue
        targets = [(narrow, ALL)] if series else [*((scope, ALL) for scope in scopes), (narrow, month)]
        for target in targets:
            change = changes[target]
            change[name] = change.get(name, 0) + sign * count


async def _apply(session: Session, changes: dict[tuple[Scope, str], Counters]) -> dict[Scope, Counters]:
    old = await _read(session, changes)
    for key in list(changes):
        scope, month = key
        if month == ALL and ALL not in (scope.season, scope.kind) and scope.account_id != CLUB:
            # The compensation is no sum over games but what a season's come to: the difference goes to all rows.
            before, after = _compensation(old[key]), _compensation(added(old[key], changes[key]))
            for wider in scopes_of(scope.account_id, scope.season, scope.kind):
                change = changes[wider, ALL]
                change[COMPENSATION] = change.get(COMPENSATION, 0) + after - before
    new = {key: added(old[key], change) for key, change in changes.items()}
    rows = [{**_parameters(key), "counters": json.dumps(counters)} for key, counters in new.items() if counters]
    await session.many("put_totals", rows)
    await session.many("delete_totals", [_parameters(key) for key, counters in new.items() if not counters])
    return {scope: counters for (scope, month), counters in new.items() if month == ALL and scope.account_id != CLUB}


async def _read(session: Session, keys: Iterable[tuple[Scope, str]]) -> dict[tuple[Scope, str], Counters]:
    rows = await session.many("get_totals", map(_parameters, keys))
    found = {
        (Scope(row["account_id"], row["season"], row["kind"]), row["month"]): json.loads(row["counters"])
        for row in rows
    }
    return defaultdict(dict, found)


def _compensation(counters: Mapping[str, int]) -> int:
    series: dict[str, Counters] = defaultdict(dict)
    for name, count in counters.items():
        if name.startswith(SERIES):
            profile, _, counter = name.removeprefix(SERIES).rpartition(".")
            series[profile][counter] = count
    return sum(compensation(PROFILES[profile], counts) for profile, counts in series.items() if profile in PROFILES)


def _parameters(key: tuple[Scope, str]) -> dict[str, str]:
    scope, month = key
    return {"account_id": scope.account_id, "season": scope.season, "kind": scope.kind, "month": month}
