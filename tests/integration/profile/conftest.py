"""A real profile_service on a real port, with a clock that tests move."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2_grpc
from dossier.lifecycle.v1 import lifecycle_service_pb2_grpc
from dossier.profile.v1 import (
    account_service_pb2_grpc,
    avatar_service_pb2_grpc,
    credentials_service_pb2_grpc,
    profile_service_pb2_grpc,
)
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.stats.v1 import game_pb2, game_service_pb2_grpc, snapshot_service_pb2_grpc, stats_service_pb2_grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from profile_service.app import NAME, STORAGE, Parts, open_parts
from profile_service.avatar_images import ImageProcessor, Processed
from profile_service.replays import Replays
from profile_service.settings import Settings
from profile_service.storage.replay_store import ReplayStore
from runtime import contract
from runtime.access import Door
from runtime.interceptors import CallInterceptor
from runtime.s3_urls import S3Url
from runtime.server import Server
from runtime.service_tokens import ServiceTokens
from runtime.sessions import SessionCheck
from runtime.settings import Secret
from runtime.tokens import TokenVerifier
from tests.provision.databases import Place, place_at
from tests.provision.s3 import CREDENTIALS
from tests.signing import INTERNAL_SECRET, TestKeys, bearer

SIGN_UPS_PER_HOUR = 4
RESET_MAILS_PER_HOUR = 8
DELETION_SECRET = b"d" * 32
PASSWORD = "a long and unusual password"


class Clock:
    """What the database takes for the time."""

    def __init__(self) -> None:
        self.ahead_micros = 0
        self._stopped_micros = 0

    def __call__(self) -> int:
        return (self._stopped_micros or time.time_ns() // 1000) + self.ahead_micros

    def stop(self) -> None:
        """Go on only by `advance`, so that a busy machine makes no difference."""
        self._stopped_micros = time.time_ns() // 1000

    def advance(self, **length: float) -> None:
        """Move on by a timedelta given by its parts."""
        self.ahead_micros += timedelta(**length) // timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def on_each_engine(engine: str) -> None:
    """Run every test on both databases."""


class ImagesOnceAsked:
    """Starts the processes that decode pictures when the first one comes; most tests have none."""

    def __init__(self) -> None:
        self._opened: ImageProcessor | None = None

    @property
    def _images(self) -> ImageProcessor:
        self._opened = self._opened or ImageProcessor()
        return self._opened

    async def process(self, data: bytes) -> Processed:
        return await self._images.process(data)

    async def initials_disc(self, display_name: str, *, size: int, seed: str) -> bytes:
        return await self._images.initials_disc(display_name, size=size, seed=seed)

    def close(self) -> None:
        if self._opened:
            self._opened.close()


@dataclass(frozen=True)
class Player:
    """A signed-up account and the metadata of its calls."""

    username: str
    account_id: str
    session_id: str
    refresh_token: str
    metadata: tuple[tuple[str, str], ...]


class Profile:
    """The service as its clients see it."""

    def __init__(self, channel: grpc.aio.Channel, keys: TestKeys, clock: Clock, data_dir: Path, rows: Place) -> None:
        self.clock = clock
        self.data_dir = data_dir
        self.rows = rows
        self.profiles: Any = profile_service_pb2_grpc.ProfileServiceStub(channel)
        self.avatars: Any = avatar_service_pb2_grpc.AvatarServiceStub(channel)
        self.accounts: Any = account_service_pb2_grpc.AccountServiceStub(channel)
        self.admin: Any = admin_service_pb2_grpc.AdminServiceStub(channel)
        self.credentials: Any = credentials_service_pb2_grpc.CredentialsServiceStub(channel)
        self.games: Any = game_service_pb2_grpc.GameServiceStub(channel)
        self.stats: Any = stats_service_pb2_grpc.StatsServiceStub(channel)
        self.snapshots: Any = snapshot_service_pb2_grpc.SnapshotServiceStub(channel)
        self.lifecycle: Any = lifecycle_service_pb2_grpc.LifecycleServiceStub(channel)
        self._keys = keys
        self._service_tokens = ServiceTokens(INTERNAL_SECRET, issuer="gateway")

    @property
    def internal(self) -> tuple[tuple[str, str], ...]:
        """The metadata of another part of the installation."""
        return bearer(self._service_tokens.mint(audience=NAME))

    async def execute(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement with `?` for its values, as another process does; return its rows."""
        return await self.rows.run(statement, *values)

    async def sign_up(self, username: str, **fields: Any) -> Player:
        """Open an account."""
        request = credentials_pb.CreateAccountRequest(username=username, password=PASSWORD, **fields)
        answer = await self.credentials.CreateAccount(request, metadata=self.internal)
        return self.player(answer.session)

    def player(self, session: credentials_pb.Session, *roles: str) -> Player:
        """Return the player of a session, with a token that names the roles."""
        token = self._keys.sign(
            account_id=session.account_id, username=session.username, session_id=session.session_id, roles=roles
        )
        return Player(session.username, session.account_id, session.session_id, session.refresh_token, bearer(token))

    async def with_role(self, username: str, role: access_pb2.Role) -> Player:
        """Open an account and give it a role, as the operator does."""
        player = await self.sign_up(username)
        request = credentials_pb.GrantRoleRequest(username=username, role=role)
        await self.credentials.GrantRole(request, metadata=self.internal)
        rotate = credentials_pb.RotateSessionRequest(refresh_token=player.refresh_token)
        session = (await self.credentials.RotateSession(rotate, metadata=self.internal)).session
        return self.player(session, contract.role_name(role))

    async def referee(self) -> Player:
        """Open an account that may record games."""
        request = credentials_pb.CreateAccountRequest(username=f"ref-{uuid.uuid4().hex[:8]}", password=PASSWORD)
        answer = await self.credentials.CreateAccount(request, metadata=self.internal)
        return self.player(answer.session, "referee")


@asynccontextmanager
async def running(
    folder: Path,
    *,
    clock: Clock | None = None,
    amqp_url: str = "",
    avatar_moderator: str = "",
    blobs_url: S3Url | None = None,
    **parts_instead: Any,
) -> AsyncIterator[Profile]:
    """Run the service on the data in `folder`, with other parts than its own where `open_parts` lets."""
    clock, keys = clock or Clock(), TestKeys()
    settings = Settings(
        internal_secret=Secret(INTERNAL_SECRET),
        refresh_secret=Secret(b"r" * 32),
        page_secret=Secret(b"p" * 32),
        deletion_secret=Secret(DELETION_SECRET),
        data_dir=folder / "profile",
        sign_ups_per_hour=SIGN_UPS_PER_HOUR,
        reset_mails_per_hour=RESET_MAILS_PER_HOUR,
        amqp_url=Secret(amqp_url.encode()),
        avatar_moderator=avatar_moderator,
        blobs_url=blobs_url,
        blobs_access_key_id=Secret(CREDENTIALS.access_key_id.encode()),
        blobs_secret_access_key=Secret(CREDENTIALS.secret_access_key.encode()),
    )
    rows = place_at(settings.data_dir / "profile.db")
    with closing(ImagesOnceAsked()) as images:
        async with rows.open(STORAGE, clock) as database:
            # A new database begins by reckoning no games; those that come before its end are counted a moment later.
            await Replays(ReplayStore(database)).settle()
            async with (
                open_parts(settings, database=database, **{"images": images} | parts_instead) as parts,
                _served(parts, keys) as channel,
            ):
                yield Profile(channel, keys, clock, settings.data_dir, rows)


@asynccontextmanager
async def _served(parts: Parts, keys: TestKeys) -> AsyncIterator[grpc.aio.Channel]:
    door = Door(
        TokenVerifier(keys),
        sessions=SessionCheck(parts.is_session_live),
        service_tokens=ServiceTokens(INTERNAL_SECRET, issuer=NAME),
    )
    server = Server(
        "127.0.0.1:0",
        (*parts.public, *parts.internal),
        service_names=(),
        interceptors=[CallInterceptor(contract.methods(), door)],
        with_reflection=False,
        grace_seconds=0,
    )
    async with server, grpc.aio.insecure_channel(server.address) as channel:
        yield channel


@pytest.fixture
async def profile(tmp_path: Path) -> AsyncIterator[Profile]:
    """Run the service for one test."""
    async with running(tmp_path) as service:
        yield service


def a_game(
    usernames: Sequence[str],
    *,
    winner: Any = game_pb2.WINNER_RED,
    start: datetime | None = None,
    minutes: int = 50,
    game_id: str = "",
) -> game_pb2.Game:
    """Return a game: first a don, then two mafia, a sheriff, and civilians."""
    roles = [game_pb2.ROLE_DON, game_pb2.ROLE_MAFIA, game_pb2.ROLE_MAFIA, game_pb2.ROLE_SHERIFF]
    roles += [game_pb2.ROLE_CIVILIAN] * len(usernames)
    start_time = Timestamp()
    start_time.FromDatetime(start or datetime(2026, 5, 1, 18, tzinfo=UTC))
    return game_pb2.Game(
        game_id=game_id or str(uuid.uuid4()),
        start_time=start_time,
        duration=Duration(seconds=minutes * 60),
        winner=winner,
        seats=[
            game_pb2.Seat(seat_number=number, username=username, role=role)
            for number, (username, role) in enumerate(zip(usernames, roles, strict=False), start=1)
        ],
    )
