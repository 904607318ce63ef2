"""Exchanges and queues of RabbitMQ, and connections to it that are rebuilt from nothing after any fault."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, FieldValue, TimeoutType

from runtime import calls
from runtime.calls import Origin
from runtime.shielding import is_cancelled

# A dead link is noticed after about three of these. RabbitMQ's guide advises 5 to 20 seconds.
HEARTBEAT_SECONDS = 10
OPERATION_TIMEOUT_SECONDS = 5.0
# The longest is part of how late work is taken up after the broker came back.
BACKOFF_SECONDS = (0.2, 5.0)
# A session that held longer was a good one: the next is tried at once, as after a cancelled consumer.
STABLE_SECONDS = 1.0
# Dead letters are for people to look at. Nothing waits for them, so the oldest go when there are more, or in time.
DEAD_LETTERS_KEPT = 10_000
DEAD_LETTER_KEPT_DAYS = 14

# What a lost or broken connection raises, whichever operation meets it. RuntimeError is aiormq's for a closed channel.
AMQP_FAULTS = (aio_pika.exceptions.AMQPError, OSError, TimeoutError, RuntimeError)
_NEXT_ADDRESS = re.compile(r"\s*,\s*(?=amqps?://)")
_log = structlog.get_logger("amqp")


@dataclass(frozen=True, slots=True)
class Topology:
    """The names. The arguments of a queue cannot change, so another version of them is another name.

    Attributes:
        delivery_limit: a message that was delivered so often without being settled goes to the dead letters.
        exchange_type: a direct exchange takes messages whose routing key is the queue's name, a topic exchange any.
    """

    exchange: str
    queue: str
    dead_exchange: str
    dead_queue: str
    delivery_limit: int
    exchange_type: aio_pika.ExchangeType = aio_pika.ExchangeType.DIRECT

    @property
    def queue_arguments(self) -> dict[str, Any]:
        """The arguments of the queue of work."""
        return {
            "x-queue-type": "quorum",
            "x-delivery-limit": self.delivery_limit,
            "x-dead-letter-exchange": self.dead_exchange,
            # The default forgets a dead letter when the broker stops while moving it.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }

    @property
    def dead_queue_arguments(self) -> dict[str, Any]:
        """The arguments of the queue of dead letters. A full one that refused them would hold them in the other."""
        return {
            "x-queue-type": "quorum",
            "x-max-length": DEAD_LETTERS_KEPT,
            "x-overflow": "drop-head",
            "x-message-ttl": DEAD_LETTER_KEPT_DAYS * 24 * 3600 * 1000,
        }

    async def declare(self, connection: AbstractConnection) -> None:
        """Declare everything, dead letters first, on a channel that is thrown away."""
        channel = await connection.channel()
        try:
            await self._declare_on(channel)
        finally:
            await channel.close()

    async def _declare_on(self, channel: AbstractChannel) -> None:
        dead = await channel.declare_exchange(self.dead_exchange, aio_pika.ExchangeType.FANOUT, durable=True)
        dead_queue = await channel.declare_queue(self.dead_queue, durable=True, arguments=self.dead_queue_arguments)
        await dead_queue.bind(dead)
        exchange = await channel.declare_exchange(self.exchange, self.exchange_type, durable=True)
        queue = await channel.declare_queue(self.queue, durable=True, arguments=self.queue_arguments)
        takes_any = self.exchange_type is aio_pika.ExchangeType.TOPIC
        await queue.bind(exchange, routing_key="#" if takes_any else self.queue)


async def stay_connected(session: Callable[[], Awaitable[None]], *, name: str) -> NoReturn:
    """Run one connected session after the other, for ever; between two of them wait, longer after quick failures."""
    # It tells of each fault too, and at length.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    failures = 0
    while True:
        began = time.monotonic()
        try:
            await session()
        except AMQP_FAULTS as error:
            _log.warning("broker_unconnected", side=name, fault=type(error).__name__, cause=str(error))
        except asyncio.CancelledError:
            pass  # aiormq cancels what waits on a connection that closes; only our own cancellation ends this loop.
        if is_cancelled():
            # Also when it came out of the session as a fault of the connection, or not at all.
            raise asyncio.CancelledError
        failures = 0 if time.monotonic() - began > STABLE_SECONDS else failures + 1
        await asyncio.sleep(backoff_seconds(failures))


@asynccontextmanager
async def connected(url: str, topology: Topology, *, name: str) -> AsyncIterator[AbstractConnection]:
    """Open a connection with its topology declared; closed on leaving, however broken it is.

    Args:
        url: one address, or those of all nodes of a cluster with commas between them: any that answers will do.
    """
    connection = await _connect_to_any(_NEXT_ADDRESS.split(url), name=name)
    try:
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            await topology.declare(connection)
        yield connection
    finally:
        with suppress(*AMQP_FAULTS):
            async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                await connection.close()


async def _connect_to_any(urls: list[str], *, name: str) -> AbstractConnection:
    """Connect to the first that answers, in an order of chance, by which the nodes share the connections."""
    *others, last = random.sample(urls, len(urls))
    for url in others:
        try:
            return await _connect(url, name=name)
        except AMQP_FAULTS as error:
            if is_cancelled():
                raise
            _log.info("broker_node_passed_over", side=name, fault=type(error).__name__, cause=str(error))
    return await _connect(last, name=name)


class _Connection(aio_pika.Connection):
    """Closes itself when it cannot connect, which the driver leaves to the garbage collector, in whatever thread."""

    async def connect(self, timeout: TimeoutType = None) -> None:
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise


async def _connect(url: str, *, name: str) -> AbstractConnection:
    async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
        # Not connect_robust: what it restores after a loss cannot be relied upon.
        return await aio_pika.connect(
            url,
            heartbeat=HEARTBEAT_SECONDS,
            client_properties={"connection_name": name},
            connection_class=_Connection,
        )


def origin_headers(origin: Origin) -> dict[str, FieldValue]:
    """Return the headers of a message that is part of a call's trace; the request id is its `correlation_id`."""
    return {"traceparent": origin.traceparent} if origin.traceparent else {}


def origin_of(message: AbstractIncomingMessage) -> Origin:
    """Return the call that a message is part of, as far as it tells."""
    return calls.origin_of(message.correlation_id, message.headers.get("traceparent"))


def backoff_seconds(attempt: int) -> float:
    """Return how long to wait after so many failures in a row, the first being 0: doubling, with jitter."""
    shortest, longest = BACKOFF_SECONDS
    return min(longest, shortest * 2.0 ** min(attempt, 10)) * random.uniform(0.5, 1.0)  # noqa: S311
