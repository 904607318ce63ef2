"""What both hint transports promise, in process and over RabbitMQ."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from report_service.amqp_hints import AmqpReceiver, AmqpSender
from report_service.errors import HintNotSent
from report_service.hints import Hint, HintReceiver, HintSender, InProcessHints
from runtime.amqp import Topology
from runtime.settings import Secret
from tests.provision.fixtures import on_one_engine
from tests.provision.rabbitmq import RabbitNode

pytestmark = on_one_engine

FIRST, SECOND, THIRD = (f"00000000-0000-7000-8000-00000000000{digit}" for digit in "123")


@dataclass
class Transport:
    """One transport under test."""

    sender: HintSender
    receiver: HintReceiver


def a_topology() -> Topology:
    """Return names that no other test uses."""
    name = f"test.{uuid.uuid4().hex}"
    return Topology(name, f"{name}.queue", f"{name}.dead", f"{name}.dead.queue", delivery_limit=10)


@asynccontextmanager
async def running(*works: Any) -> AsyncIterator[None]:
    """Run background work for a while."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@asynccontextmanager
async def open_amqp(
    url: str,
    topology: Topology,
    *,
    prefetch: int = 2,
    check_seconds: float = 10.0,
    rejected: Callable[[str], None] = lambda _reason: None,
) -> AsyncIterator[tuple[AmqpSender, AmqpReceiver]]:
    """Connect a sender and a receiver."""
    sender = AmqpSender(Secret(url.encode()), topology=topology, check_seconds=check_seconds)
    receiver = AmqpReceiver(
        Secret(url.encode()), prefetch=prefetch, rejected=rejected, topology=topology, check_seconds=check_seconds
    )
    async with running(sender.run(), receiver.run()), asyncio.timeout(40):
        await sender.ready.wait()
        await receiver.ready.wait()
        yield sender, receiver


@pytest.fixture(params=["in process", "amqp"])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    """Each of the transports in turn."""
    if request.param == "in process":
        hints = InProcessHints()
        yield Transport(hints, hints)
        return
    node: RabbitNode = request.getfixturevalue("rabbitmq")
    async with open_amqp(node.url, a_topology()) as (sender, receiver):
        yield Transport(sender, receiver)


async def taken(receiver: HintReceiver) -> Hint:
    """Take the next hint, which must come soon."""
    async with asyncio.timeout(10):
        return await receiver.take()


async def nothing_comes(receiver: HintReceiver, *, within_seconds: float = 0.3) -> bool:
    """Return whether no hint comes."""
    try:
        async with asyncio.timeout(within_seconds):
            await receiver.take()
    except TimeoutError:
        return True
    return False


async def test_hint_arrives_when_sent(transport: Transport) -> None:
    """A sent hint reaches the receiver, marked as new."""
    await transport.sender.send(FIRST)
    hint = await taken(transport.receiver)
    assert (hint.report_id, hint.redelivered) == (FIRST, False)
    await hint.accept()


async def test_hints_arrive_in_order_when_sent_one_by_one(transport: Transport) -> None:
    """Who waits longest comes first."""
    for report_id in (FIRST, SECOND):
        await transport.sender.send(report_id)
    hints = [await taken(transport.receiver) for _ in range(2)]
    assert [hint.report_id for hint in hints] == [FIRST, SECOND]


async def test_all_hints_arrive_when_sent_at_once(transport: Transport) -> None:
    """Many sends under way at a time do not disturb each other."""
    ids = [str(uuid.uuid4()) for _ in range(100)]
    await asyncio.gather(*map(transport.sender.send, ids))
    received = []
    for _ in ids:
        hint = await taken(transport.receiver)
        received.append(hint.report_id)
        await hint.accept()
    assert sorted(received) == sorted(ids)


async def test_hint_comes_again_as_redelivered_when_given_back(transport: Transport) -> None:
    """A hint that was given back says so the next time."""
    await transport.sender.send(FIRST)
    await (await taken(transport.receiver)).give_back()
    again = await taken(transport.receiver)
    assert (again.report_id, again.redelivered) == (FIRST, True)
    await again.accept()


async def test_hint_is_gone_when_accepted(transport: Transport) -> None:
    """An accepted hint does not come again."""
    await transport.sender.send(FIRST)
    await (await taken(transport.receiver)).accept()
    assert await nothing_comes(transport.receiver)


async def test_nothing_is_handed_out_when_stopped(transport: Transport) -> None:
    """A stopped receiver takes no more, and what it had taken can still be accepted."""
    await transport.sender.send(FIRST)
    hint = await taken(transport.receiver)
    await transport.receiver.stop()
    await transport.sender.send(SECOND)
    assert await nothing_comes(transport.receiver)
    await hint.accept()


async def test_waiting_taker_is_woken_once_when_one_hint_comes(transport: Transport) -> None:
    """Of two who wait, one gets the hint and the other goes on waiting."""
    takers = [asyncio.create_task(transport.receiver.take()) for _ in range(2)]
    await transport.sender.send(FIRST)
    done, waiting = await asyncio.wait(takers, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(waiting)) == (1, 1)
    await transport.sender.send(SECOND)
    await asyncio.wait(waiting, timeout=10)
    assert {taker.result().report_id for taker in takers} == {FIRST, SECOND}


async def test_sending_fails_when_in_process_queue_is_full() -> None:
    """A full queue refuses, is not ready, and is ready again when it has drained to half."""
    hints = InProcessHints(length=2)
    await hints.send(FIRST)
    await hints.send(SECOND)
    with pytest.raises(HintNotSent):
        await hints.send(THIRD)
    assert not hints.ready.is_set()
    await taken(hints)
    assert hints.ready.is_set()
    await hints.send(THIRD)


async def test_hint_is_queued_once_when_sent_twice_in_process() -> None:
    """The hint that an alarm sends again does not fill the queue while the first still waits."""
    hints = InProcessHints(length=1)
    await hints.send(FIRST)
    await hints.send(FIRST)
    await taken(hints)
    assert await nothing_comes(hints, within_seconds=0.05)
