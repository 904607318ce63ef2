"""The fault proxy does to a link what it says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.eventually import eventually
from tests.faults.proxy import DOWN, UP, Proxy, Spoil, open_proxy
from tests.provision.ports import free_port

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SOON_SECONDS = 0.2


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Lead to a server that sends everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with open_proxy(server.sockets[0].getsockname()[1]) as opened:
        yield opened
    server.close()


async def connected(proxy: Proxy) -> Ends:
    """Connect through the proxy and see that it carries."""
    ends = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await answer(ends, b"ping") == b"ping"
    return ends


async def answer(ends: Ends, data: bytes) -> bytes:
    """Send bytes and return as many."""
    ends[1].write(data)
    return await ends[0].readexactly(len(data))


async def silent(ends: Ends) -> bool:
    """Return whether nothing comes for a moment."""
    try:
        async with asyncio.timeout(SOON_SECONDS):
            await ends[0].read(1)
    except TimeoutError:
        return True
    return False


async def test_bytes_pass_unchanged_while_nothing_is_spoilt(proxy: Proxy) -> None:
    """A megabyte comes back as it was sent."""
    ends = await connected(proxy)
    assert await answer(ends, b"0123456789abcdef" * 65536) == b"0123456789abcdef" * 65536
    ends[1].close()
    await eventually(lambda: _is(proxy.connection_count == 0), within_seconds=5)


async def _is(fact: bool) -> bool:
    return fact


async def test_bytes_are_late_by_the_latency(proxy: Proxy) -> None:
    """The latency counts in each direction."""
    ends = await connected(proxy)
    proxy.spoil(Spoil(latency_seconds=0.05))
    began = time.monotonic()
    await answer(ends, b"late")
    assert time.monotonic() - began >= 0.1
    ends[1].close()


async def test_connection_ends_cleanly_when_cut(proxy: Proxy) -> None:
    """A cut is an end of file."""
    ends = await connected(proxy)
    proxy.cut()
    assert await ends[0].read() == b""
    ends[1].close()


async def test_connection_breaks_when_reset(proxy: Proxy) -> None:
    """A reset is an error."""
    ends = await connected(proxy)
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await ends[0].read()
    ends[1].close()


@pytest.mark.parametrize("stalled", [{UP}, {DOWN}, {UP, DOWN}])
async def test_bytes_wait_while_a_direction_stalls(proxy: Proxy, stalled: set[str]) -> None:
    """A stalled direction keeps its bytes, and gives them when it heals."""
    ends = await connected(proxy)
    proxy.spoil(Spoil(stalled=frozenset(stalled)))
    ends[1].write(b"kept")
    assert await silent(ends)
    proxy.heal()
    assert await ends[0].readexactly(4) == b"kept"
    ends[1].close()


async def test_bytes_come_in_slices_when_sliced(proxy: Proxy) -> None:
    """Nothing is lost between slices."""
    ends = await connected(proxy)
    proxy.spoil(Spoil(slice_bytes=3))
    assert await answer(ends, b"0123456789") == b"0123456789"
    ends[1].close()


async def test_connection_breaks_after_the_bytes_it_may_carry(proxy: Proxy) -> None:
    """What was allowed may arrive, no more does."""
    ends = await connected(proxy)
    proxy.spoil(Spoil(cut_after_bytes=1000, slice_bytes=100))
    ends[1].write(b"x" * 5000)
    received = b""
    with suppress(ConnectionResetError):
        while piece := await ends[0].read(5000):
            received += piece
    assert len(received) <= 1000
    ends[1].close()


async def test_bytes_come_no_faster_than_the_bandwidth(proxy: Proxy) -> None:
    """Twenty kilobytes at 100 kB/s take a fifth of a second."""
    ends = await connected(proxy)
    proxy.spoil(Spoil(bytes_per_second=100_000))
    began = time.monotonic()
    await answer(ends, b"x" * 20_000)
    assert time.monotonic() - began >= 0.19
    ends[1].close()


async def test_new_connections_break_while_refused(proxy: Proxy) -> None:
    """Who connects meets a reset."""
    proxy.spoil(Spoil(refused=True))
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)
    writer.close()


async def test_next_port_is_taken_when_one_does_not_answer(proxy: Proxy) -> None:
    """Of several ports any that answers will do, as behind a load balancer."""
    async with open_proxy(free_port(), proxy.port) as balancer:
        for _ in range(3):
            (await connected(balancer))[1].close()
