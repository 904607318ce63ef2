"""The API and the worker as processes of their own, over RabbitMQ, killed and stopped."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc
from dossier.report.v1 import report_pb2 as report_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime.blobs import s3_blobs
from runtime.s3_urls import S3Url
from tests.integration.report.fake_snapshots import SECRET, FakeSnapshots
from tests.integration.report.stage import Player, eventually, refused
from tests.provision.fixtures import on_one_engine
from tests.provision.ports import free_port
from tests.provision.rabbitmq import RabbitNode
from tests.provision.s3 import CREDENTIALS, S3Server

pytestmark = on_one_engine

ROOT = Path(__file__).parents[3]


class World(FakeSnapshots, auth_rpc.AuthServiceServicer, credentials_rpc.CredentialsServiceServicer):
    """What the report service talks to: keys, sessions, and snapshots that wait for `gate`."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.signing_key = ec.generate_private_key(ec.SECP256R1())

    async def GetJwks(self, request: auth_pb.GetJwksRequest, context: Any) -> auth_pb.GetJwksResponse:
        numbers = self.signing_key.public_key().public_numbers()
        x, y = (
            base64.urlsafe_b64encode(value.to_bytes(32, "big")).decode().rstrip("=") for value in (numbers.x, numbers.y)
        )
        key = auth_pb.JsonWebKey(kid="key", kty="EC", crv="P-256", x=x, y=y, alg="ES256", use="sig")
        return auth_pb.GetJwksResponse(keys=[key])

    async def GetSession(
        self, request: credentials_pb.GetSessionRequest, context: Any
    ) -> credentials_pb.GetSessionResponse:
        return credentials_pb.GetSessionResponse(live=True)

    async def GetSnapshot(
        self, request: snapshot_pb.GetSnapshotRequest, context: Any
    ) -> snapshot_pb.GetSnapshotResponse:
        answer = await super().GetSnapshot(request, context)
        await self.gate.wait()
        return answer

    def token(self, username: str) -> str:
        """Return an access token as the gateway would sign it."""
        now = int(time.time())
        claims = {
            "iss": "dossier",
            "aud": "dossier",
            "sub": f"{username}-id",
            "sid": "session",
            "username": username,
            "iat": now,
            "exp": now + 600,
            "jti": str(uuid.uuid4()),
            "roles": [],
        }
        headers = {"typ": "at+jwt", "kid": "key"}
        return jwt.encode(claims, self.signing_key, algorithm="ES256", headers=headers)


class Service:
    """One running process of the report service."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(30):
            return await self._process.wait()


class Town:
    """The world, and the processes that live in it."""

    def __init__(self, world: World, address: str, folder: Path, amqp_url: str) -> None:
        self.world = world
        self.listen = f"127.0.0.1:{free_port()}"
        self.environ = {
            "DOSSIER_REPORT_LISTEN": self.listen,
            "DOSSIER_REPORT_DATA_DIR": str(folder / "data"),
            "DOSSIER_REPORT_INTERNAL_SECRET": SECRET.decode(),
            "DOSSIER_REPORT_PAGE_SECRET": SECRET.decode(),
            "DOSSIER_REPORT_PROFILE_ADDRESS": address,
            "DOSSIER_REPORT_GATEWAY_ADDRESS": address,
            "DOSSIER_REPORT_AMQP_URL": amqp_url,
            "DOSSIER_REPORT_RENDER_WORKERS": "1",
            "DOSSIER_REPORT_GRACE_SECONDS": "5",
        }
        self.log = (folder / "log").open("ab")
        self.services: list[Service] = []
        self._channels: list[grpc.aio.Channel] = []

    async def start(self, *arguments: str, **environ: str) -> Service:
        """Start the API, or with "worker" a worker."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "report_service",
            *arguments,
            cwd=ROOT,
            env=os.environ | self.environ | environ,
            stderr=self.log,
            start_new_session=True,
        )
        service = Service(process)
        self.services.append(service)
        return service

    async def open(self) -> Service:
        """Start the API and wait until it says SERVING."""
        api = await self.start()
        channel = self.channel()
        health = health_pb2_grpc.HealthStub(channel)

        async def serving() -> bool:
            try:
                answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.aio.AioRpcError:
                return False
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

        await eventually(serving, within_seconds=30)
        return api

    def channel(self) -> grpc.aio.Channel:
        """Return a channel to the API."""
        options = [("grpc.max_reconnect_backoff_ms", 200), ("grpc.initial_reconnect_backoff_ms", 50)]
        self._channels.append(grpc.aio.insecure_channel(self.listen, options=options))
        return self._channels[-1]

    def anna(self) -> Player:
        """Return the RPCs as Anna calls them."""
        return self.player("anna")

    def player(self, username: str) -> Player:
        """Return the RPCs as this player calls them."""
        return Player(self.channel(), self.world.token(username))

    async def close(self) -> None:
        """Kill what still runs."""
        for channel in self._channels:
            await channel.close()
        for service in self.services:
            await service.end(signal.SIGKILL)
        self.log.close()


@asynccontextmanager
async def open_town(folder: Path, amqp_url: str) -> AsyncIterator[Town]:
    """Serve the world."""
    world = World()
    server = grpc.aio.server()
    snapshot_rpc.add_SnapshotServiceServicer_to_server(world, server)
    auth_rpc.add_AuthServiceServicer_to_server(world, server)
    credentials_rpc.add_CredentialsServiceServicer_to_server(world, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    town = Town(world, f"127.0.0.1:{port}", folder, amqp_url)
    try:
        yield town
    finally:
        await town.close()
        await server.stop(None)


@pytest.fixture
async def town(tmp_path: Path, own_rabbitmq: RabbitNode) -> AsyncIterator[Town]:
    """A world with a broker of its own, and no process yet."""
    async with open_town(tmp_path, own_rabbitmq.url) as opened:
        yield opened


async def ready(player: Player, report_id: str, *, within_seconds: float = 30.0) -> report_pb.Report:
    """Wait until a report is READY, over any number of cut connections."""

    async def final() -> report_pb.Report | None:
        try:
            report = await player.get(report_id)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            return None
        return report if report.state > report_pb.STATE_RENDERING else None

    report: report_pb.Report = await eventually(final, within_seconds=within_seconds)
    assert report.state == report_pb.STATE_READY
    return report


async def test_report_is_made_by_worker_process(town: Town) -> None:
    """A wish travels over the broker, its file back over the store, and both processes end well when told to."""
    api, worker = await town.open(), await town.start("worker")
    anna = town.anna()
    report = await anna.made()
    _, chunks = await anna.downloaded(report.report_id)
    assert hashlib.sha256(b"".join(chunks)).hexdigest() == report.sha256
    assert await worker.end(signal.SIGTERM) == 0
    assert await api.end(signal.SIGTERM) == 0


async def test_report_goes_to_another_at_once_when_worker_is_killed(town: Town) -> None:
    """SIGKILL in the middle of a report costs milliseconds, not a lease."""
    await town.open()
    worker = await town.start("worker")
    anna = town.anna()
    town.world.gate.clear()
    report = await anna.create()
    await eventually(lambda: town.world.requests)
    await town.start("worker")
    await worker.end(signal.SIGKILL)
    await eventually(lambda: len(town.world.requests) == 2)
    town.world.gate.set()
    assert (await ready(anna, report.report_id)).attempt_count == 2


async def test_report_is_finished_when_worker_is_stopped(town: Town) -> None:
    """SIGTERM in the middle of a report lets it end."""
    await town.open()
    worker = await town.start("worker", DOSSIER_REPORT_GRACE_SECONDS="20")
    anna = town.anna()
    town.world.gate.clear()
    report = await anna.create()
    await eventually(lambda: town.world.requests)
    ending = asyncio.create_task(worker.end(signal.SIGTERM))
    await asyncio.sleep(0)
    town.world.gate.set()
    assert await ending == 0
    assert (await ready(anna, report.report_id)).attempt_count == 1


async def test_wishes_are_taken_when_broker_is_away(town: Town, own_rabbitmq: RabbitNode) -> None:
    """An outage refuses nothing, and the backlog drains by itself."""
    await own_rabbitmq.stop()
    await town.open()
    await town.start("worker")
    anna = town.anna()
    reports = [await anna.create() for _ in range(5)]
    assert {report.state for report in reports} == {report_pb.STATE_QUEUED}
    await own_rabbitmq.start()
    for report in reports:
        await ready(anna, report.report_id)


async def test_hinted_report_is_made_when_broker_was_wiped(town: Town, own_rabbitmq: RabbitNode) -> None:
    """A broker that forgot everything delays a report by its restart only."""
    await town.open()
    anna = town.anna()
    report = await anna.create()
    await own_rabbitmq.stop()
    await own_rabbitmq.wipe()
    await own_rabbitmq.start()
    await town.start("worker")
    await ready(anna, report.report_id)


async def test_report_is_made_when_api_is_killed(town: Town) -> None:
    """A wish that was answered survives SIGKILL of who took it."""
    api = await town.open()
    anna, request_id = town.anna(), str(uuid.uuid4())
    report = await anna.create(request_id=request_id)
    await api.end(signal.SIGKILL)
    await town.start("worker")
    await town.open()
    await ready(anna, report.report_id)
    assert (await anna.create(request_id=request_id)).report_id == report.report_id


async def test_watchers_are_sent_elsewhere_when_api_stops(town: Town) -> None:
    """SIGTERM ends a stream with a status that has its client come again, and the process at once."""
    api = await town.open()
    anna = town.anna()
    report = await anna.create()
    watch = aiter(anna.watch(report.report_id))
    await anext(watch)
    ending = asyncio.create_task(api.end(signal.SIGTERM))
    with refused() as refusal:
        async for _ in watch:
            pass
    assert refusal.reason == "SERVER_DRAINING"
    async with asyncio.timeout(5):
        assert await ending == 0


async def test_embedded_api_makes_reports_alone(tmp_path: Path) -> None:
    """Without a broker one process is enough; killed, it goes on where it was."""
    async with open_town(tmp_path, "") as town:
        api = await town.open()
        anna = town.anna()
        town.world.gate.clear()
        report = await anna.create()
        await eventually(lambda: town.world.requests)
        await api.end(signal.SIGKILL)
        town.world.gate.set()
        api = await town.open()
        assert (await ready(anna, report.report_id)).attempt_count == 2
        assert await api.end(signal.SIGTERM) == 0


@pytest.mark.xdist_group("s3")
async def test_report_is_kept_in_s3_by_the_worker_and_sent_from_there_by_the_api(
    town: Town, seaweedfs: S3Server, tmp_path: Path
) -> None:
    """The file passes from one process to the other through the bucket alone, and is deleted there with its report."""
    url = seaweedfs.url(f"tests/{tmp_path.name}")
    blobs = s3_blobs(url, CREDENTIALS)
    town.environ |= in_s3(url)
    await town.open()
    await town.start("worker")
    anna = town.anna()
    report = await ready(anna, (await anna.create()).report_id)
    _, chunks = await anna.downloaded(report.report_id)
    assert hashlib.sha256(b"".join(chunks)).hexdigest() == report.sha256
    keys = [key async for page in blobs.list_keys() for key in page]
    assert [key.rpartition("/")[0] for key in keys] == [f"reports/{report.report_id}"]
    await anna.delete(report.report_id)

    async def is_empty() -> bool:
        return not [key async for page in blobs.list_keys() for key in page]

    await eventually(is_empty)
    assert not (tmp_path / "data" / "reports").exists()


@pytest.mark.xdist_group("s3")
@pytest.mark.parametrize("arguments", [(), ("worker",)])
async def test_process_says_that_the_bucket_is_missing(
    tmp_path: Path, arguments: tuple[str, ...], seaweedfs: S3Server
) -> None:
    """One sentence and an exit code, not a traceback."""
    url = seaweedfs.url(bucket="nowhere")
    async with open_town(tmp_path, "amqp://guest:guest@127.0.0.1:1/") as town:
        service = await town.start(*arguments, **in_s3(url))
        async with asyncio.timeout(20):
            assert await service._process.wait() == 1
    said = (tmp_path / "log").read_text()
    assert f"dossier: there is no bucket for {url.below('reports')}; make it, or correct its name" in said
    assert "Traceback" not in said


def in_s3(url: S3Url) -> dict[str, str]:
    """Return the settings of a place in the tests' server."""
    return {
        "DOSSIER_REPORT_BLOBS_URL": f"s3://{url.bucket}/{url.prefix}?endpoint={url.endpoint}",
        "DOSSIER_REPORT_BLOBS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
        "DOSSIER_REPORT_BLOBS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
    }


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        (("worker",), {"DOSSIER_REPORT_AMQP_URL": ""}, "DOSSIER_REPORT_AMQP_URL must be set for a worker process"),
        ((), {"DOSSIER_REPORT_PAGE_SECRET": "short"}, "DOSSIER_REPORT_PAGE_SECRET must have at least 32 bytes"),
        (
            (),
            {"DOSSIER_REPORT_BLOBS_URL": "https://s3/club"},
            "DOSSIER_REPORT_BLOBS_URL must be like s3://bucket/prefix",
        ),
        ((), {"DOSSIER_REPORT_LISTEN": "192.0.2.1:1"}, "cannot listen on 192.0.2.1:1"),
    ],
)
async def test_process_says_what_to_mend(
    tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    """A bad setting is one sentence and an exit code, not a traceback."""
    async with open_town(tmp_path, "") as town:
        service = await town.start(*arguments, **environ)
        async with asyncio.timeout(20):
            assert await service._process.wait() in (1, 2)
    said = (tmp_path / "log").read_text()
    assert words in said
    assert "Traceback" not in said
