"""Opens and closes everything that profile_service is made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

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

from profile_service.avatar_images import ImageProcessor
from profile_service.avatars import Avatars, Images, Moderation
from profile_service.bans import Bans
from profile_service.credentials import CredentialRules
from profile_service.deletions import Deletions, DeletionSecret
from profile_service.emails import Emails
from profile_service.games import GameRecorder
from profile_service.guessing import GuessingLimits
from profile_service.mail import Mailer
from profile_service.mailers import mailer_of
from profile_service.moderation import moderation_of
from profile_service.outbox import Outbox
from profile_service.password_resets import PasswordResets
from profile_service.passwords import Passwords
from profile_service.purges import FAIL_POINTS, Purger
from profile_service.roles import Roles
from profile_service.rpc.account_rpc import AccountServicer
from profile_service.rpc.admin_rpc import AdminServicer
from profile_service.rpc.avatar_rpc import AvatarServicer
from profile_service.rpc.credentials_rpc import CredentialsServicer
from profile_service.rpc.game_rpc import GameServicer, StatsServicer
from profile_service.rpc.lifecycle_rpc import LifecycleServicer
from profile_service.rpc.profile_rpc import ProfileServicer
from profile_service.rpc.snapshot_rpc import SnapshotServicer
from profile_service.service_accounts import ServiceAccounts
from profile_service.sessions import Sessions
from profile_service.settings import Settings
from profile_service.snapshots import Snapshots
from profile_service.storage.account_search import AccountSearch
from profile_service.storage.attempt_store import AttemptStore
from profile_service.storage.audit_store import AuditStore
from profile_service.storage.credential_store import CredentialStore
from profile_service.storage.deletion_store import DeletionStore
from profile_service.storage.export_store import ExportStore
from profile_service.storage.game_store import GameStore
from profile_service.storage.mail_queue import MailQueue
from profile_service.storage.mail_store import MailStore
from profile_service.storage.service_account_store import ServiceAccountStore
from profile_service.storage.session_store import SessionStore
from profile_service.storage.snapshot_store import SnapshotStore
from profile_service.storage.standing_store import StandingStore
from profile_service.storage.user_store import UserStore
from profile_service.users import ProfileEditor
from runtime import contract
from runtime.access import Door
from runtime.blobs import local_blobs
from runtime.channels import open_channel
from runtime.data_directory import hold
from runtime.database import now_micros, open_sqlite
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

NAME = "profile_service"
STORAGE = Path(__file__).parent / "storage"


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
    clock: Callable[[], int] = now_micros,
    images: Images | None = None,
    passwords: Passwords | None = None,
    moderate: Moderation | None = None,
    mailer: Mailer | None = None,
) -> AsyncIterator[Parts]:
    """Open the service without a server of its own.

    For tests, `images` and `passwords` replace what costs most, and `moderate` and `mailer` what the settings name.
    """
    moderate = moderate or moderation_of(settings.avatar_moderator)
    async with AsyncExitStack() as stack:
        if images is None:
            images = processor = ImageProcessor(workers=settings.image_workers)
            stack.callback(processor.close)
        folder = stack.enter_context(hold(settings.data_dir))
        if passwords is None:
            passwords = Passwords(threads=settings.password_threads or None)
            stack.callback(passwords.close)
        database = await stack.enter_async_context(open_sqlite(folder / "profile.db", storage=STORAGE, clock=clock))
        blobs = local_blobs(folder / "avatars")
        pages = PageTokens(settings.page_secret.reveal())
        secret = DeletionSecret(settings.deletion_secret.reveal())
        users, games = UserStore(database), GameStore(database)
        sessions = Sessions(SessionStore(database), secret=settings.refresh_secret.reveal(), new_id=_new_id)
        limits = GuessingLimits(
            AttemptStore(database),
            secret=settings.refresh_secret.reveal(),
            sign_ups_per_hour=settings.sign_ups_per_hour,
        )
        mailer = mailer or mailer_of(settings)
        sends_mail = mailer is not None
        wake = asyncio.Event()
        queue = MailQueue(new_id=_new_id, sends_mail=sends_mail, wake=wake)
        mails = MailStore(database, queue, resets_of_network=settings.reset_mails_per_hour)
        if mailer is not None:
            outbox = Outbox(mails, mailer, link=settings.mail_link, wake=wake)
            await stack.enter_async_context(_meanwhile(outbox.run(), name="outbox"))
        resets = PasswordResets(mails, passwords, sends_mail=sends_mail)
        accounts = CredentialStore(database, queue, username_hash=secret.username_hash)
        rules = CredentialRules(accounts, passwords, limits=limits, sessions=sessions, new_id=_new_id)
        emails = Emails(mails, rules, sends_mail=sends_mail)
        standings = StandingStore(database)
        roles, bans = Roles(standings), Bans(standings)
        programs = ServiceAccounts(
            ServiceAccountStore(database, username_hash=secret.username_hash), sessions, new_id=_new_id
        )
        profile = ProfileServicer(users, ProfileEditor(users), pages)
        avatars = Avatars(users, blobs, images, new_id=_new_id, moderate=moderate)
        await stack.enter_async_context(_meanwhile(avatars.sweep(), name="avatar-sweep"))
        leaving = DeletionStore(database)
        deletions = Deletions(
            leaving,
            secret=secret,
            grace=timedelta(days=settings.deletion_grace_days),
            # Random, unlike other ids: whoever knows one may read the receipt.
            new_receipt_id=lambda: str(uuid_utils.uuid4()),
        )
        purger = Purger(leaving, blobs, secret=secret, fail_point=fail_point(settings.fail_point, FAIL_POINTS))
        await stack.enter_async_context(_meanwhile(purger.run(), name="purges"))
        avatar = AvatarServicer(avatars)
        account = AccountServicer(accounts, users, rules=rules, emails=emails, deletions=deletions)
        admin = AdminServicer(AccountSearch(database), AuditStore(database), roles, bans, programs, pages)
        game = GameServicer(games, GameRecorder(games), pages)
        snapshots = Snapshots(SnapshotStore(database), blobs)
        lifecycle = LifecycleServicer(accounts, snapshots=snapshots, exports=ExportStore(database), deletions=deletions)
        yield Parts(
            public=(
                partial(profile_service_pb2_grpc.add_ProfileServiceServicer_to_server, profile),
                partial(avatar_service_pb2_grpc.add_AvatarServiceServicer_to_server, avatar),
                partial(account_service_pb2_grpc.add_AccountServiceServicer_to_server, account),
                partial(admin_service_pb2_grpc.add_AdminServiceServicer_to_server, admin),
                partial(game_service_pb2_grpc.add_GameServiceServicer_to_server, game),
                partial(stats_service_pb2_grpc.add_StatsServiceServicer_to_server, StatsServicer(games)),
            ),
            internal=(
                partial(
                    credentials_service_pb2_grpc.add_CredentialsServiceServicer_to_server,
                    CredentialsServicer(
                        rules, sessions, resets=resets, roles=roles, service_accounts=programs, deletions=deletions
                    ),
                ),
                partial(snapshot_service_pb2_grpc.add_SnapshotServiceServicer_to_server, SnapshotServicer(snapshots)),
                partial(lifecycle_service_pb2_grpc.add_LifecycleServiceServicer_to_server, lifecycle),
            ),
            is_session_live=sessions.is_live,
        )


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, Any], *, name: str) -> AsyncIterator[None]:
    """Run work that nobody waits for and that no fault ends early; leaving cancels what is left of it."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run the service as a process of its own until `stop` is set."""
    require_free(settings.listen)
    shown = server_credentials(settings.internal_identity)
    believed = channel_credentials(settings.gateway_authority)
    async with AsyncExitStack() as stack:
        registry = await stack.enter_async_context(open_metrics(settings.metrics_listen))
        parts = await stack.enter_async_context(open_parts(settings))
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
        server = Server(
            settings.listen,
            (*parts.public, *parts.internal),
            service_names=contract.service_names(
                "dossier.admin.v1.", "dossier.lifecycle.v1.", "dossier.profile.v1.", "dossier.stats.v1."
            ),
            interceptors=[CallInterceptor(contract.methods(), door, metrics=CallMetrics(registry))],
            with_reflection=settings.development or settings.reflection,
            grace_seconds=settings.grace_seconds,
            credentials=shown,
        )
        await stack.enter_async_context(server)
        serving = tasks.create_task(_serve_when_ready(server, keys), name="readiness")
        stack.callback(serving.cancel)
        await stop.wait()


async def _serve_when_ready(server: Server, keys: RemoteKeys) -> None:
    await keys.ready.wait()
    await server.set_serving(serving=True)


def _new_id() -> str:
    return str(uuid_utils.uuid7())
