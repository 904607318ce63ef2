"""ReportService through a real server and stub, with the worker embedded."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from pathlib import Path

import grpc
import pytest
from dossier.report.v1 import report_pb2 as report_pb

from runtime.errors import Unavailable
from tests.integration.report.stage import (
    PDF,
    FakeRenderer,
    Stage,
    a_settings,
    eventually,
    open_stage,
    refused,
)

NOWHERE = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
CHUNK = 256 * 1024


# Creating.


async def test_report_of_oneself_is_made_when_no_username_is_given(stage: Stage) -> None:
    """The shortest wish makes a report of the caller, with everything that a READY report has."""
    report = await stage.as_player("anna").made()
    assert (report.username, report.state, report.attempt_count) == ("anna", report_pb.STATE_READY, 1)
    assert (report.size_bytes, report.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert report.create_time.seconds <= report.update_time.seconds < report.expire_time.seconds
    assert not report.failure_reason


async def test_report_of_somebody_else_is_made(stage: Stage) -> None:
    """Anyone may have a report of anyone."""
    report = await stage.as_player("anna").made(username="bert")
    assert (report.username, report.state) == ("bert", report_pb.STATE_READY)
    assert not stage.snapshots.requests[0].include_email


async def test_email_is_printed_when_asked_for_oneself(stage: Stage, renderer: FakeRenderer) -> None:
    """The wish reaches the snapshot and the document."""
    report = await stage.as_player("anna").made(include_email=True)
    assert report.include_email
    assert renderer.orders[0].snapshot.email == "anna@example.org"


async def test_email_of_somebody_else_is_refused(stage: Stage) -> None:
    """A foreign address is not printed."""
    with refused() as refusal:
        await stage.as_player("anna").create(username="bert", include_email=True)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")


@pytest.mark.parametrize("fields", [{"username": "Anna Lima"}, {"request_id": "1"}])
async def test_bad_fields_are_refused(stage: Stage, fields: dict[str, str]) -> None:
    """The rules of the proto hold."""
    with refused() as refusal:
        await stage.as_player("anna").create(**fields)
    assert refusal.reason == "INVALID_REQUEST"


async def test_repeat_answers_the_same_report(stage: Stage, renderer: FakeRenderer) -> None:
    """One request_id makes one report, however often and however much at once it is asked for."""
    anna, request_id = stage.as_player("anna"), str(uuid.uuid4())
    reports = await asyncio.gather(*(anna.create(request_id=request_id) for _ in range(5)))
    again = await anna.create(request_id=request_id, username="anna")
    assert {report.report_id for report in (*reports, again)} == {again.report_id}
    await anna.watch_to_end(again.report_id)
    assert len(renderer.orders) == 1
    assert len((await anna.list()).reports) == 1


async def test_request_id_is_refused_when_the_wish_differs(stage: Stage) -> None:
    """A request_id does not silently answer another report; another player may use the same."""
    anna, request_id = stage.as_player("anna"), str(uuid.uuid4())
    await anna.create(request_id=request_id)
    for other in ({"username": "bert"}, {"include_email": True}):
        with refused() as refusal:
            await anna.create(request_id=request_id, **other)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    await stage.as_player("bert").create(request_id=request_id)


async def test_sixth_report_under_way_is_refused(stage: Stage, renderer: FakeRenderer) -> None:
    """Five reports of one owner are under way at most; a repeat of one of them is still answered."""
    renderer.gate.clear()
    anna, request_id = stage.as_player("anna"), str(uuid.uuid4())
    first = await anna.create(request_id=request_id)
    for _ in range(4):
        await anna.create()
    with refused() as refusal:
        await anna.create()
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "REPORT_QUOTA")
    assert (await anna.create(request_id=request_id)).report_id == first.report_id
    await stage.as_player("bert").create()
    await anna.cancel(first.report_id)
    await anna.create()
    renderer.gate.set()


async def test_reports_beyond_the_kept_are_refused(tmp_path: Path) -> None:
    """Finished reports count until they are deleted."""
    settings = a_settings(tmp_path, max_kept_reports=2)
    async with open_stage(settings, renderer=FakeRenderer()) as stage:
        anna = stage.as_player("anna")
        reports = [await anna.made() for _ in range(2)]
        with refused() as refusal:
            await anna.create()
        assert refusal.reason == "REPORT_QUOTA"
        await anna.delete(reports[0].report_id)
        await anna.create()


# Reading.


async def test_foreign_and_absent_reports_are_refused_alike(stage: Stage) -> None:
    """Nobody learns whether an id exists; each method says the same."""
    report = await stage.as_player("anna").made()
    bert = stage.as_player("bert")
    calls = [bert.get, bert.watch_to_end, bert.downloaded, bert.cancel, bert.delete]
    for call in calls:
        for report_id in (report.report_id, NOWHERE):
            with refused() as refusal:
                await call(report_id)
            assert refusal.code is grpc.StatusCode.NOT_FOUND
            assert (refusal.reason, refusal.metadata) == ("REPORT_NOT_FOUND", {"report_id": report_id})
    assert (await stage.as_player("anna").get(report.report_id)) == report


async def test_list_gives_pages_newest_first(stage: Stage) -> None:
    """Pages join without gap or double; the token ends at the end and belongs to its owner."""
    anna = stage.as_player("anna")
    made = [(await anna.made()).report_id for _ in range(5)]
    await stage.as_player("bert").made()
    pages, token = [], ""
    while True:
        page = await anna.list(page_size=2, page_token=token)
        pages.append([report.report_id for report in page.reports])
        token = page.next_page_token
        if not token:
            break
    assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    token = (await anna.list(page_size=2)).next_page_token
    for player, bad in (("bert", token), ("anna", "rubbish")):
        with refused() as refusal:
            await stage.as_player(player).list(page_token=bad)
        assert refusal.reason == "PAGE_TOKEN_INVALID"


async def test_list_is_empty_when_nothing_was_asked_for(stage: Stage) -> None:
    """An owner without reports has one empty page."""
    page = await stage.as_player("anna").list()
    assert (len(page.reports), page.next_page_token) == (0, "")


# Watching.


async def test_watch_shows_each_state_and_ends(stage: Stage, renderer: FakeRenderer) -> None:
    """A watcher sees the report as it stands, each change, and the end."""
    renderer.gate.clear()
    anna = stage.as_player("anna")
    report = await anna.create()
    await renderer.begun.wait()
    watch = aiter(anna.watch(report.report_id))
    states = [(await anext(watch)).report.state]
    renderer.gate.set()
    states += [message.report.state async for message in watch]
    assert states[0] in (report_pb.STATE_QUEUED, report_pb.STATE_RENDERING)
    assert states[-1] == report_pb.STATE_READY
    assert [message.state for message in await anna.watch_to_end(report.report_id)] == [report_pb.STATE_READY]


async def test_watch_ends_not_found_when_report_is_deleted(stage: Stage, renderer: FakeRenderer) -> None:
    """A watcher learns that the report is gone."""
    renderer.gate.clear()
    anna = stage.as_player("anna")
    report = await anna.create()
    watch = aiter(anna.watch(report.report_id))
    await anext(watch)
    await anna.delete(report.report_id)
    with refused() as refusal:
        async for _ in watch:
            pass
    assert refusal.reason == "REPORT_NOT_FOUND"
    renderer.gate.set()


async def test_watch_ends_unavailable_when_server_drains(stage: Stage, renderer: FakeRenderer) -> None:
    """A stopping server sends its watchers elsewhere, at once."""
    renderer.gate.clear()
    anna = stage.as_player("anna")
    report = await anna.create()
    watch = aiter(anna.watch(report.report_id))
    await anext(watch)
    draining = asyncio.create_task(stage.parts.drain())  # type: ignore[arg-type]
    with refused() as refusal:
        async for _ in watch:
            pass
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
    renderer.gate.set()
    await draining


# Failing.


async def test_report_fails_when_player_does_not_exist(stage: Stage) -> None:
    """A report of nobody ends FAILED, with the reason."""
    report = await stage.as_player("anna").made(username="nobody")
    assert report.state == report_pb.STATE_FAILED
    assert report.failure_reason == report_pb.FAILURE_REASON_PLAYER_NOT_FOUND


async def test_report_is_made_when_profile_service_was_away(stage: Stage) -> None:
    """A passing fault of profile_service costs an attempt and a second."""
    stage.snapshots.faults = [grpc.StatusCode.UNAVAILABLE]
    report = await stage.as_player("anna").made()
    assert (report.state, report.attempt_count) == (report_pb.STATE_READY, 2)


# Cancelling and deleting.


async def test_cancelled_report_stays_cancelled(stage: Stage, renderer: FakeRenderer) -> None:
    """Cancelling twice succeeds, and the worker at it changes nothing."""
    renderer.gate.clear()
    anna = stage.as_player("anna")
    report = await anna.create()
    await renderer.begun.wait()
    for _ in range(2):
        assert (await anna.cancel(report.report_id)).state == report_pb.STATE_CANCELLED
    renderer.gate.set()
    await anna.made()
    assert (await anna.get(report.report_id)).state == report_pb.STATE_CANCELLED
    with refused() as refusal:
        await anna.downloaded(report.report_id)
    assert (refusal.reason, refusal.metadata) == ("REPORT_NOT_READY", {"state": "CANCELLED"})


async def test_finished_report_cannot_be_cancelled(stage: Stage) -> None:
    """READY is final."""
    anna = stage.as_player("anna")
    report = await anna.made()
    with refused() as refusal:
        await anna.cancel(report.report_id)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REPORT_FINISHED")
    assert refusal.metadata == {"state": "READY"}


async def test_deleted_report_is_gone_with_its_file(stage: Stage) -> None:
    """The file vanishes from the disk soon after."""
    anna = stage.as_player("anna")
    report = await anna.made()
    files = stage.settings.data_dir / "reports" / report.report_id
    assert list(files.iterdir())
    await anna.delete(report.report_id)
    with refused() as refusal:
        await anna.get(report.report_id)
    assert refusal.reason == "REPORT_NOT_FOUND"
    await eventually(lambda: not files.exists() or not list(files.iterdir()))


# Starting again.


async def test_report_under_way_is_made_when_service_starts_again(tmp_path: Path) -> None:
    """What was RENDERING or QUEUED when the process ended is made by the next one."""
    settings = a_settings(tmp_path, grace_seconds=0.0)
    stuck = FakeRenderer()
    stuck.gate.clear()
    async with open_stage(settings, renderer=stuck) as stage:
        anna = stage.as_player("anna")
        ids = [(await anna.create()).report_id for _ in range(3)]
        await stuck.begun.wait()
    async with open_stage(settings, renderer=FakeRenderer()) as stage:
        anna = stage.as_player("anna")
        for report_id in ids:
            assert (await anna.watch_to_end(report_id))[-1].state == report_pb.STATE_READY


async def test_report_is_made_again_when_render_child_was_killed(stage: Stage, renderer: FakeRenderer) -> None:
    """An attempt that failed for now is counted where the owner sees it."""
    renderer.faults = [Unavailable("killed", dependency="rendering")]  # type: ignore[list-item]
    report = await stage.as_player("anna").made()
    assert (report.state, report.attempt_count) == (report_pb.STATE_READY, 2)
