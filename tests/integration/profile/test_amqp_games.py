"""Games over RabbitMQ: each recorded once whatever breaks, and what is refused set aside with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
import grpc
import pytest
from aio_pika.abc import AbstractIncomingMessage
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.stats.v1 import game_intake_pb2 as intake_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from prometheus_client import CollectorRegistry

from profile_service.amqp_games import PREFETCH, TOPOLOGY, AmqpGames
from profile_service.game_intake import KIND, MAX_BODY_BYTES, RECORDER_ID
from profile_service.metrics import ProfileMetrics
from profile_service.storage.game_writer import GameStoreWriter
from runtime import calls
from runtime.amqp import origin_headers
from runtime.background import meanwhile
from runtime.calls import NO_CALL, Origin
from runtime.errors import InvalidInput, Unavailable
from runtime.settings import Secret
from tests.eventually import eventually
from tests.integration.profile.conftest import Profile, a_game, running
from tests.provision.fixtures import on_one_engine
from tests.provision.rabbitmq import RabbitNode
from tests.scraping import samples_of

pytestmark = on_one_engine

NAMES = ("dora", "max", "mona")


@dataclass
class Publisher:
    """A game server that publishes, and looks at what is set aside."""

    url: str

    async def publish(self, *bodies: bytes, kind: str = KIND, key: str = "table-7", origin: Origin = NO_CALL) -> None:
        """Publish messages; the broker has confirmed them when this returns."""
        async with await aio_pika.connect(self.url) as connection:
            exchange = await (await connection.channel()).get_exchange(TOPOLOGY.exchange, ensure=False)
            for body in bodies:
                message = aio_pika.Message(
                    body,
                    type=kind,
                    message_id="m-1",
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    correlation_id=origin.request_id or None,
                    headers=origin_headers(origin),
                )
                await exchange.publish(message, routing_key=key, mandatory=True)

    async def dead_letter(self) -> AbstractIncomingMessage:
        """Return the next message that was set aside."""
        async with await aio_pika.connect(self.url) as connection, asyncio.timeout(20):
            queue = await (await connection.channel()).get_queue(TOPOLOGY.dead_queue, ensure=False)
            while (message := await queue.get(fail=False, no_ack=True)) is None:
                await asyncio.sleep(0.02)
            return message

    async def waiting(self) -> int:
        """Return how many messages nobody has taken, or taken and not settled."""
        async with await aio_pika.connect(self.url) as connection:
            queue = await (await connection.channel()).declare_queue(TOPOLOGY.queue, passive=True)
            return queue.declaration_result.message_count or 0


@dataclass
class Taking:
    """An intake that hands on what arrives; messages are about the game of their first letter."""

    take: Callable[[str, bytes], Awaitable[None]]

    def game_id(self, body: bytes) -> str:
        return chr(body[0]) if body else ""


async def clean(url: str) -> Publisher:
    """Return a publisher to queues that are there and empty."""
    async with await aio_pika.connect(url) as connection:
        await TOPOLOGY.declare(connection)
        channel = await connection.channel()
        for name in (TOPOLOGY.queue, TOPOLOGY.dead_queue):
            await (await channel.get_queue(name, ensure=False)).purge()
    return Publisher(url)


@pytest.fixture
async def publisher(rabbitmq: RabbitNode) -> Publisher:
    """A game server."""
    return await clean(rabbitmq.url)


@asynccontextmanager
async def with_players(folder: Path, url: str) -> AsyncIterator[Profile]:
    """Run the service with three players and games from the broker."""
    async with running(folder) as profile:
        for name in NAMES:
            await profile.sign_up(name)
    async with running(folder, amqp_url=url) as profile:
        yield profile


@pytest.fixture
async def club(publisher: Publisher, tmp_path: Path) -> AsyncIterator[Profile]:
    """A running service with three players."""
    async with with_players(tmp_path, publisher.url) as profile:
        yield profile


def game(**fields: Any) -> game_pb.Game:
    """Return a game of the three."""
    told = a_game(NAMES)
    told.rule_set = "open-1"
    told.seats[2].role = game_pb.ROLE_SHERIFF
    told.MergeFrom(game_pb.Game(**fields))
    return told


def recording(told: game_pb.Game) -> bytes:
    """Return the body that records a game."""
    return intake_pb.GameIntake(record=game_service_pb.RecordGameRequest(game=told)).SerializeToString()


async def get(profile: Profile, game_id: str) -> game_pb.Game | None:
    """Return a game, None while there is none."""
    try:
        answer = await profile.games.GetGame(game_service_pb.GetGameRequest(game_id=game_id))
    except grpc.aio.AioRpcError:
        return None
    found: game_pb.Game = answer.game
    return found


async def recorded(profile: Profile, *games: game_pb.Game, within_seconds: float = 20) -> None:
    """Wait until all of the games are there."""

    async def all_there() -> bool:
        return all([await get(profile, told.game_id) for told in games])

    await eventually(all_there, within_seconds=within_seconds)


async def sessions(profile: Profile) -> int:
    """Return how many games dora has played."""
    answer = await profile.stats.GetPlayerStats(stats_pb.GetPlayerStatsRequest(username="dora"))
    count: int = answer.stats.overall.sessions
    return count


async def test_game_published_four_times_is_recorded_once(club: Profile, publisher: Publisher) -> None:
    """The game's id tells that it is the same; nothing is set aside for it. Any routing key will do."""
    told, last = game(), game()
    await publisher.publish(*[recording(told)] * 4, kind="", key="")
    await publisher.publish(recording(last))
    await recorded(club, told, last)
    assert await sessions(club) == 2
    await publisher.publish(b"\xff")
    assert (await publisher.dead_letter()).body == b"\xff"


async def test_game_is_corrected_and_voided(club: Profile, publisher: Publisher) -> None:
    """In the order in which it was published; the audit log says that it came so."""
    told = game()
    mended = game(game_id=told.game_id, table="9")
    correct = intake_pb.GameIntake(correct=game_service_pb.CorrectGameRequest(game=mended))
    void = intake_pb.GameIntake(void=game_service_pb.VoidGameRequest(game_id=told.game_id))
    await publisher.publish(recording(told), correct.SerializeToString(), void.SerializeToString())

    async def is_voided() -> bool:
        found = await get(club, told.game_id)
        return found is not None and found.state == game_pb.GAME_STATE_VOIDED

    await eventually(is_voided, within_seconds=20)
    found = await get(club, told.game_id)
    assert found is not None
    assert found.table == "9"
    admin = await club.with_role("ada", access_pb2.ROLE_ADMIN)
    events = await club.admin.ListAuditEvents(admin_pb.ListAuditEventsRequest(), metadata=admin.metadata)
    assert [event.actor_account_id for event in events.events].count(RECORDER_ID) == 2


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (b"\xff", KIND, "protobuf"),
        (b"", KIND, "event"),
        (b"", "dossier.stats.v2.GameIntake", "type"),
        (b"\0" * (MAX_BODY_BYTES + 1), KIND, "bytes or fewer"),
    ],
)
async def test_bad_body_is_set_aside_with_its_reason(
    club: Profile, publisher: Publisher, body: bytes, kind: str, sentence: str
) -> None:
    """What is no message of ours goes to the dead letters as it came, and what comes after it is recorded."""
    told = game()
    await publisher.publish(body, kind=kind)
    await publisher.publish(recording(told))
    await recorded(club, told)
    dead = await publisher.dead_letter()
    assert (dead.body, dead.type, dead.message_id) == (body, kind, "m-1")
    assert dead.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert dead.headers["dossier-reason"] == "INVALID_REQUEST"
    assert sentence in str(dead.headers["dossier-message"])


async def test_bad_game_is_set_aside_with_its_fields(club: Profile, publisher: Publisher) -> None:
    """The contract's rules, the table's rules, and players without an account: each names the field to mend."""
    breaks_rule, two_dons, stranger = game(), game(), game()
    breaks_rule.duration.seconds = -1
    two_dons.seats[1].role = game_pb.ROLE_DON
    stranger.seats[0].username = "stranger"
    expected = [
        (breaks_rule, "INVALID_REQUEST", "record.game.duration: "),
        (two_dons, "INVALID_REQUEST", "record.game.seats[1].role: "),
        (stranger, "PLAYER_UNKNOWN", "record.game.seats[0].username: "),
    ]
    for told, reason, field in expected:
        await publisher.publish(recording(told))
        dead = await publisher.dead_letter()
        assert dead.headers["dossier-reason"] == reason
        assert str(dead.headers["dossier-fields"]).startswith(field)
        assert await get(club, told.game_id) is None


async def test_other_game_of_a_known_id_is_set_aside(club: Profile, publisher: Publisher) -> None:
    """A recorded game is changed by a correction only."""
    told = game()
    await publisher.publish(recording(told), recording(game(game_id=told.game_id, table="9")))
    dead = await publisher.dead_letter()
    assert dead.headers["dossier-reason"] == "GAME_ID_TAKEN"
    found = await get(club, told.game_id)
    assert found is not None
    assert found.table == ""


async def test_game_whose_consumer_died_is_delivered_again(publisher: Publisher, tmp_path: Path) -> None:
    """A consumer that ends before it acknowledged leaves the game to the next one, with all that it held."""
    games = [game() for _ in range(3)]
    taken: asyncio.Queue[bytes] = asyncio.Queue()

    async def never_done(kind: str, body: bytes) -> None:
        taken.put_nowait(body)
        await asyncio.Event().wait()

    async with meanwhile(AmqpGames(Secret(publisher.url.encode()), Taking(never_done)).run(), name="dies"):
        await publisher.publish(*map(recording, games))
        async with asyncio.timeout(20):
            assert await taken.get() == recording(games[0])
    assert taken.empty()
    async with with_players(tmp_path, publisher.url) as club:
        await recorded(club, *games)
        assert await sessions(club) == 3


async def test_game_is_recorded_once_when_its_consumer_died_before_saying_so(
    publisher: Publisher, tmp_path: Path
) -> None:
    """A game that was committed but not acknowledged comes again, and is the same."""
    told, delivered = game(), asyncio.Event()
    async with with_players(tmp_path, publisher.url) as club:
        await publisher.publish(recording(told))
        await recorded(club, told)

    async def take(kind: str, body: bytes) -> None:
        delivered.set()
        await asyncio.Event().wait()

    await publisher.publish(recording(told))
    async with (
        meanwhile(AmqpGames(Secret(publisher.url.encode()), Taking(take)).run(), name="dies"),
        asyncio.timeout(20),
    ):
        await delivered.wait()
    last = game()
    await publisher.publish(recording(last))
    async with running(tmp_path, amqp_url=publisher.url) as club:
        await recorded(club, last)
        assert await sessions(club) == 2


async def test_game_waits_while_the_database_is_away(publisher: Publisher) -> None:
    """What may succeed later is held and tried again, before what came later of the same game; nothing is set aside."""
    tries: list[bytes] = []
    refused = 0

    async def away_twice(kind: str, body: bytes) -> None:
        nonlocal refused
        tries.append(body)
        if body == b"a1" and refused < 2:
            refused += 1
            raise Unavailable("away")

    async with meanwhile(AmqpGames(Secret(publisher.url.encode()), Taking(away_twice)).run(), name="games"):
        await publisher.publish(b"a1", b"a2", b"b")
        await eventually_empty(publisher, done=lambda: len(tries) == 5)
    assert [body for body in tries if body != b"b"] == [b"a1", b"a1", b"a1", b"a2"]
    assert tries.index(b"b") < tries.index(b"a2")


async def test_game_is_part_of_the_call_that_its_message_names(publisher: Publisher) -> None:
    """The id of a message's call is that of its work, and not of the next message's."""
    told = Origin("table-7.game-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    origins: dict[bytes, Origin] = {}

    async def take(kind: str, body: bytes) -> None:
        origins[body] = calls.origin()

    async with meanwhile(AmqpGames(Secret(publisher.url.encode()), Taking(take)).run(), name="games"):
        await publisher.publish(b"a1", origin=told)
        await publisher.publish(b"b")
        await eventually_empty(publisher, done=lambda: len(origins) == 2)
    assert origins == {b"a1": told, b"b": NO_CALL}


async def test_settled_messages_are_counted_by_what_became_of_them(publisher: Publisher) -> None:
    """Metrics tell of each message once, and whether games can come at all."""
    registry = CollectorRegistry()
    metrics = ProfileMetrics(registry)

    async def take(kind: str, body: bytes) -> None:
        if body == b"bad":
            raise InvalidInput("It is no game.")

    games = AmqpGames(Secret(publisher.url.encode()), Taking(take), settled=metrics.game_settled)
    metrics.watch_games(games)
    assert samples_of(registry).value("dossier_profile_broker_connected") == 0
    async with meanwhile(games.run(), name="games"), asyncio.timeout(20):
        await games.ready.wait()
        assert samples_of(registry).value("dossier_profile_broker_connected") == 1
        await publisher.publish(b"good", b"bad", b"good")
        await eventually_empty(publisher, done=lambda: counted(registry) == [2, 1])


def counted(registry: CollectorRegistry) -> list[float | None]:
    samples = samples_of(registry)
    return [samples.value("dossier_profile_game_messages_total", outcome=outcome) for outcome in ("taken", "refused")]


async def test_games_that_wait_together_share_commits(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long queue is recorded in fewer commits than games, each of them once."""
    commits: list[int] = []
    record_together = GameStoreWriter._record_together

    async def counted(writer: GameStoreWriter, calls: Sequence[Any]) -> None:
        commits.append(len(calls))
        await record_together(writer, calls)

    monkeypatch.setattr(GameStoreWriter, "_record_together", counted)
    games = [game() for _ in range(2 * PREFETCH)]
    await publisher.publish(*map(recording, games))
    async with with_players(tmp_path, publisher.url) as club:
        await recorded(club, *games)
        assert await sessions(club) == len(games)
    assert sum(commits) == len(games)
    assert len(commits) <= len(games) // 2


async def test_fault_of_the_broker_while_many_games_are_under_way_ends_none_of_them(
    own_rabbitmq: RabbitNode, tmp_path: Path
) -> None:
    """What was taken and not acknowledged comes again, and is the same."""
    publisher = await clean(own_rabbitmq.url)
    games = [game() for _ in range(3 * PREFETCH)]
    async with with_players(tmp_path, publisher.url) as club:
        await publisher.publish(*map(recording, games))
        await own_rabbitmq.stop_app()
        await own_rabbitmq.start_app()
        await recorded(club, *games, within_seconds=60)
        assert await sessions(club) == len(games)


async def test_fault_of_ours_does_not_hold_up_the_next_game(publisher: Publisher) -> None:
    """A message that makes the service fail is set aside as such."""
    done: list[bytes] = []

    async def fails_once(kind: str, body: bytes) -> None:
        if body == b"1":
            raise ZeroDivisionError
        done.append(body)

    async with meanwhile(AmqpGames(Secret(publisher.url.encode()), Taking(fails_once)).run(), name="games"):
        await publisher.publish(b"1", b"2")
        assert (await publisher.dead_letter()).headers["dossier-reason"] == "INTERNAL"
        await eventually_empty(publisher, done=lambda: done == [b"2"])


async def test_no_more_than_the_prefetch_is_held(publisher: Publisher) -> None:
    """A long queue stays at the broker."""
    begun = asyncio.Event()

    async def never_done(kind: str, body: bytes) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with meanwhile(AmqpGames(Secret(publisher.url.encode()), Taking(never_done)).run(), name="games"):
        await publisher.publish(*[b"x"] * (PREFETCH + 10))
        async with asyncio.timeout(20):
            await begun.wait()

        async def ten_wait() -> bool:
            return await publisher.waiting() == 10

        await eventually(ten_wait, within_seconds=20)


async def test_consumer_comes_back_when_its_queue_was_deleted(publisher: Publisher) -> None:
    """The broker cancels it; the queue is declared anew and consumed."""
    done: list[bytes] = []

    async def take(kind: str, body: bytes) -> None:
        done.append(body)

    intake = AmqpGames(Secret(publisher.url.encode()), Taking(take), check_seconds=0.5)
    async with meanwhile(intake.run(), name="games"):
        async with asyncio.timeout(20):
            await intake.ready.wait()
        async with await aio_pika.connect(publisher.url) as connection:
            await (await connection.channel()).queue_delete(TOPOLOGY.queue)

        async def arrives() -> bool:
            try:
                await publisher.publish(b"after")
            except aio_pika.exceptions.AMQPError:
                return False
            return b"after" in done

        await eventually(arrives, within_seconds=30)


async def test_games_come_in_after_the_broker_restarted(own_rabbitmq: RabbitNode, tmp_path: Path) -> None:
    """What the broker had confirmed before it stopped, and what came after, is recorded without a restart of ours."""
    publisher = await clean(own_rabbitmq.url)
    first, kept, after = game(), game(), game()
    await publisher.publish(recording(kept))
    async with with_players(tmp_path, publisher.url) as club:
        await publisher.publish(recording(first))
        await recorded(club, first)
        await own_rabbitmq.stop_app()
        await own_rabbitmq.start_app()
        await publisher.publish(recording(after))
        await recorded(club, after, within_seconds=40)
        assert await sessions(club) == 3


async def eventually_empty(publisher: Publisher, done: Any = lambda: True) -> None:
    """Wait until nothing waits at the broker."""

    async def empty() -> bool:
        return done() and await publisher.waiting() == 0

    await eventually(empty, within_seconds=20)
