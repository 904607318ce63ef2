"""Calls to a part that is away for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest

from runtime import channels
from runtime.channels import Patience, open_channel
from runtime.errors import Unavailable
from tests.provision.ports import free_port


@asynccontextmanager
async def serving(address: str) -> AsyncIterator[None]:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    assert server.add_insecure_port(address)
    await server.start()
    try:
        yield
    finally:
        await server.stop(0)


async def has_left(channel: grpc.aio.Channel) -> None:
    """Return when the channel knows that its part is away."""
    async with asyncio.timeout(5):
        while (state := channel.get_state()) is grpc.ChannelConnectivity.READY:
            await channel.wait_for_state_change(state)


async def test_calls_wait_while_part_restarts() -> None:
    """However many restarts there are, each is waited out by all calls that come meanwhile."""
    address = f"127.0.0.1:{free_port()}"
    async with open_channel(address) as channel:
        patience = Patience(channel, dependency="x")
        for _ in range(2):
            async with asyncio.TaskGroup() as calls:
                waiting = [calls.create_task(patience.connected()) for _ in range(20)]
                await asyncio.sleep(0)
                assert not any(call.done() for call in waiting)
                async with serving(address):
                    await asyncio.wait(waiting)
            await has_left(channel)


async def test_part_that_stays_away_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first calls wait as long as a restart takes, later ones not at all, until it is back."""
    monkeypatch.setattr(channels, "ABSENCE_SECONDS", 0.1)
    address = f"127.0.0.1:{free_port()}"
    async with open_channel(address) as channel:
        patience = Patience(channel, dependency="x")
        with pytest.raises(Unavailable):
            await patience.connected()
        monkeypatch.setattr(channels, "wait_until_ready", None)
        with pytest.raises(Unavailable, match="The x does not answer"):
            await patience.connected()
        async with serving(address):
            await channel.channel_ready()
            await patience.connected()


async def test_absence_that_no_call_saw_end_is_not_held_against_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that came back while nobody called, and restarts later, is waited for again."""
    monkeypatch.setattr(channels, "ABSENCE_SECONDS", 0.2)
    address = f"127.0.0.1:{free_port()}"
    async with open_channel(address) as channel:
        patience = Patience(channel, dependency="x")
        with pytest.raises(Unavailable):
            await patience.connected()
        async with serving(address):
            await channel.channel_ready()
        await has_left(channel)
        later = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(2 * channels.ABSENCE_SECONDS, later.set_result, None)
        await later
        monkeypatch.setattr(channels, "wait_until_ready", _is_back)
        await patience.connected()


async def _is_back(_channel: grpc.aio.Channel, *, timeout_seconds: float) -> bool:
    return timeout_seconds > 0


async def test_calls_beyond_the_bound_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is away does not fill this one with calls that wait for it."""
    monkeypatch.setattr(channels, "WAITING_CALLS", 2)
    async with open_channel(f"127.0.0.1:{free_port()}") as channel:
        patience = Patience(channel, dependency="x")
        waiting = [asyncio.create_task(patience.connected()) for _ in range(2)]
        await asyncio.sleep(0)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await patience.connected()
        assert time.monotonic() - began < channels.ABSENCE_SECONDS / 2
        for call in waiting:
            call.cancel()
        await asyncio.wait(waiting)
