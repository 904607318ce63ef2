"""Both services on a broker with TLS, as users who may do no more than the documentation gives them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused

from profile_service.amqp_former import FORMER_DEAD_QUEUE, FORMER_QUEUE
from profile_service.amqp_games import TOPOLOGY, AmqpGames
from report_service.amqp_hints import AmqpReceiver, AmqpSender
from runtime.settings import Secret
from tests import certificates
from tests.certificates import Authority
from tests.provision.ports import free_port
from tests.provision.rabbitmq import RabbitNode

REPORT_ID = "00000000-0000-7000-8000-000000000001"
_LISTENER = (
    "{{ok, _}} = application:ensure_all_started(ssl), rabbit_networking:start_ssl_listener({port}, [{options}], 1)."
)
_DOCUMENTATION = Path(__file__).parents[2] / "docs" / "operations.md"


class Broker:
    """A virtual host of its own behind TLS, with the users of the documentation."""

    def __init__(self, port: int, authority: Path) -> None:
        self.port = port
        self.authority = authority

    def url(self, user: str, *, authority: Path | None = None) -> Secret:
        """Return the address for a user."""
        return Secret(f"amqps://{user}:secret@127.0.0.1:{self.port}/club?cafile={authority or self.authority}".encode())


@pytest.fixture(scope="module")
def broker(rabbitmq: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A virtual host made by the documentation's commands."""
    folder, authority, port = tmp_path_factory.mktemp("broker"), Authority(), free_port()
    identity = certificates.write(authority.sign(), folder, authority=authority.write(folder))
    options = (
        f'{{cacertfile, "{identity.authority}"}}, {{certfile, "{identity.certificate}"}}, {{keyfile, "{identity.key}"}}'
    )
    control = rabbitmq.blocking.control
    control("eval", _LISTENER.format(port=port, options=options))
    for command in re.findall(r"^rabbitmqctl (.*)$", _DOCUMENTATION.read_text(), re.MULTILINE):
        control(*re.sub(r"\"\$\w+\"", "secret", command).replace("'", "").split())
    yield Broker(port, folder / "authority.pem")
    control("delete_vhost", "club")


@asynccontextmanager
async def running(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class NoIntake:
    """Is never given anything."""

    def game_id(self, body: bytes) -> str:
        raise NotImplementedError

    async def take(self, kind: str, body: bytes) -> None:
        raise NotImplementedError


async def test_hints_travel_encrypted_for_the_report_services_user(broker: Broker) -> None:
    """What a queue needs to be declared, filled, watched and emptied is all that this user may do, and enough."""
    sender = AmqpSender(broker.url("dossier-report"))
    receiver = AmqpReceiver(broker.url("dossier-report"), prefetch=1)
    async with running(sender.run()), running(receiver.run()), asyncio.timeout(20):
        await sender.ready.wait()
        await sender.send(REPORT_ID)
        hint = await receiver.take()
        assert hint.report_id == REPORT_ID
        await hint.accept()


async def test_games_come_in_encrypted_for_the_profile_services_user(broker: Broker) -> None:
    """The intake of games is ready as this user, who may also delete the queues of an earlier build."""
    url = broker.url("dossier-profile")
    async with await aio_pika.connect(url.reveal().decode()) as connection:
        await replace(TOPOLOGY, queue=FORMER_QUEUE, dead_queue=FORMER_DEAD_QUEUE).declare(connection)
        games = AmqpGames(url, NoIntake())
        async with running(games.run()), asyncio.timeout(20):
            await games.ready.wait()
        for name in (FORMER_QUEUE, FORMER_DEAD_QUEUE):
            with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
                await (await connection.channel()).declare_queue(name, passive=True)


async def declare(channel: Any, exchange: str, _queue: str) -> None:
    await channel.declare_exchange(exchange, durable=True)


async def publish(channel: Any, exchange: str, _queue: str) -> None:
    opened = await channel.get_exchange(exchange, ensure=False)
    await opened.publish(aio_pika.Message(b"?"), routing_key="any")


async def read(channel: Any, _exchange: str, queue: str) -> None:
    opened = await channel.get_queue(queue, ensure=False)
    await opened.get(fail=False)


@pytest.mark.parametrize("deed", [declare, publish, read])
@pytest.mark.parametrize(
    ("user", "exchange", "queue"),
    [
        ("dossier-report", "dossier.games", "dossier.games.intake.v1"),
        ("dossier-profile", "dossier.reports", "dossier.reports.render.v1"),
        ("dossier-table", "dossier.reports", "dossier.reports.render.v1"),
    ],
)
async def test_user_is_refused_what_is_anothers(
    broker: Broker, user: str, exchange: str, queue: str, deed: Callable[..., Any]
) -> None:
    """Who has the secret of one service can neither declare, nor send to, nor read from what is the other's."""
    sender, games = AmqpSender(broker.url("dossier-report")), AmqpGames(broker.url("dossier-profile"), NoIntake())
    async with running(sender.run()), running(games.run()), asyncio.timeout(20):
        await sender.ready.wait()
        await games.ready.wait()
    async with await aio_pika.connect(broker.url(user).reveal().decode()) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelAccessRefused):
            await deed(channel, exchange, queue)


async def test_table_may_publish_games_and_nothing_else(broker: Broker) -> None:
    """The user of what sends games cannot read them."""
    games = AmqpGames(broker.url("dossier-profile"), NoIntake())
    async with running(games.run()), asyncio.timeout(20):
        await games.ready.wait()
    async with await aio_pika.connect(broker.url("dossier-table").reveal().decode()) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("dossier.games", ensure=False)
        await exchange.publish(aio_pika.Message(b"?"), routing_key="table-7", mandatory=True)
        queue = await channel.get_queue("dossier.games.intake.v1", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await queue.get()


async def test_broker_of_another_authority_is_not_believed(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent to it, and the log says that its certificate is the reason, without the password."""
    sender = AmqpSender(broker.url("dossier-report", authority=Authority().write(tmp_path)))
    told = asyncio.Event()
    monkeypatch.setattr("runtime.amqp.backoff_seconds", lambda _attempt: told.set() or 60.0)
    async with running(sender.run()), asyncio.timeout(20):
        await told.wait()
    assert not sender.ready.is_set()
    out = capsys.readouterr().out
    assert "certificate verify failed" in out
    assert "secret" not in out
