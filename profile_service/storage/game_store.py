"""Runs the queries about games and statistics."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from profile_service.errors import PlayerUnknown, UserNotFound
from profile_service.games import Game, Seat, result_for
from profile_service.statistics import NO_GAMES, PlayedGame, PlayerStats, Tally, add_up
from profile_service.storage.periods import ALWAYS, Period
from profile_service.visibility import Viewer
from runtime.database import Database, Row, Session, UniqueViolation
from runtime.times import MICRO, micros, moment


class GameStore:
    """Implements `games.GameStore` and reads statistics."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def insert(self, game: Game, *, digest: str, recorder_id: str) -> str | None:
        """See `games.GameStore`."""
        try:
            async with self._database.write() as session:
                recorded = await session.one("get_game_digest", game_id=game.game_id)
                if recorded is not None:
                    return str(recorded["digest"])
                await _insert(session, game, digest=digest, recorder_id=recorder_id)
        except UniqueViolation:
            recorded = await self._database.point.one("get_game_digest", game_id=game.game_id)
            return None if recorded is None else str(recorded["digest"])
        return None

    async def get(self, game_id: str, viewer: Viewer) -> Game | None:
        """See `games.GameStore`."""
        rows = await self._database.point.all("get_game", game_id=game_id)
        return next(iter(_games(rows, viewer)), None)

    async def list_games(
        self, *, username: str, period: Period, before: tuple[int, str] | None, viewer: Viewer, count: int
    ) -> list[Game]:
        """Return up to `count` games, newest first, that began before a position. Raises UserNotFound.

        There are none of a player who hides them from the viewer.
        """
        before_time, before_id = before or (ALWAYS, "")
        page = {**period.parameters, "before_time": before_time, "before_id": before_id, "count": count}
        async with self._database.read() as session:
            if not username:
                return list(_games(await session.all("list_games", **page), viewer))
            player = await _player(session, username)
            account_id = player["account_id"]
            if not viewer.sees(player["games_audience"], owner_id=account_id):
                return []
            return list(_games(await session.all("list_games_of_player", account_id=account_id, **page), viewer))

    async def stats(self, username: str, period: Period, viewer: Viewer) -> PlayerStats:
        """Return a player's statistics, or no games when they are not for the viewer. Raises UserNotFound."""
        async with self._database.read() as session:
            player = await _player(session, username)
            if not viewer.sees(player["statistics_audience"], owner_id=player["account_id"]):
                return NO_GAMES
            return await stats_of(session, player["account_id"], period)


async def stats_of(session: Session, account_id: str, period: Period) -> PlayerStats:
    """Return the statistics of an account, read in `session`."""
    rows = await session.all("tally_by_role", account_id=account_id, **period.parameters)
    return add_up((row["role"], _tally(row)) for row in rows)


async def played_games(session: Session, account_id: str, *, count: int) -> list[PlayedGame]:
    """Return the newest games of an account, read in `session`."""
    rows = await session.all("list_played_games", account_id=account_id, count=count)
    return [played_game(row) for row in rows]


def played_game(row: Row) -> PlayedGame:
    """Decode a row of a player's seats."""
    return PlayedGame(
        row["game_id"],
        moment(row["start_time"]),
        row["duration"] * MICRO,
        row["seat_number"],
        row["role"],
        row["result"],
    )


def position_of(game: Game) -> list[str | int]:
    """Return where a list goes on after `game`."""
    return [micros(game.start_time), game.game_id]


async def _insert(session: Session, game: Game, *, digest: str, recorder_id: str) -> None:
    times = {"start_time": micros(game.start_time), "duration": game.duration // MICRO}
    await session.one(
        "insert_game",
        game_id=game.game_id,
        digest=digest,
        winner=game.winner,
        recorder_id=recorder_id,
        **times,
    )
    for index, seat in enumerate(game.seats):
        player = await session.one("get_player", username=seat.username)
        if player is None:
            raise PlayerUnknown(seat.username, index)
        await session.one(
            "insert_seat",
            game_id=game.game_id,
            seat_number=seat.seat_number,
            account_id=player["account_id"],
            role=seat.role,
            result=result_for(seat.role, game.winner),
            **times,
        )


async def _player(session: Session, username: str) -> Row:
    player = await session.one("get_player", username=username)
    if player is None:
        raise UserNotFound(username)
    return player


def _games(rows: Iterable[Row], viewer: Viewer) -> Iterable[Game]:
    for game_id, group in groupby(rows, key=lambda row: row["game_id"]):
        seats = list(group)
        first = seats[0]
        yield Game(
            game_id=game_id,
            start_time=moment(first["start_time"]),
            duration=first["duration"] * MICRO,
            winner=first["winner"],
            seats=tuple(_seat(seat, viewer) for seat in seats),
            create_time=moment(first["create_time"]),
        )


def _seat(row: Row, viewer: Viewer) -> Seat:
    named = viewer.sees(row["games_audience"], owner_id=row["account_id"])
    return Seat(row["seat_number"], row["username"] if named else "", row["role"], row["result"])


def _tally(row: Row) -> Tally:
    return Tally(row["sessions"], row["wins"], row["losses"], row["play_time"] * MICRO)
