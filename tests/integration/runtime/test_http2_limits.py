"""What one connection may do to a server, in frames that no client library would send."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import Any

import grpc
import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb

from bench.http2 import DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, RESET, SETTINGS, frame
from runtime import server
from runtime.server import MAX_METADATA_BYTES, MAX_STREAMS
from tests.integration.runtime.house import House
from tests.integration.runtime.raw_http2 import (
    ENHANCE_YOUR_CALM,
    PATIENCE_SECONDS,
    REFUSED_STREAM,
    connected,
    headers_in_pieces,
    request_headers,
)

CALLS_IN_THE_FLOOD = 20


async def answered(*_: Any) -> profile_pb.GetUserResponse:
    return profile_pb.GetUserResponse()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A server that answers."""
    house = House()
    house.profiles.behaviour = answered
    async with house.open():
        yield house


async def test_streams_beyond_the_limit_are_refused_and_others_are_served(house: House) -> None:
    """One connection has so many calls under way at most; another is none the worse for it."""
    excess = 10
    async with connected(house.address) as connection:
        await connection.greet()
        begun = [
            frame(HEADERS, END_HEADERS, 1 + 2 * number, request_headers()) for number in range(MAX_STREAMS + excess)
        ]
        await connection.send(*begun)
        refused = set()
        async for got in connection.frames():
            if got.kind == RESET and got.error == REFUSED_STREAM:
                refused.add(got.stream)
            if len(refused) == excess:
                break
        assert refused == {1 + 2 * number for number in range(MAX_STREAMS, MAX_STREAMS + excess)}
        await house.get_user()


@pytest.mark.parametrize("in_one", [True, False], ids=["one header", "many headers"])
async def test_headers_over_the_limit_are_refused(house: House, *, in_one: bool) -> None:
    """17 KiB of headers are too much, in one piece or in many; the server says so and goes on."""
    size = MAX_METADATA_BYTES + 1024
    huge = [("x-huge", "a" * size)] if in_one else [(f"x-{number}", "a" * 200) for number in range(size // 200)]
    async with connected(house.address) as connection:
        await connection.greet()
        await connection.send(*headers_in_pieces(1, request_headers(*huge), flags=END_STREAM))
        got = await connection.until(HEADERS)
        assert b"grpc-status\x018" in got.payload, "RESOURCE_EXHAUSTED is 8"
    await house.get_user()


async def test_headers_up_to_the_limit_always_pass(house: House) -> None:
    """Between a soft and a hard limit gRPC would refuse at random; ours are one."""
    for _ in range(20):
        await house.get_user(metadata=(("x-large", "a" * (MAX_METADATA_BYTES - 1024)),))


@pytest.mark.parametrize(
    "sent", [b"", PREFACE[:10], PREFACE, b"GET / HTTP/1.1\r\n"], ids=["nothing", "half", "no settings", "HTTP/1"]
)
async def test_handshake_that_is_not_finished_is_cut_off(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Who connects and does not go on keeps no connection open."""
    assert server.HANDSHAKE_SECONDS <= 10
    monkeypatch.setattr(server, "HANDSHAKE_SECONDS", 0.5)
    async with House().open() as house, connected(house.address) as connection:
        await connection.send(sent)
        started = time.monotonic()
        await connection.closed()
        assert time.monotonic() - started < PATIENCE_SECONDS / 2


async def test_old_connection_is_told_to_come_anew_and_finishes_its_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Age moves clients on to other replicas without failing a call that is under way."""
    monkeypatch.setattr(server, "CONNECTION_AGE_SECONDS", 0.5)
    called, go_on = asyncio.Event(), asyncio.Event()

    async def wait(*_: Any) -> profile_pb.GetUserResponse:
        called.set()
        await go_on.wait()
        return profile_pb.GetUserResponse()

    house = House()
    house.profiles.behaviour = wait
    async with house.open(), connected(house.address) as connection:
        await connection.greet()
        body = b"\0\0\0\0\x07\x0a\x05alice"
        await connection.send(frame(HEADERS, END_HEADERS, 1, request_headers()), frame(DATA, END_STREAM, 1, body))
        await called.wait()
        await connection.until(GOAWAY)
        go_on.set()
        assert (await connection.until(DATA)).stream == 1


@pytest.mark.parametrize("calling", [False, True], ids=["no call", "a call under way"])
async def test_flood_of_pings_is_sent_away(house: House, *, calling: bool) -> None:
    """A client that pings without need is told that it is too much, and cut off."""
    async with connected(house.address) as connection:
        await connection.greet()
        if calling:
            await connection.send(frame(HEADERS, END_HEADERS, 1, request_headers()))
        await connection.send(*(frame(PING, 0, 0, number.to_bytes(8, "big")) for number in range(100)))
        got = await connection.until(GOAWAY)
        while got.error != ENHANCE_YOUR_CALM:
            got = await connection.until(GOAWAY)
        await connection.closed()
    await house.get_user()


async def code_of(call: Awaitable[Any]) -> grpc.StatusCode:
    """Return how a call ends: with OK or CANCELLED; anything else is raised."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.CANCELLED:
            raise
        return error.code()
    return grpc.StatusCode.OK


@pytest.fixture
async def reset_flood(house: House) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that begins calls on the server and resets them, in full swing."""
    module = ("-m", "tests.integration.runtime.reset_flood", house.address)
    process = await asyncio.create_subprocess_exec(sys.executable, *module, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline()
    yield process
    process.kill()
    await process.wait()


async def test_calls_that_are_begun_and_reset_starve_nobody(
    house: House, reset_flood: asyncio.subprocess.Process
) -> None:
    """While one client begins and resets calls as fast as it can, others are answered."""
    refused = 0
    for _ in range(CALLS_IN_THE_FLOOD):
        # CANCELLED without details is what gRPC itself says when too much waits: of that nothing was done.
        while await code_of(house.get_user()) is grpc.StatusCode.CANCELLED:
            refused += 1
    assert refused <= CALLS_IN_THE_FLOOD
    assert reset_flood.returncode is None


HOSTILE = {
    "no HTTP/2 at all": b"\x16\x03\x01\x02\x00" + bytes(200),
    "frame of 16 MiB": PREFACE + frame(SETTINGS, 0, 0, b"") + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01",
    "settings that are cut": PREFACE + frame(SETTINGS, 0, 0, b"abc"),
    "headers on stream 0": PREFACE + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, END_HEADERS, 0, request_headers()),
    "headers that never end": PREFACE
    + frame(SETTINGS, 0, 0, b"")
    + b"".join(headers_in_pieces(1, b"\x40\x01a\x01b" * 200_000)[:-1]),
    "bad compression": PREFACE
    + frame(SETTINGS, 0, 0, b"")
    + frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff\xff"),
    "reference to no header": PREFACE + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, END_HEADERS, 1, b"\xff\x80\x7f"),
    "path without a slash": PREFACE
    + frame(SETTINGS, 0, 0, b"")
    + frame(HEADERS, END_HEADERS, 1, request_headers(path="dossier.profile.v1.ProfileService/GetUser")),
    # gRPC's core once aborted at these, with more than 8 KiB beside them.
    "crafted te": PREFACE
    + frame(SETTINGS, 0, 0, b"")
    + b"".join(headers_in_pieces(1, request_headers(("te", "trailers\0x"), ("x-pad", "a" * 9000)))),
    "settings flood": PREFACE + frame(SETTINGS, 0, 0, b"") * 20_000,
    "empty data flood": PREFACE
    + frame(SETTINGS, 0, 0, b"")
    + frame(HEADERS, END_HEADERS, 1, request_headers())
    + frame(DATA, 0, 1, b"") * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_bytes_that_no_client_sends_harm_nobody_else(house: House, name: str) -> None:
    """Whatever one connection sends, the next call on another is answered."""
    async with connected(house.address) as connection:
        with suppress(ConnectionError):  # it is cut off before the end
            await connection.send(HOSTILE[name])
        await house.get_user()
    await house.get_user()


async def test_message_that_unpacks_to_more_than_the_limit_is_refused(house: House) -> None:
    """A megabyte that would be a gigabyte is refused without ever being one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(1000)) + packer.flush()
    message = b"\1" + len(bomb).to_bytes(4, "big") + bomb
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with connected(house.address) as connection:
        await connection.greet()
        await connection.send(frame(HEADERS, END_HEADERS, 1, request_headers(("grpc-encoding", "gzip"))))
        for start in range(0, len(message), 16_384):
            await connection.send(frame(DATA, 0, 1, message[start : start + 16_384]))
        assert b"grpc-status\x018" in (await connection.until(HEADERS)).payload, "RESOURCE_EXHAUSTED is 8"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "in KiB"
    await house.get_user()


async def test_channelz_is_not_served(house: House) -> None:
    """Nobody is shown the server's insides."""
    async with connected(house.address) as connection:
        await connection.greet()
        path = "/grpc.channelz.v1.Channelz/GetServers"
        await connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, request_headers(path=path)))
        assert b"grpc-status\x0212" in (await connection.until(HEADERS)).payload, "UNIMPLEMENTED is 12"
