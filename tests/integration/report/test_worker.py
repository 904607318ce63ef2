"""The worker between a real store and fakes of all else: duplicates, poison, faults, stopping."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import IO, Any

import pytest

from report_service.document.snapshot import Snapshot
from report_service.errors import PlayerNotFound, RenderCrashed, RenderFailed, RenderInterrupted, RenderLimit
from report_service.exports import ExportFile
from report_service.hints import Hint, InProcessHints
from report_service.player_snapshots import player_snapshot
from report_service.reports import FailureReason, Report, Rules, State
from report_service.storage.report_store import ReportStore
from report_service.worker import ATTEMPTS_AT_CRASH, RETRY_SECONDS, SHORTAGE_SECONDS, Worker
from runtime.calls import NO_CALL
from runtime.errors import DeadlineExceeded, Unavailable
from tests.integration.report.fake_snapshots import a_snapshot_message
from tests.integration.report.stage import PDF, Clock, FakeRenderer, a_wish, eventually, take_hints


@dataclass
class FakeSource:
    """Snapshots, or `faults`, one a call."""

    faults: list[Exception] = field(default_factory=list)
    asked: list[Report] = field(default_factory=list)

    async def fetch(self, job: Report) -> Snapshot:
        self.asked.append(job)
        if self.faults:
            raise self.faults.pop(0)
        return player_snapshot(job.report_id, job.scope, a_snapshot_message(job.username))


class FakeFiles(dict[str, bytes]):
    """Files in memory; `fault` is raised by the next `put`."""

    fault: Exception | None = None

    async def put(self, key: str, data: bytes) -> None:
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        assert key not in self
        self[key] = data

    async def put_file(self, key: str, content: IO[bytes]) -> None:
        await self.put(key, content.read())

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.pop(key, None)


class NoExports:
    """Exports that nobody asks for."""

    def open(self, job: Report) -> AbstractAsyncContextManager[ExportFile]:
        raise NotImplementedError


class FaultyJobs:
    """A store that fails as `faults` says, one a claim, and `completion_faults`, one a completion, done or not."""

    def __init__(self, store: ReportStore) -> None:
        self._store = store
        self.faults: list[Exception] = []
        self.completion_faults: list[Exception] = []
        self.completes_first = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def claim(self, report_id: str, *, take_over: bool) -> Report | None:
        if self.faults:
            raise self.faults.pop(0)
        return await self._store.claim(report_id, take_over=take_over)

    async def complete(self, job: Report, **file: Any) -> bool:
        if self.completion_faults:
            if self.completes_first:
                await self._store.complete(job, **file)
            raise self.completion_faults.pop(0)
        return await self._store.complete(job, **file)


class CountedHints(InProcessHints):
    """Hints that count how often one went back, and how many were accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.given_back = 0
        self.accepted = 0

    async def take(self) -> Hint:
        hint = await super().take()

        async def give_back() -> None:
            self.given_back += 1
            await hint.give_back()

        async def accept() -> None:
            self.accepted += 1
            await hint.accept()

        return replace(hint, accept=accept, give_back=give_back)


class Workshop:
    """A running worker with everything that it holds on to."""

    def __init__(self, store: ReportStore) -> None:
        self.store = store
        self.jobs = FaultyJobs(store)
        self.hints = CountedHints()
        self.source = FakeSource()
        self.renderer = FakeRenderer()
        self.files = FakeFiles()
        self.public_url = ""
        self._count = 0

    def worker(self, *, slots: int = 1) -> Worker:
        """Return another worker on the same things."""
        return Worker(
            self.jobs,
            self.hints,
            snapshots=self.source,
            renderer=self.renderer,
            exports=NoExports(),
            files=self.files,
            rules=Rules(),
            slots=slots,
            public_url=self.public_url,
            new_key=lambda: f"key{len(self.files)}",
            changed=lambda report_id: None,
        )

    async def ask(self, **changes: Any) -> str:
        """Queue a report and send its hint."""
        self._count += 1
        report_id = f"report-{self._count}"
        async with self.store.deciding() as rows:
            await rows.insert(report_id, a_wish(**changes))
        await self.hints.send(report_id)
        return report_id

    async def seen(self, report_id: str = "report-1") -> Report:
        """Return the report as its owner sees it."""
        report = await self.store.get("anna-id", report_id)
        assert report is not None
        return report

    async def turns(self, state: State, report_id: str = "report-1") -> Report:
        """Wait for a state."""

        async def reached() -> Report | None:
            report = await self.seen(report_id)
            return report if report.state is state else None

        report: Report = await eventually(reached)
        return report


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[Worker]:
    """Run a worker for a while."""
    task = asyncio.create_task(worker.run())
    try:
        yield worker
        await worker.stop(grace_seconds=5)
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


@pytest.fixture
def shop(store: ReportStore) -> Workshop:
    """A workshop on an empty store."""
    return Workshop(store)


async def test_report_turns_ready_when_all_goes_well(shop: Workshop) -> None:
    """The row tells size and digest of the file that its pointer leads to."""
    async with working(shop.worker()):
        await shop.ask(include_email=True)
        report = await shop.turns(State.READY)
    assert shop.files[report.blob_key] == PDF
    assert report.blob_key.startswith("report-1/1-")
    assert (report.size_bytes, report.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    [job] = shop.source.asked
    assert (job.username, job.owner_id, job.include_email) == ("anna", "anna-id", True)


async def test_report_is_made_once_when_hints_are_doubled(shop: Workshop) -> None:
    """A second hint finds nothing to do, be it early or late."""
    async with working(shop.worker(slots=2)):
        shop.renderer.gate.clear()
        await shop.ask()
        await shop.renderer.begun.wait()
        await shop.hints.send("report-1")
        await eventually(lambda: not shop.hints._known)
        shop.renderer.gate.set()
        await shop.turns(State.READY)
        await shop.hints.send("report-1")
        await eventually(lambda: not shop.hints._known)
    assert len(shop.renderer.orders) == 1
    assert len(shop.files) == 1


async def test_unknown_report_is_no_work(shop: Workshop) -> None:
    """A forged hint costs nothing, and the next one is served."""
    async with working(shop.worker()):
        await shop.hints.send("nowhere")
        await shop.ask()
        await shop.turns(State.READY)


async def test_redelivered_hint_takes_over_and_overtaken_worker_leaves_no_file(shop: Workshop) -> None:
    """A paused worker cannot complete; what it made is deleted, and the report is the other's."""
    async with working(shop.worker(slots=2)):
        shop.renderer.gate.clear()
        await shop.ask()
        await shop.renderer.begun.wait()
        shop.hints._put("report-1", NO_CALL, redelivered=True)
        await eventually(lambda: len(shop.renderer.orders) == 2)
        shop.renderer.gate.set()
        report = await shop.turns(State.READY)
        assert (report.fence, report.attempt_count) == (2, 2)
        await eventually(lambda: list(shop.files) == [report.blob_key])


async def test_cancelled_report_never_turns_ready_when_worker_is_at_it(shop: Workshop) -> None:
    """The worker's file vanishes and the state stays."""
    async with working(shop.worker()):
        shop.renderer.gate.clear()
        await shop.ask()
        await shop.renderer.begun.wait()
        await shop.store.cancel("anna-id", "report-1")
        shop.renderer.gate.set()
        await shop.ask()
        await shop.turns(State.READY, "report-2")
    assert (await shop.seen()).state is State.CANCELLED
    assert [key.partition("/")[0] for key in shop.files] == ["report-2"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (RenderFailed("boom"), FailureReason.RENDER_FAILED),
        (RenderLimit("boom"), FailureReason.RENDER_LIMIT),
        (KeyError("a fault nobody thought of"), FailureReason.RENDER_FAILED),
    ],
)
async def test_poison_report_fails_and_delays_nobody(shop: Workshop, fault: Exception, reason: FailureReason) -> None:
    """A lasting fault ends the report with its reason at the first attempt; the next report is made."""
    shop.renderer.faults = [fault]
    async with working(shop.worker()):
        await shop.ask()
        await shop.ask()
        report = await shop.turns(State.FAILED)
        await shop.turns(State.READY, "report-2")
    assert (report.failure_reason, report.attempt_count) == (reason, 1)


async def test_report_fails_when_player_is_absent(shop: Workshop) -> None:
    """A report of nobody ends with the reason that says so."""
    shop.source.faults = [PlayerNotFound("nobody")]
    async with working(shop.worker()):
        await shop.ask()
        report = await shop.turns(State.FAILED)
    assert report.failure_reason is FailureReason.PLAYER_NOT_FOUND


@pytest.mark.parametrize("fault", [Unavailable("down", dependency="x"), DeadlineExceeded("slow")])
async def test_report_waits_when_snapshot_fails_for_now(shop: Workshop, clock: Clock, fault: Exception) -> None:
    """A passing fault queues the report again after a pause, and the next attempt makes it."""
    shop.source.faults = [fault]
    async with working(shop.worker()):
        await shop.ask()
        await eventually(lambda: not shop.source.faults)
        await shop.turns(State.QUEUED)
        assert (await shop.store.due()).wait_seconds == RETRY_SECONDS[0]
        await shop.hints.send("report-1")
        report = await shop.turns(State.READY)
    assert report.attempt_count == 2


async def test_report_outlasts_a_want_of_render_processes(shop: Workshop) -> None:
    """A machine that can start no process says nothing about the report, which waits and keeps its attempts."""
    tries = Rules().max_attempts + 2
    shop.renderer.faults = [RenderInterrupted("no process", dependency="rendering") for _ in range(tries)]
    async with working(shop.worker()):
        await shop.ask()
        for left in reversed(range(tries)):
            await eventually(lambda left=left: len(shop.renderer.faults) == left)
            assert (await shop.turns(State.QUEUED)).attempt_count == 0
            assert (await shop.store.due()).wait_seconds == SHORTAGE_SECONDS
            await shop.hints.send("report-1")
        report = await shop.turns(State.READY)
    assert (report.attempt_count, len(shop.files)) == (1, 1)


async def test_report_outlasts_a_store_that_stays_full(shop: Workshop) -> None:
    """Each try waits its time and costs no attempt: a full disk fails nobody's report, however long it lasts."""
    shop.files.fault = Unavailable("full", dependency="blobs")
    async with working(shop.worker()):
        await shop.ask()
        for begun in range(1, 8):
            await eventually(lambda begun=begun: len(shop.source.asked) == begun)
            report = await shop.turns(State.QUEUED)
            assert (report.fence, report.attempt_count) == (begun, 0)
            assert (await shop.store.due()).wait_seconds == SHORTAGE_SECONDS
            shop.files.fault = Unavailable("full", dependency="blobs") if begun < 7 else None
            await shop.hints.send("report-1")
        report = await shop.turns(State.READY)
    assert (report.attempt_count, len(shop.files)) == (1, 1)


async def test_report_fails_when_passing_faults_use_up_all_attempts(shop: Workshop) -> None:
    """The fifth passing fault is the last."""
    shop.source.faults = [Unavailable("down", dependency="x") for _ in range(5)]
    async with working(shop.worker()):
        await shop.ask()
        for left in range(4, 0, -1):
            await eventually(lambda left=left: len(shop.source.faults) == left)
            await shop.turns(State.QUEUED)
            await shop.hints.send("report-1")
        report = await shop.turns(State.FAILED)
    assert (report.failure_reason, report.attempt_count) == (FailureReason.ATTEMPTS_EXHAUSTED, 5)


async def test_report_fails_when_every_render_process_dies_at_it(shop: Workshop) -> None:
    """What kills its process again and again ends with a reason that says so, after fewer attempts."""
    shop.renderer.faults = [RenderCrashed("exit code -11") for _ in range(5)]
    async with working(shop.worker()):
        await shop.ask()
        for attempts in range(1, ATTEMPTS_AT_CRASH):
            await eventually(lambda attempts=attempts: len(shop.renderer.faults) == 5 - attempts)
            await shop.turns(State.QUEUED)
            await shop.hints.send("report-1")
        report = await shop.turns(State.FAILED)
    assert (report.failure_reason, report.attempt_count) == (FailureReason.RENDER_CRASHED, ATTEMPTS_AT_CRASH)


async def test_report_waits_when_what_makes_it_is_cancelled_by_itself(shop: Workshop) -> None:
    """A cancellation that nobody asked for is a passing fault: it neither ends the slot nor spins."""
    shop.renderer.faults = [asyncio.CancelledError()]
    async with working(shop.worker()):
        await shop.ask()
        await shop.renderer.begun.wait()
        await shop.turns(State.QUEUED)
        assert (await shop.store.due()).wait_seconds == RETRY_SECONDS[0]
        await shop.hints.send("report-1")
        assert (await shop.turns(State.READY)).attempt_count == 2


async def test_hint_comes_again_when_worker_meets_an_unforeseen_fault(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that cannot claim gives the hint back and lives on."""
    monkeypatch.setattr("report_service.worker.STORAGE_FAULT_SECONDS", 0.01)
    shop.jobs.faults = [RuntimeError("worse")]
    async with working(shop.worker()):
        await shop.ask()
        await shop.turns(State.READY)
    assert shop.hints.given_back == 1


async def test_hint_is_held_while_database_is_away(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the database refuses, the hint goes back once patience is over, and not before."""
    monkeypatch.setattr("report_service.worker.STORAGE_FAULT_SECONDS", 0.001)
    shop.jobs.faults = [Unavailable("locked", dependency="database") for _ in range(20)]
    async with working(shop.worker()):
        await shop.ask()
        await shop.turns(State.READY)
        assert shop.hints.given_back == 0
        monkeypatch.setattr("report_service.worker.STORAGE_PATIENCE_SECONDS", 0)
        shop.jobs.faults = [Unavailable("locked", dependency="database")]
        await shop.turns(State.READY, await shop.ask())
        assert shop.hints.given_back == 1


@pytest.mark.parametrize("done", [False, True])
async def test_report_is_made_once_when_database_goes_away_at_its_end(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, *, done: bool
) -> None:
    """A file that is there waits for the database, also when the row was READY and only the answer got lost."""
    monkeypatch.setattr("report_service.worker.STORAGE_FAULT_SECONDS", 0.001)
    shop.jobs.completion_faults = [Unavailable("locked", dependency="database") for _ in range(7)]
    shop.jobs.completes_first = done
    async with working(shop.worker()):
        await shop.ask()
        await eventually(lambda: shop.hints.accepted)
        report = await shop.seen()
    assert (report.state, report.attempt_count, shop.hints.given_back) == (State.READY, 1, 0)
    assert list(shop.files) == [report.blob_key]


async def test_stop_finishes_the_report_in_hand(shop: Workshop) -> None:
    """Within the grace a report under way is made to its end, and no other is begun."""
    worker = shop.worker()
    async with working(worker):
        shop.renderer.gate.clear()
        await shop.ask()
        await shop.ask()
        await shop.renderer.begun.wait()
        stopping = asyncio.create_task(worker.stop(grace_seconds=5))
        await eventually(lambda: shop.hints._stopped)
        shop.renderer.gate.set()
        await stopping
        assert (await shop.seen()).state is State.READY
        assert (await shop.seen("report-2")).state is State.QUEUED


async def test_stop_gives_the_report_back_when_grace_is_over(shop: Workshop) -> None:
    """What is not finished in time is QUEUED at once, due now, and its hint is another's."""
    worker = shop.worker()
    async with working(worker):
        shop.renderer.gate.clear()
        await shop.ask()
        await shop.renderer.begun.wait()
        await worker.stop(grace_seconds=0)
    assert (await shop.seen()).state is State.QUEUED
    assert [hint.report_id for hint in await take_hints(shop.store)] == ["report-1"]
    assert shop.hints._known == {"report-1": True}


async def test_report_keeps_its_attempts_when_worker_after_worker_is_stopped(shop: Workshop) -> None:
    """More restarts than a report has attempts do not make it fail: it was not at fault."""
    await shop.ask()
    for _ in range(Rules().max_attempts + 1):
        shop.renderer.gate.clear()
        shop.renderer.begun.clear()
        shop.hints = InProcessHints()
        await shop.hints.send("report-1")
        worker = shop.worker()
        async with working(worker):
            async with asyncio.timeout(5):
                await shop.renderer.begun.wait()
            await worker.stop(grace_seconds=0)
    shop.renderer.gate.set()
    shop.hints = InProcessHints()
    await shop.hints.send("report-1")
    async with working(shop.worker()):
        report = await shop.turns(State.READY)
    assert report.attempt_count == 1


async def test_idle_worker_stops_at_once(shop: Workshop) -> None:
    """With nothing in hand there is nothing to wait for."""
    worker = shop.worker(slots=3)
    task = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    await worker.stop(grace_seconds=60)
    async with asyncio.timeout(2):
        await task
