"""Queues of builds whose names had no version: emptied in their order, what is left in them included, and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from runtime.amqp import OPERATION_TIMEOUT_SECONDS

FORMER_QUEUE = "dossier.games.intake"
FORMER_DEAD_QUEUE = "dossier.games.dead"
_log = structlog.get_logger("game_intake")

Settle = Callable[[AbstractIncomingMessage], Awaitable[None]]


async def retire(connection: AbstractConnection, name: str, *, exchange: str, key: str, settle: Settle) -> bool:
    """Empty and delete the queue `name`, to which `exchange` sends nothing more from now on.

    Today's queue must be bound already: what is published meanwhile may be in both, and is never in neither.

    Args:
        settle: does with a message what must be done, and acknowledges it.

    Returns:
        Whether the queue is gone. It stays while a process of an earlier build has it in use.
    """
    channel = await connection.channel()
    try:
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
                queue = await channel.declare_queue(name, passive=True)
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return True
        await queue.unbind(exchange, routing_key=key, timeout=OPERATION_TIMEOUT_SECONDS)
        while (message := await queue.get(fail=False, timeout=OPERATION_TIMEOUT_SECONDS)) is not None:
            await settle(message)
        async with asyncio.timeout(OPERATION_TIMEOUT_SECONDS):
            state = (await channel.declare_queue(name, passive=True)).declaration_result
            if state.message_count or state.consumer_count:
                return False
            await queue.delete(if_unused=False, if_empty=False)
    finally:
        await channel.close()
    _log.info("former_queue_deleted", queue=name)
    return True
