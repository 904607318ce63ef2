"""The worker: takes hints, claims rows, makes files. It may die at any moment; the row then finds another worker."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from functools import partial
from typing import IO, Protocol, TypeVar

import structlog

from report_service.document.snapshot import Document, Format, Order, Snapshot
from report_service.errors import (
    GameNotFound,
    NotStored,
    PlayerNotFound,
    RenderCrashed,
    RenderFailed,
    RenderInterrupted,
    RenderLimit,
)
from report_service.exports import ExportFile
from report_service.hints import Hint, HintReceiver
from report_service.issued_reports import verify_address
from report_service.reports import FailureReason, Report, Rules
from report_service.wishes import Kind
from runtime import calls, tracing
from runtime.errors import DeadlineExceeded, Unavailable
from runtime.fail_points import FailPoint, nowhere
from runtime.shielding import is_cancelled

# How long a report waits after its first, second, ... passing fault.
RETRY_SECONDS = (1.0, 5.0, 30.0, 120.0)
# How long a report waits for the file store or a render process. Not shorter, as each try costs a document.
SHORTAGE_SECONDS = 15.0
# A render process that dies is more likely the report's doing than another passing fault is.
ATTEMPTS_AT_CRASH = 3
# How long a worker rests after the database failed.
STORAGE_FAULT_SECONDS = 1.0
# How long it holds a hint while the database is away. One that went back each time would soon have come too often for
# its queue and be set aside, and its report would wait for its lease to end. Shorter than RabbitMQ waits for an answer.
STORAGE_PATIENCE_SECONDS = 300.0
_log = structlog.get_logger("worker")
T = TypeVar("T")


class Jobs(Protocol):
    """What workers need of the storage. Each answer None or False means: somebody else has decided."""

    async def claim(self, report_id: str, *, take_over: bool) -> Report | None:
        """QUEUED → RENDERING, fence + 1, attempt + 1; with `take_over` from RENDERING too."""

    async def complete(self, job: Report, *, blob_key: str, size_bytes: int, sha256: str, blank: bool = False) -> bool:
        """RENDERING → READY with the same fence; again with the same file it is true, and changes nothing.

        Of a `blank` file it is not kept about whom it is.
        """

    async def fail(self, job: Report, reason: FailureReason) -> bool:
        """RENDERING → FAILED with the same fence."""

    async def retry(self, job: Report, *, wait_seconds: float, counted: bool = True) -> bool:
        """RENDERING → QUEUED with the same fence, its alarm ringing after the wait; uncounted, attempt - 1."""


class Snapshots(Protocol):
    """Where the data come from."""

    async def fetch(self, job: Report) -> Snapshot:
        """Return what the owner may see of the player, season or game that the report is about.

        Raises PlayerNotFound, GameNotFound, Unavailable or DeadlineExceeded.
        """


class Renderer(Protocol):
    """What makes the document."""

    async def render(self, order: Order) -> Document:
        """Return the file's bytes. Raises RenderFailed, RenderLimit, RenderCrashed or RenderInterrupted."""


class Exports(Protocol):
    """What makes exports."""

    def open(self, job: Report) -> AbstractAsyncContextManager[ExportFile]:
        """Make an export. Raises PlayerNotFound, Unavailable, DeadlineExceeded or NotStored."""


class Files(Protocol):
    """Where the finished files go."""

    async def put(self, key: str, data: bytes) -> None:
        """Store under a key that was never used. Raises Unavailable."""

    async def put_file(self, key: str, content: IO[bytes]) -> None:
        """Store what an open file holds under a key that was never used. Raises Unavailable."""

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete those of the files that exist."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file in the store that no row names yet; `blank` as of `Document`."""

    blob_key: str
    size_bytes: int
    sha256: str
    blank: bool = False


class Worker:
    """Makes reports, as many at a time as `slots`. `changed` is told of every report that it may have changed.

    `public_url` is where anybody reaches the club over HTTPS, for the code on each page; empty for nowhere.
    """

    def __init__(
        self,
        jobs: Jobs,
        hints: HintReceiver,
        *,
        snapshots: Snapshots,
        renderer: Renderer,
        exports: Exports,
        files: Files,
        rules: Rules,
        slots: int,
        public_url: str,
        new_key: Callable[[], str],
        changed: Callable[[str], None],
        fail_point: FailPoint = nowhere,
    ) -> None:
        self._jobs = jobs
        self._hints = hints
        self._snapshots = snapshots
        self._renderer = renderer
        self._exports = exports
        self._files = files
        self._rules = rules
        self._slots = slots
        self._public_url = public_url
        self._new_key = new_key
        self._changed = changed
        self._fail_point = fail_point
        self._waiting: set[asyncio.Task[Hint]] = set()
        self._busy: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Take hints and make reports until `stop`. Cancelling gives back what is under way."""
        async with asyncio.TaskGroup() as slots:
            for number in range(self._slots):
                slots.create_task(self._serve(), name=f"worker slot {number}")

    async def stop(self, *, grace_seconds: float) -> None:
        """Take no more hints, finish the reports under way within the grace, give back those that are not finished."""
        self._stopping = True
        for waiting in self._waiting:
            waiting.cancel()
        await self._hints.stop()
        if self._busy:
            await asyncio.wait(self._busy, timeout=grace_seconds)
        for busy in set(self._busy):
            busy.cancel()
        if self._busy:
            await asyncio.wait(self._busy)

    async def _serve(self) -> None:
        while not self._stopping:
            hint = await self._next_hint()
            if hint is not None:
                await self._attend(hint)

    async def _next_hint(self) -> Hint | None:
        waiting = asyncio.ensure_future(self._hints.take())
        self._waiting.add(waiting)
        try:
            await asyncio.wait([waiting])
        finally:
            self._waiting.discard(waiting)
            waiting.cancel()
        return None if waiting.cancelled() else waiting.result()

    async def _attend(self, hint: Hint) -> None:
        """Handle the hint in a task of its own, which `stop` can wait for and cut off."""
        task = asyncio.create_task(self._handle(hint), name=f"report {hint.report_id}")
        self._busy.add(task)
        try:
            await asyncio.wait([task])
        finally:
            self._busy.discard(task)
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def _handle(self, hint: Hint) -> None:
        calls.resume(hint.origin)
        _log.debug("hint_received", report_id=hint.report_id, redelivered=hint.redelivered)
        try:
            await self._attend_to(hint)
        except asyncio.CancelledError:
            _log.info("report_given_back", report_id=hint.report_id)
            await hint.give_back()
            raise
        except Exception as error:
            _log.warning("report_interrupted", report_id=hint.report_id, exc_info=error)
            await self._pause()
            await hint.give_back()
        else:
            self._fail_point("worker_before_ack")
            await hint.accept()

    async def _attend_to(self, hint: Hint) -> None:
        job = await self._claim(hint)
        self._changed(hint.report_id)
        if job is not None:
            # The row knows which call it was; only the hint knows of its own way here.
            calls.resume(hint.origin if hint.origin.request_id == job.origin.request_id else job.origin)
            with tracing.span("make report", kind="CONSUMER", report_id=job.report_id, attempt=job.attempt_count):
                await self._make(job)
            self._changed(hint.report_id)

    async def _claim(self, hint: Hint) -> Report | None:
        take_over = hint.redelivered

        async def claim() -> Report | None:
            nonlocal take_over
            # What failed may have been done.
            asked, take_over = take_over, True
            return await self._jobs.claim(hint.report_id, take_over=asked)

        return await self._outlast_outage(claim)

    async def _outlast_outage(self, change: Callable[[], Awaitable[T]]) -> T:
        """Make a change of the row, again and again while the database is away."""
        deadline = time.monotonic() + STORAGE_PATIENCE_SECONDS
        while True:
            try:
                return await change()
            except Unavailable as error:
                if self._stopping or time.monotonic() > deadline:
                    raise
                _log.warning("report_held_up", cause=repr(error.__cause__ or error))
            await self._pause()

    async def _pause(self) -> None:
        if not self._stopping:
            await asyncio.sleep(STORAGE_FAULT_SECONDS)

    async def _make(self, job: Report) -> None:
        self._fail_point("worker_after_claim")
        log = _log.bind(report_id=job.report_id, attempt=job.attempt_count)
        try:
            made = await (self._export(job) if job.kind is Kind.ACCOUNT_EXPORT else self._document(job))
        except asyncio.CancelledError as error:
            if not is_cancelled():
                await self._delay(job, error)
                return
            await self._jobs.retry(job, wait_seconds=0.0, counted=False)
            raise
        except (NotStored, RenderInterrupted) as error:
            # A full disk says nothing about the report, which would otherwise fail with everybody else's.
            log.warning("report_put_off", cause=repr(error.__cause__ or error))
            await self._jobs.retry(job, wait_seconds=SHORTAGE_SECONDS, counted=False)
        except (Unavailable, DeadlineExceeded, RenderCrashed) as error:
            await self._delay(job, error)
        except Exception as error:
            reason = _lasting(error)
            unforeseen = reason is FailureReason.RENDER_FAILED and not isinstance(error, RenderFailed)
            log.warning("report_failed", reason=reason, cause=str(error), exc_info=error if unforeseen else None)
            await self._jobs.fail(job, reason)
        else:
            await self._complete(job, made)

    async def _document(self, job: Report) -> MadeFile:
        with tracing.span("fetch snapshot", kind="CLIENT"):
            snapshot = await self._snapshots.fetch(job)
        address = verify_address(self._public_url, job.report_id)
        with tracing.span("render"):
            made = await self._renderer.render(Order(snapshot, job.format or Format.PDF, job.locale, address))
        _log.debug("report_rendered", report_id=job.report_id, size_bytes=len(made.data))
        key = self._key(job)
        await self._store(key, self._files.put(key, made.data))
        return MadeFile(key, len(made.data), hashlib.sha256(made.data).hexdigest(), made.blank)

    async def _export(self, job: Report) -> MadeFile:
        async with self._exports.open(job) as export:
            key = self._key(job)
            await self._store(key, self._files.put_file(key, export.content))
            return MadeFile(key, export.size_bytes, export.sha256)

    def _key(self, job: Report) -> str:
        return f"{job.report_id}/{job.fence}-{self._new_key()}.{job.extension}"

    async def _store(self, key: str, putting: Awaitable[None]) -> None:
        """Await the file's being stored. Raises NotStored."""
        try:
            with tracing.span("store file"):
                await putting
        except Unavailable as error:
            raise NotStored from error.__cause__
        _log.debug("report_stored", blob_key=key)
        self._fail_point("worker_after_write")

    async def _complete(self, job: Report, made: MadeFile) -> None:
        self._fail_point("worker_before_completion")
        log = _log.bind(report_id=job.report_id, attempt=job.attempt_count)
        if await self._outlast_outage(partial(self._jobs.complete, job, **asdict(made))):
            log.info("report_made", size_bytes=made.size_bytes)
        else:
            log.info("report_superseded")
            await self._files.delete([made.blob_key])
        self._fail_point("worker_after_completion")

    async def _delay(self, job: Report, error: BaseException) -> None:
        """Have the report tried again later, unless it was tried often enough."""
        log = _log.bind(report_id=job.report_id, attempt=job.attempt_count, cause=repr(error))
        attempts, reason = self._rules.max_attempts, FailureReason.ATTEMPTS_EXHAUSTED
        if isinstance(error, RenderCrashed):
            attempts, reason = min(attempts, ATTEMPTS_AT_CRASH), FailureReason.RENDER_CRASHED
        if job.attempt_count >= attempts:
            log.warning("report_failed", reason=reason)
            await self._jobs.fail(job, reason)
            return
        log.warning("report_delayed")
        wait_seconds = RETRY_SECONDS[min(job.attempt_count, len(RETRY_SECONDS)) - 1]
        await self._jobs.retry(job, wait_seconds=wait_seconds)


def _lasting(error: Exception) -> FailureReason:
    if isinstance(error, PlayerNotFound):
        return FailureReason.PLAYER_NOT_FOUND
    if isinstance(error, GameNotFound):
        return FailureReason.GAME_NOT_FOUND
    if isinstance(error, RenderLimit):
        return FailureReason.RENDER_LIMIT
    return FailureReason.RENDER_FAILED
