"""The one loop that rings all alarms: outbox, retry timer, rescuer and retention in one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, Protocol

import structlog

from report_service.hints import HintSender
from report_service.reports import Due, TakenHint
from runtime.fail_points import FailPoint, nowhere

BATCH = 100
LONGEST_REST_SECONDS = 1.0
# How long until a hint is sent again when no worker has claimed the row: doubling from the first to the last.
HINT_WAIT_SECONDS = (30.0, 600.0)
REFUSED_WAIT_SECONDS = 1.0
PURGE_AGAIN_SECONDS = 60.0
PURGES_AT_ONCE = 8
_log = structlog.get_logger("dispatcher")


class Alarms(Protocol):
    """What the dispatcher needs of the storage."""

    async def due(self) -> Due:
        """Return what the alarms ring for now."""

    async def take_hints(self, *, limit: int, first_seconds: float, longest_seconds: float) -> list[TakenHint]:
        """Move ringing alarms of QUEUED rows, count their hints and return them; nobody else gets them too."""

    async def return_hints(self, hints: Sequence[TakenHint], *, wait_seconds: float) -> None:
        """Undo the taking; the alarms ring after the wait."""

    async def ring_forgotten(self) -> None:
        """QUEUED and hinted → due now."""

    async def requeue_stranded(self) -> list[str]:
        """RENDERING with a ringing alarm → QUEUED, due now. Returns which."""

    async def begin_purge(self, *, limit: int, wait_seconds: float) -> list[str]:
        """Hide final reports whose alarm rings and return them; their alarm rings again after the wait.

        Links to reports that have ended are deleted on the way.
        """

    async def remove(self, report_ids: Sequence[str]) -> None:
        """Delete rows whose files are gone."""


class Files(Protocol):
    """Where the finished files are."""

    async def delete_all(self, prefix: str) -> None:
        """Delete every file below the prefix."""


class Dispatcher:
    """Rings alarms as they fall due, at once after a poke. One per API process."""

    def __init__(
        self,
        alarms: Alarms,
        *,
        hints: HintSender,
        files: Files,
        changed: Callable[[str], None],
        fail_point: FailPoint = nowhere,
    ) -> None:
        self._alarms = alarms
        self._hints = hints
        self._files = files
        self._changed = changed
        self._fail_point = fail_point
        self._poked = asyncio.Event()
        self._expired = asyncio.Event()

    def poke(self) -> None:
        """Look at the alarms now."""
        self._poked.set()

    async def run(self) -> None:
        """Ring alarms until cancelled. Survives every fault of the database and the file store."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._ring_alarms(), name="alarms")
            # By itself: a file store that is slow or away keeps no hint waiting.
            loops.create_task(self._purge_expired(), name="expired reports")

    async def _ring_alarms(self) -> NoReturn:
        while True:
            self._poked.clear()
            was_ready = self._hints.ready.is_set()
            try:
                rest_seconds = await self._ring()
            except Exception as error:
                _log.warning("alarms_failed", exc_info=error)
                rest_seconds = LONGEST_REST_SECONDS
            if was_ready or not self._hints.ready.is_set():
                await self._rest(rest_seconds)

    async def _ring(self) -> float:
        if self._hints.forgotten:
            await self._ring_forgotten()
        due = await self._alarms.due()
        if due.stranded_count:
            stranded = await self._alarms.requeue_stranded()
            _log.warning("reports_stranded", count=len(stranded))
            self._tell(stranded)
        sent_count = await self._send() if due.has_hints and self._hints.ready.is_set() else 0
        if due.expired_count:
            self._expired.set()
        backlog = sent_count == BATCH and self._hints.ready.is_set()
        if due.stranded_count or backlog:
            return 0.0
        # Alarms of reports that are being purged ring on.
        if due.expired_count or due.wait_seconds is None:
            return LONGEST_REST_SECONDS
        return min(LONGEST_REST_SECONDS, due.wait_seconds)

    async def _ring_forgotten(self) -> None:
        # Lowered first: a loss that is noticed meanwhile is another one.
        self._hints.forgotten = False
        try:
            await self._alarms.ring_forgotten()
        except BaseException:
            self._hints.forgotten = True
            raise

    def _tell(self, report_ids: Iterable[str]) -> None:
        for report_id in report_ids:
            self._changed(report_id)

    async def _rest(self, seconds: float) -> None:
        waiters = [asyncio.ensure_future(self._poked.wait())]
        if not self._hints.ready.is_set():
            waiters.append(asyncio.ensure_future(self._hints.ready.wait()))
        try:
            await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()

    async def _send(self) -> int:
        # Taken before they are sent, as there may be other dispatchers. Those of one that dies in between are found
        # forgotten when the queue is empty, and otherwise ring again by themselves.
        first, longest = HINT_WAIT_SECONDS
        hints = await self._alarms.take_hints(limit=BATCH, first_seconds=first, longest_seconds=longest)
        self._fail_point("dispatch_before_publish")
        results = await asyncio.gather(
            *(self._hints.send(hint.report_id, hint.origin) for hint in hints), return_exceptions=True
        )
        self._fail_point("dispatch_after_publish")
        refused = [hint for hint, fault in zip(hints, results, strict=True) if fault is not None]
        if refused:
            ready = self._hints.ready.is_set()
            _log.warning("hints_refused", count=len(refused), ready=ready)
            # Where it was not the transport's fault but theirs, they stand back, so as not to block the next batch.
            await self._alarms.return_hints(refused, wait_seconds=REFUSED_WAIT_SECONDS if ready else 0.0)
        return len(hints)

    async def _purge_expired(self) -> NoReturn:
        while True:
            await self._expired.wait()
            self._expired.clear()
            try:
                await self._purge()
            except Exception as error:
                _log.warning("purge_failed", exc_info=error)

    async def _purge(self) -> None:
        hidden = await self._alarms.begin_purge(limit=BATCH, wait_seconds=PURGE_AGAIN_SECONDS)
        if not hidden:
            return
        if len(hidden) == BATCH:
            self._expired.set()
        self._tell(hidden)
        self._fail_point("purge_before_files")
        slots = asyncio.Semaphore(PURGES_AT_ONCE)

        async def delete_files(report_id: str) -> None:
            async with slots:
                await self._files.delete_all(f"{report_id}/")

        faults = await asyncio.gather(*map(delete_files, hidden), return_exceptions=True)
        self._fail_point("purge_before_row")
        await self._alarms.remove([report_id for report_id, fault in zip(hidden, faults, strict=True) if not fault])
        for report_id, fault in zip(hidden, faults, strict=True):
            if fault is not None:
                _log.warning("files_not_deleted", report_id=report_id, cause=repr(fault))
