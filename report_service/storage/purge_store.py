"""Runs the queries that delete what an account leaves behind."""

from __future__ import annotations

from report_service.account_purges import Counts
from report_service.reports import Rules
from report_service.wishes import Kind
from runtime.database import Database
from runtime.times import span_micros


class PurgeStore:
    """Implements `account_purges.PurgeStore`."""

    def __init__(self, database: Database, *, rules: Rules) -> None:
        self._database = database
        self._lease = span_micros(rules.lease_seconds)

    async def hide(self, receipt_id: str, *, account_id: str, username: str) -> Counts:
        """See `account_purges.PurgeStore`."""
        async with self._database.write() as session:
            hidden = await session.all(
                "hide_reports_of_account", account_id=account_id, username=username, lease=self._lease
            )
            await session.all("forget_issued_to", username=username)
            kinds = [(row["kind"] == Kind.ACCOUNT_EXPORT, row["owner_id"] == account_id) for row in hidden]
            row = await session.one(
                "add_to_purge",
                receipt_id=receipt_id,
                report_count=kinds.count((False, True)),
                foreign_report_count=kinds.count((False, False)),
                export_count=kinds.count((True, True)),
            )
        return Counts(row["report_count"], row["foreign_report_count"], row["export_count"]) if row else Counts()

    async def is_gone(self, *, account_id: str, username: str) -> bool:
        """See `account_purges.PurgeStore`."""
        async with self._database.read() as session:
            row = await session.one("count_left", account_id=account_id, username=username)
        return row is None or not row["row_count"]

    async def forget_log(self) -> None:
        """See `account_purges.PurgeStore`."""
        await self._database.forget_log()
