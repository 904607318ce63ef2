"""Hints over RabbitMQ when things break."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from dossier.report.v1 import report_hint_pb2 as hint_pb

from report_service.amqp_hints import AmqpReceiver, AmqpSender
from report_service.errors import HintNotSent
from report_service.hint_messages import KIND, HintFault
from runtime.amqp import Topology
from runtime.settings import Secret
from tests.integration.report.stage import eventually
from tests.integration.report.test_hint_transports import (
    FIRST,
    SECOND,
    THIRD,
    a_topology,
    open_amqp,
    running,
    taken,
)
from tests.provision.fixtures import on_one_engine
from tests.provision.ports import free_port
from tests.provision.rabbitmq import RabbitNode

pytestmark = on_one_engine

A_HINT = hint_pb.ReportHint(report_id=FIRST).SerializeToString()


async def sent_eventually(sender: AmqpSender, report_id: str) -> None:
    """Send again and again until the broker takes it, as alarms do."""

    async def accepted() -> bool:
        try:
            await sender.send(report_id)
        except HintNotSent:
            return False
        return True

    await eventually(accepted, within_seconds=30)


async def dead_letter(channel: AbstractChannel, topology: Topology) -> AbstractIncomingMessage:
    """Return the next dead letter."""
    queue = await channel.get_queue(topology.dead_queue)
    message: AbstractIncomingMessage = await eventually(lambda: queue.get(fail=False, no_ack=True))
    return message


def why_dead(message: AbstractIncomingMessage) -> Any:
    """Return the broker's word for why it set the message aside."""
    deaths: Any = message.headers["x-death"]
    return deaths[0]["reason"]


async def publish(channel: AbstractChannel, topology: Topology, message: aio_pika.Message) -> None:
    """Send what our sender would not."""
    exchange = await channel.get_exchange(topology.exchange)
    await exchange.publish(message, routing_key=topology.queue)


async def test_message_is_persistent_and_queue_durable(rabbitmq: RabbitNode) -> None:
    """What the broker confirmed outlives it: durable quorum queue, persistent message."""
    topology = a_topology()
    sender = AmqpSender(Secret(rabbitmq.url.encode()), topology=topology)
    async with running(sender.run()), await aio_pika.connect(rabbitmq.url) as connection:
        await sender.ready.wait()
        await sender.send(FIRST)
        channel = await connection.channel()
        queue = await channel.declare_queue(topology.queue, passive=True)
        message = await queue.get(no_ack=True, timeout=5)
    assert message is not None
    assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert (message.type, message.content_type) == ("dossier.report.v1.ReportHint", "application/protobuf")
    assert hint_pb.ReportHint.FromString(message.body).report_id == FIRST


@pytest.mark.parametrize(
    ("argument", "other"),
    [
        ("x-delivery-limit", 99),
        ("x-dead-letter-exchange", "elsewhere"),
        ("x-overflow", "drop-head"),
        ("x-dead-letter-strategy", "at-most-once"),
    ],
)
async def test_queue_has_the_declared_arguments(rabbitmq: RabbitNode, argument: str, other: str | int) -> None:
    """The broker knows the limit, the dead letters and the refusal when full: it refuses to hear otherwise."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology), await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed, match=argument):
            await channel.declare_queue(
                topology.queue, durable=True, arguments={**topology.queue_arguments, argument: other}
            )


async def test_sending_raises_when_unroutable(rabbitmq: RabbitNode) -> None:
    """A hint that no queue takes is not sent; the sender mends the topology and the next one arrives."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology) as (sender, receiver):
        async with await aio_pika.connect(rabbitmq.url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(topology.queue)
            await queue.unbind(topology.exchange, routing_key=topology.queue)
        with pytest.raises(HintNotSent):
            await sender.send(FIRST)
        await sent_eventually(sender, SECOND)
        assert (await taken(receiver)).report_id == SECOND


@pytest.mark.parametrize(("argument", "other"), [("x-max-length", 7), ("x-message-ttl", 7)])
async def test_dead_letters_are_bounded(rabbitmq: RabbitNode, argument: str, other: int) -> None:
    """The broker knows how many dead letters to keep and how long: it refuses to hear otherwise."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology), await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed, match=argument):
            await channel.declare_queue(
                topology.dead_queue, durable=True, arguments={**topology.dead_queue_arguments, argument: other}
            )


async def test_oldest_dead_letter_goes_when_there_are_too_many(rabbitmq: RabbitNode) -> None:
    """A full queue of dead letters takes the next one, and holds up no hint."""
    topology = ScantTopology(*dataclasses.astuple(a_topology()))
    async with (
        open_amqp(rabbitmq.url, topology) as (sender, receiver),
        await aio_pika.connect(rabbitmq.url) as connection,
    ):
        channel = await connection.channel()
        for body in (b"first", b"second", b"third"):
            await publish(channel, topology, aio_pika.Message(body))
        await sender.send(FIRST)
        assert (await taken(receiver)).report_id == FIRST
        assert [(await dead_letter(channel, topology)).body for _ in range(2)] == [b"second", b"third"]


class ScantTopology(Topology):
    """Keeps two dead letters only."""

    @property
    def dead_queue_arguments(self) -> dict[str, Any]:
        return {**super().dead_queue_arguments, "x-max-length": 2}


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (KIND, b"\xff\xff not a hint", HintFault.UNDECODABLE),
        (None, b"\xff\xff not a hint", HintFault.UNDECODABLE),
        (KIND, b"", HintFault.BAD_REPORT_ID),
        (KIND, hint_pb.ReportHint(report_id="x").SerializeToString(), HintFault.BAD_REPORT_ID),
        ("dossier.report.v2.ReportHint", A_HINT, HintFault.UNKNOWN_TYPE),
        ("?" * 255, b"\xff", HintFault.UNKNOWN_TYPE),
    ],
)
async def test_unusable_hint_goes_to_dead_letters(
    rabbitmq: RabbitNode, kind: str | None, body: bytes, reason: HintFault
) -> None:
    """What is no hint, or one of an unknown version, is kept aside for people; the next hint is served."""
    topology, reasons = a_topology(), list[str]()
    async with (
        open_amqp(rabbitmq.url, topology, check_seconds=0.1, rejected=reasons.append) as (sender, receiver),
        await aio_pika.connect(rabbitmq.url) as connection,
    ):
        channel = await connection.channel()
        await publish(channel, topology, aio_pika.Message(body, type=kind))
        await sender.send(FIRST)
        assert (await taken(receiver)).report_id == FIRST
        assert reasons == [reason]
        await eventually(lambda: sender.dead_letter_count == 1)
        message = await dead_letter(channel, topology)
        assert (message.body, message.type) == (body, kind)
        assert why_dead(message) == "rejected"
        await eventually(lambda: sender.dead_letter_count == 0)


async def test_hint_without_type_is_served(rabbitmq: RabbitNode) -> None:
    """Senders of the version before do not name the kind; during a rolling upgrade their hints are as good."""
    topology = a_topology()
    async with (
        open_amqp(rabbitmq.url, topology) as (_, receiver),
        await aio_pika.connect(rabbitmq.url) as connection,
    ):
        await publish(await connection.channel(), topology, aio_pika.Message(A_HINT))
        assert (await taken(receiver)).report_id == FIRST


async def test_sender_declares_dead_letters_anew_when_deleted(rabbitmq: RabbitNode) -> None:
    """An operator may delete the queue of dead letters; it comes back by itself."""
    topology = a_topology()
    async with (
        open_amqp(rabbitmq.url, topology, check_seconds=0.1) as (sender, _),
        await aio_pika.connect(rabbitmq.url) as connection,
    ):
        channel = await connection.channel()
        await channel.queue_delete(topology.dead_queue)
        await eventually(lambda: not sender.ready.is_set())
        await sender.ready.wait()
        await publish(channel, topology, aio_pika.Message(b"?"))
        await eventually(lambda: sender.dead_letter_count == 1)


async def test_hint_goes_to_dead_letters_when_given_back_too_often(rabbitmq: RabbitNode) -> None:
    """A hint that kills its workers stops going round; its row's alarm remains."""
    topology = a_topology()
    async with (
        open_amqp(rabbitmq.url, topology) as (sender, receiver),
        await aio_pika.connect(rabbitmq.url) as connection,
    ):
        await sender.send(FIRST)
        for _ in range(a_topology().delivery_limit + 1):
            await (await taken(receiver)).give_back()
        message = await dead_letter(await connection.channel(), topology)
        assert why_dead(message) == "delivery_limit"
        assert hint_pb.ReportHint.FromString(message.body).report_id == FIRST


async def test_receiver_holds_no_more_than_prefetch(rabbitmq: RabbitNode) -> None:
    """Hints beyond the prefetch stay with the broker for other workers."""
    topology = a_topology()
    async with (
        open_amqp(rabbitmq.url, topology, prefetch=1) as (sender, first),
        open_amqp(rabbitmq.url, topology, prefetch=1) as (_, second),
    ):
        for report_id in (FIRST, SECOND, THIRD):
            await sender.send(report_id)
        hints = [await taken(first), await taken(second)]
        assert len({hint.report_id for hint in hints}) == 2
        await hints[1].accept()
        assert (await taken(second)).report_id == THIRD


async def test_buffered_hint_goes_to_another_when_stopped(rabbitmq: RabbitNode) -> None:
    """A stopping worker gives back what it had not begun."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology) as (sender, first):
        await sender.send(FIRST)
        await sender.send(SECOND)
        hint = await taken(first)
        async with open_amqp(rabbitmq.url, topology) as (_, second):
            await first.stop()
            assert (await taken(second)).report_id == SECOND
        await hint.accept()


async def test_hint_is_redelivered_when_receiver_dies(rabbitmq: RabbitNode) -> None:
    """What a worker held when it died comes back at once, marked."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology) as (sender, first):
        await sender.send(FIRST)
        await taken(first)
    async with open_amqp(rabbitmq.url, topology) as (_, second):
        hint = await taken(second)
    assert (hint.report_id, hint.redelivered) == (FIRST, True)


async def test_consumer_recovers_when_queue_is_deleted(rabbitmq: RabbitNode) -> None:
    """A consumer that the broker cancelled is noticed at once and built anew."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology) as (sender, receiver):
        async with await aio_pika.connect(rabbitmq.url) as connection:
            await (await connection.channel()).queue_delete(topology.queue)
        await sent_eventually(sender, FIRST)
        assert (await taken(receiver)).report_id == FIRST


async def test_consumer_recovers_when_broker_serves_it_no_more(rabbitmq: RabbitNode) -> None:
    """A consumer that the broker still counts, but gives nothing to while hints wait, is built anew.

    So RabbitMQ 3.10 leaves the consumers of a quorum queue that is deleted and declared anew at once. Here another
    consumer stands in for the one that is counted.
    """
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology, check_seconds=0.2) as (sender, receiver):
        assert receiver._cancel_consumer is not None
        async with await aio_pika.connect(rabbitmq.url) as connection:
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=1)
            await (await channel.get_queue(topology.queue)).consume(_keep)
            await receiver._cancel_consumer()
            for report_id in (FIRST, SECOND):
                await sender.send(report_id)
            assert (await taken(receiver)).report_id in (FIRST, SECOND)


async def _keep(_message: AbstractIncomingMessage) -> None:
    """Take a message and never settle it."""


async def test_consumer_recovers_when_its_cancellation_got_lost(rabbitmq: RabbitNode) -> None:
    """The watchdog finds out that nobody consumes, even when nothing told so."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology, check_seconds=0.1) as (sender, receiver):
        assert receiver._cancel_consumer is not None
        await receiver._cancel_consumer()
        await sender.send(FIRST)
        assert (await taken(receiver)).report_id == FIRST


@pytest.mark.parametrize("how", ["purged", "deleted", "deleted and declared anew"])
async def test_sender_says_so_when_hints_were_lost(rabbitmq: RabbitNode, how: str) -> None:
    """A queue that was emptied behind the sender's back is noticed without another hint being sent."""
    topology = a_topology()
    sender = AmqpSender(Secret(rabbitmq.url.encode()), topology=topology, check_seconds=0.1)
    async with running(sender.run()), await aio_pika.connect(rabbitmq.url) as connection, asyncio.timeout(30):
        await sender.ready.wait()
        await sender.send(FIRST)
        sender.forgotten = False
        channel = await connection.channel()
        if how == "purged":
            await (await channel.get_queue(topology.queue)).purge()
        else:
            await channel.queue_delete(topology.queue)
        if how == "deleted and declared anew":
            await topology.declare(connection)
        await eventually(lambda: sender.forgotten)
        await sent_eventually(sender, SECOND)


async def test_sending_is_refused_at_once_when_not_connected() -> None:
    """Without a broker nothing hangs."""
    sender = AmqpSender(Secret(b"amqp://guest:guest@127.0.0.1:1/"), topology=a_topology())
    async with running(sender.run()), asyncio.timeout(1):
        with pytest.raises(HintNotSent):
            await sender.send(FIRST)
        assert not sender.ready.is_set()


async def test_channel_is_given_up_when_sending_is_cancelled(rabbitmq: RabbitNode) -> None:
    """Whoever stops waiting leaves a channel in the midst of a message; the next hint goes over another."""
    topology = a_topology()
    async with open_amqp(rabbitmq.url, topology) as (sender, _):
        sending = asyncio.create_task(sender.send(FIRST))
        await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait([sending])
        assert sending.cancelled()
        with pytest.raises(HintNotSent):
            await sender.send(SECOND)
        await sent_eventually(sender, SECOND)


class NarrowTopology(Topology):
    """Has a queue that refuses what it has no room for."""

    @property
    def queue_arguments(self) -> dict[str, Any]:
        return {**super().queue_arguments, "x-max-length": 1}


async def send_often(sender: AmqpSender) -> None:
    """Send so many hints that the queue is full; it does not refuse the first after its limit yet."""
    for _ in range(100):
        await sender.send(FIRST)


async def test_channel_is_given_up_when_the_broker_refuses(rabbitmq: RabbitNode) -> None:
    """A channel that was opened while a queue had no leader refuses for ever; the next one does not."""
    sender = AmqpSender(Secret(rabbitmq.url.encode()), topology=NarrowTopology(*dataclasses.astuple(a_topology())))
    async with running(sender.run()):
        await sender.ready.wait()
        with pytest.raises(HintNotSent):
            await send_often(sender)
        assert not sender.ready.is_set()
        await sender.ready.wait()


async def test_hints_arrive_but_none_is_sent_while_broker_blocks_publishers(own_rabbitmq: RabbitNode) -> None:
    """A broker short of memory holds up senders: they are refused in time, receivers are served, and all goes on."""
    topology = a_topology()
    async with open_amqp(own_rabbitmq.url, topology) as (sender, receiver):
        await sender.send(FIRST)
        await limit_memory(own_rabbitmq, "1MB")

        async def refused() -> bool:
            try:
                await sender.send(SECOND)
            except HintNotSent:
                return True
            return False

        await eventually(refused, within_seconds=20)
        await (await taken(receiver)).accept()
        await limit_memory(own_rabbitmq, "1GB")
        await sent_eventually(sender, THIRD)


async def limit_memory(node: RabbitNode, size: str) -> None:
    """Raise the memory alarm, or end it."""
    await asyncio.to_thread(node.blocking.control, "set_vm_memory_high_watermark", "absolute", size)


async def test_both_sides_recover_when_broker_restarts(own_rabbitmq: RabbitNode) -> None:
    """Sender and receiver come back by themselves, and so does the hint that was in hand."""
    topology = a_topology()
    async with open_amqp(own_rabbitmq.url, topology) as (sender, receiver):
        await sender.send(FIRST)
        in_hand = await taken(receiver)
        await own_rabbitmq.stop_app()
        with pytest.raises(HintNotSent):
            await sender.send(SECOND)
        await own_rabbitmq.start_app()
        await in_hand.accept()  # Too late, and no harm.
        await sent_eventually(sender, SECOND)
        hints = [await taken(receiver), await taken(receiver)]
        assert {(hint.report_id, hint.redelivered) for hint in hints} >= {(FIRST, True)}
        assert {hint.report_id for hint in hints} == {FIRST, SECOND}


async def test_another_address_is_taken_when_nobody_answers_at_the_first(rabbitmq: RabbitNode) -> None:
    """Of several addresses one that answers suffices."""
    absent = [f"amqp://guest:guest@127.0.0.1:{free_port()}/" for _ in range(4)]
    async with open_amqp(", ".join([*absent, rabbitmq.url]), a_topology()) as (sender, receiver):
        await sender.send(FIRST)
        assert (await taken(receiver)).report_id == FIRST


async def test_receiver_waits_when_broker_is_absent_at_start(own_rabbitmq: RabbitNode) -> None:
    """A worker may start before its broker."""
    await own_rabbitmq.stop()
    topology = a_topology()
    url = Secret(own_rabbitmq.url.encode())
    sender, receiver = AmqpSender(url, topology=topology), AmqpReceiver(url, prefetch=1, topology=topology)
    async with running(sender.run(), receiver.run()):
        await own_rabbitmq.start()
        await sent_eventually(sender, FIRST)
        async with asyncio.timeout(30):
            assert (await receiver.take()).report_id == FIRST
