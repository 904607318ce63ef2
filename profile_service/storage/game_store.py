"""Reads games, as a viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from profile_service.errors import UserNotFound
from profile_service.games import Game
from profile_service.snapshots import GameSnapshot
from profile_service.statistics import Season
from profile_service.storage.game_rows import games_of
from profile_service.storage.periods import ALWAYS
from profile_service.storage.snapshot_store import read_now
from profile_service.storage.stats_store import Games
from profile_service.storage.viewers import present
from profile_service.visibility import Audience, Viewer
from runtime.database import Database, Row, Session
from runtime.times import micros, moment

MAX_SEASONS = 200


class GameStore:
    """Reads games."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, game_id: str, viewer: Viewer) -> Game | None:
        """Return the game as the viewer may see it."""
        async with self._database.read() as session:
            return next(iter(await _load(session, [game_id], viewer)), None)

    async def snapshot(self, game_id: str, viewer: Viewer) -> GameSnapshot | None:
        """Return the game as the viewer may see it, with what the players are called whom it names."""
        async with self._database.read() as session:
            viewer, locale = await present(session, viewer)
            games = await _load(session, [game_id], viewer)
            names = await session.all("list_seat_names", game_id=game_id)
            read_time = await read_now(session)
        if not games:
            return None
        [game] = games
        named = {seat.seat_number for seat in game.seats if seat.username}
        shown = {row["seat_number"]: row["display_name"] for row in names if row["seat_number"] in named}
        return GameSnapshot(game, shown, read_time, locale)

    async def list_games(
        self,
        *,
        username: str,
        games: Games,
        show_voided: bool,
        before: tuple[int, str] | None,
        viewer: Viewer,
        count: int,
    ) -> list[Game]:
        """Return up to `count` games, newest first, that began before a position. Raises UserNotFound.

        There are none of a player who hides them from the viewer.
        """
        before_time, before_id = before or (ALWAYS, "")
        page = {
            **games.parameters,
            "show_voided": int(show_voided),
            "before_time": before_time,
            "before_id": before_id,
            "row_limit": count,
        }
        async with self._database.read() as session:
            if not username:
                rows = await session.all("list_game_ids", **page)
            else:
                player = await session.one("get_player", username=username)
                if player is None:
                    raise UserNotFound(username)
                if not viewer.sees(player["games_audience"], owner_id=player["account_id"]):
                    return []
                rows = await session.all("list_game_ids_of_player", account_id=player["account_id"], **page)
            return await _load(session, [row["game_id"] for row in rows], viewer)

    async def seasons(self) -> list[Season]:
        """Return the seasons, that with the latest game first."""
        async with self._database.read() as session:
            rows = await session.all("list_seasons", row_limit=MAX_SEASONS)
        return [
            Season(row["season"], row["game_count"], moment(row["first_time"]), moment(row["last_time"]))
            for row in rows
        ]


def position_of(game: Game) -> list[str | int]:
    """Return where a list goes on after `game`."""
    return [micros(game.start_time), game.game_id]


async def _load(session: Session, game_ids: Sequence[str], viewer: Viewer) -> list[Game]:
    keys = [{"game_id": game_id} for game_id in game_ids]
    rows = await session.many("get_game", keys)
    seats = await session.many("get_seats", keys)
    return games_of(rows, [_shown_to(viewer, seat) for seat in seats])


def _shown_to(viewer: Viewer, seat: Row) -> dict[str, Any]:
    """Return a seat without names that are not for the viewer: guests were never asked, so the club alone sees them."""
    named = viewer.sees(seat["games_audience"], owner_id=seat["account_id"])
    shown = dict(seat)
    shown["username"] = seat["username"] if named else ""
    shown["nickname"] = seat["nickname"] if viewer.sight >= Audience.CLUB else ""
    return shown
