"""Opens and closes everything: the API process, the worker process, and the parts that `standalone` mounts."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc
import structlog
import uuid_utils
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from dossier.report.v1 import share_service_pb2_grpc as share_rpc

from report_service.account_purges import AccountPurges
from report_service.dispatcher import Dispatcher
from report_service.download import Downloads
from report_service.exports import Exports
from report_service.fail_points import ALL_NAMES
from report_service.feed import Feed
from report_service.hint_transports import embedded_receiver, open_receiver, open_sender
from report_service.hints import HintReceiver
from report_service.issued_reports import IssuedReports
from report_service.lifecycle_client import LifecycleClient
from report_service.metrics import ReportMetrics
from report_service.profile_client import ProfileClient
from report_service.rendering import RenderPool, open_render_pool
from report_service.reports import Reports
from report_service.rpc.report_rpc import ReportRpc
from report_service.rpc.share_rpc import ShareRpc
from report_service.settings import STORED, Settings
from report_service.share_links import ShareLinks, Tokens
from report_service.snapshot_client import SnapshotClient
from report_service.storage.issued_store import IssuedStore
from report_service.storage.purge_store import PurgeStore
from report_service.storage.report_store import ReportStore
from report_service.storage.share_store import ShareStore
from report_service.worker import Renderer, Worker
from runtime import contract, data_directory
from runtime.access import Door
from runtime.background import Background
from runtime.blob_sweeps import STRAY_AGE, Sweeper
from runtime.blobs import Blobs, open_blobs
from runtime.channels import open_channel
from runtime.database import open_database
from runtime.fail_points import FailPoint, fail_point
from runtime.interceptors import CallInterceptor
from runtime.jwks_client import RemoteKeys
from runtime.metrics import CallMetrics, open_metrics
from runtime.pages import PageTokens
from runtime.server import Registration, Server
from runtime.service_tokens import ServiceTokens
from runtime.session_client import SessionClient
from runtime.sessions import SessionCheck
from runtime.tls import channel_credentials, server_credentials
from runtime.tokens import TokenVerifier
from runtime.tracing import open_tracing
from runtime.workers import Worker as ApiWorker

NAME = STORED.name
SERVICE_NAMES = contract.service_names("dossier.report.v1.")
STORAGE = STORED.storage
_log = structlog.get_logger(NAME)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server needs to serve reports.

    Attributes:
        registrations: each adds one servicer to a server.
        drain: to be awaited before the server stops: takes no more work, finishes or gives back what is under way
            within the grace, ends the watchers' streams with a status that has them come again.
    """

    registrations: tuple[Registration, ...]
    service_names: tuple[str, ...]
    drain: Callable[[], Awaitable[None]]


@asynccontextmanager
async def open_parts(
    settings: Settings,
    *,
    profile: grpc.aio.Channel,
    service_tokens: ServiceTokens,
    tasks: asyncio.TaskGroup,
    renderer: Renderer | None = None,
    metrics: ReportMetrics | None = None,
) -> AsyncIterator[Parts]:
    """Open the API's parts, and the worker where it is embedded, without a server.

    Args:
        profile: leads to profile_service. Stays open.
        service_tokens: made for the issuer "report_service" or the process that embeds it.
        tasks: runs the background work until the parts are closed; one that fails ends the process.
        renderer: in place of the render children, for tests. Unused where the worker is not embedded.
        metrics: where to count; unseen when it is not given.
    """
    metrics = metrics or ReportMetrics()
    async with AsyncExitStack() as stack:
        storage = await _open_storage(settings, stack, metrics, checkpoints=True)
        store = storage.reports
        lifecycle = LifecycleClient(profile, service_tokens)
        if settings.embeds_worker and renderer is None:
            renderer = await stack.enter_async_context(_render_pool(settings, metrics))
        background = Background(tasks)
        stack.push_async_callback(background.stop)
        sender = open_sender(settings, background, metrics)
        feed = Feed(store)
        dispatcher = Dispatcher(
            store, hints=sender, files=storage.files, changed=feed.poke, fail_point=_fail_point(settings)
        )
        worker = None
        if settings.embeds_worker and renderer is not None:
            hints = await embedded_receiver(settings, sender, store, background, metrics)
            snapshots = SnapshotClient(profile, service_tokens)
            worker = _worker(settings, storage, hints, snapshots, lifecycle, metrics.timed(renderer), changed=feed.poke)
            background.start(worker.run(), name="report worker")
        background.start(dispatcher.run(), name="report dispatcher")
        background.start(feed.run(), name="report feed")
        background.start(_sweeper(settings, storage).run(), name="file sweep")
        purges = AccountPurges(
            storage.purges,
            lifecycle,
            hidden=dispatcher.poke,
            poll_seconds=settings.purge_poll_seconds,
            fail_point=_fail_point(settings),
        )
        background.start(purges.run(), name="account purges")
        if metrics.shown:
            background.start(metrics.follow(store), name="report metrics")

        def changed(report_id: str) -> None:
            dispatcher.poke()
            feed.poke(report_id)

        yield _parts(settings, storage, ProfileClient(profile), feed, worker, changed)


def _parts(
    settings: Settings,
    storage: _Storage,
    players: ProfileClient,
    feed: Feed,
    worker: Worker | None,
    changed: Callable[[str], None],
) -> Parts:
    reports = Reports(
        storage.reports,
        rules=settings.rules,
        new_id=_new_id,
        changed=changed,
        fail_point=_fail_point(settings),
    )
    secret = settings.page_secret.reveal()
    downloads = Downloads(storage.files)
    report_servicer = ReportRpc(
        reports,
        issued=IssuedReports(storage.issued, players),
        feed=feed,
        downloads=downloads,
        pages=PageTokens(secret),
        public_url=settings.public_url,
    )
    tokens = Tokens(secret, clock=lambda: datetime.now(UTC))
    links = ShareLinks(storage.shares, reports, players, tokens=tokens, new_id=_new_id)
    share_servicer = ShareRpc(links, tokens=tokens, downloads=downloads, public_url=settings.public_url)

    def register(server: grpc.aio.Server) -> None:
        report_rpc.add_ReportServiceServicer_to_server(report_servicer, server)
        share_rpc.add_ShareServiceServicer_to_server(share_servicer, server)

    async def drain() -> None:
        feed.drain()
        if worker is not None:
            # The server's own grace follows, and both must fit before the process is killed.
            await worker.stop(grace_seconds=settings.grace_seconds / 2)

    return Parts((register,), SERVICE_NAMES, drain)


def _new_id() -> str:
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class _Storage:
    reports: ReportStore
    purges: PurgeStore
    issued: IssuedStore
    shares: ShareStore
    files: Blobs


async def _open_storage(
    settings: Settings, stack: AsyncExitStack, metrics: ReportMetrics, *, checkpoints: bool
) -> _Storage:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.data_dir / STORED.database
    database = await stack.enter_async_context(open_database(settings, path, storage=STORAGE, checkpoints=checkpoints))
    metrics.pools.watch(NAME, database.pools)
    store = ReportStore(database, rules=settings.rules, finished=metrics.finished)
    purges = PurgeStore(database, rules=settings.rules)
    files = await open_blobs(settings.blobs_url, settings.data_dir / STORED.files, settings.blobs_credentials)
    return _Storage(store, purges, IssuedStore(database), ShareStore(database), files)


def _worker(
    settings: Settings,
    storage: _Storage,
    hints: HintReceiver,
    snapshots: SnapshotClient,
    lifecycle: LifecycleClient,
    renderer: Renderer,
    *,
    changed: Callable[[str], None],
) -> Worker:
    return Worker(
        storage.reports,
        hints,
        snapshots=snapshots,
        renderer=renderer,
        exports=Exports(
            lifecycle,
            storage.reports,
            issued=storage.issued,
            links=storage.shares,
            files=storage.files,
            folder=settings.data_dir,
        ),
        files=storage.files,
        rules=settings.rules,
        slots=settings.render_children,
        public_url=settings.public_url,
        new_key=lambda: secrets.token_hex(8),
        changed=changed,
        fail_point=_fail_point(settings),
    )


def _sweeper(settings: Settings, storage: _Storage) -> Sweeper:
    # A worker that was paused for a whole lease can still complete what it wrote before.
    age = STRAY_AGE + timedelta(seconds=settings.lease_seconds)
    return Sweeper(storage.files, storage.reports.named_keys, age=age)


def _fail_point(settings: Settings) -> FailPoint:
    return fail_point(settings.fail_point, ALL_NAMES)


@asynccontextmanager
async def _render_pool(settings: Settings, metrics: ReportMetrics) -> AsyncIterator[RenderPool]:
    async with open_render_pool(settings.render_children, fail_point=_fail_point(settings)) as renderer:
        metrics.pools.watch(NAME, [renderer.pool])
        yield renderer


async def serve(settings: Settings, stop: asyncio.Event, api_worker: ApiWorker | None = None) -> None:
    """Serve the API in a process of its own until `stop` is set, by itself or as one of several, then drain."""
    credentials = server_credentials(settings.internal_identity)
    tokens = ServiceTokens(settings.internal_secret.reveal(), issuer=NAME)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_tracing(settings.tracing_endpoint, process=NAME))
        registry = await stack.enter_async_context(open_metrics(settings.metrics_listen))
        if api_worker is None:  # Else the parent holds it for all of them.
            stack.enter_context(data_directory.hold(settings.data_dir))
        profile = await stack.enter_async_context(_profile_channel(settings))
        gateway = await stack.enter_async_context(
            open_channel(settings.gateway_address, channel_credentials(settings.gateway_authority))
        )
        group = await stack.enter_async_context(asyncio.TaskGroup())
        background = Background(group)
        stack.push_async_callback(background.stop)
        keys = RemoteKeys(gateway)
        background.start(keys.keep_fresh(), name="public keys")
        parts = await stack.enter_async_context(
            open_parts(settings, profile=profile, service_tokens=tokens, tasks=group, metrics=ReportMetrics(registry))
        )
        sessions = SessionCheck(SessionClient(profile, tokens).is_live)
        door = Door(TokenVerifier(keys), sessions=sessions, service_tokens=tokens)
        server = await stack.enter_async_context(
            _server(settings, parts, door, CallMetrics(registry), credentials, api_worker)
        )
        _log.info("listening", address=server.address)
        readiness = background.start(server.announce_when(keys.ready), name="readiness")
        await stop.wait()
        readiness.cancel()
        await server.set_serving(serving=False)
        await parts.drain()


def _server(
    settings: Settings,
    parts: Parts,
    door: Door,
    metrics: CallMetrics,
    credentials: grpc.ServerCredentials | None,
    api_worker: ApiWorker | None,
) -> Server:
    methods = {path: method for path, method in contract.methods().items() if method.service in parts.service_names}
    return Server(
        settings.listen,
        parts.registrations,
        service_names=parts.service_names,
        interceptors=[CallInterceptor(methods, door, metrics=metrics)],
        with_reflection=settings.development or settings.reflection,
        grace_seconds=settings.grace_seconds,
        credentials=credentials,
        worker=api_worker,
    )


def _profile_channel(settings: Settings) -> AbstractAsyncContextManager[grpc.aio.Channel]:
    shown = channel_credentials(settings.internal_authority, settings.internal_identity)
    return open_channel(settings.profile_address, shown, repeats=contract.methods().values())


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Make reports in a process of its own until `stop` is set, then finish what is under way. Needs RabbitMQ."""
    settings.require_amqp()
    tokens = ServiceTokens(settings.internal_secret.reveal(), issuer=NAME)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_tracing(settings.tracing_endpoint, process="report_worker"))
        metrics = ReportMetrics(await stack.enter_async_context(open_metrics(settings.metrics_listen)))
        profile = await stack.enter_async_context(_profile_channel(settings))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        storage = await _open_storage(settings, stack, metrics, checkpoints=False)
        pool = await stack.enter_async_context(_render_pool(settings, metrics))
        background = Background(group)
        stack.push_async_callback(background.stop)
        hints = open_receiver(settings, background, metrics)
        snapshots, lifecycle = SnapshotClient(profile, tokens), LifecycleClient(profile, tokens)
        renderer = metrics.timed(pool)
        worker = _worker(settings, storage, hints, snapshots, lifecycle, renderer, changed=lambda _report_id: None)
        background.start(worker.run(), name="report worker")
        _log.info("working", render_workers=settings.render_children)
        await stop.wait()
        await worker.stop(grace_seconds=settings.grace_seconds)
