"""Hints over RabbitMQ: one connection for sending, one for receiving, each rebuilt from nothing after any fault."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NoReturn

import structlog
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

from report_service import hint_messages
from report_service.errors import HintNotSent, HintUnusable
from report_service.hints import Hint
from runtime import tracing
from runtime.amqp import AMQP_FAULTS, OPERATION_TIMEOUT_SECONDS, Topology, connected, origin_of, stay_connected
from runtime.calls import NO_CALL, Origin
from runtime.settings import Secret

TOPOLOGY = Topology(
    "dossier.reports",
    "dossier.reports.render.v1",
    "dossier.reports.dead",
    "dossier.reports.dead.v2",
    delivery_limit=10,  # The row's alarm sends another hint.
)

# How long hints that a queue lost, or a consumer that nobody told of its end, may go unnoticed.
CHECK_SECONDS = 5.0
_log = structlog.get_logger("amqp")


class AmqpSender:
    """Sends hints with publisher confirms. `run` keeps it connected for the life of the process.

    Attributes:
        waiting_count: how many hints no receiver had yet when the broker was last asked.
        dead_letter_count: how many dead letters waited then.
    """

    def __init__(self, url: Secret, *, topology: Topology = TOPOLOGY, check_seconds: float = CHECK_SECONDS) -> None:
        self._url = url
        self._topology = topology
        self._check_seconds = check_seconds
        self._exchange: AbstractExchange | None = None
        self._broken = asyncio.Event()
        self.waiting_count = 0
        self.dead_letter_count = 0
        self.forgotten = False
        self.ready = asyncio.Event()

    async def run(self) -> NoReturn:
        """Connect, and connect again after any fault."""
        await stay_connected(self._session, name="sender")

    async def _session(self) -> None:
        async with connected(self._url.reveal().decode(), self._topology, name="dossier hints out") as connection:
            async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                watch_channel = await connection.channel()
                self._exchange = await channel.get_exchange(self._topology.exchange, ensure=False)
            self._broken.clear()
            await self._check(watch_channel)
            self.ready.set()
            try:
                while not (connection.is_closed or channel.is_closed or self._broken.is_set()):
                    await _first_of(
                        connection.closed(), channel.closed(), self._broken.wait(), seconds=self._check_seconds
                    )
                    await self._check(watch_channel)
            finally:
                self.ready.clear()
                self._exchange = None

    async def _check(self, channel: AbstractChannel) -> None:
        """Ask the broker whether the queue is empty: it was worked off, or deleted, purged or wiped and declared anew.

        In either case hints that are still wanted are not in it. Nothing else tells the sender of a loss: publishing
        to a queue that a receiver has declared again succeeds.
        """
        if self._broken.is_set():
            return
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            queue = await channel.declare_queue(self._topology.queue, passive=True)
            dead_queue = await channel.declare_queue(self._topology.dead_queue, passive=True)
        self.waiting_count = queue.declaration_result.message_count or 0
        if not self.waiting_count:
            self.forgotten = True
        self.dead_letter_count = dead_queue.declaration_result.message_count or 0

    async def send(self, report_id: str, origin: Origin = NO_CALL) -> None:
        """See `report_service.hints.HintSender`."""
        exchange = self._exchange
        if exchange is None:
            raise HintNotSent("not connected to the broker")
        try:
            with tracing.span("send hint", kind="PRODUCER", of=origin, report_id=report_id) as sending:
                message = hint_messages.encode(report_id, sending)
                async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                    await exchange.publish(message, routing_key=self._topology.queue, mandatory=True)
        except AMQP_FAULTS as error:
            # Also when it came back, as the queue or its binding is gone and connecting anew declares both; or when it
            # was refused, which RabbitMQ does without end on a channel that was opened while the queue had no leader.
            self._discard(exchange)
            raise HintNotSent("the broker did not take the hint") from error
        except asyncio.CancelledError:
            # The channel may be in the midst of this message; nothing more can be sent on it (aiormq issue 671).
            self._discard(exchange)
            raise

    def _discard(self, exchange: AbstractExchange) -> None:
        if self._exchange is exchange:
            self._exchange = None
            self.ready.clear()
            self._broken.set()


class _Delivery:
    """What came over one channel. `lost` is set when the channel or its consumer is of no more use."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.unsettled = 0
        self.count_since_check = 0


class AmqpReceiver:
    """Receives hints, at most `prefetch` at a time. `run` keeps it connected until it is cancelled.

    What is no hint goes to the dead letters; `rejected` is told of the `HintFault`.
    """

    def __init__(
        self,
        url: Secret,
        *,
        prefetch: int,
        rejected: Callable[[str], None] = lambda _reason: None,
        topology: Topology = TOPOLOGY,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self._url = url
        self._prefetch = prefetch
        self._rejected = rejected
        self._topology = topology
        self._check_seconds = check_seconds
        self._messages: deque[Hint] = deque()
        self._arrived = asyncio.Event()
        self._cancel_consumer: Callable[[], Awaitable[object]] | None = None
        self._stopped = False
        self.ready = asyncio.Event()

    async def run(self) -> NoReturn:
        """Connect and consume, and again after any fault. Once stopped, only a connection that stands is kept."""
        await stay_connected(self._session, name="receiver")

    async def _session(self) -> None:
        if self._stopped:
            await asyncio.Event().wait()
        async with connected(self._url.reveal().decode(), self._topology, name="dossier hints in") as connection:
            delivery = _Delivery()
            async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                channel = await connection.channel()
                await self._consume(channel, delivery)
                if self._stopped:  # Meanwhile; what has come goes back.
                    await self.stop()
                watch_channel = await connection.channel()
            self.ready.set()
            try:
                while not (connection.is_closed or channel.is_closed or delivery.lost.is_set()):
                    await _first_of(
                        connection.closed(), channel.closed(), delivery.lost.wait(), seconds=self._check_seconds
                    )
                    await self._check(watch_channel, delivery)
            finally:
                self.ready.clear()
                self._cancel_consumer = None
                # The broker delivers these again; a tag of this channel means nothing on the next.
                self._messages.clear()

    async def _consume(self, channel: AbstractChannel, delivery: _Delivery) -> None:
        await channel.set_qos(prefetch_count=self._prefetch)

        def on_cancelled(_frame: object) -> None:
            delivery.lost.set()

        async def on_message(message: AbstractIncomingMessage) -> None:
            await self._on_message(message, delivery)

        # The broker's cancellation is silent otherwise (aiormq issue 187).
        (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(on_cancelled)
        queue = await channel.get_queue(self._topology.queue, ensure=False)
        tag = await queue.consume(on_message)
        self._cancel_consumer = partial(queue.cancel, tag)

    async def _check(self, channel: AbstractChannel, delivery: _Delivery) -> None:
        """Ask the broker whether anybody consumes, in case that its cancellation never arrived.

        When hints wait, and none of them came although there is room, then the broker counts a consumer that it does
        not serve: RabbitMQ 3.10 does so after a quorum queue was deleted and declared anew.
        """
        if self._stopped or delivery.lost.is_set():
            return
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            queue = await channel.declare_queue(self._topology.queue, passive=True)
        state = queue.declaration_result
        starved = state.message_count and not delivery.count_since_check and delivery.unsettled < self._prefetch
        if starved or not state.consumer_count:
            _log.warning("consumer_lost", waiting=state.message_count, consumers=state.consumer_count)
            delivery.lost.set()
        delivery.count_since_check = 0

    async def take(self) -> Hint:
        """See `report_service.hints.HintReceiver`."""
        while self._stopped or not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()

    async def stop(self) -> None:
        """See `report_service.hints.HintReceiver`."""
        self._stopped = True
        if self._cancel_consumer is not None:
            await _finish(self._cancel_consumer())
            self._cancel_consumer = None
        while self._messages:
            await self._messages.popleft().give_back()

    async def _on_message(self, message: AbstractIncomingMessage, delivery: _Delivery) -> None:
        delivery.count_since_check += 1
        origin = origin_of(message)
        try:
            report_id = hint_messages.decode(message.type, message.body)
        except HintUnusable as error:
            self._rejected(error.reason)
            _log.warning(
                "hint_rejected",
                reason=error.reason,
                kind=message.type,
                size_bytes=len(message.body),
                request_id=origin.request_id,
            )
            await _finish(message.reject(requeue=False), delivery.lost)
            return
        delivery.unsettled += 1

        async def accept() -> None:
            delivery.unsettled -= 1
            await _finish(message.ack(), delivery.lost)

        async def give_back() -> None:
            delivery.unsettled -= 1
            await _finish(message.nack(requeue=True), delivery.lost)

        self._messages.append(Hint(report_id, bool(message.redelivered), accept, give_back, origin))
        self._arrived.set()


async def _finish(operation: Awaitable[object], lost: asyncio.Event | None = None) -> None:
    """Finish an operation on a channel; when it fails, give the channel up: the broker delivers again."""
    try:
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            await operation
    except AMQP_FAULTS as error:
        _log.debug("hint_not_settled", fault=type(error).__name__)
        if lost is not None:
            lost.set()


async def _first_of(*events: Awaitable[object], seconds: float | None = None) -> None:
    """Return when one of them has come about, or after the time."""
    waiters = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
