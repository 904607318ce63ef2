"""Adds games up, and takes them away again: what every player's games come to, in the transaction that records them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import orjson

from profile_service.counting import counts_of_game
from profile_service.games import Game
from profile_service.points import PROFILES, SERIES_COUNTS, compensation
from profile_service.statistics import COMPENSATION
from profile_service.storage.periods import month_of
from runtime.database import Session

ALL = "*"
# Whose totals are everybody's.
CLUB = "*"
# Who holds the seats of those who left; they share it, so nothing is added up for it.
NOBODY = "nobody"
SERIES = "series."
_SERIES_NAMES = {profile: {name: f"{SERIES}{profile}.{name}" for name in SERIES_COUNTS} for profile in PROFILES}
# So many games are counted in one go, which takes a few milliseconds.
BREATH = 20

Counters = dict[str, int]


class Scope(NamedTuple):
    """One player's games of a season and a kind; ALL stands for every one."""

    account_id: str
    season: str
    kind: str

    @property
    def is_narrow(self) -> bool:
        """Whether it is of one season, or of the games of none, and one kind."""
        return ALL not in (self.season, self.kind)


@lru_cache(maxsize=4096)
def scopes_of(account_id: str, season: str, kind: str) -> tuple[Scope, ...]:
    """Return the scopes that a game counts to, the narrowest first. Games of no season have none of all their kinds."""
    narrow = Scope(account_id, season, kind)
    wide = (Scope(account_id, ALL, kind), Scope(account_id, ALL, ALL))
    return (narrow, Scope(account_id, season, ALL), *wide) if season else (narrow, *wide)


async def add_games(session: Session, games: Iterable[Game], *, sign: int, only: str = "") -> dict[Scope, Counters]:
    """Add games (`sign` 1) or take them away (-1). Return what the players' totals, of all months, are then.

    Args:
        only: add the seats of this account alone, and nothing to the club's totals, when it is not empty.
    """
    sums: dict[tuple[Scope, str], Counters] = defaultdict(dict)
    for number, game in enumerate(games):
        if number % BREATH == BREATH - 1:  # so that calls are served meanwhile, however many games there are
            await asyncio.sleep(0)
        month = month_of(game.start_time)
        for seat, counts in zip(game.seats, counts_of_game(game), strict=True):
            if only in ("", seat.account_id):
                _add(sums[Scope(seat.account_id or NOBODY, game.season, game.kind), month], counts, sign)
    if not only:
        for (scope, month), counts in list(sums.items()):
            _add(sums[scope._replace(account_id=CLUB), month], counts, 1)
    return await _apply(session, _spread({key: counts for key, counts in sums.items() if key[0].account_id != NOBODY}))


async def read_totals(session: Session, scope: Scope, month: str = ALL) -> Counters:
    """Return the counters of one row, none when there is no such row."""
    row = await session.one(
        "get_totals", account_id=scope.account_id, season=scope.season, kind=scope.kind, month=month
    )
    return {} if row is None else orjson.loads(row["counters"])


def added(old: Mapping[str, int], change: Mapping[str, int]) -> Counters:
    """Return the sum, without counters that come to nothing."""
    total = dict(old)
    for name, count in change.items():
        new = total.get(name, 0) + count
        if new:
            total[name] = new
        else:
            total.pop(name, None)
    return total


def _add(counters: Counters, change: Mapping[str, int], sign: int) -> None:
    if not counters and sign == 1:
        counters.update(change)
        return
    for name, count in change.items():
        counters[name] = counters.get(name, 0) + sign * count


def _spread(sums: Mapping[tuple[Scope, str], Counters]) -> dict[tuple[Scope, str], Counters]:
    """Return what changes in which rows, from the sums by season, kind and month."""
    changes: dict[tuple[Scope, str], Counters] = defaultdict(dict)
    for (narrow, month), counts in sums.items():
        series: Counters = {}
        additive: Counters = {}
        for name, count in counts.items():
            (series if name.startswith(SERIES) else additive)[name] = count
        for scope in scopes_of(narrow.account_id, narrow.season, narrow.kind):
            _add(changes[scope, ALL], additive, 1)
        changes[narrow, month] = additive
        if narrow.account_id != CLUB:
            _add(changes[narrow, ALL], series, 1)
    return changes


async def _apply(session: Session, changes: dict[tuple[Scope, str], Counters]) -> dict[Scope, Counters]:
    old = await _read(session, [key for key in changes if key[0].is_narrow and key[1] != ALL])
    for key in list(changes):
        scope, month = key
        if month == ALL and scope.is_narrow and scope.account_id != CLUB:
            # The compensation is no sum over games but what a season's come to: the difference goes to all rows.
            more = _more_compensation(old[key], changes[key])
            for wider in scopes_of(scope.account_id, scope.season, scope.kind) if more else ():
                _add(changes[wider, ALL], {COMPENSATION: more}, 1)
    new = {key: added(old[key], change) for key, change in changes.items()}
    rows = [
        {**_parameters(key), "counters": orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()}
        for key, counters in new.items()
        if counters
    ]
    await session.many("put_totals", rows)
    await session.many("delete_totals", [_parameters(key) for key, counters in new.items() if not counters])
    return {scope: counters for (scope, month), counters in new.items() if month == ALL and scope.account_id != CLUB}


async def _read(session: Session, keys: Iterable[tuple[Scope, str]]) -> dict[tuple[Scope, str], Counters]:
    """Return the counters of all rows that games of these scopes and months count to."""
    rows = await session.many("list_totals_of_game", map(_parameters, keys))
    found = {(Scope(row["account_id"], row["season"], row["kind"]), row["month"]): row["counters"] for row in rows}
    return defaultdict(dict, {key: orjson.loads(counters) for key, counters in found.items()})


def _more_compensation(old: Counters, change: Counters) -> int:
    """Return by how much the compensation grows when a season's counters change."""
    profiles = {name.removeprefix(SERIES).rpartition(".")[0] for name in change if name.startswith(SERIES)}
    return sum(
        _compensation(profile, old, change) - _compensation(profile, old, {}) for profile in profiles & PROFILES.keys()
    )


def _compensation(profile: str, old: Counters, change: Counters) -> int:
    series = {name: old.get(full, 0) + change.get(full, 0) for name, full in _SERIES_NAMES[profile].items()}
    return compensation(PROFILES[profile], series)


def _parameters(key: tuple[Scope, str]) -> dict[str, str]:
    scope, month = key
    return {"account_id": scope.account_id, "season": scope.season, "kind": scope.kind, "month": month}
