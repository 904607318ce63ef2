"""The gateway's life: reflection, health, start and end."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.app import RouteMissing, _routes, _server, open_parts, open_server, serve
from gateway.relay import Relay
from runtime import contract
from runtime.metrics import CallMetrics
from runtime.server import PortUnavailable
from runtime.service_tokens import ServiceTokens
from runtime.sessions import SessionCheck
from runtime.settings import SettingsError
from tests.eventually import eventually
from tests.integration.gateway.conftest import Club, settings_for
from tests.integration.runtime.reflecting import listed_services, resolves
from tests.provision.ports import free_port
from tests.scraping import scraped
from tests.signing import INTERNAL_SECRET

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def health_of(channel: grpc.aio.Channel, service: str = "") -> int:
    request = health_pb2.HealthCheckRequest(service=service)
    answer = await health_pb2_grpc.HealthStub(channel).Check(request, timeout=5, wait_for_ready=True)
    return int(answer.status)


async def test_health_is_serving_once_profile_service_was_reached(club: Club) -> None:
    """Calls are asked for when they can be answered, and no longer once the process is told to stop."""
    address = f"127.0.0.1:{free_port()}"
    stop = asyncio.Event()
    running = asyncio.create_task(serve(dataclasses.replace(club.settings, listen=address), stop))
    async with grpc.aio.insecure_channel(address) as channel:

        async def serving() -> bool:
            return await health_of(channel) == SERVING

        await eventually(serving, within_seconds=10)
        assert await health_of(channel, "dossier.report.v1.ReportService") == SERVING
        stop.set()
        async with asyncio.timeout(10):
            await running


async def test_health_is_not_serving_without_profile_service(tmp_path: Path) -> None:
    """A gateway that nobody stands behind asks for no calls, and still stops when told to."""
    address = f"127.0.0.1:{free_port()}"
    stop = asyncio.Event()
    running = asyncio.create_task(serve(dataclasses.replace(settings_for(tmp_path), listen=address), stop))
    async with grpc.aio.insecure_channel(address) as channel:
        assert await health_of(channel) == NOT_SERVING
        stop.set()
        async with asyncio.timeout(10):
            await running


async def test_call_under_way_is_finished_when_stopping(club: Club) -> None:
    """Stopping waits for what is being served, up to the grace."""
    address = f"127.0.0.1:{free_port()}"
    stop = asyncio.Event()
    settings = dataclasses.replace(club.settings, listen=address, grace_seconds=10.0)
    running = asyncio.create_task(serve(settings, stop))
    async with grpc.aio.insecure_channel(address) as channel:
        call = profile_rpc.ProfileServiceStub(channel).GetUser(
            profile_pb.GetUserRequest(username="held"), timeout=10, wait_for_ready=True
        )
        waiting = asyncio.ensure_future(call)
        async with asyncio.timeout(5):
            await club.profiles.visits.started.wait()
        stop.set()
        async with asyncio.timeout(5):
            while channel.get_state() is grpc.ChannelConnectivity.READY:  # Until told that no further calls are taken.
                await asyncio.sleep(0)
        club.profiles.visits.released.set()
        assert (await waiting).user.username == "held"
        async with asyncio.timeout(10):
            await running


async def test_port_in_use_is_one_sentence(club: Club) -> None:
    """A port that another program has is told by its address."""
    taken = dataclasses.replace(club.settings, listen=club.server.address)
    with pytest.raises(PortUnavailable, match=club.server.address):
        async with open_server(taken):
            pass


async def test_relayed_calls_are_counted(club: Club) -> None:
    """The gateway's metrics have what it forwards, too."""
    metrics = f"127.0.0.1:{free_port()}"
    settings = dataclasses.replace(club.settings, listen="127.0.0.1:0", metrics_listen=metrics)
    async with open_server(settings) as (server, _), grpc.aio.insecure_channel(server.address) as channel:
        stub = profile_rpc.ProfileServiceStub(channel)
        await stub.GetUser(profile_pb.GetUserRequest(username="alice"), timeout=10, wait_for_ready=True)
        samples = await scraped(metrics)
    assert samples.value("grpc_server_handled_total", grpc_method="GetUser", grpc_code="OK") == 1


async def test_missing_key_file_stops_the_start(tmp_path: Path) -> None:
    """Without keys there is no gateway, unless it may make one."""
    settings = dataclasses.replace(settings_for(tmp_path), create_signing_key=False)
    with pytest.raises(SettingsError, match="openssl"):
        await serve(settings, asyncio.Event())


async def test_public_service_without_a_route_stops_the_start(club: Club) -> None:
    """A service that is added to the contract cannot be forgotten here."""
    sessions = SessionCheck(lambda _: asyncio.sleep(0, result=True))
    tokens = ServiceTokens(INTERNAL_SECRET, issuer="gateway")
    routes = _routes(club.profile_channel, club.profile_channel)
    del routes["dossier.report.v1"]
    async with open_parts(
        profile_channel=club.profile_channel,
        service_tokens=tokens,
        sessions=sessions,
        keys=club.keys,
        trusted_proxies=0,
    ) as parts:
        relay = Relay(contract.methods().values(), routes)
        with pytest.raises(RouteMissing, match=r"dossier\.report\.v1\.ReportService"):
            _server(club.settings, parts, sessions, relay, CallMetrics())


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_lists_the_public_services_only(club: Club, version: str) -> None:
    """Tools see what clients may call, under both names of the protocol."""
    names = await listed_services(club.channel, version)
    assert set(contract.public_services(contract.methods())) < names
    assert not {name for name in names if "Credentials" in name or "Snapshot" in name}
    assert "grpc.health.v1.Health" in names


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_every_public_method_can_be_described(club: Club, version: str) -> None:
    """`grpcurl describe package.Service.Method` works for each."""
    for path, method in contract.methods().items():
        symbol = path.removeprefix("/").replace("/", ".")
        assert await resolves(club.channel, version, symbol=symbol) is not method.internal, symbol


async def test_files_of_internal_services_are_not_told(club: Club) -> None:
    """What is not listed is not described by its file either."""
    assert await resolves(club.channel, "v1", file="dossier/profile/v1/profile_service.proto")
    assert not await resolves(club.channel, "v1", file="dossier/profile/v1/credentials_service.proto")
    assert not await resolves(club.channel, "v1", symbol="dossier.profile.v1.CredentialsService")


def test_process_tells_every_problem_of_its_settings_and_exits() -> None:
    """`python -m gateway` without settings is a list of what to set, not a traceback."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")}
    done = subprocess.run(
        [sys.executable, "-m", "gateway"], env=environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "dossier: DOSSIER_GATEWAY_SIGNING_KEY_FILE must be set",
        "dossier: DOSSIER_GATEWAY_INTERNAL_SECRET must be set",
    ]
