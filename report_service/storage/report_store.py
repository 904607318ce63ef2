"""Runs the queries of this folder. Every transition of a report is one of these methods and one statement."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog

from report_service.errors import RequestIdTaken
from report_service.reports import Due, FailureReason, Report, Rules, State, TakenHint
from report_service.storage.rows import END_OF_TIME, origin_of, to_report, wish_columns
from report_service.wishes import Wish
from runtime.database import Database, Row, Session, UniqueViolation
from runtime.times import micros, span_micros

# How many ids `watched_reports` asks for at once.
WATCHED_AT_ONCE = 50
_log = structlog.get_logger("reports")


def position_of(report: Report) -> tuple[int, str]:
    """Return where a report stands in its owner's list."""
    return micros(report.create_time), report.report_id


class ReportStore:
    """The reports in their database. `finished` is told of each that turns READY, FAILED or CANCELLED."""

    def __init__(
        self,
        database: Database,
        *,
        rules: Rules,
        finished: Callable[[State, FailureReason | None], None] = lambda _state, _reason: None,
    ) -> None:
        self._database = database
        self._finished = finished
        self._max_attempts = rules.max_attempts
        self._lease = span_micros(rules.lease_seconds)
        self._retention = span_micros(rules.retention_seconds)

    # What owners do.

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[_WishRows]:
        """See `report_service.reports.OwnersStore`."""
        try:
            async with self._database.write() as session:
                yield _WishRows(session)
        except UniqueViolation as error:
            raise RequestIdTaken from error

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        """Return the owner's report."""
        return _report(await self._database.point.one("get_report", owner_id=owner_id, report_id=report_id))

    async def page(self, owner_id: str, *, before: tuple[int, str] | None, limit: int) -> list[Report]:
        """Return the owner's reports, newest first, older than the position."""
        before_time, before_id = before or (END_OF_TIME, "")
        async with self._database.read() as session:
            rows = await session.all(
                "list_reports", owner_id=owner_id, before_time=before_time, before_id=before_id, row_limit=limit
            )
        return [to_report(row) for row in rows]

    async def cancel(self, owner_id: str, report_id: str) -> Report | None:
        """QUEUED, RENDERING → CANCELLED, fence + 1."""
        row = await self._change("cancel_report", owner_id=owner_id, report_id=report_id, retention=self._retention)
        if row is not None:
            self._finished(State.CANCELLED, None)
        return _report(row)

    async def delete(self, owner_id: str, report_id: str) -> bool:
        """Any state → hidden, fence + 1, files to be deleted."""
        row = await self._change("delete_report", owner_id=owner_id, report_id=report_id, lease=self._lease)
        return row is not None

    # What workers do.

    async def claim(self, report_id: str, *, take_over: bool) -> Report | None:
        """QUEUED → RENDERING, fence + 1, attempt + 1; with `take_over` from RENDERING too.

        A row that has used up its attempts turns FAILED instead. None: there is nothing to make.
        """
        guard = {"report_id": report_id, "take_over": int(take_over), "max_attempts": self._max_attempts}
        async with self._database.write() as session:
            claimed = await session.one("claim_report", lease=self._lease, **guard)
            exhausted = claimed is None and await session.one("exhaust_report", retention=self._retention, **guard)
        if exhausted:
            _log.warning("report_exhausted", report_id=report_id)
            self._finished(State.FAILED, FailureReason.ATTEMPTS_EXHAUSTED)
        return None if claimed is None else replace(to_report(claimed), origin=origin_of(claimed))

    async def complete(self, job: Report, *, blob_key: str, size_bytes: int, sha256: str, blank: bool = False) -> bool:
        """RENDERING → READY with the same fence, or READY with this file already. False: somebody else has decided."""
        async with self._database.write() as session:
            row = await session.one(
                "complete_report",
                report_id=job.report_id,
                fence=job.fence,
                blob_key=blob_key,
                size_bytes=size_bytes,
                sha256=sha256,
                retention=self._retention,
            )
            if row is None:
                return await session.one("find_completed", report_id=job.report_id, blob_key=blob_key) is not None
            await session.one("issue_blank_report" if blank else "issue_report", report_id=job.report_id)
        self._finished(State.READY, None)
        return True

    async def fail(self, job: Report, reason: FailureReason) -> bool:
        """RENDERING → FAILED with the same fence."""
        row = await self._change(
            "fail_report",
            report_id=job.report_id,
            fence=job.fence,
            failure_reason=str(reason),
            retention=self._retention,
        )
        if row is not None:
            self._finished(State.FAILED, reason)
        return row is not None

    async def retry(self, job: Report, *, wait_seconds: float, counted: bool = True) -> bool:
        """RENDERING → QUEUED with the same fence, its alarm ringing after the wait; uncounted, attempt - 1."""
        row = await self._change(
            "retry_report",
            report_id=job.report_id,
            fence=job.fence,
            backoff=span_micros(wait_seconds),
            forgiven=int(not counted),
        )
        return row is not None

    # What alarms do.

    async def due(self) -> Due:
        """Return what the alarms ring for now."""
        async with self._database.read() as session:
            counts = await session.one("count_overdue")
            alarm = await session.one("next_alarm")
        wait = alarm["wait"] if alarm else None
        return Due(
            has_hints=bool(counts and counts["hinted"]),
            stranded_count=counts["stranded"] if counts else 0,
            expired_count=counts["expired"] if counts else 0,
            wait_seconds=None if wait is None else max(0.0, wait / 1_000_000),
        )

    async def take_hints(self, *, limit: int, first_seconds: float, longest_seconds: float) -> list[TakenHint]:
        """Move ringing alarms of QUEUED rows, count their hints and return them, oldest first.

        Of several dispatchers none waits for another, and each hint is one's.
        """
        waits = {"first_wait": span_micros(first_seconds), "longest_wait": span_micros(longest_seconds)}
        async with self._database.write_beside() as session:
            rows = await session.all("take_hints", row_limit=limit, **waits)
        taken = (TakenHint(row["report_id"], row["fence"], row["hint_count"], origin_of(row)) for row in rows)
        return sorted(taken, key=lambda hint: hint.report_id)

    async def return_hints(self, hints: Sequence[TakenHint], *, wait_seconds: float) -> None:
        """Undo the taking of hints that could not be sent; their alarms ring after the wait."""
        wait = span_micros(wait_seconds)
        async with self._database.write() as session:
            for hint in hints:
                guard = {"report_id": hint.report_id, "fence": hint.fence, "hint_count": hint.hint_count}
                await session.one("return_hint", wait=wait, **guard)

    async def ring_forgotten(self) -> None:
        """QUEUED and hinted → due now. For when the transport has lost its hints."""
        async with self._database.write() as session:
            await session.all("ring_forgotten")

    async def requeue_stranded(self) -> list[str]:
        """RENDERING with a ringing alarm → QUEUED, due now. Returns which."""
        async with self._database.write() as session:
            return [row["report_id"] for row in await session.all("requeue_stranded")]

    async def requeue_everything(self) -> None:
        """QUEUED, RENDERING → QUEUED, due now. Only where no worker can be running and no hint be waiting."""
        async with self._database.write() as session:
            await session.all("requeue_everything")

    async def begin_purge(self, *, limit: int, wait_seconds: float) -> list[str]:
        """Hide final reports whose alarm rings and return them; their alarm rings again after the wait.

        Links to reports that have ended are deleted on the way.
        """
        async with self._database.write() as session:
            await session.all("delete_ended_share_links")
            rows = await session.all("begin_purge", row_limit=limit, wait=span_micros(wait_seconds))
        return [row["report_id"] for row in rows]

    async def remove(self, report_ids: Sequence[str]) -> None:
        """Delete rows whose files are gone."""
        async with self._database.write() as session:
            for report_id in report_ids:
                await session.one("remove_report", report_id=report_id)

    async def named_keys(self, report_id: str) -> list[str]:
        """Return the key of the report's file, if it has one."""
        rows = await self._database.point.all("list_report_keys", report_id=report_id)
        return [row["blob_key"] for row in rows]

    # What the metrics and the feed ask.

    async def census(self) -> tuple[dict[State, int], float]:
        """See `report_service.metrics.Rows`."""
        async with self._database.read() as session:
            rows = await session.all("rows_by_state")
            oldest = await session.one("oldest_queued")
        age = oldest["age"] if oldest else None
        return {State(row["state"]): row["row_count"] for row in rows}, (age or 0) / 1_000_000

    async def watched(self, report_ids: Sequence[str]) -> dict[str, Report]:
        """Return those of the reports that are there, by id."""
        found: dict[str, Report] = {}
        async with self._database.read() as session:
            for start in range(0, len(report_ids), WATCHED_AT_ONCE):
                ids = report_ids[start : start + WATCHED_AT_ONCE]
                padded = [*ids, *[""] * (WATCHED_AT_ONCE - len(ids))]
                rows = await session.all("watched_reports", **{f"id_{n}": value for n, value in enumerate(padded)})
                found.update((row["report_id"], to_report(row)) for row in rows)
        return found

    async def _change(self, query: str, **parameters: Any) -> Row | None:
        async with self._database.write() as session:
            return await session.one(query, **parameters)


class _WishRows:
    """See `report_service.reports.WishRows`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def find_repeat(self, wish: Wish) -> tuple[Report, str] | None:
        row = await self._session.one("find_by_request", owner_id=wish.owner_id, request_id=wish.request_id)
        return None if row is None else (to_report(row), row["request_digest"])

    async def count(self, owner_id: str) -> tuple[int, int]:
        row = await self._session.one("count_of_owner", owner_id=owner_id)
        return (row["active"], row["kept"]) if row else (0, 0)

    async def insert(self, report_id: str, wish: Wish) -> Report:
        row = await self._session.one(
            "insert_report",
            report_id=report_id,
            owner_id=wish.owner_id,
            username=wish.username,
            include_email=int(wish.include_email),
            request_id=wish.request_id,
            request_digest=wish.digest,
            kind=str(wish.kind),
            **wish_columns(wish),
        )
        return to_report(row)


def _report(row: Row | None) -> Report | None:
    return None if row is None else to_report(row)
