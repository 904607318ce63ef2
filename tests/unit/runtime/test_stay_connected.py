"""The supervisor of a broker connection ends when it is told to, and at nothing else."""

from __future__ import annotations

import asyncio
from traceback import walk_tb

import aio_pika
import pytest

from report_service.amqp_hints import TOPOLOGY
from runtime import amqp
from runtime.amqp import AMQP_FAULTS, connected, stay_connected
from tests.provision.ports import free_port


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


async def test_connection_that_could_not_be_made_is_closed() -> None:
    """The garbage collector, which the driver leaves it to, may run where there is no event loop."""

    async def session() -> None:
        async with connected(f"amqp://127.0.0.1:{free_port()}/", TOPOLOGY, name="x"):
            pytest.fail("somebody listens")

    with pytest.raises(AMQP_FAULTS) as refused:
        await session()
    frames = [frame for frame, _ in walk_tb(refused.value.__traceback__)]
    made = [each for frame in frames for each in frame.f_locals.values() if isinstance(each, aio_pika.Connection)]
    assert made
    assert all(connection.is_closed for connection in made)
