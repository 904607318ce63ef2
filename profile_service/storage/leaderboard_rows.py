"""Keeps the rows that leaderboards are read from in step with the games."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from profile_service.games import POINT, ROLES, Game
from profile_service.rates import baseline, wilson
from profile_service.runs import Runs
from profile_service.statistics import COMPENSATION, REASONS
from profile_service.storage.totals import CLUB, Counters, Scope, read_totals, scopes_of
from runtime.database import Row, Session
from runtime.times import micros

# So many results are gone through in one go, which takes a few milliseconds.
BREATH = 2000
# The audience of who is on no leaderboard: guests, and those who are leaving.
ON_NONE = 3
# When a game began, its id, and what came of it for a player.
_Result = tuple[int, str, str]
# The names of counters, so that they are not put together anew for each row.
_POINTS = (COMPENSATION, *(f"{role}.points_{reason}" for role in ROLES for reason in REASONS))
_BONUS, _FIRST_KILLS, _BEST_MOVES = (
    tuple(f"{role}.{name}" for role in ROLES) for name in ("points_bonus", "first_kills", "points_best_move")
)
_SESSIONS, _VOIDS, _WINS, _LOSSES = (
    {role: f"{role}.{name}" for role in ROLES} for name in ("games", "voids", "wins", "losses")
)


async def update_rows(session: Session, totals: Mapping[Scope, Counters], newest: Sequence[Game]) -> None:
    """Write the rows of these scopes anew, with the ratings as they are now.

    Args:
        totals: what each scope comes to now.
        newest: games that were just added, in their order, when nothing else was changed; a run goes on with them
            without reading what was before. Empty: runs are counted again.
    """
    left = [scope for scope, counters in totals.items() if _sessions(counters) or _voids(counters)]
    await session.many("delete_leaderboard_row", map(_parameters, totals.keys() - left))
    runs = await _runs(session, left, newest)
    audiences = await _audiences(session, {scope.account_id for scope in left})
    shares = await _baselines(session, {(scope.season, scope.kind) for scope in left})
    rows = [
        {
            **_parameters(scope),
            **runs[scope],
            **_columns(totals[scope], shares[scope.season, scope.kind]),
            "audience": audiences[scope.account_id],
        }
        for scope in left
    ]
    await session.many("put_leaderboard_row", rows)


async def update_ratings(session: Session, scopes: Iterable[Scope]) -> None:
    """Have the rows show the rating after the latest rated game of their season and kind."""
    await session.many("update_rating_bound", map(_parameters, scopes))


async def update_audience(session: Session, account_id: str) -> None:
    """Have a player's rows follow who may see the statistics now. To be called in whatever transaction changes that."""
    await session.all("update_audience", account_id=account_id)


async def moved_baselines(session: Session, season: str, kind: str) -> Mapping[str, float] | None:
    """Return the club's win rates in a season and kind when they are others than the rows were reckoned with.

    There are none when no game is left.
    """
    club = await read_totals(session, Scope(CLUB, season, kind))
    now = _shares(club) if club else {}
    before = await session.one("get_baselines", season=season, kind=kind)
    if before is not None and now and all(before[role] == now[role] for role in ROLES):
        return None
    return now


async def update_baselines(session: Session, season: str, kind: str) -> None:
    """Have all rows of a season and kind follow the club's win rates, which each game moves for everybody."""
    shares = await moved_baselines(session, season, kind)
    if shares is None:
        return
    if not shares:
        await session.all("delete_baselines", season=season, kind=kind)
    else:
        await session.one("put_baselines", season=season, kind=kind, **shares)
        await session.all("update_wins_above", season=season, kind=kind, **shares)


def decided(counters: Mapping[str, int], role: str) -> int:
    """Return how many games in a role were won or lost."""
    return counters.get(_WINS[role], 0) + counters.get(_LOSSES[role], 0)


def _wins_above(wins: int, games: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """Return the wins above what the club would have had in as many decided games by role."""
    above = float(wins)
    for role in ROLES:  # in the order of the query update_wins_above, which must give the same to the bit
        above -= games[role] * shares[role]
    return above


def points_of(counters: Mapping[str, int]) -> int:
    """Return all points, with compensation."""
    return _sum(counters, _POINTS)


def _columns(counters: Counters, shares: Mapping[str, float]) -> dict[str, Any]:
    games = {role: decided(counters, role) for role in ROLES}
    wins, played = _sum(counters, _WINS.values()), sum(games.values())
    interval = wilson(wins, played)
    sessions = _sessions(counters)
    points = points_of(counters)
    return {
        "sessions": sessions,
        "wins": wins,
        "losses": played - wins,
        "civilian_games": games["civilian"],
        "sheriff_games": games["sheriff"],
        "mafia_games": games["mafia"],
        "don_games": games["don"],
        "points": points,
        "points_order": points_order(counters, points),
        "points_per_game": points / POINT / sessions if sessions else None,
        "win_bound": None if interval is None else interval.low,
        "wins_above": None if interval is None else _wins_above(wins, games, shares),
    }


def points_order(counters: Counters, points: int) -> str:
    """Return `points` and, among who has the same, what clubs look at then, as text that sorts like them.

    Points, then the referee's bonus, wins as sheriff or don, first-night kills, points for best moves: the order of the
    mafiaratings project.
    """
    bonus, first_kills, best_moves = _sum(counters, _BONUS), _sum(counters, _FIRST_KILLS), _sum(counters, _BEST_MOVES)
    leading_wins = counters.get(_WINS["sheriff"], 0) + counters.get(_WINS["don"], 0)
    return f"{points + 10**12:013}{bonus:012}{leading_wins:09}{first_kills:09}{best_moves:012}"


async def _runs(session: Session, scopes: Sequence[Scope], newest: Sequence[Game]) -> dict[Scope, dict[str, Any]]:
    fresh = _played(newest)
    narrow = [scope for scope in fresh if scope.is_narrow]
    kept = {_scope(row): row for row in await session.many("get_runs", map(_parameters, narrow))}
    going_on: dict[Scope, Runs] = {}
    for scope, results in fresh.items():
        row = kept.get(scope)
        if row is None or (row["latest_time"], row["latest_game"]) < results[0][:2]:
            going_on[scope] = Runs() if row is None else runs_of(row)
    anew = {scope.account_id for scope in scopes if scope not in going_on}
    every = await _all_played(session, anew)
    return {
        scope: _run_columns(going_on[scope], fresh[scope])
        if scope in going_on
        else _run_columns(Runs(), every.get(scope, []))
        for scope in scopes
    }


def _played(games: Iterable[Game]) -> dict[Scope, list[_Result]]:
    """Return each scope's results among these games."""
    played: dict[Scope, list[_Result]] = defaultdict(list)
    for game in games:
        for seat in game.seats:
            result = (micros(game.start_time), game.game_id, seat.result)
            for scope in scopes_of(seat.account_id, game.season, game.kind):
                played[scope].append(result)
    return played


async def _all_played(session: Session, account_ids: Iterable[str]) -> dict[Scope, list[_Result]]:
    """Return all results of these accounts, by each of their scopes."""
    played: dict[Scope, list[_Result]] = defaultdict(list)
    rows = await session.many("list_all_results", [{"account_id": account_id} for account_id in account_ids])
    for number, row in enumerate(rows):
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
        result = (row["start_time"], row["game_id"], row["result"])
        for scope in scopes_of(row["account_id"], row["season"], row["kind"]):
            played[scope].append(result)
    return played


async def _audiences(session: Session, account_ids: set[str]) -> dict[str, int]:
    rows = await session.many("get_audience", [{"account_id": account_id} for account_id in account_ids])
    return dict.fromkeys(account_ids, ON_NONE) | {row["account_id"]: row["audience"] for row in rows}


async def _baselines(session: Session, keys: set[tuple[str, str]]) -> dict[tuple[str, str], Mapping[str, float]]:
    rows = await session.many("get_baselines", [{"season": season, "kind": kind} for season, kind in keys])
    return dict.fromkeys(keys, _shares({})) | {
        (row["season"], row["kind"]): {role: row[role] for role in ROLES} for row in rows
    }


def _shares(club: Mapping[str, int]) -> dict[str, float]:
    return {role: baseline(club.get(_WINS[role], 0), decided(club, role)) for role in ROLES}


def _sessions(counters: Mapping[str, int]) -> int:
    return _sum(counters, _SESSIONS.values())


def _voids(counters: Mapping[str, int]) -> int:
    return _sum(counters, _VOIDS.values())


def _sum(counters: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(map(counters.get, names, repeat(0)))


def runs_of(row: Row) -> Runs:
    """Return the runs that a row keeps."""
    return Runs(row["current_run"], row["longest_wins"], row["longest_losses"], row["latest_results"])


def _run_columns(before: Runs, results: Sequence[_Result]) -> dict[str, Any]:
    runs = before.then(result for _, _, result in results)
    latest_time, latest_game = results[-1][:2] if results else (0, "")
    return {
        "current_run": runs.current,
        "longest_wins": runs.longest_wins,
        "longest_losses": runs.longest_losses,
        "latest_results": runs.latest,
        "latest_time": latest_time,
        "latest_game": latest_game,
    }


def _scope(row: Row) -> Scope:
    return Scope(row["account_id"], row["season"], row["kind"])


def _parameters(scope: Scope) -> dict[str, str]:
    return {"account_id": scope.account_id, "season": scope.season, "kind": scope.kind}
