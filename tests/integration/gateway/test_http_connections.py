"""HTTP connections of clients that are slow, rude or gone."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from gateway.http import connections
from runtime.admission import Places
from tests.integration.gateway.calling import TIMEOUT, happened
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import REPORT, connected, token_of
from tests.integration.gateway.upstreams import CHUNK


async def test_upload_is_refused_before_its_body_comes(port: int) -> None:
    """Nobody need send five megabytes to be told that they must sign in; the connection goes on afterwards."""
    async with connected(port) as peer:
        peer.say("PUT", "/v1/users/alice/avatar", content_length="5")
        status, _, body = await peer.answer()
        assert (status, json.loads(body)["details"][0]["reason"]) == (401, "TOKEN_MISSING")
        peer.writer.write(b"12345")
        peer.say("GET", "/v1/users/alice")
        assert (await peer.answer())[0] == 200


async def test_upload_passes_on_what_has_come(club: Club, port: int) -> None:
    """The first bytes are with the service before the last are sent."""
    async with connected(port) as peer:
        peer.say(
            "PUT",
            "/v1/users/alice/avatar",
            b"1" * 1000,
            authorization=token_of(club),
            content_length=str(300_000),
            content_type="image/png",
        )
        await happened(club.avatars.chunk_came)
        peer.writer.write(b"2" * 299_000)
        status, _, body = await peer.answer()
        assert (status, json.loads(body)["avatar"]["sizeBytes"]) == (200, "300000")


async def test_client_that_leaves_its_upload_has_it_cancelled(club: Club, port: int) -> None:
    """The service is told, as it is by gRPC."""
    async with connected(port) as peer:
        peer.say("PUT", "/v1/users/waiting/avatar", b"1", authorization=token_of(club), content_length="10")
        await happened(club.avatars.visits.started)
    await happened(club.avatars.visits.cancelled)


@pytest.mark.parametrize(
    ("accept", "kind", "piece"),
    [
        ("text/event-stream", "text/event-stream", b'data: {"report":{'),
        ("*/*", "application/x-ndjson", b'{"report":{'),
    ],
)
async def test_stream_comes_as_it_is_made_and_ends_with_its_client(
    club: Club, port: int, accept: str, kind: str, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first message is there while the service waits; a client that goes away ends the call at once."""
    monkeypatch.setattr(connections, "LINGER_SECONDS", 10 * TIMEOUT)
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:watch", authorization=token_of(club), accept=accept)
        status, headers = await peer.head()
        assert (status, headers["content-type"], headers["cache-control"]) == (200, kind, "no-store")
        async with asyncio.timeout(TIMEOUT):
            await peer.reader.readuntil(b"\r\n")
            assert (await peer.reader.readuntil(b"\n")).startswith(piece)
        await happened(club.reports.visits.started)
    await happened(club.reports.visits.cancelled)


async def test_head_of_a_stream_is_its_head(club: Club, port: int) -> None:
    """Who asks for the headers alone gets them, waits for nothing that happens, and can ask for more."""
    async with connected(port) as peer:
        peer.say("HEAD", f"/v1/reports/{REPORT}:watch", authorization=token_of(club))
        status, headers = await peer.head()
        assert (status, headers["content-type"]) == (200, "application/x-ndjson")
        peer.say("GET", "/v1/users/alice")
        assert (await peer.answer())[0] == 200


async def test_file_that_breaks_off_is_shorter_than_promised(club: Club, port: int) -> None:
    """The connection closes before the length that was told, so no client takes a part for the whole."""
    club.reports.announced.size_bytes = club.reports.announced.read_size_bytes = 3 * len(CHUNK)
    club.reports.breaks_off_after = 2
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:download", authorization=token_of(club))
        status, headers = await peer.head()
        assert (status, headers["content-length"]) == (200, str(3 * len(CHUNK)))
        async with asyncio.timeout(TIMEOUT):
            assert len(await peer.reader.read(-1)) == 2 * len(CHUNK)


async def test_reader_that_takes_nothing_is_cut_off(club: Club, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who asks for a file and never reads it holds neither memory nor a place."""
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    club.reports.announced.size_bytes = club.reports.announced.read_size_bytes = 10**12
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:download", authorization=token_of(club))
        await happened(club.reports.visits.cancelled)


async def test_reader_that_leaves_the_end_of_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the last bytes nor a goodbye wait for ever for somebody who does not take them."""
    monkeypatch.setattr(connections, "KEEP_ALIVE_SECONDS", 0.1)
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    answered, lost = asyncio.Event(), asyncio.Event()

    class Watched(connections.Connection):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"60000")]})
        await send({"type": "http.response.body", "body": b"a" * 60_000})
        answered.set()

    config = uvicorn.Config(answer, http="httptools", ws="none", lifespan="off", interface="asgi3", log_config=None)
    state, places = ServerState(), Places("connections", 1)
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with theirs:
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: Watched(config, state, "", places=places, farewells=places), ours
        )
        theirs.sendall(b"GET / HTTP/1.1\r\nhost: club\r\n\r\n")
        await happened(answered)
        await happened(lost)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nhost: club\r\n"])
async def test_client_that_does_not_finish_its_headers_is_cut_off(
    port: int, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that asks for nothing is not kept."""
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.2)
    async with connected(port) as peer:
        peer.writer.write(sent)
        assert await peer.is_closed()


async def test_client_that_does_not_finish_a_refused_body_is_cut_off(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the answer it gets a while for the rest."""
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.2)
    async with connected(port) as peer:
        peer.say("PUT", "/v1/users/alice/avatar", content_length="5")
        assert (await peer.answer())[0] == 401
        assert await peer.is_closed()


async def test_refused_body_that_still_comes_does_not_take_the_answer_away(port: int) -> None:
    """A connection that ends with the answer is not reset under a client that is still sending."""
    async with connected(port) as peer:
        size = 3_000_000
        peer.say("PUT", "/v1/users/alice/avatar", b"1" * size, connection="close", content_length=str(size))
        await peer.writer.drain()
        status, headers, _ = await peer.answer()
        assert (status, headers["connection"]) == (401, "close")
        assert await peer.reader.read() == b""


async def test_address_of_the_client_is_the_one_that_connected(club: Club, port: int) -> None:
    """Who signs up by HTTP counts against the same network as by gRPC, whatever they claim."""
    async with connected(port) as peer:
        body = b'{"username":"carol","password":"a long and unusual password"}'
        peer.say(
            "POST",
            "/v1/auth:signUp",
            body,
            content_type="application/json",
            content_length=str(len(body)),
            x_forwarded_for="203.0.113.7",
        )
        assert (await peer.answer())[0] == 200
    assert club.credentials.client_addresses == ["127.0.0.0/24"]
