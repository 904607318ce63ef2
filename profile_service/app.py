"""Opens and closes everything that profile_service is made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import uuid_utils
from dossier.admin.v1 import admin_service_pb2_grpc
from dossier.lifecycle.v1 import lifecycle_service_pb2_grpc
from dossier.profile.v1 import (
    account_service_pb2_grpc,
    avatar_service_pb2_grpc,
    credentials_service_pb2_grpc,
    profile_service_pb2_grpc,
)
from dossier.stats.v1 import game_service_pb2_grpc, snapshot_service_pb2_grpc, stats_service_pb2_grpc

from profile_service.amqp_games import AmqpGames
from profile_service.avatar_images import ImageProcessor
from profile_service.avatars import Avatars, Images, Moderation
from profile_service.bans import Bans
from profile_service.credentials import CredentialRules
from profile_service.deletions import Deletions, DeletionSecret
from profile_service.emails import Emails
from profile_service.game_intake import GameIntake
from profile_service.game_recorder import GameRecorder
from profile_service.guessing import GuessingLimits
from profile_service.mail import Mailer
from profile_service.mailers import mailer_of
from profile_service.metrics import ProfileMetrics
from profile_service.moderation import moderation_of
from profile_service.outbox import Outbox
from profile_service.password_resets import PasswordResets
from profile_service.passwords import Passwords
from profile_service.purges import FAIL_POINTS, Purger
from profile_service.replays import Replays
from profile_service.roles import Roles
from profile_service.rpc.account_rpc import AccountServicer
from profile_service.rpc.admin_rpc import AdminServicer
from profile_service.rpc.avatar_rpc import AvatarServicer
from profile_service.rpc.credentials_rpc import CredentialsServicer
from profile_service.rpc.game_rpc import GameServicer
from profile_service.rpc.lifecycle_rpc import LifecycleServicer
from profile_service.rpc.profile_rpc import ProfileServicer
from profile_service.rpc.snapshot_rpc import SnapshotServicer
from profile_service.rpc.stats_rpc import StatsServicer
from profile_service.service_accounts import ServiceAccounts
from profile_service.sessions import Sessions
from profile_service.settings import STORED, Settings
from profile_service.snapshots import Snapshots
from profile_service.storage.account_search import AccountSearch
from profile_service.storage.attempt_store import AttemptStore
from profile_service.storage.audit_store import AuditStore
from profile_service.storage.credential_store import CredentialStore
from profile_service.storage.deletion_store import DeletionStore
from profile_service.storage.export_store import ExportStore
from profile_service.storage.game_store import GameStore
from profile_service.storage.game_writer import GameStoreWriter
from profile_service.storage.leaderboard_store import LeaderboardStore
from profile_service.storage.mail_queue import MailQueue
from profile_service.storage.mail_store import MailStore
from profile_service.storage.replay_store import ReplayStore
from profile_service.storage.season_store import SeasonStore
from profile_service.storage.service_account_store import ServiceAccountStore
from profile_service.storage.session_store import SessionStore
from profile_service.storage.snapshot_store import SnapshotStore
from profile_service.storage.standing_store import StandingStore
from profile_service.storage.stats_store import StatsStore
from profile_service.storage.user_store import UserStore
from profile_service.users import ProfileEditor
from runtime import contract
from runtime.access import Door
from runtime.admission import Admission
from runtime.background import meanwhile
from runtime.blob_sweeps import Sweeper
from runtime.blobs import Blobs, open_blobs
from runtime.channels import open_channel
from runtime.data_directory import hold
from runtime.database import Database, open_database
from runtime.fail_points import fail_point
from runtime.interceptors import CallInterceptor
from runtime.jwks_client import RemoteKeys
from runtime.metrics import CallMetrics, open_metrics
from runtime.pages import PageTokens
from runtime.server import Registration, Server, require_free
from runtime.service_tokens import ServiceTokens
from runtime.sessions import SessionCheck
from runtime.tls import channel_credentials, server_credentials
from runtime.tokens import TokenVerifier
from runtime.tracing import open_tracing
from runtime.workers import Worker

NAME = STORED.name
STORAGE = STORED.storage


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service offers to whoever runs a server for it."""

    public: tuple[Registration, ...]
    internal: tuple[Registration, ...]
    is_session_live: Callable[[str], Awaitable[bool]]


@asynccontextmanager
async def open_parts(
    settings: Settings,
    *,
    database: Database | None = None,
    images: Images | None = None,
    passwords: Passwords | None = None,
    moderate: Moderation | None = None,
    mailer: Mailer | None = None,
    metrics: ProfileMetrics | None = None,
) -> AsyncIterator[Parts]:
    """Open the service without a server of its own. `metrics` is where to count; unseen when it is not given.

    For tests, `images` and `passwords` replace what costs most, and `database`, `moderate` and `mailer` what the
    settings name.
    """
    moderate = moderate or moderation_of(settings.avatar_moderator)
    metrics = metrics or ProfileMetrics()
    async with AsyncExitStack() as stack:
        if images is None:
            images = processor = ImageProcessor(workers=settings.image_workers)
            stack.callback(processor.close)
        if passwords is None:
            passwords = Passwords(threads=settings.password_threads or None)
            stack.callback(passwords.close)
        ground = await _open_ground(settings, stack, database)
        metrics.pools.watch(NAME, ground.database.pools)
        mailer = mailer or mailer_of(settings)
        sends_mail = mailer is not None
        wake = asyncio.Event()
        queue = MailQueue(new_id=_new_id, sends_mail=sends_mail, wake=wake)
        mails = await _open_mail(ground, stack, mailer, queue, wake)
        sign_in = _sign_in(ground, passwords, queue)
        deletions = await _open_deletions(ground, stack, queue)
        avatars = await _open_avatars(ground, stack, images, moderate)
        standings = StandingStore(ground.database)
        roles = Roles(standings)
        programs = _service_accounts(ground, sign_in)
        resets = PasswordResets(mails, passwords, limits=sign_in.limits, sends_mail=sends_mail)
        emails = Emails(mails, sign_in.rules, sends_mail=sends_mail)
        account = AccountServicer(
            sign_in.accounts, ground.users, rules=sign_in.rules, emails=emails, deletions=deletions
        )
        credentials = CredentialsServicer(
            sign_in.rules,
            sign_in.sessions,
            resets=resets,
            roles=roles,
            service_accounts=programs,
            deletions=deletions,
        )
        yield Parts(
            public=(
                _profiles(ground),
                *await _open_games(ground, stack, metrics),
                partial(avatar_service_pb2_grpc.add_AvatarServiceServicer_to_server, AvatarServicer(avatars)),
                partial(account_service_pb2_grpc.add_AccountServiceServicer_to_server, account),
                _administration(ground, roles, Bans(standings), programs),
            ),
            internal=(
                partial(credentials_service_pb2_grpc.add_CredentialsServiceServicer_to_server, credentials),
                *_whole_accounts(ground, sign_in.accounts, deletions),
            ),
            is_session_live=sign_in.sessions.is_live,
        )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything else stands on."""

    settings: Settings
    database: Database
    users: UserStore
    avatars: Blobs
    pages: PageTokens
    secret: DeletionSecret


async def _open_ground(settings: Settings, stack: AsyncExitStack, database: Database | None) -> _Ground:
    # Of several workers the parent holds it for all of them.
    folder = settings.data_dir if settings.workers > 1 else stack.enter_context(hold(settings.data_dir))
    if database is None:
        opening = open_database(settings, folder / STORED.database, storage=STORAGE)
        database = await stack.enter_async_context(opening)
    return _Ground(
        settings,
        database,
        UserStore(database),
        avatars=await open_blobs(settings.blobs_url, folder / STORED.files, settings.blobs_credentials),
        pages=PageTokens(settings.page_secret.reveal()),
        secret=DeletionSecret(settings.deletion_secret.reveal()),
    )


async def _open_mail(
    ground: _Ground, stack: AsyncExitStack, mailer: Mailer | None, queue: MailQueue, wake: asyncio.Event
) -> MailStore:
    settings = ground.settings
    mails = MailStore(ground.database, queue, resets_of_network=settings.reset_mails_per_hour)
    if mailer is not None:
        outbox = Outbox(mails, mailer, link=settings.mail_link, wake=wake)
        await stack.enter_async_context(meanwhile(outbox.run(), name="outbox"))
    return mails


@dataclass(frozen=True, slots=True)
class _SignIn:
    accounts: CredentialStore
    sessions: Sessions
    limits: GuessingLimits
    rules: CredentialRules


def _sign_in(ground: _Ground, passwords: Passwords, queue: MailQueue) -> _SignIn:
    secret = ground.settings.refresh_secret.reveal()
    accounts = CredentialStore(ground.database, queue, username_hash=ground.secret.username_hash)
    sessions = Sessions(SessionStore(ground.database), secret=secret, new_id=_new_id)
    limits = GuessingLimits(
        AttemptStore(ground.database), secret=secret, sign_ups_per_hour=ground.settings.sign_ups_per_hour
    )
    rules = CredentialRules(accounts, passwords, limits=limits, sessions=sessions, new_id=_new_id)
    return _SignIn(accounts, sessions, limits, rules)


def _service_accounts(ground: _Ground, sign_in: _SignIn) -> ServiceAccounts:
    store = ServiceAccountStore(ground.database, username_hash=ground.secret.username_hash)
    return ServiceAccounts(store, sign_in.sessions, limits=sign_in.limits, new_id=_new_id)


async def _open_deletions(ground: _Ground, stack: AsyncExitStack, queue: MailQueue) -> Deletions:
    store, settings = DeletionStore(ground.database, queue), ground.settings
    dies_at = fail_point(settings.fail_point, FAIL_POINTS)
    purger = Purger(store, ground.avatars, secret=ground.secret, fail_point=dies_at)
    await stack.enter_async_context(meanwhile(purger.run(), name="purges"))
    return Deletions(
        store,
        secret=ground.secret,
        grace=timedelta(days=settings.deletion_grace_days),
        # Random, unlike other ids: whoever knows one may read the receipt.
        new_receipt_id=lambda: str(uuid_utils.uuid4()),
    )


async def _open_avatars(ground: _Ground, stack: AsyncExitStack, images: Images, moderate: Moderation) -> Avatars:
    avatars = Avatars(ground.users, ground.avatars, images, new_id=_new_id, moderate=moderate)
    sweeper = Sweeper(ground.avatars, ground.users.avatar_keys)
    await stack.enter_async_context(meanwhile(sweeper.run(), name="avatar-sweep"))
    return avatars


def _profiles(ground: _Ground) -> Registration:
    profile = ProfileServicer(ground.users, ProfileEditor(ground.users), ground.pages)
    return partial(profile_service_pb2_grpc.add_ProfileServiceServicer_to_server, profile)


async def _open_games(ground: _Ground, stack: AsyncExitStack, metrics: ProfileMetrics) -> tuple[Registration, ...]:
    database, pages, points_profile = ground.database, ground.pages, ground.settings.points_profile
    replays = Replays(ReplayStore(database))
    await stack.enter_async_context(meanwhile(replays.run(), name="replays"))
    recorder = GameRecorder(GameStoreWriter(database, new_id=_new_id), wake=replays.wake)
    if ground.settings.amqp_url.reveal():
        intake = GameIntake(recorder, points_profile=points_profile)
        amqp_games = AmqpGames(ground.settings.amqp_url, intake, settled=metrics.game_settled)
        metrics.watch_games(amqp_games)
        await stack.enter_async_context(meanwhile(amqp_games.run(), name="game intake"))
    games, boards = GameStore(database), LeaderboardStore(database)
    game = GameServicer(games, recorder, pages, points_profile=points_profile)
    stats = StatsServicer(StatsStore(database), boards, games, pages, points_profile=points_profile)
    return (
        partial(game_service_pb2_grpc.add_GameServiceServicer_to_server, game),
        partial(stats_service_pb2_grpc.add_StatsServiceServicer_to_server, stats),
    )


def _administration(ground: _Ground, roles: Roles, bans: Bans, programs: ServiceAccounts) -> Registration:
    search, audit = AccountSearch(ground.database), AuditStore(ground.database)
    servicer = AdminServicer(search, audit, roles, bans, programs, ground.pages)
    return partial(admin_service_pb2_grpc.add_AdminServiceServicer_to_server, servicer)


def _whole_accounts(ground: _Ground, accounts: CredentialStore, deletions: Deletions) -> tuple[Registration, ...]:
    snapshots = Snapshots(SnapshotStore(ground.database), ground.avatars)
    exports = ExportStore(ground.database)
    snapshot = SnapshotServicer(snapshots, SeasonStore(ground.database), GameStore(ground.database))
    lifecycle = LifecycleServicer(accounts, snapshots=snapshots, exports=exports, deletions=deletions)
    return (
        partial(snapshot_service_pb2_grpc.add_SnapshotServiceServicer_to_server, snapshot),
        partial(lifecycle_service_pb2_grpc.add_LifecycleServiceServicer_to_server, lifecycle),
    )


async def serve(settings: Settings, stop: asyncio.Event, worker: Worker | None = None) -> None:
    """Run the service as a process of its own until `stop` is set, by itself or as one of several."""
    if worker is None:
        require_free(settings.listen)
    shown = server_credentials(settings.internal_identity)
    believed = channel_credentials(settings.gateway_authority)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_tracing(settings.tracing_endpoint, process=NAME))
        registry = await stack.enter_async_context(open_metrics(settings.metrics_listen))
        parts = await stack.enter_async_context(open_parts(settings, metrics=ProfileMetrics(registry)))
        gateway = await stack.enter_async_context(open_channel(settings.gateway_address, believed))
        keys = RemoteKeys(gateway)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        refreshing = tasks.create_task(keys.keep_fresh(), name="jwks")
        stack.callback(refreshing.cancel)
        door = Door(
            TokenVerifier(keys),
            sessions=SessionCheck(parts.is_session_live),
            service_tokens=ServiceTokens(settings.internal_secret.reveal(), issuer=NAME),
        )
        admission = Admission(at_the_edge=settings.trusted_proxies > 0, trusted_proxies=settings.trusted_proxies)
        server = Server(
            settings.listen,
            (*parts.public, *parts.internal),
            service_names=contract.service_names(
                "dossier.admin.v1.", "dossier.lifecycle.v1.", "dossier.profile.v1.", "dossier.stats.v1."
            ),
            interceptors=[
                CallInterceptor(contract.methods(), door, admission=admission, metrics=CallMetrics(registry))
            ],
            with_reflection=settings.development or settings.reflection,
            grace_seconds=settings.grace_seconds,
            credentials=shown,
            worker=worker,
        )
        await stack.enter_async_context(server)
        serving = tasks.create_task(server.announce_when(keys.ready), name="readiness")
        stack.callback(serving.cancel)
        await stop.wait()


def _new_id() -> str:
    return str(uuid_utils.uuid7())
