"""Runs the queries that tell what was made. The rows are written where a report turns READY."""

from __future__ import annotations

from report_service.document.snapshot import Format
from report_service.issued_reports import IssuedReport
from report_service.storage.rows import scope_of
from report_service.wishes import Kind
from runtime.database import Database, Row
from runtime.times import moment


class IssuedStore:
    """Implements `issued_reports.IssuedStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, report_id: str) -> IssuedReport | None:
        """See `issued_reports.IssuedStore`."""
        return _issued(await self._database.point.one("get_issued_report", report_id=report_id))

    async def find_file(self, sha256: str) -> IssuedReport | None:
        """See `issued_reports.IssuedStore`."""
        async with self._database.read() as session:
            return _issued(await session.one("find_issued_file", sha256=sha256))


def _issued(row: Row | None) -> IssuedReport | None:
    if row is None:
        return None
    return IssuedReport(
        report_id=row["report_id"],
        kind=Kind(row["kind"]),
        format=Format[row["format"]],
        issue_time=moment(row["issue_time"]),
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        username=row["username"],
        scope=scope_of(row),
        game_id=row["game_id"],
    )
