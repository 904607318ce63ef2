"""Links to reports, from the RPC to the row: what they open, for how long, and what becomes of them."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.report.v1 import report_pb2 as report_pb
from google.protobuf.duration_pb2 import Duration
from grpc_status import rpc_status

from report_service.app import STORAGE
from report_service.reports import Rules
from report_service.share_links import MAX_LINKS, Wanted
from report_service.storage.report_store import ReportStore
from report_service.storage.share_store import ShareStore
from runtime.database import Database
from tests.integration.report.stage import (
    PDF,
    Clock,
    FakeRenderer,
    Stage,
    a_settings,
    a_wish,
    eventually,
    open_stage,
    refused,
)
from tests.integration.report.test_account_purges import purge
from tests.provision.databases import place_at

DAY = 24 * 3600
WANTED = Wanted("anna-id", "anna", "report-1", seconds=DAY)


@pytest.fixture
async def database(tmp_path: Path, clock: Clock) -> AsyncIterator[Database]:
    """A database with one report of anna's, as yet QUEUED."""
    async with place_at(tmp_path / "shares.sqlite3").open(STORAGE, clock) as opened:
        async with ReportStore(opened, rules=Rules()).deciding() as rows:
            await rows.insert("report-1", a_wish())
        yield opened


async def is_refused(stage: Stage, uri: str) -> bool:
    """Whether a link leads nowhere; fail when it is told why."""
    try:
        await stage.shared(uri)
    except grpc.aio.AioRpcError:
        with refused() as refusal:
            await stage.shared(uri)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "SHARE_LINK_INVALID")
        assert refusal.metadata == {}
        return True
    return False


async def test_link_gives_the_file_to_who_is_not_signed_in(stage: Stage) -> None:
    """Whole or in part, with what the owner is told of it; a week long when nothing else is asked for."""
    anna = stage.as_player("anna")
    report = await anna.made(username="bert")
    link = await anna.share(report.report_id)
    assert (link.report_id, link.expire_time.seconds - link.create_time.seconds) == (report.report_id, 7 * DAY)
    assert link.uri.startswith("/v1/shared/")
    metadata, data = await stage.shared(link.uri)
    assert (metadata, data) == ((await anna.downloaded(report.report_id))[0], PDF)
    part, middle = await stage.shared(link.uri, read_offset=len(PDF) - 9, read_limit=4)
    assert (part.sha256, part.read_offset, middle) == (hashlib.sha256(PDF).hexdigest(), len(PDF) - 9, PDF[-9:-5])
    with refused() as refusal:
        await stage.shared(link.uri, read_offset=len(PDF) + 1)
    assert refusal.reason == "OFFSET_OUT_OF_RANGE"


async def test_link_is_made_of_the_clubs_address_where_it_has_one(tmp_path: Path) -> None:
    """What is sent to a friend works as it is."""
    async with open_stage(
        a_settings(tmp_path, public_url="https://club.example.org"), renderer=FakeRenderer()
    ) as stage:
        anna = stage.as_player("anna")
        link = await anna.share((await anna.made()).report_id)
    assert link.uri.startswith("https://club.example.org/v1/shared/")


async def test_link_to_what_is_not_made_yet_asks_for_patience(tmp_path: Path) -> None:
    """It tells to come again until there is a file; never to who cancelled the report."""
    renderer = FakeRenderer()
    renderer.gate.clear()
    async with open_stage(a_settings(tmp_path), renderer=renderer) as stage:
        anna = stage.as_player("anna")
        report, cancelled = await anna.create(), await anna.create(username="bert")
        link, other = await anna.share(report.report_id), await anna.share(cancelled.report_id)
        await renderer.begun.wait()
        await anna.cancel(cancelled.report_id)
        for uri, details in ((link.uri, 2), (other.uri, 1)):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stage.shared(uri)
            assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
            assert details_of(caught.value) == details
        renderer.gate.set()
        await anna.watch_to_end(report.report_id)
        assert (await stage.shared(link.uri))[1] == PDF


def details_of(error: Any) -> int:
    """Return how many details a refusal has: the reason, and the delay to wait where waiting helps."""
    status = rpc_status.from_call(error)
    assert status is not None
    return len(status.details)


async def test_links_are_the_owners_to_see_and_to_end(stage: Stage) -> None:
    """They are listed with their addresses, oldest first; who else asks is told that there is no such thing."""
    anna, bert = stage.as_player("anna"), stage.as_player("bert")
    report = await anna.made()
    first = await anna.share(report.report_id, ttl=Duration(seconds=60))
    second = await anna.share(report.report_id, ttl=Duration(seconds=30 * DAY))
    assert await anna.links(report.report_id) == [first, second]
    assert second.expire_time.ToMicroseconds() == (await anna.get(report.report_id)).expire_time.ToMicroseconds()
    for call in (bert.share(report.report_id), bert.links(report.report_id)):
        with refused() as refusal:
            await call
        assert refusal.reason == "REPORT_NOT_FOUND"
    with refused() as refusal:
        await bert.unshare(first.link_id)
    assert (refusal.reason, refusal.metadata) == ("SHARE_LINK_NOT_FOUND", {"link_id": first.link_id})
    await anna.unshare(first.link_id)
    assert await is_refused(stage, first.uri)
    assert not await is_refused(stage, second.uri)
    assert await anna.links(report.report_id) == [second]


async def test_links_beyond_the_limit_are_refused_when_they_come_at_once(stage: Stage) -> None:
    """Two wishes for the last link make one; a link that was deleted makes room."""
    anna = stage.as_player("anna")
    report = await anna.made()
    links = await asyncio.gather(*(anna.share(report.report_id) for _ in range(MAX_LINKS + 1)), return_exceptions=True)
    assert len([link for link in links if isinstance(link, grpc.aio.AioRpcError)]) == 1
    with refused() as refusal:
        await anna.share(report.report_id)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SHARE_LINK_QUOTA")
    await anna.unshare((await anna.links(report.report_id))[0].link_id)
    await anna.share(report.report_id)


@pytest.mark.parametrize("ttl", [Duration(seconds=59), Duration(seconds=30 * DAY + 1), Duration(seconds=99, nanos=-1)])
async def test_link_of_no_length_that_there_is_is_refused(stage: Stage, ttl: Duration) -> None:
    """From a minute to thirty days."""
    with refused() as refusal:
        await stage.as_player("anna").share(str(uuid.uuid4()), ttl=ttl)
    assert refusal.reason == "INVALID_REQUEST"


async def test_export_has_no_links_and_tells_of_those_to_reports(stage: Stage) -> None:
    """An export lists which links there are, without what opens them."""
    anna = stage.as_player("anna")
    report = await anna.made()
    link, deleted = await anna.share(report.report_id), await anna.share(report.report_id)
    await anna.unshare(deleted.link_id)
    export = (await anna.watch_to_end((await anna.export()).report_id))[-1]
    with refused() as refusal:
        await anna.share(export.report_id)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "EXPORT_NOT_SHAREABLE")
    data = b"".join((await anna.downloaded(export.report_id))[1])
    account = zipfile.ZipFile(io.BytesIO(data)).read("account.json")
    told = json.loads(account)["reports"][0]["share_links"]
    assert [(one["link_id"], one["create_time"]) for one in told] == [(link.link_id, link.create_time.ToJsonString())]
    assert link.uri.rpartition("/")[2].encode() not in account


async def test_links_end_with_their_report(stage: Stage) -> None:
    """A report that was deleted cannot be had by a link at once, before its file and rows go."""
    anna = stage.as_player("anna")
    report = await anna.made()
    link = await anna.share(report.report_id)
    await anna.delete(report.report_id)
    assert await is_refused(stage, link.uri)
    for call in (anna.links(report.report_id), anna.unshare(link.link_id)):
        with refused() as refusal:
            await call
        assert refusal.code is grpc.StatusCode.NOT_FOUND


async def test_links_lead_nowhere_from_the_deletion_of_an_account_on(tmp_path: Path) -> None:
    """As soon as an account is hidden, and for good when it is purged; none of its links is left."""
    settings = a_settings(tmp_path, purge_poll_seconds=0.1)
    async with open_stage(settings, renderer=FakeRenderer()) as stage:
        anna = stage.as_player("anna")
        report = await anna.made(kind=report_pb.KIND_SEASON_REPORT)
        link = await anna.share(report.report_id)
        stage.profiles.hidden.add("anna")
        assert await is_refused(stage, link.uri)
        purge(stage, "anna")
        await eventually(lambda: stage.lifecycle.confirmed)
        stage.profiles.hidden.clear()
        assert await is_refused(stage, link.uri)
        assert link.link_id.encode() not in await stage.rows.kept()


async def test_nothing_is_shared_unless_profile_service_can_be_asked(stage: Stage) -> None:
    """Nobody's report is given away by guess."""
    anna = stage.as_player("anna")
    link = await anna.share((await anna.made()).report_id)
    stage.profiles.away = True
    with refused() as refusal:
        await stage.shared(link.uri)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")


async def test_link_ends_by_its_time_and_its_row_goes(database: Database, clock: Clock) -> None:
    """From its last moment on it is neither listed nor counted nor to be deleted, and the sweep takes the row."""
    store, reports = ShareStore(database), ReportStore(database, rules=Rules())
    async with store.deciding() as rows:
        link = await rows.insert("link-1", WANTED)
    clock.turn(seconds=DAY - 1)
    assert await store.live("report-1") == [link]
    assert (await reports.due()).expired_count == 0
    clock.turn(seconds=1)
    assert await store.live("report-1") == []
    async with store.deciding() as rows:
        assert await rows.count("report-1") == 0
    assert not await store.delete("anna-id", "link-1")
    assert await store.shared("link-1") is not None
    assert (await reports.due()).expired_count == 1
    assert await reports.begin_purge(limit=1, wait_seconds=0) == []
    assert await store.shared("link-1") is None
    assert (await reports.due()).expired_count == 0
    assert await reports.get("anna-id", "report-1") is not None


async def test_link_goes_with_a_report_whose_time_is_over(database: Database, clock: Clock) -> None:
    """A link that was made before the report was ready outlives it nowhere."""
    store, reports = ShareStore(database), ReportStore(database, rules=Rules(retention_days=1))
    async with store.deciding() as rows:
        await rows.insert("link-1", Wanted("anna-id", "anna", "report-1", seconds=30 * DAY))
    await reports.cancel("anna-id", "report-1")
    clock.turn(days=1)
    hidden = await reports.begin_purge(limit=1, wait_seconds=0)
    assert hidden == ["report-1"]
    assert await store.shared("link-1") is None
    await reports.remove(hidden)
    async with store.deciding() as rows:
        assert await rows.count("report-1") == 0
