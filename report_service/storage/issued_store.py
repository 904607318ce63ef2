"""Runs the queries that tell what was made. The rows are written where a report turns READY."""

from __future__ import annotations

from report_service.document.snapshot import Format
from report_service.issued_reports import IssuedReport
from report_service.storage.rows import END_OF_TIME, scope_of
from report_service.wishes import Kind
from runtime.database import Database, Row
from runtime.times import micros, moment


class IssuedStore:
    """Implements `issued_reports.IssuedStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, report_id: str) -> IssuedReport | None:
        """See `issued_reports.IssuedStore`."""
        row = await self._database.point.one("get_issued_report", report_id=report_id)
        return None if row is None else _issued(row)

    async def find_file(self, sha256: str) -> IssuedReport | None:
        """See `issued_reports.IssuedStore`."""
        async with self._database.read() as session:
            row = await session.one("find_issued_file", sha256=sha256)
        return None if row is None else _issued(row)

    async def about(self, username: str, *, before: IssuedReport | None, limit: int) -> list[IssuedReport]:
        """See `exports.IssuedAbout`."""
        before_time, before_id = (micros(before.issue_time), before.report_id) if before else (END_OF_TIME, "")
        async with self._database.read() as session:
            rows = await session.all(
                "list_issued_about",
                username=username,
                before_time=before_time,
                before_id=before_id,
                row_limit=limit,
            )
        return [_issued(row) for row in rows]


def _issued(row: Row) -> IssuedReport:
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
