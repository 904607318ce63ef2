"""The tests' own RabbitMQ keeps, loses and refuses what a real one does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue

from tests.provision import programs
from tests.provision import rabbitmq as provision
from tests.provision.programs import ProvisionError
from tests.provision.rabbitmq import RabbitNode

QUEUE = "kept"

# Starts a leashed process that shares this script's output, then dies without any clean-up.
DYING_OWNER = """
import os, signal
from pathlib import Path
from tests.provision.leash import LeashedGroup
group = LeashedGroup(["sh", "-c", "echo started; exec sleep 600"], log=Path("/dev/fd/1"), environ=os.environ)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_confirmed_message_survives_kill_and_start(own_rabbitmq: RabbitNode) -> None:
    """A message that an established quorum queue confirmed is there after SIGKILL and a restart."""
    async with await aio_pika.connect(own_rabbitmq.url) as connection:
        await declare(await connection.channel())
    # Establishes it: RabbitMQ 3.10 writes a new quorum queue's registration some seconds after declaring it, and a
    # node killed before that comes back with a queue that never elects a leader.
    await own_rabbitmq.stop_app()
    await own_rabbitmq.start_app()
    async with await aio_pika.connect(own_rabbitmq.url) as connection:
        await publish(await connection.channel(publisher_confirms=True), b"promise")
    address = own_rabbitmq.url

    await own_rabbitmq.kill()
    await own_rabbitmq.start()

    assert own_rabbitmq.url == address
    async with await aio_pika.connect(address) as connection:
        queue = await declare(await connection.channel())
        message = await queue.get(no_ack=True, timeout=10)
    assert message is not None
    assert message.body == b"promise"


async def test_connections_are_refused_while_app_is_stopped(own_rabbitmq: RabbitNode) -> None:
    """No connection opens between stop_app and start_app, and one opens right after."""
    await own_rabbitmq.stop_app()
    with pytest.raises(ConnectionError):
        await aio_pika.connect(own_rabbitmq.url, timeout=5)

    await own_rabbitmq.start_app()
    async with await aio_pika.connect(own_rabbitmq.url, timeout=5) as connection:
        assert not connection.is_closed


async def test_queues_are_gone_after_wipe(own_rabbitmq: RabbitNode) -> None:
    """A wiped node starts without the queue and message that it had."""
    async with await aio_pika.connect(own_rabbitmq.url) as connection:
        await publish(await connection.channel(), b"forgotten")

    await own_rabbitmq.stop()
    await own_rabbitmq.wipe()
    await own_rabbitmq.start()

    assert not await has_queue(own_rabbitmq)


async def test_nodes_share_nothing_when_run_side_by_side(
    rabbitmq: RabbitNode,
    own_rabbitmq: RabbitNode,
) -> None:
    """What one of two running nodes stores, the other does not know."""
    async with await aio_pika.connect(own_rabbitmq.url) as connection:
        await declare(await connection.channel())

    assert await has_queue(own_rabbitmq)
    assert not await has_queue(rabbitmq)


def test_error_names_the_package_when_nothing_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a program, a package or Docker, one sentence tells what to install."""
    monkeypatch.setattr(provision, "find_server", lambda: None)
    monkeypatch.setattr(programs, "find", lambda *_: None)
    monkeypatch.setattr(programs, "install", lambda _: "E: Unable to locate package")
    monkeypatch.setattr(provision, "docker_has_image", lambda: False)

    with pytest.raises(ProvisionError) as caught:
        provision.find_or_install()

    sentence = str(caught.value)
    assert "apt-get install rabbitmq-server" in sentence
    assert sentence.count(". ") == 0
    assert sentence.endswith(".")


def test_leashed_process_ends_when_its_owner_is_killed() -> None:
    """SIGKILL of the tests' process takes along what it started: the output they share reaches its end."""
    root = Path(__file__).parents[2]
    owner = subprocess.run([sys.executable, "-c", DYING_OWNER], cwd=root, capture_output=True, timeout=10, check=False)
    assert owner.returncode == -9


async def declare(channel: aio_pika.abc.AbstractChannel) -> AbstractQueue:
    """Declare the quorum queue, as the services do theirs."""
    return await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})


async def publish(channel: aio_pika.abc.AbstractChannel, body: bytes) -> None:
    """Store one persistent message and return when the broker has confirmed it."""
    await declare(channel)
    message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await channel.default_exchange.publish(message, routing_key=QUEUE, timeout=10)


async def has_queue(node: RabbitNode) -> bool:
    """Return whether the node knows the queue."""
    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel()
        try:
            await channel.declare_queue(QUEUE, passive=True)
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return False
        return True
