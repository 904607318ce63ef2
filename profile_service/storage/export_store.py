"""Reads an account's lists for an export: in pages, each of its own moment, so that nothing is held meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from profile_service.statistics import PlayedGame
from profile_service.storage.game_store import ALWAYS, played_game
from profile_service.storage.user_store import micros, moment
from runtime.database import Database, Row

PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A sign-in session, live or ended."""

    session_id: str
    device_name: str
    create_time: datetime
    last_seen_time: datetime
    expire_time: datetime
    end_time: datetime | None


class ExportStore:
    """The lists of one account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sessions(self, account_id: str) -> AsyncIterator[list[KeptSession]]:
        """Yield all sessions, by their ids."""
        after = ""
        while True:
            async with self._database.read() as session:
                rows = await session.all("export_sessions", account_id=account_id, after=after, row_limit=PAGE_ROWS)
            if not rows:
                return
            after = rows[-1]["session_id"]
            yield [_kept_session(row) for row in rows]

    async def games(self, account_id: str) -> AsyncIterator[list[PlayedGame]]:
        """Yield all games, newest first."""
        before_time, before_id = ALWAYS, ""
        while True:
            async with self._database.read() as session:
                rows = await session.all(
                    "export_games",
                    account_id=account_id,
                    before_time=before_time,
                    before_id=before_id,
                    row_limit=PAGE_ROWS,
                )
            if not rows:
                return
            games = [played_game(row) for row in rows]
            before_time, before_id = micros(games[-1].start_time), games[-1].game_id
            yield games


def _kept_session(row: Row) -> KeptSession:
    return KeptSession(
        session_id=row["session_id"],
        device_name=row["device_name"],
        create_time=moment(row["create_time"]),
        last_seen_time=moment(row["rotate_time"]),
        expire_time=moment(row["expire_time"]),
        end_time=None if row["end_time"] is None else moment(row["end_time"]),
    )
