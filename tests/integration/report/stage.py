"""What the report tests stand on: a clock to turn, a fake profile_service, and the app behind a real server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
from dossier.lifecycle.v1 import lifecycle_service_pb2_grpc as lifecycle_rpc
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as service_pb
from dossier.report.v1 import report_service_pb2_grpc as service_rpc
from dossier.report.v1 import share_link_pb2 as share_pb
from dossier.report.v1 import share_service_pb2 as share_service_pb
from dossier.report.v1 import share_service_pb2_grpc as share_rpc
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from report_service.app import SERVICE_NAMES, STORAGE, Parts, open_parts
from report_service.document.snapshot import Document, Order
from report_service.metrics import ReportMetrics
from report_service.reports import Rules, TakenHint
from report_service.settings import Settings
from report_service.storage.report_store import ReportStore
from report_service.wishes import Wish
from report_service.worker import Renderer
from runtime import contract
from runtime.access import Door
from runtime.calls import Caller
from runtime.interceptors import CallInterceptor
from runtime.server import Server
from runtime.service_tokens import ServiceTokens
from runtime.settings import Secret
from tests.integration.report.fake_lifecycle import FakeLifecycle
from tests.integration.report.fake_snapshots import NOW, SECRET, FakeProfiles, FakeSnapshots
from tests.provision.databases import Place, place_at

PDF = b"%PDF-1.7 " + b"0123456789abcdef" * 60_000  # Several chunks.


class Clock:
    """A database clock that only the test turns."""

    def __init__(self) -> None:
        self.micros = round(NOW.timestamp() * 1_000_000)

    def __call__(self) -> int:
        return self.micros

    def turn(self, **span: float) -> None:
        """Go on by a span, given as for `timedelta`."""
        self.micros += timedelta(**span) // timedelta(microseconds=1)


@asynccontextmanager
async def open_store(path: Path, *, clock: Clock, rules: Rules | None = None) -> AsyncIterator[ReportStore]:
    """Open a real report store on a database file below `path`."""
    async with place_at(path / "report.sqlite3").open(STORAGE, clock) as database:
        yield ReportStore(database, rules=rules or Rules())


async def take_hints(store: ReportStore) -> list[TakenHint]:
    """Take what is due, as a dispatcher does; the alarms ring again after half a minute."""
    return await store.take_hints(limit=10, first_seconds=30.0, longest_seconds=600.0)


def a_wish(**changes: Any) -> Wish:
    """Return what Anna asks for."""
    return Wish(**{"owner_id": "anna-id", "username": "anna", "include_email": False, "request_id": ""} | changes)


async def eventually(holds: Callable[[], Any | Awaitable[Any]], *, within_seconds: float = 10.0) -> Any:
    """Return the first true answer of `holds`, asked again and again; fail when there is none in time."""
    deadline = time.monotonic() + within_seconds
    while True:
        answer = holds()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {within_seconds} seconds"
        await asyncio.sleep(0.01)


class FakeRenderer:
    """Makes a document, `blank` or not, at once, or when `gate` opens, or fails as `faults` says, one a call."""

    def __init__(self, pdf: bytes = PDF) -> None:
        self.pdf = pdf
        self.blank = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.faults: list[BaseException] = []
        self.orders: list[Order] = []

    async def render(self, order: Order) -> Document:
        self.orders.append(order)
        self.begun.set()
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        return Document(self.pdf, blank=self.blank)


class _NamedCallers:
    """Takes any token for the username of its caller."""

    def verify(self, token: str) -> Caller:
        return Caller(f"{token}-id", token, frozenset(), "session", NOW + timedelta(days=3650), token)


def a_settings(data_dir: Path, **changes: Any) -> Settings:
    """Return settings for a test, on a free port."""
    secrets = {"internal_secret": Secret(SECRET), "page_secret": Secret(SECRET)}
    return Settings(**{"data_dir": data_dir, "listen": "127.0.0.1:0", "render_workers": 1} | secrets | changes)


@dataclass(frozen=True)
class Stage:
    """A running report service: `reports(username)` returns that player's stub and metadata-bearing calls."""

    parts: Parts
    channel: grpc.aio.Channel
    settings: Settings
    rows: Place
    snapshots: FakeSnapshots
    lifecycle: FakeLifecycle
    profiles: FakeProfiles

    async def verify(self, **fields: Any) -> service_pb.VerifyReportResponse:
        """Ask as somebody who is not signed in."""
        stub: Any = service_rpc.ReportServiceStub(self.channel)
        return await stub.VerifyReport(service_pb.VerifyReportRequest(**fields), timeout=60)

    def as_player(self, username: str) -> Player:
        """Return the RPCs as this player calls them."""
        return Player(self.channel, username)

    async def shared(self, uri: str, **fields: Any) -> tuple[service_pb.DownloadReportMetadata, bytes]:
        """Follow a link as somebody who is not signed in, and return what is announced and the bytes."""
        stub: Any = share_rpc.ShareServiceStub(self.channel)
        request = share_service_pb.DownloadSharedReportRequest(token=uri.rpartition("/")[2], **fields)
        first, *rest = [message async for message in stub.DownloadSharedReport(request, timeout=60)]
        return first.metadata, b"".join(message.chunk for message in rest)


class Player:
    """The RPCs of one signed-in caller."""

    def __init__(self, channel: grpc.aio.Channel, username: str) -> None:
        self._stub: Any = service_rpc.ReportServiceStub(channel)
        self._shares: Any = share_rpc.ShareServiceStub(channel)
        self._options = {"metadata": (("authorization", f"Bearer {username}"),), "timeout": 60}

    async def create(self, **fields: Any) -> report_pb.Report:
        response = await self._stub.CreateReport(service_pb.CreateReportRequest(**fields), **self._options)
        return response.report

    async def export(self, **fields: Any) -> report_pb.Report:
        response = await self._stub.ExportAccount(service_pb.ExportAccountRequest(**fields), **self._options)
        return response.report

    async def get(self, report_id: str) -> report_pb.Report:
        response = await self._stub.GetReport(service_pb.GetReportRequest(report_id=report_id), **self._options)
        return response.report

    async def list(self, **fields: Any) -> service_pb.ListReportsResponse:
        return await self._stub.ListReports(service_pb.ListReportsRequest(**fields), **self._options)

    def watch(self, report_id: str) -> Any:
        return self._stub.WatchReport(service_pb.WatchReportRequest(report_id=report_id), **self._options)

    async def watch_to_end(self, report_id: str) -> list[report_pb.Report]:
        return [message.report async for message in self.watch(report_id)]

    async def made(self, **fields: Any) -> report_pb.Report:
        """Ask for a report and wait for its final state."""
        report = await self.create(**fields)
        return (await self.watch_to_end(report.report_id))[-1]

    def download(self, report_id: str, **fields: Any) -> Any:
        request = service_pb.DownloadReportRequest(report_id=report_id, **fields)
        return self._stub.DownloadReport(request, **self._options)

    async def downloaded(self, report_id: str, **fields: Any) -> tuple[service_pb.DownloadReportMetadata, list[bytes]]:
        first, *rest = [message async for message in self.download(report_id, **fields)]
        assert all(message.WhichOneof("content") == "chunk" for message in rest)
        return first.metadata, [message.chunk for message in rest]

    async def cancel(self, report_id: str) -> report_pb.Report:
        response = await self._stub.CancelReport(service_pb.CancelReportRequest(report_id=report_id), **self._options)
        return response.report

    async def delete(self, report_id: str) -> None:
        await self._stub.DeleteReport(service_pb.DeleteReportRequest(report_id=report_id), **self._options)

    async def share(self, report_id: str, **fields: Any) -> share_pb.ShareLink:
        request = share_service_pb.CreateShareLinkRequest(report_id=report_id, **fields)
        return (await self._shares.CreateShareLink(request, **self._options)).link

    async def links(self, report_id: str) -> list[share_pb.ShareLink]:
        request = share_service_pb.ListShareLinksRequest(report_id=report_id)
        return list((await self._shares.ListShareLinks(request, **self._options)).links)

    async def unshare(self, link_id: str) -> None:
        await self._shares.DeleteShareLink(share_service_pb.DeleteShareLinkRequest(link_id=link_id), **self._options)


@asynccontextmanager
async def open_profile(
    snapshots: FakeSnapshots, lifecycle: FakeLifecycle | None = None, profiles: FakeProfiles | None = None
) -> AsyncIterator[str]:
    """Serve the fake profile_service and return its address."""
    server = grpc.aio.server()
    snapshot_rpc.add_SnapshotServiceServicer_to_server(snapshots, server)
    lifecycle_rpc.add_LifecycleServiceServicer_to_server(lifecycle or FakeLifecycle(), server)
    profile_rpc.add_ProfileServiceServicer_to_server(profiles or FakeProfiles(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


@asynccontextmanager
async def open_stage(
    settings: Settings, *, renderer: Renderer | None = None, metrics: ReportMetrics | None = None
) -> AsyncIterator[Stage]:
    """Run the report service behind a real server, its profile_service faked."""
    rows = place_at(settings.data_dir / "report.sqlite3")
    await rows.make(STORAGE)
    settings = replace(settings, database_url=rows.url)
    snapshots, lifecycle, profiles = FakeSnapshots(), FakeLifecycle(), FakeProfiles()
    tokens = ServiceTokens(SECRET, issuer="report_service")
    sessions: Any = SimpleNamespace(remembers=lambda caller: True)
    verifier: Any = _NamedCallers()
    methods = {path: method for path, method in contract.methods().items() if method.service in SERVICE_NAMES}
    async with (
        open_profile(snapshots, lifecycle, profiles) as address,
        grpc.aio.insecure_channel(address) as profile,
        asyncio.TaskGroup() as tasks,
        open_parts(
            settings, profile=profile, service_tokens=tokens, tasks=tasks, renderer=renderer, metrics=metrics
        ) as parts,
        Server(
            settings.listen,
            parts.registrations,
            service_names=parts.service_names,
            interceptors=[CallInterceptor(methods, Door(verifier, sessions=sessions))],
            with_reflection=False,
            grace_seconds=0,
        ) as server,
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        yield Stage(parts, channel, settings, rows, snapshots, lifecycle, profiles)
        await parts.drain()


@dataclass
class Refusal:
    """What a refused call says."""

    code: grpc.StatusCode | None = None
    reason: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


@contextmanager
def refused() -> Iterator[Refusal]:
    """Expect the call inside to be refused, and tell how."""
    refusal = Refusal()
    try:
        yield refusal
    except grpc.aio.AioRpcError as error:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        if status is None:
            raise
        info = error_details_pb2.ErrorInfo()
        status.details[0].Unpack(info)
        refusal.code, refusal.reason, refusal.metadata = error.code(), info.reason, dict(info.metadata)
        return
    raise AssertionError("the call was not refused")
