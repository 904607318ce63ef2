"""Queues of earlier builds, without a version in their names: nothing in them is lost, and in the end they are gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection

from profile_service.amqp_former import FORMER_DEAD_QUEUE, FORMER_QUEUE, retire
from profile_service.amqp_games import TOPOLOGY, AmqpGames
from runtime.background import meanwhile
from runtime.settings import Secret
from tests.eventually import eventually
from tests.integration.profile.test_amqp_games import Publisher, Taking, clean
from tests.provision.fixtures import on_one_engine
from tests.provision.rabbitmq import RabbitNode

pytestmark = on_one_engine
FORMER = replace(TOPOLOGY, queue=FORMER_QUEUE, dead_queue=FORMER_DEAD_QUEUE)


@pytest.fixture
async def publisher(rabbitmq: RabbitNode) -> Publisher:
    """A game server beside an earlier build, of whose queues alone the broker knows."""
    await clean(rabbitmq.url)
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        for name in (TOPOLOGY.queue, TOPOLOGY.dead_queue):
            await channel.queue_delete(name)
        await FORMER.declare(connection)
    return Publisher(rabbitmq.url)


def intake(publisher: Publisher, taken: list[bytes]) -> AmqpGames:
    async def take(kind: str, body: bytes) -> None:
        taken.append(body)

    return AmqpGames(Secret(publisher.url.encode()), Taking(take))


async def arrived(taken: list[bytes], *bodies: bytes) -> None:
    """Wait until just these were taken, in this order."""

    async def all_taken() -> bool:
        return taken == [*bodies]

    await eventually(all_taken, within_seconds=10)


async def is_there(publisher: Publisher, name: str) -> bool:
    async with await aio_pika.connect(publisher.url) as connection:
        try:
            await (await connection.channel()).declare_queue(name, passive=True)
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return False
    return True


async def set_aside(publisher: Publisher, body: bytes) -> None:
    """Put a dead letter where an earlier build put it."""
    async with await aio_pika.connect(publisher.url) as connection:
        exchange = await (await connection.channel()).get_exchange(TOPOLOGY.dead_exchange, ensure=False)
        message = aio_pika.Message(body, headers={"dossier-reason": "GAME_ID_TAKEN"}, message_id="m-1")
        await exchange.publish(message, routing_key="", mandatory=True)


async def test_former_queues_are_emptied_in_order_and_deleted(publisher: Publisher) -> None:
    """Games that an earlier build left are taken before later ones, dead letters move with their reason."""
    await publisher.publish(b"a1", b"b1", b"a2")
    await set_aside(publisher, b"dead")
    taken: list[bytes] = []
    games = intake(publisher, taken)
    async with meanwhile(games.run(), name="games"), asyncio.timeout(20):
        await games.ready.wait()
        assert taken == [b"a1", b"b1", b"a2"]
        assert not await is_there(publisher, FORMER_QUEUE)
        assert not await is_there(publisher, FORMER_DEAD_QUEUE)
        await publisher.publish(b"a3")
        await arrived(taken, b"a1", b"b1", b"a2", b"a3")
    dead = await publisher.dead_letter()
    assert (dead.body, dead.message_id, dead.headers["dossier-reason"]) == (b"dead", "m-1", "GAME_ID_TAKEN")


async def test_what_an_earlier_process_leaves_behind_is_taken_when_it_ends(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside it its queue stays, for what it has taken and not settled, and gets no more games."""
    monkeypatch.setattr("profile_service.amqp_games.FORMER_SECONDS", 0.1)
    await publisher.publish(b"a1")
    taken: list[bytes] = []
    async with await aio_pika.connect(publisher.url) as earlier:
        channel = await earlier.channel()
        held: asyncio.Queue[Any] = asyncio.Queue()
        await (await channel.get_queue(FORMER_QUEUE, ensure=False)).consume(held.put)
        await held.get()
        games = intake(publisher, taken)
        async with meanwhile(games.run(), name="games"), asyncio.timeout(20):
            await games.ready.wait()
            await publisher.publish(b"b1")
            await arrived(taken, b"b1")
            assert await is_there(publisher, FORMER_QUEUE)
            assert held.empty()
            await earlier.close()
            await arrived(taken, b"b1", b"a1")

            async def is_gone() -> bool:
                return not await is_there(publisher, FORMER_QUEUE)

            await eventually(is_gone, within_seconds=10)


async def test_former_queues_that_are_gone_are_not_asked_for_by_later_connections(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker logs each question for a queue that is not there; a process asks for each once."""
    asked: list[str] = []

    async def noted(connection: AbstractConnection, name: str, **how: Any) -> bool:
        asked.append(name)
        return await retire(connection, name, **how)

    monkeypatch.setattr("profile_service.amqp_games.retire", noted)
    taken: list[bytes] = []
    games = intake(publisher, taken)
    async with meanwhile(games.run(), name="games"), asyncio.timeout(30):
        await games.ready.wait()
        async with await aio_pika.connect(publisher.url) as connection:
            await (await connection.channel()).queue_delete(TOPOLOGY.queue)  # Which ends the session.

        async def comes_in_again() -> bool:
            with suppress(aio_pika.exceptions.AMQPError):
                await publisher.publish(b"after")
            return b"after" in taken

        await eventually(comes_in_again, within_seconds=20)
    assert asked == [FORMER_QUEUE, FORMER_DEAD_QUEUE]
