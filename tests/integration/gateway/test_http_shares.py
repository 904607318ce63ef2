"""How many HTTP connections there may be, and how many of them one network may have."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from gateway.app import open_server
from gateway.http import server
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
async def gateway(club: Club, *, trusted_proxies: int = 0, metrics_listen: str = "") -> AsyncIterator[int]:
    """Serve HTTP at a port."""
    port = free_port()
    settings = replace(
        club.settings,
        http_listen=f"127.0.0.1:{port}",
        trusted_proxies=trusted_proxies,
        metrics_listen=metrics_listen,
    )
    async with open_server(settings):
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


async def a_new_one_is_served(port: int) -> bool:
    async with connected(port) as peer:
        return await is_served(peer)


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
