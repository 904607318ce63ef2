"""Every row of the state table in the architecture, on a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from report_service.errors import RequestIdTaken
from report_service.reports import FailureReason, Report, Rules, State
from report_service.storage.report_store import ReportStore
from report_service.wishes import Wish
from tests.integration.report.fake_snapshots import NOW
from tests.integration.report.stage import Clock, a_wish, open_store, take_hints

DIGEST = "ab" * 32


async def queued(store: ReportStore, wish: Wish | None = None, *, report_id: str = "report-1") -> Report:
    """Insert a report."""
    async with store.deciding() as rows:
        return await rows.insert(report_id, wish or a_wish())


async def claimed(store: ReportStore, report_id: str = "report-1") -> Report:
    """Insert a report and claim it."""
    await queued(store, report_id=report_id)
    job = await store.claim(report_id, take_over=False)
    assert job is not None
    return job


async def completed(store: ReportStore, job: Report) -> bool:
    """Complete a job with some file."""
    return await store.complete(job, blob_key="key", size_bytes=7, sha256=DIGEST)


async def seen(store: ReportStore, report_id: str = "report-1") -> Report:
    """Return the report as its owner sees it."""
    report = await store.get("anna-id", report_id)
    assert report is not None
    return report


async def test_created_report_is_queued_with_alarm_now(store: ReportStore) -> None:
    """A new row is QUEUED, was never begun, and its alarm rings at once."""
    report = await queued(store)
    assert (report.state, report.attempt_count, report.fence) == (State.QUEUED, 0, 0)
    assert report.create_time == report.update_time == NOW
    assert report.expire_time is None
    assert [hint.report_id for hint in await take_hints(store)] == ["report-1"]


async def test_hint_alarm_moves_when_taken(store: ReportStore, clock: Clock) -> None:
    """After a hint the alarm is silent for the given time and the hint is counted."""
    await queued(store)
    [hint] = await take_hints(store)
    due = await store.due()
    assert (hint.hint_count, due.has_hints, due.wait_seconds) == (1, False, 30.0)
    clock.turn(seconds=30)
    assert (await store.due()).has_hints
    [again] = await take_hints(store)
    assert again.hint_count == 2


async def test_hint_is_taken_once_when_two_dispatchers_saw_it(store: ReportStore) -> None:
    """Who comes second gets nothing; who could not send it makes it due again and uncounted."""
    await queued(store)
    [hint] = await take_hints(store)
    assert await take_hints(store) == []
    await store.return_hints([hint], wait_seconds=0.0)
    assert await take_hints(store) == [hint]


async def test_hints_are_taken_oldest_first_when_there_are_many(store: ReportStore, clock: Clock) -> None:
    """A batch is what has waited longest."""
    for number in (3, 1, 2):
        await queued(store, report_id=f"report-{number}")
        clock.turn(seconds=1)
    taken = await store.take_hints(limit=2, first_seconds=30.0, longest_seconds=600.0)
    assert [hint.report_id for hint in taken] == ["report-1", "report-3"]


async def test_hint_alarm_stays_when_row_was_claimed_meanwhile(store: ReportStore) -> None:
    """The dispatcher's late bookkeeping does not shorten a worker's lease."""
    await queued(store)
    [hint] = await take_hints(store)
    await store.claim("report-1", take_over=False)
    await store.return_hints([hint], wait_seconds=0.0)
    assert (await store.due()).wait_seconds == 120.0


async def test_claim_turns_queued_rendering(store: ReportStore) -> None:
    """A claim counts an attempt, raises the fence and sets the alarm to the lease."""
    job = await claimed(store)
    assert (job.state, job.fence, job.attempt_count) == (State.RENDERING, 1, 1)
    assert (await store.due()).wait_seconds == 120.0


async def test_second_claim_gets_nothing_when_hint_is_a_duplicate(store: ReportStore) -> None:
    """Of two workers with the same hint, one works."""
    await claimed(store)
    assert await store.claim("report-1", take_over=False) is None


async def test_claim_takes_over_when_hint_is_redelivered(store: ReportStore) -> None:
    """A RENDERING row whose worker died goes to the next at once, with a new fence."""
    await claimed(store)
    job = await store.claim("report-1", take_over=True)
    assert job is not None
    assert (job.fence, job.attempt_count) == (2, 2)


async def test_claim_gets_nothing_when_report_is_unknown(store: ReportStore) -> None:
    """A hint for a row that never was is nothing to do."""
    assert await store.claim("report-9", take_over=True) is None


async def test_claim_fails_report_when_attempts_are_used_up(store: ReportStore) -> None:
    """A report that took five workers down with it ends FAILED at the sixth."""
    await queued(store)
    for _ in range(5):
        assert await store.claim("report-1", take_over=True) is not None
    assert await store.claim("report-1", take_over=True) is None
    report = await seen(store)
    assert (report.state, report.failure_reason) == (State.FAILED, FailureReason.ATTEMPTS_EXHAUSTED)
    assert report.expire_time == NOW + timedelta(days=30)


async def test_claim_fails_queued_report_when_attempts_are_used_up(store: ReportStore, clock: Clock) -> None:
    """The same when the alarm, not the broker, brought it back each time."""
    await queued(store)
    for _ in range(5):
        assert await store.claim("report-1", take_over=False) is not None
        clock.turn(seconds=120)
        assert await store.requeue_stranded() == ["report-1"]
    assert await store.claim("report-1", take_over=False) is None
    assert (await seen(store)).failure_reason is FailureReason.ATTEMPTS_EXHAUSTED


async def test_done_turns_rendering_ready(store: ReportStore) -> None:
    """A completed report has pointer, size, digest and expiry."""
    assert await completed(store, await claimed(store))
    report = await seen(store)
    assert (report.state, report.blob_key, report.size_bytes, report.sha256) == (State.READY, "key", 7, DIGEST)
    assert report.expire_time == NOW + timedelta(days=30)


async def test_done_changes_nothing_when_fence_is_lost(store: ReportStore) -> None:
    """A paused worker cannot complete what another has taken over; that one can."""
    paused = await claimed(store)
    other = await store.claim("report-1", take_over=True)
    assert other is not None
    assert not await completed(store, paused)
    assert (await seen(store)).state is State.RENDERING
    assert await completed(store, other)


async def test_done_changes_nothing_when_cancelled(store: ReportStore) -> None:
    """A cancelled report never turns READY."""
    job = await claimed(store)
    await store.cancel("anna-id", "report-1")
    assert not await completed(store, job)
    assert (await seen(store)).state is State.CANCELLED


async def test_done_changes_nothing_when_alarm_gave_report_back(store: ReportStore, clock: Clock) -> None:
    """A worker that slept through its lease has lost the report, though nobody has claimed it yet."""
    job = await claimed(store)
    clock.turn(seconds=120)
    await store.requeue_stranded()
    assert not await completed(store, job)


async def test_passing_fault_turns_rendering_queued(store: ReportStore, clock: Clock) -> None:
    """A report waits its backoff, and its hints are counted from the start again."""
    job = await claimed(store)
    assert await store.retry(job, wait_seconds=5.0)
    assert (await seen(store)).state is State.QUEUED
    assert (await store.due()).wait_seconds == 5.0
    clock.turn(seconds=5)
    [hint] = await take_hints(store)
    assert hint.hint_count == 1


async def test_lasting_fault_turns_rendering_failed(store: ReportStore) -> None:
    """A report that cannot be made ends FAILED with its reason and expires."""
    job = await claimed(store)
    assert await store.fail(job, FailureReason.RENDER_LIMIT)
    report = await seen(store)
    assert (report.state, report.failure_reason) == (State.FAILED, FailureReason.RENDER_LIMIT)
    assert report.expire_time == NOW + timedelta(days=30)


@pytest.mark.parametrize("outcome", ["retry", "fail"])
async def test_faults_change_nothing_when_fence_is_lost(store: ReportStore, outcome: str) -> None:
    """Whoever was overtaken neither requeues nor fails the report of another."""
    paused = await claimed(store)
    await store.claim("report-1", take_over=True)
    if outcome == "retry":
        assert not await store.retry(paused, wait_seconds=0.0)
    else:
        assert not await store.fail(paused, FailureReason.RENDER_FAILED)
    assert (await seen(store)).state is State.RENDERING


async def test_alarm_turns_stranded_rendering_queued(store: ReportStore, clock: Clock) -> None:
    """When worker and broker are both gone, the lease's end queues the report, due now."""
    await claimed(store)
    clock.turn(seconds=119)
    assert (await store.due()).stranded_count == 0
    clock.turn(seconds=1)
    assert (await store.due()).stranded_count == 1
    assert await store.requeue_stranded() == ["report-1"]
    assert [hint.report_id for hint in await take_hints(store)] == ["report-1"]


async def test_start_queues_everything_when_worker_is_embedded(store: ReportStore) -> None:
    """After a restart the hints and the worker of the last process are gone: both kinds of row are due now."""
    await claimed(store, "report-1")
    await queued(store, report_id="report-2")
    await take_hints(store)
    await store.requeue_everything()
    assert {hint.report_id for hint in await take_hints(store)} == {"report-1", "report-2"}


async def test_cancel_turns_queued_cancelled(store: ReportStore) -> None:
    """A cancelled report expires, and no worker claims it."""
    await queued(store)
    report = await store.cancel("anna-id", "report-1")
    assert report is not None
    assert (report.state, report.fence) == (State.CANCELLED, 1)
    assert report.expire_time == NOW + timedelta(days=30)
    assert await store.claim("report-1", take_over=True) is None


async def test_cancel_changes_nothing_when_final(store: ReportStore) -> None:
    """What is READY stays READY."""
    await completed(store, await claimed(store))
    assert await store.cancel("anna-id", "report-1") is None
    assert (await seen(store)).state is State.READY


async def test_expired_report_vanishes_before_its_files(store: ReportStore, clock: Clock) -> None:
    """At its expiry a report is hidden, and removed once its files are gone."""
    await completed(store, await claimed(store))
    clock.turn(days=30)
    assert (await store.due()).expired_count == 1
    assert await store.begin_purge(limit=10, wait_seconds=60.0) == ["report-1"]
    assert await store.get("anna-id", "report-1") is None
    await store.remove(["report-1"])
    clock.turn(seconds=60)
    assert (await store.due()).expired_count == 0


async def test_purge_is_tried_again_when_files_stayed(store: ReportStore, clock: Clock) -> None:
    """A row whose files could not be deleted rings again."""
    await completed(store, await claimed(store))
    clock.turn(days=30)
    await store.begin_purge(limit=10, wait_seconds=60.0)
    assert (await store.due()).wait_seconds == 60.0
    clock.turn(seconds=60)
    assert await store.begin_purge(limit=10, wait_seconds=60.0) == ["report-1"]


async def test_remove_changes_nothing_when_report_is_alive(store: ReportStore) -> None:
    """Only hidden rows are removed."""
    await queued(store)
    await store.remove(["report-1"])
    assert (await seen(store)).state is State.QUEUED


@pytest.mark.parametrize("state", ["QUEUED", "READY", "FAILED"])
async def test_delete_purges_at_once_when_no_worker_is_at_it(store: ReportStore, state: str) -> None:
    """Deleted reports are invisible, cannot be claimed, and their files go now."""
    if state == "QUEUED":
        await queued(store)
    elif state == "READY":
        await completed(store, await claimed(store))
    else:
        await store.fail(await claimed(store), FailureReason.RENDER_FAILED)
    assert await store.delete("anna-id", "report-1")
    assert await store.get("anna-id", "report-1") is None
    assert await store.claim("report-1", take_over=True) is None
    assert (await store.due()).expired_count == 1
    assert not await store.delete("anna-id", "report-1")


@pytest.mark.parametrize("cancelled_before", [False, True])
async def test_delete_waits_for_the_lease_when_a_worker_is_at_it(
    store: ReportStore, clock: Clock, cancelled_before: bool
) -> None:
    """Files are deleted when a worker that does not know yet has surely ended; it cannot complete."""
    job = await claimed(store)
    if cancelled_before:
        await store.cancel("anna-id", "report-1")
    assert await store.delete("anna-id", "report-1")
    assert not await completed(store, job)
    assert (await store.due()).expired_count == 0
    clock.turn(seconds=120)
    assert (await store.due()).expired_count == 1


async def test_foreign_report_is_absent(store: ReportStore) -> None:
    """Another account neither reads, cancels nor deletes it."""
    await queued(store)
    assert await store.get("bert-id", "report-1") is None
    assert await store.cancel("bert-id", "report-1") is None
    assert not await store.delete("bert-id", "report-1")
    assert await store.page("bert-id", before=None, limit=10) == []


async def test_request_id_is_free_again_when_report_was_deleted(store: ReportStore) -> None:
    """A request_id is unique among an owner's living reports only."""
    wish = a_wish(request_id="request-1")
    await queued(store, wish)
    with pytest.raises(RequestIdTaken):
        await queued(store, wish, report_id="report-2")
    await store.delete("anna-id", "report-1")
    await queued(store, wish, report_id="report-2")
    await queued(store, a_wish(owner_id="bert-id", request_id="request-1"), report_id="report-3")


async def test_due_rings_all_kinds_when_many_hints_wait(store: ReportStore, clock: Clock) -> None:
    """A backlog of hints that cannot be sent hides neither stranded nor expired reports."""
    await claimed(store, "stranded")
    await completed(store, await claimed(store, "expired"))
    clock.turn(days=31)
    for number in range(20):
        await queued(store, report_id=f"waiting-{number}")
    due = await store.due()
    assert (due.has_hints, due.stranded_count, due.expired_count) == (True, 1, 1)


async def test_watched_finds_all_when_there_are_more_than_fit_one_statement(store: ReportStore) -> None:
    """The feed's question answers any number of ids, and leaves out what is not there."""
    ids = [f"report-{number}" for number in range(120)]
    for report_id in ids:
        await queued(store, report_id=report_id)
    await store.delete("anna-id", "report-7")
    assert set(await store.watched([*ids, "nowhere"])) == set(ids) - {"report-7"}


async def test_two_processes_share_one_file(tmp_path: Path, clock: Clock) -> None:
    """Of two stores on the same file, as API and worker have them, one claims."""
    async with open_store(tmp_path, clock=clock) as api, open_store(tmp_path, clock=clock, rules=Rules()) as worker:
        await queued(api)
        claims = [await worker.claim("report-1", take_over=False), await api.claim("report-1", take_over=False)]
    assert [claim is not None for claim in claims] == [True, False]
