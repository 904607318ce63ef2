"""The dispatcher between a real store and a transport that the test breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from report_service.dispatcher import BATCH, Dispatcher
from report_service.errors import HintNotSent
from report_service.reports import State
from report_service.storage.report_store import ReportStore
from runtime.calls import NO_CALL, Origin
from runtime.errors import Unavailable
from tests.integration.report.stage import Clock, a_wish, eventually


class FakeSender:
    """Remembers what was sent; refuses what is `poison`, and `breaks` by it or not."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.ready.set()
        self.forgotten = False
        self.sent: list[str] = []
        self.poison: set[str] = set()
        self.breaks = False
        self.most_at_once = 0
        self._at_once = 0

    async def send(self, report_id: str, origin: Origin = NO_CALL) -> None:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        if report_id in self.poison:
            if self.breaks:
                self.ready.clear()
            raise HintNotSent("poison")
        self.sent.append(report_id)


class FakeFiles:
    """Remembers the prefixes deleted; `faulty` ones cannot be, and none until `answers`."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.faulty: set[str] = set()
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()

    async def delete_all(self, prefix: str) -> None:
        self.asked.set()
        await self.answers.wait()
        if prefix in self.faulty:
            raise Unavailable("no", dependency="blobs")
        self.deleted.append(prefix)


class FaultyAlarms:
    """A store that fails as often as `faults` says."""

    def __init__(self, store: ReportStore) -> None:
        self._store = store
        self.faults = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def due(self) -> Any:
        if self.faults:
            self.faults -= 1
            raise Unavailable("locked", dependency="database")
        return await self._store.due()


class Post:
    """A running dispatcher with everything that it holds on to."""

    def __init__(self, store: ReportStore) -> None:
        self.store = store
        self.alarms = FaultyAlarms(store)
        self.sender = FakeSender()
        self.files = FakeFiles()
        self.dispatcher = Dispatcher(self.alarms, hints=self.sender, files=self.files, changed=lambda report_id: None)

    async def ask(self, *report_ids: str) -> None:
        """Queue reports."""
        async with self.store.deciding() as rows:
            for report_id in report_ids:
                await rows.insert(report_id, a_wish())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the dispatcher for a while."""
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
        assert task.cancelled()


@pytest.fixture
def post(store: ReportStore) -> Post:
    """A dispatcher on an empty store."""
    return Post(store)


async def test_hint_goes_out_at_once_when_poked(post: Post) -> None:
    """A poke does not wait for the next second."""
    async with post.running():
        await eventually(lambda: not post.dispatcher._poked.is_set())
        await post.ask("report-1")
        post.dispatcher.poke()
        await eventually(lambda: post.sender.sent == ["report-1"], within_seconds=0.5)


async def test_hints_go_out_once_when_two_dispatchers_share_them(post: Post) -> None:
    """Of the replicas of an API that wake for the same rows, one sends each hint."""
    ids = [f"report-{number}" for number in range(3 * BATCH)]
    await post.ask(*ids)
    other = Post(post.store)
    async with post.running(), other.running():
        await eventually(lambda: len(post.sender.sent) + len(other.sender.sent) >= len(ids))
        await eventually(lambda: alarm(post.store))
    assert sorted(post.sender.sent + other.sender.sent) == sorted(ids)


async def test_hint_that_was_refused_goes_out_when_transport_is_ready_again(post: Post) -> None:
    """A connection that breaks while hints are sent delays them hardly longer than it is away."""

    async def is_returned() -> bool:
        return not post.sender.ready.is_set() and (await post.store.due()).has_hints

    await post.ask("report-1")
    post.sender.poison = {"report-1"}
    post.sender.breaks = True
    async with post.running():
        await eventually(is_returned)
        post.sender.poison = set()
        post.sender.ready.set()
        await eventually(lambda: post.sender.sent == ["report-1"], within_seconds=5)


async def test_hint_goes_out_again_when_nobody_claims(post: Post, clock: Clock) -> None:
    """The alarm doubles from 30 seconds to 10 minutes."""
    await post.ask("report-1")
    async with post.running():
        for count, wait in enumerate([30, 60, 120, 240, 480, 600, 600], start=1):
            await eventually(lambda count=count: len(post.sender.sent) == count)
            due = await eventually(lambda: alarm(post.store))
            assert due == wait
            clock.turn(seconds=wait)
            post.dispatcher.poke()


async def alarm(store: ReportStore) -> float | None:
    """Return how long until the next alarm, None while one is ringing."""
    due = await store.due()
    return None if due.has_hints else due.wait_seconds


async def test_backlog_waits_and_drains_when_transport_is_ready_again(post: Post) -> None:
    """While nothing can be sent reports stay due; readiness alone wakes the dispatcher, and all go out in batches."""
    ids = [f"report-{number}" for number in range(2 * BATCH + 7)]
    post.sender.ready.clear()
    await post.ask(*ids)
    async with post.running():
        await post.ask("one more")
        post.dispatcher.poke()
        await eventually(lambda: not post.dispatcher._poked.is_set())
        assert post.sender.sent == []
        post.sender.ready.set()
        await eventually(lambda: len(post.sender.sent) == len(ids) + 1, within_seconds=5)
    assert sorted(post.sender.sent) == sorted([*ids, "one more"])
    assert 1 < post.sender.most_at_once <= BATCH


async def test_poison_rows_do_not_block_others(post: Post) -> None:
    """A whole batch that cannot be sent steps aside for the rows behind it."""
    poison = [f"poison-{number}" for number in range(BATCH)]
    post.sender.poison = set(poison)
    await post.ask(*poison)
    await post.ask("report-1")
    async with post.running():
        await eventually(lambda: post.sender.sent == ["report-1"])


async def test_hints_go_out_again_when_transport_forgot_them(post: Post) -> None:
    """A wiped broker delays nothing until the next alarm."""
    await post.ask("report-1")
    async with post.running():
        await eventually(lambda: post.sender.sent == ["report-1"])
        await eventually(lambda: alarm(post.store))
        post.sender.ready.clear()
        post.sender.forgotten = True
        post.dispatcher.poke()
        await eventually(lambda: not post.sender.forgotten)
        post.sender.ready.set()
        await eventually(lambda: post.sender.sent == ["report-1", "report-1"])


async def test_hints_go_out_again_when_transport_forgot_them_meanwhile(post: Post) -> None:
    """A loss that is noticed while an earlier one is seen to counts too; so does one that could not be seen to."""
    rung = 0

    async def ring_forgotten() -> None:
        nonlocal rung
        rung += 1
        if rung == 1:
            post.sender.forgotten = True
        if rung == 2:
            raise Unavailable("locked", dependency="database")

    post.alarms.ring_forgotten = ring_forgotten  # type: ignore[attr-defined]
    post.sender.forgotten = True
    async with post.running():
        await eventually(lambda: rung == 3)
        await eventually(lambda: not post.sender.forgotten)


async def test_stranded_report_goes_out_again(post: Post, clock: Clock) -> None:
    """A RENDERING row whose lease is over is queued and hinted in one go."""
    await post.ask("report-1")
    await post.store.claim("report-1", take_over=False)
    clock.turn(seconds=120)
    async with post.running():
        await eventually(lambda: post.sender.sent == ["report-1"])
    report = await post.store.get("anna-id", "report-1")
    assert report is not None
    assert report.state is State.QUEUED


async def test_expired_reports_are_deleted_with_their_files(post: Post, clock: Clock) -> None:
    """Files go first, then the row; a file that cannot be deleted keeps its own row only."""
    await post.ask("report-1", "report-2")
    for report_id in ("report-1", "report-2"):
        await post.store.cancel("anna-id", report_id)
    clock.turn(days=30)
    post.files.faulty = {"report-2/"}
    async with post.running():
        await eventually(lambda: post.files.deleted == ["report-1/"])
        assert await post.store.page("anna-id", before=None, limit=9) == []
        post.files.faulty = set()
        clock.turn(minutes=1)
        post.dispatcher.poke()
        await eventually(lambda: post.files.deleted == ["report-1/", "report-2/"])


async def test_hints_go_out_while_the_file_store_stands_still(post: Post, clock: Clock) -> None:
    """Expired reports wait for their files to be deleted, and nothing else waits with them."""
    await post.ask("old")
    await post.store.cancel("anna-id", "old")
    clock.turn(days=31)
    post.files.answers.clear()
    async with post.running():
        await post.files.asked.wait()
        await post.ask("new")
        post.dispatcher.poke()
        await eventually(lambda: post.sender.sent == ["new"])
        assert post.files.deleted == []
        post.files.answers.set()
        await eventually(lambda: post.files.deleted == ["old/"])


async def test_loop_survives_when_database_fails(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alarms ring on after the database was away."""
    monkeypatch.setattr("report_service.dispatcher.LONGEST_REST_SECONDS", 0.02)
    post.alarms.faults = 3
    await post.ask("report-1")
    async with post.running():
        await eventually(lambda: post.sender.sent == ["report-1"])
