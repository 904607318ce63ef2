"""How many HTTP connections there may be, and how many of them one network may have."""

from __future__ import annotations

import asyncio
import json
import resource
import select
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.app import open_server
from gateway.http import connections, server
from tests.certificates import Authority, write
from tests.eventually import eventually
from tests.integration.gateway.calling import TIMEOUT
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import Peer, connected
from tests.provision.ports import free_port
from tests.scraping import scraped

ELSEWHERE = "127.0.1.1"


async def is_served(peer: Peer) -> bool:
    """Whether a request is answered, and the connection kept."""
    peer.say("GET", "/v1/users/alice")
    return (await peer.answer())[0] == 200


@asynccontextmanager
async def gateway(club: Club, **changes: Any) -> AsyncIterator[int]:
    """Serve HTTP at a port, with other settings than the club's."""
    port = free_port()
    async with open_server(replace(club.settings, http_listen=f"127.0.0.1:{port}", **changes)):
        yield port


async def test_network_beyond_its_share_is_refused_and_others_are_not(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One network leaves places to others, is told when it may come again, and then is served."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS_PER_NETWORK", 2)
    metrics = f"127.0.0.1:{free_port()}"
    async with gateway(club, metrics_listen=metrics) as port, connected(port) as first, AsyncExitStack() as stack:
        assert await is_served(first)
        second = await stack.enter_async_context(connected(port, source="127.0.0.9"))
        assert await is_served(second)
        async with connected(port) as third:
            third.say("GET", "/v1/users/alice")
            status, headers, body = await third.answer()
            assert (status, headers["retry-after"], headers["connection"]) == (503, "1", "close")
            assert headers["content-type"] == "application/json"
            assert headers["x-request-id"]
            assert json.loads(body)["details"][0]["reason"] == "SERVER_BUSY"
            assert await third.is_closed()
        async with connected(port, source=ELSEWHERE) as other:
            assert await is_served(other)
        assert (await scraped(metrics)).value("dossier_calls_refused_total", kind="connections") == 1
        await stack.aclose()
        async with asyncio.timeout(TIMEOUT):
            while not await a_new_one_is_served(port):
                pass


async def a_new_one_is_served(port: int, trust: ssl.SSLContext | None = None) -> bool:
    async with connected(port, trust=trust) as peer:
        return await is_served(peer)


@asynccontextmanager
async def encrypted_gateway(club: Club, folder: Path) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """Serve HTTPS at a port; yield it and what to trust."""
    authority = Authority()
    identity = write(authority.sign(), folder)
    async with gateway(club, tls_certificate=identity.certificate, tls_key=identity.key) as port:
        yield port, ssl.create_default_context(cafile=authority.write(folder))


async def test_client_has_its_place_before_tls(club: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who connects and says nothing counts, as what TLS takes is taken then, and no longer once it has gone."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 1)
    async with encrypted_gateway(club, tmp_path) as (port, trust):
        async with connected(port):
            assert not await a_new_one_is_served(port, trust)
        async with asyncio.timeout(TIMEOUT):
            while not await a_new_one_is_served(port, trust):
                pass


async def test_connection_with_tls_takes_little_memory(club: Club, tmp_path: Path) -> None:
    """What Python sets aside for both its ends is less than asyncio would for one."""
    async with encrypted_gateway(club, tmp_path) as (port, trust), AsyncExitStack() as stack:
        assert await a_new_one_is_served(port, trust)
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        for _ in range(8):
            await stack.enter_async_context(connected(port, trust=trust))
        assert tracemalloc.get_traced_memory()[0] / 8 < 2**18


async def test_client_is_let_in_when_files_may_be_opened_again(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has none left tells the operator, and goes on once it has."""
    monkeypatch.setattr(server, "ACCEPT_AGAIN_SECONDS", 0.01)
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with capture_logs() as logs, socket.socket() as client:
        client.setblocking(False)

        async def is_told() -> bool:
            return any(line["event"] == "http_accept_failed" for line in logs)

        async with gateway(club) as port:
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, most))
            try:
                await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
                await eventually(is_told, within_seconds=TIMEOUT)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))
            reader, writer = await asyncio.open_connection(sock=client)
            assert await is_served(Peer(reader, writer))
            writer.close()


async def test_refused_client_that_asks_nothing_is_cut_off_soon(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has less time than who has a place."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 1)
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 10 * TIMEOUT)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.2)
    async with gateway(club) as port, connected(port) as first:
        assert await is_served(first)
        async with connected(port) as other:
            assert await other.is_closed()


async def test_connections_leave_files_to_others(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few files may be open, there are fewer places, and the log says so."""
    monkeypatch.setattr(server.resource, "getrlimit", lambda _kind: (2, 2))
    with capture_logs() as logs:
        async with gateway(club) as port, connected(port) as first:
            assert await is_served(first)
            assert not await a_new_one_is_served(port)
    (told,) = [line for line in logs if line["event"] == "http_connections_few"]
    assert told["connections"] == 1


async def test_many_may_come_at_once(port: int) -> None:
    """Hundreds who connect while the server is busy wait for it, and need not ask again."""
    with ExitStack() as stack:
        poll = select.poll()
        for _ in range(500):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
            poll.register(client, select.POLLOUT)
        assert len(poll.poll(0)) == 500


async def test_connections_beyond_the_total_are_refused(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full house refuses wherever somebody comes from."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 1)
    async with gateway(club) as port, connected(port) as first:
        assert await is_served(first)
        async with connected(port, source=ELSEWHERE) as other:
            assert not await is_served(other)


async def test_connections_of_a_trusted_proxy_have_no_share(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose they are changes with each request."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS_PER_NETWORK", 1)
    async with gateway(club, trusted_proxies=1) as port, connected(port) as first, connected(port) as second:
        assert await is_served(first)
        assert await is_served(second)


async def test_flood_is_cut_off_without_an_answer(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusing takes places, too, of which there are few."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 1)
    monkeypatch.setattr(server, "MAX_FAREWELLS", 1)
    async with gateway(club) as port, connected(port) as first:
        assert await is_served(first)
        async with connected(port) as refused, connected(port) as cut:
            assert await cut.is_closed()
            assert not await is_served(refused)
