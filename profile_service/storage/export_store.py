"""Reads an account's lists for an export: in pages, each of its own moment, so that nothing is held meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from profile_service.audit import Kind
from profile_service.sessions import ListedSession
from profile_service.statistics import PlayedGame
from profile_service.storage.audit_store import record
from profile_service.storage.parts import ACCOUNTS
from profile_service.storage.played_games import NEWEST, played_games
from profile_service.storage.session_store import listed_session
from profile_service.storage.stats_store import EVERY_GAME
from runtime.database import Database, Row
from runtime.times import micros, moment

PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event of the audit log as the owner may see it: without the other account, if there is one.

    An address is that of who acted, and details are about whom it happened to; each is told to that account alone. So
    the banned read the reason, since what is written about a person is theirs to know, and the manager who wrote it
    exports that somebody was banned.
    """

    event_time: datetime
    kind: str
    address: str
    details: str
    done_by_owner: bool
    done_to_owner: bool


class ExportStore:
    """The lists of one account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sessions(self, account_id: str) -> AsyncIterator[list[ListedSession]]:
        """Yield all sessions, live or ended, by their ids."""
        after = ""
        while True:
            async with self._database.read() as session:
                rows = await session.all("export_sessions", account_id=account_id, after=after, row_limit=PAGE_ROWS)
            if not rows:
                return
            after = rows[-1]["session_id"]
            yield [listed_session(row) for row in rows]

    async def games(self, account_id: str) -> AsyncIterator[list[PlayedGame]]:
        """Yield all games, newest first."""
        before = NEWEST
        while True:
            async with self._database.read() as session:
                games = await played_games(
                    session, account_id, EVERY_GAME, count=PAGE_ROWS, before=before, show_voided=True
                )
            if not games:
                return
            before = micros(games[-1].start_time), games[-1].game_id
            yield games

    async def audit_events(self, account_id: str) -> AsyncIterator[list[OwnEvent]]:
        """Yield all events that the account did or that happened to it, oldest first."""
        after = ""
        while True:
            async with self._database.read() as session:
                rows = await session.all("export_audit_events", account_id=account_id, after=after, row_limit=PAGE_ROWS)
            if not rows:
                return
            after = rows[-1]["event_id"]
            yield [_own_event(row) for row in rows]

    async def record_export(self, account_id: str, export_id: str) -> None:
        """Note in the audit log that an export was made, once however often it is tried."""
        async with self._database.write(ACCOUNTS) as session:
            if await session.one("get_export_event", account_id=account_id, details=f"export={export_id}") is None:
                await record(session, Kind.EXPORT_MADE, account_id, export=export_id)


def _own_event(row: Row) -> OwnEvent:
    by_owner, to_owner = bool(row["done_by_owner"]), bool(row["done_to_owner"])
    return OwnEvent(
        event_time=moment(row["event_time"]),
        kind=row["kind"],
        address=row["address"] if by_owner else "",
        details=row["details"] if to_owner else "",
        done_by_owner=by_owner,
        done_to_owner=to_owner,
    )
