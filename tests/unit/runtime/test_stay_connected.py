"""The supervisor of a broker connection ends when it is told to, and at nothing else."""

from __future__ import annotations

import asyncio

import pytest

from runtime import amqp
from runtime.amqp import stay_connected


async def test_supervisor_ends_when_its_cancellation_comes_out_as_a_fault() -> None:
    """A library that turns a cancellation into an error of the connection does not keep the process alive."""
    begun = asyncio.Event()

    async def session() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise ConnectionError from error

    supervisor = asyncio.create_task(stay_connected(session, name="x"))
    await begun.wait()
    supervisor.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait([supervisor])
    assert supervisor.cancelled()


@pytest.mark.parametrize("fault", [ConnectionError, asyncio.CancelledError])
async def test_supervisor_connects_again_after_a_fault(
    monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    """Neither an error nor a cancellation of the library's own is the end."""
    monkeypatch.setattr(amqp, "BACKOFF_SECONDS", (0.0, 0.0))
    again = asyncio.Event()
    sessions = 0

    async def session() -> None:
        nonlocal sessions
        sessions += 1
        if sessions == 3:
            again.set()
            await asyncio.Event().wait()
        raise fault

    supervisor = asyncio.create_task(stay_connected(session, name="x"))
    async with asyncio.timeout(5):
        await again.wait()
    supervisor.cancel()
    await asyncio.wait([supervisor])
