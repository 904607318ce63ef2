"""Reads statistics, ratings and pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson

from profile_service.counting import counts_of_game
from profile_service.errors import UserNotFound
from profile_service.games import side_of
from profile_service.rating.display import as_black, as_red, is_provisional, overall
from profile_service.runs import NO_RUNS
from profile_service.statistics import (
    BLACK_ROLES,
    NO_GAMES,
    RED_ROLES,
    PairStats,
    PairTally,
    Peak,
    PlayerStats,
    RatingChange,
    RatingPicture,
)
from profile_service.storage.game_rows import load_games
from profile_service.storage.leaderboard_rows import decided, runs_of
from profile_service.storage.periods import EVER, Period
from profile_service.storage.rating_store import player_of
from profile_service.storage.totals import ALL, Counters, added
from profile_service.visibility import Viewer
from runtime.database import Database, Row, Session
from runtime.times import micros, moment


@dataclass(frozen=True, slots=True)
class Games:
    """Which games are asked for."""

    period: Period = EVER
    season: str = ALL
    kind: str = ALL

    @property
    def parameters(self) -> dict[str, Any]:
        """What queries take."""
        return {**self.period.parameters, "season": self.season, "kind": self.kind}


EVERY_GAME = Games()
# Of a stretch of time, runs are those of its latest results, so that reading costs the same however many there are.
LATEST = 1000


class StatsStore:
    """Reads what games add up to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stats(self, username: str, games: Games, viewer: Viewer) -> PlayerStats:
        """Return a player's statistics, or no games when they are not for the viewer. Raises UserNotFound."""
        if games.period == EVER:
            # A read by keys, which costs the same however many games there are.
            return await shown_stats(self._database.point, username, games, viewer) or NO_GAMES
        async with self._database.read() as session:
            return await shown_stats(session, username, games, viewer) or NO_GAMES

    async def pair(self, username: str, other: str, games: Games, viewer: Viewer) -> PairStats:
        """Return how two players did, as if they had never met when it is not for the viewer. Raises UserNotFound."""
        async with self._database.read() as session:
            players = [await _player(session, name) for name in (username, other)]
            if not all(_shows(player, viewer, games=True) for player in players):
                return PairStats()
            one, two = (player["account_id"] for player in players)
            rows = await session.all("list_meetings", account_id=one, other_id=two, **games.parameters)
        together = [row for row in rows if side_of(row["role"]) == side_of(row["other_role"])]
        against = [row for row in rows if side_of(row["role"]) != side_of(row["other_role"])]
        return PairStats(_pair_tally(together), _pair_tally(against))

    async def rating_changes(
        self, username: str, before: tuple[int, str], viewer: Viewer, *, count: int
    ) -> list[RatingChange]:
        """Return what games before a position did to a player's rating, newest first. Raises UserNotFound."""
        async with self._database.read() as session:
            player = await _player(session, username)
            if not _shows(player, viewer, games=True):
                return []
            rows = await session.all(
                "list_rating_changes",
                account_id=player["account_id"],
                before_time=before[0],
                before_id=before[1],
                row_limit=count,
            )
        return [_change(row) for row in rows]


async def shown_stats(session: Session, username: str, games: Games, viewer: Viewer) -> PlayerStats | None:
    """Return a player's statistics, None when they are not for the viewer. Raises UserNotFound."""
    row = await session.one("get_stats", username=username, season=games.season, kind=games.kind)
    if row is None:
        raise UserNotFound(username)
    of_period = games.period != EVER
    if not _shows(row, viewer, games=of_period):  # a moment's statistics would tell of its game
        return None
    stats = await _stats_of_period(session, row, games) if of_period else _stats(row, games)
    return stats if _shows(row, viewer, games=True) else stats.without_games()


def _stats(row: Row, games: Games) -> PlayerStats:
    counters = _counters(row["counters"])
    every = counters if (games.season, games.kind) == (ALL, ALL) else _counters(row["every_counters"])
    return PlayerStats(
        counters=counters,
        club=_counters(row["club"]),
        runs=NO_RUNS if row["current_run"] is None else runs_of(row),
        rating=None if row["peak_id"] is None else _rating(row, every),
    )


async def _stats_of_period(session: Session, row: Row, games: Games) -> PlayerStats:
    account_id = row["account_id"]
    results = await session.all("list_latest_results", account_id=account_id, row_limit=LATEST, **games.parameters)
    return replace(
        _stats(row, games),
        counters=await _counters_of_period(session, account_id, games),
        runs=NO_RUNS.then(result["result"] for result in reversed(results)),
        of_period=True,
    )


def _counters(column: str | None) -> Counters:
    return {} if column is None else orjson.loads(column)


def position_of(change: RatingChange) -> list[str | int]:
    """Return where a list goes on after `change`."""
    return [micros(change.start_time), change.game_id]


async def _player(session: Session, username: str) -> Row:
    player = await session.one("get_player", username=username)
    if player is None:
        raise UserNotFound(username)
    return player


def _shows(player: Row, viewer: Viewer, *, games: bool = False) -> bool:
    audience = max(player["statistics_audience"], player["games_audience"] if games else 0)
    return viewer.sees(audience, owner_id=player["account_id"])


def _rating(row: Row, every: Counters) -> RatingPicture:
    player = player_of(row)
    skill = player.skill
    return RatingPicture(
        overall=overall(skill),
        red=as_red(skill) if any(decided(every, role) for role in RED_ROLES) else None,
        black=as_black(skill) if any(decided(every, role) for role in BLACK_ROLES) else None,
        elo=player.elo,
        rated_games=player.rated_games,
        provisional=is_provisional(player.rated_games),
        peak=Peak(row["peak_rating"], row["peak_id"], moment(row["peak_time"])),
        low=Peak(row["low_rating"], row["low_id"], moment(row["low_time"])),
        pending=bool(row["pending"]),
    )


async def _counters_of_period(session: Session, account_id: str, games: Games) -> Counters:
    """Add up whole months from their rows, and what is left at both ends from the games."""
    counters: Counters = {}
    whole = games.period.whole_months()
    if whole is not None:
        rows = await session.all(
            "list_month_totals",
            account_id=account_id,
            season=games.season,
            kind=games.kind,
            first_month=whole[0],
            last_month=whole[1],
        )
        for row in rows:
            counters = added(counters, orjson.loads(row["counters"]))
    for period in games.period.outside_whole_months():
        end = Games(period, games.season, games.kind)
        rows = await session.all("list_results", account_id=account_id, **end.parameters)
        for game in await load_games(session, [row["game_id"] for row in rows]):
            for seat, counts in zip(game.seats, counts_of_game(game), strict=True):
                if seat.account_id == account_id:
                    counters = added(counters, counts)
    return counters


def _pair_tally(rows: list[Row]) -> PairTally:
    results = [row["result"] for row in rows]
    decided = [row for row in rows if row["result"] != "void"]
    return PairTally(
        sessions=len(decided),
        wins=results.count("win"),
        losses=results.count("loss"),
        draws=results.count("draw"),
        voids=results.count("void"),
        play_time=sum(row["duration"] for row in decided),
    )


def _change(row: Row) -> RatingChange:
    return RatingChange(
        row["game_id"],
        moment(row["start_time"]),
        row["role"],
        row["result"],
        row["chance"],
        row["rating_before"],
        row["rating_after"],
        row["deviation_before"],
        row["deviation_after"],
        row["elo_before"],
        row["elo_after"],
    )
