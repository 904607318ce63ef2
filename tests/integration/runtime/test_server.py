"""A server's start, health and end."""

from __future__ import annotations

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime.server import PortUnavailable, Server
from tests.integration.runtime.reflecting import listed_services, resolves


def a_server(listen: str = "127.0.0.1:0", *, with_reflection: bool = False) -> Server:
    return Server(
        listen,
        (),
        service_names=("dossier.stats.v1.StatsService",),
        interceptors=[],
        with_reflection=with_reflection,
        grace_seconds=0,
    )


async def health_of(channel: grpc.aio.Channel, service: str) -> int:
    stub = health_pb2_grpc.HealthStub(channel)
    return int((await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)).status)


async def test_health_is_not_serving_until_it_is_said() -> None:
    """A server that just started asks for no calls, as a whole and for each service."""
    async with a_server() as server, grpc.aio.insecure_channel(server.address) as channel:
        for serving, expected in ((None, 2), (True, 1), (False, 2)):
            if serving is not None:
                await server.set_serving(serving=serving)
            for name in ("", "dossier.stats.v1.StatsService"):
                assert await health_of(channel, name) == expected


async def test_port_that_is_taken_is_told() -> None:
    """Two servers never share a port by accident."""
    async with a_server() as first:
        with pytest.raises(PortUnavailable, match=first.address):
            async with a_server(first.address):
                pass


@pytest.mark.parametrize("listen", ["192.0.2.1:0", "nowhere.invalid:0"])
async def test_address_that_cannot_be_is_told(listen: str) -> None:
    """An address that is not this machine's is one sentence."""
    with pytest.raises(PortUnavailable, match="cannot listen on"):
        async with a_server(listen):
            pass


async def test_reflection_is_there_only_when_asked_for() -> None:
    """Descriptors are shown only where an operator wants them shown."""
    async with a_server() as server, grpc.aio.insecure_channel(server.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await listed_services(channel, "v1")
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_finds_methods_and_hides_what_is_not_served(version: str) -> None:
    """Method symbols resolve; services of other servers and unknown names do not."""
    async with a_server(with_reflection=True) as server, grpc.aio.insecure_channel(server.address) as channel:
        assert "dossier.stats.v1.StatsService" in await listed_services(channel, version)
        for symbol, found in (
            ("dossier.stats.v1.StatsService.GetPlayerStats", True),
            ("dossier.stats.v1.StatsService", True),
            ("dossier.stats.v1.GetPlayerStatsRequest", True),
            ("grpc.health.v1.Health.Check", True),
            ("dossier.stats.v1.StatsService.Nothing", False),
            ("dossier.profile.v1.CredentialsService", False),
            ("dossier.profile.v1.CredentialsService.OpenSession", False),
            ("dossier.profile.v1.OpenSessionRequest", False),
            ("nothing", False),
            (".", False),
        ):
            assert await resolves(channel, version, symbol=symbol) is found, symbol
