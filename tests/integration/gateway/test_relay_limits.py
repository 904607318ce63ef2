"""Calls that pass through the gateway: time, cancellation, services that are slow or gone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2 as report_pb

from gateway import relay
from gateway.app import open_server
from runtime import channels
from runtime.admission import Limits
from tests.eventually import eventually
from tests.integration.gateway.calling import TIMEOUT, a_user, avatars, happened, profiles, reports
from tests.integration.gateway.conftest import Club, open_club, settings_for
from tests.integration.gateway.upstreams import CHUNK, Visits
from tests.statuses import reason_of, refused


async def test_upload_refused_midway_is_answered_while_the_client_waits(club: Club) -> None:
    """The service's early error arrives although the client has not ended its stream."""
    call = avatars(club).UploadAvatar(timeout=TIMEOUT, metadata=club.sign_in())
    await call.write(avatar_pb.UploadAvatarRequest(metadata={"username": "refused", "size_bytes": 1}))
    with refused(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
        await call


async def test_deadline_is_passed_on(club: Club) -> None:
    """The service knows how long the client waits."""
    await profiles(club).GetUser(a_user("alice"), timeout=7)
    assert club.profiles.visits.seconds_left is not None
    assert 5 < club.profiles.visits.seconds_left < 7.1  # gRPC rounds it up on the wire


async def test_unary_call_without_a_deadline_gets_one(club: Club) -> None:
    """A client that waits for ever does not hold a service for ever."""
    await profiles(club).GetUser(a_user("alice"))
    assert club.profiles.visits.seconds_left is not None
    assert club.profiles.visits.seconds_left < relay.UNARY_SECONDS + 1


async def test_call_that_takes_too_long_without_a_deadline_is_ended(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway's own limit is told in its own words."""
    monkeypatch.setattr(relay, "UNARY_SECONDS", 0.2)
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"):
        await profiles(club).GetUser(a_user("waiting"))
    await happened(club.profiles.visits.cancelled)


async def test_stream_without_a_deadline_gets_none(club: Club, report_id: str) -> None:
    """A report may be watched for as long as it takes."""
    stream = reports(club).WatchReport(report_pb.WatchReportRequest(report_id=report_id), metadata=club.sign_in())
    await stream.read()
    assert club.reports.visits.seconds_left is None
    stream.cancel()
    await happened(club.reports.visits.cancelled)


async def test_deadline_that_passes_ends_the_services_work(club: Club) -> None:
    """The client's deadline ends the call everywhere."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await profiles(club).GetUser(a_user("waiting"), timeout=0.3)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await happened(club.profiles.visits.cancelled)


async def test_cancelled_unary_call_is_cancelled_at_the_service(club: Club) -> None:
    """A client that goes away ends the work it asked for."""
    call = profiles(club).GetUser(a_user("waiting"), timeout=TIMEOUT)
    waiting = asyncio.ensure_future(call)
    await happened(club.profiles.visits.started)
    waiting.cancel()
    await happened(club.profiles.visits.cancelled)


async def test_cancelled_upload_is_cancelled_at_the_service(club: Club) -> None:
    """A client that goes away midway leaves nobody waiting for the rest."""
    call = avatars(club).UploadAvatar(timeout=TIMEOUT, metadata=club.sign_in())
    await call.write(avatar_pb.UploadAvatarRequest(metadata={"username": "waiting", "size_bytes": 1}))
    await happened(club.avatars.visits.started)
    call.cancel()
    await happened(club.avatars.visits.cancelled)


async def test_stream_cancelled_between_messages_is_cancelled_at_the_service(club: Club, report_id: str) -> None:
    """A watcher that goes away is forgotten at once."""
    stream = reports(club).WatchReport(
        report_pb.WatchReportRequest(report_id=report_id), metadata=club.sign_in(), timeout=TIMEOUT
    )
    await stream.read()
    await happened(club.reports.visits.started)
    stream.cancel()
    await happened(club.reports.visits.cancelled)


async def test_stream_of_a_reader_that_stalls_is_held_back_and_cancelled(club: Club, report_id: str) -> None:
    """Somebody who does not read makes the service wait, not the gateway's memory grow; leaving ends it."""
    stream = reports(club).DownloadReport(
        report_pb.DownloadReportRequest(report_id=report_id), metadata=club.sign_in(), timeout=30
    )
    await stream.read()
    sent = -1

    async def settled() -> bool:
        nonlocal sent
        before, sent = sent, club.reports.chunks_sent
        await asyncio.sleep(0.1)
        return before == sent

    await eventually(settled, within_seconds=20)
    assert sent * len(CHUNK) < 64 * 1024 * 1024
    stream.cancel()
    await happened(club.reports.visits.cancelled)


async def test_service_that_stays_down_is_told_quickly_and_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody hangs on a part that is gone for longer than a restart; gRPC's own words about addresses stay inside."""
    monkeypatch.setattr(channels, "ABSENCE_SECONDS", 0.2)
    async with (
        open_server(settings_for(tmp_path)) as (server, _),
        grpc.aio.insecure_channel(server.address) as channel,
        asyncio.timeout(5),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await profile_rpc.ProfileServiceStub(channel).GetUser(a_user("alice"), timeout=TIMEOUT)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert reason_of(caught.value) == "DEPENDENCY_UNAVAILABLE"
        assert caught.value.details() == "The profile service does not answer; try again later."
        with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            stream = avatar_rpc.AvatarServiceStub(channel).GetAvatar(avatar_pb.GetAvatarRequest(username="alice"))
            await stream.read()


async def test_service_that_goes_away_during_a_call_is_told(club: Club) -> None:
    """A call that was under way when the service stopped may be repeated by its client."""
    waiting = asyncio.ensure_future(profiles(club).GetUser(a_user("waiting"), timeout=TIMEOUT))
    await happened(club.profiles.visits.started)
    await club.profile_server._server.stop(0)
    with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
        await waiting


async def all_were_taken_up(calls: Sequence[asyncio.Future[Any]], visits: Visits) -> bool:
    """Return whether each of the calls was refused or has reached the service."""
    return sum(call.done() for call in calls) + visits.count == len(calls)


async def test_stalled_reports_do_not_slow_profiles(club: Club, report_id: str) -> None:
    """A service that answers nobody holds up only its own calls: those beyond its places are refused at once."""
    asked = Limits().unary + 94
    request = report_pb.GetReportRequest(report_id=report_id)
    callers = [club.sign_in() for _ in range(4)]
    stalled = []
    for number in range(asked):
        stalled.append(
            asyncio.ensure_future(reports(club).GetReport(request, metadata=callers[number % 4], timeout=30))
        )
        if number % 50 == 49:
            await eventually(lambda: all_were_taken_up(stalled, club.reports.visits), within_seconds=20)

    assert club.reports.visits.count == relay.UNARY
    for call in stalled:
        if call.done():
            with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"):
                await call
    async with asyncio.timeout(3):
        for caller in callers * 10:
            await profiles(club).GetUser(a_user("alice"), metadata=caller, timeout=TIMEOUT)
    for call in stalled:
        call.cancel()


async def test_flood_of_sign_ins_is_refused_and_takes_no_place_of_other_calls(club: Club) -> None:
    """Passwords have places of their own, and few, as each takes long; what does not fit is told so at once."""
    asked = Limits().credentials + 20
    request = auth_pb.SignInRequest(username="waiting", password="a long and unusual password")
    stub = auth_rpc.AuthServiceStub(club.channel)
    waiting = [asyncio.ensure_future(stub.SignIn(request, timeout=30)) for _ in range(asked)]

    async def all_but_the_places_are_refused() -> bool:
        return sum(call.done() for call in waiting) == 20

    await eventually(all_but_the_places_are_refused, within_seconds=20)
    for call in waiting:
        if call.done():
            with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"):
                await call
    async with asyncio.timeout(3):
        await profiles(club).GetUser(a_user("alice"), timeout=TIMEOUT)
        await stub.GetJwks(auth_pb.GetJwksRequest(), timeout=TIMEOUT)
    for call in waiting:
        call.cancel()


async def test_too_many_streams_are_refused_and_their_places_come_back(
    tmp_path: Path, report_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long streams are bounded, so that short calls still find a place; a stream that ends makes room."""
    monkeypatch.setattr(relay, "STREAMS", 2)
    async with open_club(tmp_path) as club:
        signed_in = club.sign_in()

        def watch() -> Any:
            request = report_pb.WatchReportRequest(report_id=report_id)
            return reports(club).WatchReport(request, metadata=signed_in, timeout=TIMEOUT)

        held = [watch(), watch()]
        for stream in held:
            await stream.read()
        with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"):
            await watch().read()
        for stream in held:
            stream.cancel()

        async def admitted() -> bool:
            stream = watch()
            try:
                await stream.read()
            except grpc.aio.AioRpcError:
                return False
            stream.cancel()
            return True

        await eventually(admitted, within_seconds=5)


async def test_refused_uploads_leave_nothing_running(club: Club) -> None:
    """What read from a client for a service that has answered ends with the call."""
    signed_in = club.sign_in()

    async def refused_upload() -> None:
        call = avatars(club).UploadAvatar(timeout=TIMEOUT, metadata=signed_in)
        await call.write(avatar_pb.UploadAvatarRequest(metadata={"username": "refused", "size_bytes": 1}))
        with refused(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
            await call

    await refused_upload()
    before = len(asyncio.all_tasks())
    for _ in range(20):
        await refused_upload()

    async def as_before() -> bool:
        return len(asyncio.all_tasks()) <= before + 2

    await eventually(as_before, within_seconds=5)
