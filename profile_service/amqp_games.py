"""Games over RabbitMQ: each message is acknowledged only when what it asks for is committed.

Many are settled at the same time, so that they share commits; what one game is told of is done in its order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import NoReturn, Protocol, TypeAlias

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, HeadersType

from profile_service.amqp_former import FORMER_DEAD_QUEUE, FORMER_QUEUE, retire
from runtime import calls, tracing
from runtime.amqp import (
    AMQP_FAULTS,
    OPERATION_TIMEOUT_SECONDS,
    Topology,
    backoff_seconds,
    connected,
    origin_of,
    stay_connected,
)
from runtime.background import meanwhile
from runtime.errors import DomainError, InvalidInput, Unavailable
from runtime.settings import Secret
from runtime.statuses import MAX_VIOLATIONS

TOPOLOGY = Topology(
    "dossier.games",
    "dossier.games.intake.v1",
    "dossier.games.dead",
    "dossier.games.dead.v1",
    # Good games count up to it too, when the service is killed beside them or the database is away for hours.
    delivery_limit=1000,
    exchange_type=aio_pika.ExchangeType.TOPIC,
)
# How many messages are held and settled at the same time; they are small.
PREFETCH = 50
# How long a consumer that nobody told of its end may go unnoticed.
CHECK_SECONDS = 5.0
# How often queues that processes of an earlier build still use are looked at.
FORMER_SECONDS = 30.0
REASON_HEADER, MESSAGE_HEADER, FIELDS_HEADER = "dossier-reason", "dossier-message", "dossier-fields"
_log = structlog.get_logger("game_intake")

Arrived: TypeAlias = "asyncio.Queue[AbstractIncomingMessage | None]"


class Outcome(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    REFUSED = "refused"


class Intake(Protocol):
    """What messages are given to, see `game_intake.GameIntake`."""

    def game_id(self, body: bytes) -> str:
        """Return which game a message is about, empty when that cannot be seen."""

    async def take(self, kind: str, body: bytes) -> None:
        """Do what a message asks for. Raises DomainError: Unavailable when it may succeed later."""


class AmqpGames:
    """Gives each message to `intake`. `run` keeps it connected until it is cancelled.

    What is refused goes to the dead letters with the reason. What cannot be done just now is held and tried again.
    `settled` is told what became of each.
    """

    def __init__(
        self,
        url: Secret,
        intake: Intake,
        *,
        topology: Topology = TOPOLOGY,
        check_seconds: float = CHECK_SECONDS,
        settled: Callable[[Outcome], None] = lambda _outcome: None,
    ) -> None:
        self._url = url
        self._intake = intake
        self._topology = topology
        self._check_seconds = check_seconds
        self._settled = settled
        self._former_gone = False
        self.ready = asyncio.Event()

    async def run(self) -> NoReturn:
        """Connect and consume, and again after any fault."""
        await stay_connected(self._session, name="games")

    async def _session(self) -> None:
        try:
            async with connected(self._url.reveal().decode(), self._topology, name="dossier games in") as connection:
                async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                    channel = await connection.channel()
                    dead_channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                    dead = await dead_channel.get_exchange(self._topology.dead_exchange, ensure=False)
                # Before what came later, as a correction must follow its game.
                await self._retire_former(connection, dead)
                async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                    arrived = await self._consume(channel)
                self.ready.set()
                async with meanwhile(self._go_on_retiring(connection, dead), name="former queues"):
                    await self._settle_all(arrived, dead_channel, dead)
        except AMQP_FAULTS:
            raise
        except Exception:
            # A fault of ours must not end the intake for good.
            _log.exception("game_intake_fault")
        finally:
            self.ready.clear()

    async def _retire_former(self, connection: AbstractConnection, dead: AbstractExchange) -> None:
        if self._former_gone:  # The broker logs each question for a queue that is not there.
            return

        async def settle(message: AbstractIncomingMessage) -> None:
            await self._settle(message, dead, after=None)

        async def move(message: AbstractIncomingMessage) -> None:
            async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                await dead.publish(_copy(message, message.headers), routing_key="", mandatory=True)
                await message.ack()

        exchange, dead_exchange = self._topology.exchange, self._topology.dead_exchange
        games_gone = await retire(connection, FORMER_QUEUE, exchange=exchange, key="#", settle=settle)
        # A queue is bound by its name where no key is given.
        key = FORMER_DEAD_QUEUE
        dead_gone = await retire(connection, key, exchange=dead_exchange, key=key, settle=move)
        self._former_gone = games_gone and dead_gone

    async def _go_on_retiring(self, connection: AbstractConnection, dead: AbstractExchange) -> None:
        """Take what processes of an earlier build leave behind, until the last of them has ended."""
        while not self._former_gone:
            await asyncio.sleep(FORMER_SECONDS)
            with suppress(*AMQP_FAULTS):
                await self._retire_former(connection, dead)

    async def _consume(self, channel: AbstractChannel) -> Arrived:
        """Return where messages arrive, and None when there will be no more."""
        # Bounded by the prefetch. What is left in it at the end of the channel is delivered again.
        arrived: Arrived = asyncio.Queue()

        def on_end(*_: object) -> None:
            arrived.put_nowait(None)

        async def on_message(message: AbstractIncomingMessage) -> None:
            arrived.put_nowait(message)

        await channel.set_qos(prefetch_count=PREFETCH)
        channel.close_callbacks.add(on_end)
        # The broker's cancellation is silent otherwise (aiormq issue 187).
        (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(on_end)
        queue = await channel.get_queue(self._topology.queue, ensure=False)
        await queue.consume(on_message)
        return arrived

    async def _settle_all(self, arrived: Arrived, looking: AbstractChannel, dead: AbstractExchange) -> None:
        """Settle messages until there will be no more of them. What is under way then comes again."""
        under_way: set[asyncio.Task[None]] = set()
        latest: dict[str, asyncio.Task[None]] = {}
        try:
            async with asyncio.TaskGroup() as settling:
                while (message := await self._next(arrived, looking, under_way)) is not None:
                    game_id = self._intake.game_id(message.body)
                    task = settling.create_task(self._settle(message, dead, after=latest.get(game_id)))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                    if game_id:
                        latest[game_id] = task
                        task.add_done_callback(partial(_forget, latest, game_id))
                raise _NoMore
        except* _NoMore:
            pass
        except* AMQP_FAULTS as faults:
            raise faults.exceptions[0] from faults

    async def _next(
        self, arrived: Arrived, looking: AbstractChannel, under_way: Collection[asyncio.Task[None]]
    ) -> AbstractIncomingMessage | None:
        while True:
            try:
                async with asyncio.timeout(self._check_seconds):
                    return await arrived.get()
            except TimeoutError:
                if len(under_way) < PREFETCH and await self._is_lost(looking) and arrived.empty():
                    return None

    async def _is_lost(self, looking: AbstractChannel) -> bool:
        """Return whether the broker has messages and gives us none of them, see `report_service.amqp_hints`."""
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            state = (await looking.declare_queue(self._topology.queue, passive=True)).declaration_result
        if not state.message_count and state.consumer_count:
            return False
        _log.warning("consumer_lost", waiting=state.message_count, consumers=state.consumer_count)
        return True

    async def _settle(
        self, message: AbstractIncomingMessage, dead: AbstractExchange, *, after: asyncio.Task[None] | None
    ) -> None:
        calls.resume(origin_of(message))
        if after is not None:
            await asyncio.wait([after])
        with tracing.span("take game", kind="CONSUMER"):
            refusal = await self._refusal(message)
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            if refusal is not None:
                # The broker's own way to the dead letters would not say why.
                await dead.publish(_dead_letter(message, refusal), routing_key="", mandatory=True)
            await message.ack()
        self._settled(Outcome.TAKEN if refusal is None else Outcome.REFUSED)
        if refusal is None:
            _log.info("game_taken", message_id=message.message_id)

    async def _refusal(self, message: AbstractIncomingMessage) -> DomainError | None:
        """Do what a message asks for, however long the database is away; return why that will never be done."""
        failures = 0
        while True:
            try:
                await self._intake.take(message.type or "", message.body)
                return None
            except Unavailable as error:
                _log.warning("game_waits", reason=error.reason)
                await asyncio.sleep(backoff_seconds(failures))
                failures += 1
            except DomainError as error:
                _log.warning("game_refused", reason=error.reason, message_id=message.message_id)
                return error
            except Exception:
                _log.exception("game_failed", message_id=message.message_id)
                return _Fault("Something went wrong on the server; its log has more.")


def _forget(latest: dict[str, asyncio.Task[None]], game_id: str, task: asyncio.Task[None]) -> None:
    if latest.get(game_id) is task:
        del latest[game_id]


class _NoMore(Exception):
    """The channel has ended."""


class _Fault(DomainError):
    """A fault of ours, so that one message does not hold up the others for ever."""

    reason = "INTERNAL"


def _dead_letter(message: AbstractIncomingMessage, error: DomainError) -> aio_pika.Message:
    violations = error.violations[:MAX_VIOLATIONS] if isinstance(error, InvalidInput) else ()
    headers: HeadersType = {
        REASON_HEADER: error.reason,
        MESSAGE_HEADER: error.message,
        FIELDS_HEADER: "\n".join(f"{each.field}: {each.description}" for each in violations),
    }
    return _copy(message, headers)


def _copy(message: AbstractIncomingMessage, headers: HeadersType) -> aio_pika.Message:
    return aio_pika.Message(
        message.body,
        headers=headers,
        type=message.type,
        content_type=message.content_type,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
