"""How the HTTP port is opened, shows its certificate, and ends: with the gateway, or the gateway with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from gateway.app import open_server
from gateway.http import server
from runtime.server import PortUnavailable
from tests.certificates import Authority, write
from tests.integration.gateway.calling import TIMEOUT, happened
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import connected
from tests.provision.ports import free_port


@asynccontextmanager
async def stoppable(club: Club, *, grace_seconds: float) -> AsyncIterator[tuple[int, AsyncExitStack]]:
    """Run a gateway until the stack is closed; yield its HTTP port and the stack."""
    port = free_port()
    async with AsyncExitStack() as gateway:
        settings = replace(club.settings, http_listen=f"127.0.0.1:{port}", grace_seconds=grace_seconds)
        await gateway.enter_async_context(open_server(settings))
        yield port, gateway


async def test_gateway_that_stops_finishes_what_it_began(club: Club) -> None:
    """A call under way is answered on a connection that then closes; nobody new gets in."""
    async with (
        stoppable(club, grace_seconds=TIMEOUT) as (port, gateway),
        connected(port) as idle,
        connected(port) as peer,
    ):
        idle.say("GET", "/v1/users/alice")
        await idle.answer()
        peer.say("GET", "/v1/users/held")
        await happened(club.profiles.visits.started)
        stopping = asyncio.create_task(gateway.aclose())
        assert await idle.is_closed()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        club.profiles.visits.released.set()
        assert (await peer.answer())[0] == 200
        assert await peer.is_closed()
        async with asyncio.timeout(TIMEOUT):
            await stopping


async def test_gateway_that_stops_cancels_what_does_not_end(club: Club) -> None:
    """Its grace is the longest that it takes."""
    async with stoppable(club, grace_seconds=0) as (port, gateway), connected(port) as peer:
        peer.say("GET", "/v1/users/waiting")
        await happened(club.profiles.visits.started)
        async with asyncio.timeout(TIMEOUT):
            await gateway.aclose()
        await happened(club.profiles.visits.cancelled)


async def test_port_in_use_is_told_in_one_sentence(club: Club, port: int) -> None:
    """A second gateway on the same HTTP port does not start."""
    with pytest.raises(PortUnavailable, match=f"cannot listen on 127.0.0.1:{port}: address already in use"):
        async with open_server(replace(club.settings, http_listen=f"127.0.0.1:{port}")):
            pass


async def test_one_address_for_both_ports_is_told_in_one_sentence(club: Club) -> None:
    """A gateway whose gRPC port has the address that its HTTP port is to have does not start."""
    address = f"127.0.0.1:{free_port()}"
    with pytest.RaisesGroup(PortUnavailable):
        async with open_server(replace(club.settings, listen=address, http_listen=address)):
            pass


async def test_fault_of_the_http_server_ends_the_process(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """No gateway lives on without its HTTP port."""

    async def break_down(_server: object, _counter: int) -> bool:
        raise ZeroDivisionError

    async with asyncio.timeout(TIMEOUT):
        with pytest.RaisesGroup(ZeroDivisionError, flatten_subgroups=True):
            async with open_server(replace(club.settings, http_listen=f"127.0.0.1:{free_port()}")):
                monkeypatch.setattr(uvicorn.Server, "on_tick", break_down)
                await asyncio.Event().wait()


async def test_http_shows_the_same_certificate(club: Club, tmp_path: Path) -> None:
    """With a certificate, the port for browsers speaks HTTPS and nothing else."""
    authority, port = Authority(), free_port()
    identity = write(authority.sign(), tmp_path)
    settings = replace(
        club.settings,
        http_listen=f"127.0.0.1:{port}",
        tls_certificate=identity.certificate,
        tls_key=identity.key,
    )
    async with open_server(settings):
        command = ("curl", "-sf", "--cacert", str(authority.write(tmp_path)), f"https://127.0.0.1:{port}/v1/users/bob")
        curl = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        output, _ = await curl.communicate()
        assert json.loads(output)["user"]["username"] == "bob"
        async with connected(port) as peer:
            peer.say("GET", "/v1/users/alice")
            assert await peer.is_closed()


async def test_client_that_does_not_finish_its_handshake_is_cut_off(
    club: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS has no more time than headers have."""
    monkeypatch.setattr(server, "HANDSHAKE_SECONDS", 0.2)
    port, identity = free_port(), write(Authority().sign(), tmp_path)
    settings = replace(
        club.settings,
        http_listen=f"127.0.0.1:{port}",
        tls_certificate=identity.certificate,
        tls_key=identity.key,
    )
    async with open_server(settings), connected(port) as peer:
        assert await peer.is_closed()
