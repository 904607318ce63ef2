"""Runs the queries about links to reports. Those that have ended are deleted where reports are (`report_store`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from report_service.reports import Report
from report_service.share_links import Shared, ShareLink, Wanted
from report_service.storage.rows import to_report
from runtime.database import Database, Row, Session
from runtime.times import moment, span_micros


class ShareStore:
    """Implements `share_links.ShareStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[_LinkRows]:
        """See `share_links.ShareStore`."""
        async with self._database.write() as session:
            yield _LinkRows(session)

    async def live(self, report_id: str) -> list[ShareLink]:
        """See `share_links.ShareStore`."""
        return [_link(row) for row in await self._database.point.all("list_share_links", report_id=report_id)]

    async def delete(self, owner_id: str, link_id: str) -> bool:
        """See `share_links.ShareStore`."""
        async with self._database.write() as session:
            return await session.one("delete_share_link", owner_id=owner_id, link_id=link_id) is not None

    async def shared(self, link_id: str) -> Shared | None:
        """See `share_links.ShareStore`."""
        row = await self._database.point.one("get_shared_report", link_id=link_id)
        return None if row is None else Shared(to_report(row), row["owner_username"])


class _LinkRows:
    """See `share_links.LinkRows`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        row = await self._session.one("get_report", owner_id=owner_id, report_id=report_id)
        return None if row is None else to_report(row)

    async def count(self, report_id: str) -> int:
        row = await self._session.one("count_share_links", report_id=report_id)
        return row["live"] if row else 0

    async def insert(self, link_id: str, wanted: Wanted) -> ShareLink:
        row = await self._session.one(
            "insert_share_link",
            link_id=link_id,
            report_id=wanted.report_id,
            owner_id=wanted.owner_id,
            owner_username=wanted.owner_username,
            ttl=span_micros(wanted.seconds),
        )
        return _link(row)


def _link(row: Row) -> ShareLink:
    return ShareLink(row["link_id"], row["report_id"], moment(row["create_time"]), moment(row["expire_time"]))
