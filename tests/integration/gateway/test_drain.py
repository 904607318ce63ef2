"""A gateway that stops: calls that come, streams under way."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from client.errors import decode_error
from gateway import relay
from gateway.app import serve
from runtime import server
from tests.integration.gateway.calling import TIMEOUT, a_user, happened
from tests.integration.gateway.conftest import Club
from tests.provision.ports import free_port
from tests.statuses import refused


@asynccontextmanager
async def stoppable(club: Club) -> AsyncIterator[tuple[grpc.aio.Channel, asyncio.Event, asyncio.Task[None]]]:
    """Run a gateway of its own; yield a channel to it, the event that stops it, and its task."""
    settings = dataclasses.replace(club.settings, listen=f"127.0.0.1:{free_port()}", grace_seconds=20.0)
    stop = asyncio.Event()
    running = asyncio.create_task(serve(settings, stop))
    async with grpc.aio.insecure_channel(settings.listen) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        watch = health.Watch(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=TIMEOUT)
        while (await watch.read()).status != health_pb2.HealthCheckResponse.SERVING:
            pass
        watch.cancel()
        yield channel, stop, running
        stop.set()
        async with asyncio.timeout(10):
            await running


async def test_call_that_comes_while_draining_is_sent_away_with_advice(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not begun, and its client is told when to come again: after the server has gone."""
    monkeypatch.setattr(server, "PUT_OFF_SECONDS", 1.0)
    async with stoppable(club) as (channel, stop, _):
        stub = profile_rpc.ProfileServiceStub(channel)
        await stub.GetUser(a_user("alice"), timeout=TIMEOUT)
        health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)
        await health.read()
        stop.set()
        assert (await health.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GetUser(a_user("alice"), timeout=TIMEOUT)
        refusal = decode_error(caught.value, "")
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
        assert refusal.retry_delay is not None
        assert refusal.retry_delay > 0.25
        assert club.profiles.visits.count == 1
        health.cancel()


async def test_watchers_are_sent_elsewhere_when_gateway_stops(
    club: Club, report_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that waits for something to happen does not keep the process, and its client knows to come again."""
    monkeypatch.setattr(relay, "STILL_SECONDS", 0.1)
    async with stoppable(club) as (channel, stop, running):
        watch = report_rpc.ReportServiceStub(channel).WatchReport(
            report_pb.WatchReportRequest(report_id=report_id), metadata=club.sign_in()
        )
        await watch.read()
        stop.set()
        with refused(grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING"):
            await watch.read()
        async with asyncio.timeout(5):
            await running
        await happened(club.reports.visits.cancelled)


async def test_download_under_way_is_finished_when_gateway_stops(
    club: Club, report_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that flow go on flowing to their end."""
    monkeypatch.setattr(relay, "STILL_SECONDS", 0.3)
    request = report_pb.DownloadReportRequest(report_id=report_id, read_limit=100)
    async with stoppable(club) as (channel, stop, running):
        download = report_rpc.ReportServiceStub(channel).DownloadReport(request, metadata=club.sign_in())
        count = 0
        async for _ in download:
            count += 1
            if count == 10:
                stop.set()
            await asyncio.sleep(0.01)
        assert count == 100
        assert await download.code() is grpc.StatusCode.OK
        async with asyncio.timeout(5):
            await running
