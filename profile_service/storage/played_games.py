"""Reads what games were for one of their players."""

from __future__ import annotations

import asyncio

from profile_service.points import ledger
from profile_service.statistics import PlayedGame
from profile_service.storage.game_rows import told_game
from profile_service.storage.periods import ALWAYS
from profile_service.storage.stats_store import Games
from runtime.database import Row, Session
from runtime.times import MICRO, moment

NEWEST = (ALWAYS, "")


async def played_games(
    session: Session,
    account_id: str,
    games: Games,
    *,
    count: int,
    before: tuple[int, str] = NEWEST,
    show_voided: bool = False,
) -> list[PlayedGame]:
    """Return up to `count` games of an account that began before a position, newest first, read in `session`."""
    rows = await session.all(
        "list_played_games",
        account_id=account_id,
        **games.parameters,
        before_time=before[0],
        before_id=before[1],
        show_voided=int(show_voided),
        row_limit=count,
    )
    # Points follow from all that is told of a game; for some hundred games that takes a few hundredths of a second.
    return await asyncio.to_thread(lambda: [_played_game(row) for row in rows])


def _played_game(row: Row) -> PlayedGame:
    told = told_game(row, [row])
    seat = next(seat for seat in told.seats if seat.seat_number == row["seat_number"])
    return PlayedGame(
        game_id=row["game_id"],
        start_time=moment(row["start_time"]),
        duration=row["duration"] * MICRO,
        seat_number=row["seat_number"],
        role=row["role"],
        result=row["result"],
        season=row["season"],
        kind=row["kind"],
        table=told.table,
        fate=seat.fate,
        fate_round=seat.fate_round,
        points=sum(points for _, points in ledger(told, seat)),
        rating_before=row["rating_before"],
        rating_after=row["rating_after"],
        deviation_after=row["deviation_after"],
    )
