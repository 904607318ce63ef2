"""The feed over a store in memory that counts what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from report_service.document.snapshot import Format, Scope
from report_service.errors import ReportNotFound
from report_service.feed import Feed
from report_service.reports import Report, State
from report_service.wishes import Kind
from runtime.errors import Draining, Unavailable
from tests.integration.report.stage import eventually

MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


def a_report(report_id: str = "report-1", **changes: Any) -> Report:
    """Return a report that waits."""
    kind = Kind.PLAYER_REPORT
    report = Report(
        report_id,
        "anna-id",
        "anna",
        False,
        State.QUEUED,
        0,
        0,
        MOMENT,
        MOMENT,
        None,
        "",
        0,
        "",
        None,
        kind,
        Format.PDF,
        "",
        Scope(),
        "",
    )
    return replace(report, **changes)


class FakeStore(dict[str, Report]):
    """Reports by id; remembers how many ids each question was about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.faults = 0

    def put(self, report: Report) -> None:
        self[report.report_id] = report

    async def get_report(self, owner_id: str, report_id: str) -> Report | None:
        report = dict.get(self, report_id)
        return report if report and report.owner_id == owner_id else None

    async def watched(self, report_ids: Sequence[str]) -> dict[str, Report]:
        self.asked.append(len(report_ids))
        if self.faults:
            self.faults -= 1
            raise Unavailable("away", dependency="database")
        return {report_id: self[report_id] for report_id in report_ids if report_id in self}


class _Owned:
    """The store under the names that the feed uses."""

    def __init__(self, store: FakeStore) -> None:
        self.get = store.get_report
        self.watched = store.watched


@pytest.fixture
def store() -> FakeStore:
    """A store with one report that waits."""
    reports = FakeStore()
    reports.put(a_report())
    return reports


@pytest.fixture
async def feed(store: FakeStore) -> AsyncIterator[Feed]:
    """A feed that looks by itself once in an hour, so that tests poke it."""
    opened = Feed(_Owned(store), poll_seconds=3600)
    task = asyncio.create_task(opened.run())
    yield opened
    task.cancel()
    await asyncio.wait([task])


async def test_watcher_sees_each_change_and_the_end(feed: Feed, store: FakeStore) -> None:
    """The state now, each change after a poke, and nothing after a final state."""
    watch = feed.watch("anna-id", "report-1")
    assert (await anext(watch)).state is State.QUEUED
    for state in (State.RENDERING, State.READY):
        store.put(a_report(state=state))
        feed.poke("report-1")
        assert (await anext(watch)).state is state
    with pytest.raises(StopAsyncIteration):
        await anext(watch)


async def test_change_of_another_process_is_seen_without_poke(store: FakeStore) -> None:
    """The feed looks by itself while somebody watches."""
    feed = Feed(_Owned(store), poll_seconds=0.01)
    task = asyncio.create_task(feed.run())
    watch = feed.watch("anna-id", "report-1")
    await anext(watch)
    store.put(a_report(state=State.CANCELLED))
    assert (await anext(watch)).state is State.CANCELLED
    task.cancel()
    await asyncio.wait([task])


async def test_states_are_coalesced_when_watcher_is_slow(feed: Feed, store: FakeStore) -> None:
    """Who reads late gets the latest, once."""
    watch = feed.watch("anna-id", "report-1")
    await anext(watch)
    for attempt in range(1, 4):
        store.put(a_report(state=State.RENDERING, attempt_count=attempt))
        asked = len(store.asked)
        feed.poke("report-1")
        await eventually(lambda asked=asked: len(store.asked) > asked)
    assert (await anext(watch)).attempt_count == 3
    nothing = asyncio.ensure_future(anext(watch))
    asked = len(store.asked)
    await asyncio.sleep(0)
    feed.poke("report-1")
    await eventually(lambda: len(store.asked) > asked)
    assert not nothing.done()
    nothing.cancel()
    await asyncio.wait([nothing])


async def test_one_question_serves_all_watchers(feed: Feed, store: FakeStore) -> None:
    """A hundred watchers of two reports cost one question about two ids."""
    store.put(a_report("report-2"))
    watches = [feed.watch("anna-id", f"report-{number % 2 + 1}") for number in range(100)]
    for watch in watches:
        await anext(watch)
    for report_id in ("report-1", "report-2"):
        store.put(a_report(report_id, state=State.READY))
        feed.poke(report_id)
    states = await asyncio.gather(*map(anext, watches))
    assert {report.state for report in states} == {State.READY}
    assert store.asked == [2]


async def test_nothing_is_asked_when_nobody_watches(store: FakeStore) -> None:
    """Only what is watched is asked for, and nothing after the last watcher has left."""
    feed = Feed(_Owned(store), poll_seconds=0.01)
    task = asyncio.create_task(feed.run())
    watch = feed.watch("anna-id", "report-1")
    await anext(watch)
    await eventually(lambda: len(store.asked) > 2)
    await watch.aclose()
    asked = len(store.asked)
    feed.poke("report-1")
    other = Feed(_Owned(store), poll_seconds=0.01)
    other_task = asyncio.create_task(other.run())
    other_watch = other.watch("anna-id", "report-1")
    await anext(other_watch)
    await eventually(lambda: len(store.asked) > asked + 3)  # The other one's questions, none of the first.
    assert not feed._anybody.is_set()
    for running in (task, other_task):
        running.cancel()
        await asyncio.wait([running])


async def test_watch_ends_not_found_when_report_goes(feed: Feed, store: FakeStore) -> None:
    """A deleted report ends its watchers."""
    watch = feed.watch("anna-id", "report-1")
    await anext(watch)
    del store["report-1"]
    feed.poke("report-1")
    with pytest.raises(ReportNotFound):
        await anext(watch)


async def test_foreign_report_is_not_found(feed: Feed) -> None:
    """Nobody watches what is not theirs."""
    with pytest.raises(ReportNotFound):
        await anext(feed.watch("bert-id", "report-1"))


async def test_watchers_end_when_draining(feed: Feed) -> None:
    """Those that wait are sent elsewhere, and those that come later as well."""
    watch = feed.watch("anna-id", "report-1")
    await anext(watch)
    waiting = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0)
    feed.drain()
    with pytest.raises(Draining):
        await waiting
    late = feed.watch("anna-id", "report-1")
    await anext(late)
    with pytest.raises(Draining):
        await anext(late)


async def test_feed_survives_when_database_fails(feed: Feed, store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a fault the watchers go on."""
    monkeypatch.setattr("report_service.feed.FAULT_SECONDS", 0.01)
    store.faults = 1
    watch = feed.watch("anna-id", "report-1")
    await anext(watch)
    store.put(a_report(state=State.READY))
    feed.poke("report-1")
    await eventually(lambda: store.faults == 0)
    feed.poke("report-1")
    assert (await anext(watch)).state is State.READY
