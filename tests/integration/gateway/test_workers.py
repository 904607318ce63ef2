"""A gateway in two processes on one port: both serve, one that dies comes back, and all end as one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc

from runtime.server import PortUnavailable
from runtime.workers import serve_in_workers
from tests.e2e.processes import Part
from tests.eventually import eventually
from tests.integration.gateway.conftest import Club, settings_for
from tests.provision.ports import free_port
from tests.scraping import scraped
from tests.signing import INTERNAL_SECRET

WORKERS = 2
FEW_FILES = """
import resource
from runtime.process import run

async def serve(stop):
    print(resource.getrlimit(resource.RLIMIT_NOFILE))

resource.setrlimit(resource.RLIMIT_NOFILE, (256, 512))
run(serve)
"""


class Workers(Part):
    """A gateway's parent, and what its log tells of its workers."""

    def __init__(self, folder: Path, *, listen: str, metrics: int, profile: str = "127.0.0.1:1") -> None:
        environ = {
            "DOSSIER_GATEWAY_WORKERS": str(WORKERS),
            "DOSSIER_GATEWAY_LISTEN": listen,
            "DOSSIER_GATEWAY_HTTP_LISTEN": "127.0.0.1:0",
            "DOSSIER_GATEWAY_METRICS_LISTEN": f"127.0.0.1:{metrics}",
            "DOSSIER_GATEWAY_PROFILE_ADDRESS": profile,
            "DOSSIER_GATEWAY_REPORT_ADDRESS": profile,
            "DOSSIER_GATEWAY_SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
            "DOSSIER_GATEWAY_INTERNAL_SECRET": INTERNAL_SECRET.decode(),
            "DOSSIER_GATEWAY_CREATE_SIGNING_KEY": "true",
        }
        super().__init__("gateway", environ=environ, folder=folder, address=listen)
        self.metrics = metrics

    def told(self, event: str) -> list[dict[str, Any]]:
        """Return the log's lines of an event."""
        lines = (json.loads(line) for line in self.log().splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == event]

    async def listening(self, times: int = WORKERS) -> list[int]:
        """Return the process ids, in order, once workers have begun to listen so many times."""

        async def begun() -> bool:
            assert self.running.poll() is None, self.log()
            return len(self.told("worker_listens")) >= times

        await eventually(begun, within_seconds=30)
        return [line["pid"] for line in self.told("worker_listens")]

    async def handled(self, number: int) -> float:
        """Return how many calls a worker has served."""
        try:
            samples = await scraped(f"127.0.0.1:{self.metrics + number - 1}")
        except OSError:
            return 0
        return samples.value("grpc_server_handled_total", grpc_method="GetJwks", grpc_code="OK") or 0


@asynccontextmanager
async def running(folder: Path, *, profile: str = "127.0.0.1:1") -> AsyncIterator[Workers]:
    workers = Workers(folder, listen=f"127.0.0.1:{free_port()}", metrics=free_port(), profile=profile)
    workers.start()
    try:
        await workers.listening()
        yield workers
    finally:
        workers.clean_up()


async def ask(address: str) -> None:
    """Ask for the keys over a connection of its own, and once more when that one is lost."""
    for again in (True, False):
        options = [("grpc.use_local_subchannel_pool", 1)]
        async with grpc.aio.insecure_channel(address, options=options) as channel:
            try:
                await auth_rpc.AuthServiceStub(channel).GetJwks(auth_pb.GetJwksRequest(), timeout=10)
            except grpc.aio.AioRpcError as error:
                if not again or error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            else:
                return


async def test_killed_worker_comes_back_and_none_outlives_the_parent(tmp_path: Path) -> None:
    """One that is killed is back soon, meanwhile no call that is sent again once fails; all end with their parent."""
    async with running(tmp_path) as workers:

        async def both_serve() -> bool:
            await ask(workers.address)
            return all([await workers.handled(number) for number in (1, 2)])

        await eventually(both_serve, within_seconds=20)
        first, other = (line["address"] for line in workers.told("http_listening"))
        assert first == other
        victim = workers.told("worker_listens")[0]
        os.kill(victim["pid"], signal.SIGKILL)
        while len(workers.told("worker_listens")) == WORKERS:
            await ask(workers.address)
        assert [line["exit_code"] for line in workers.told("worker_ended")] == [-signal.SIGKILL]
        assert workers.told("worker_listens")[-1]["worker"] == victim["worker"]
        await eventually(both_serve, within_seconds=20)

        second = Workers(tmp_path, listen=workers.address, metrics=free_port())
        second.start()
        assert await asyncio.to_thread(second.running.wait, 20) == 1
        assert f"cannot listen on {workers.address}" in second.log()

        workers.kill()
        await eventually(partial(nobody_listens, workers.address), within_seconds=20)


async def nobody_listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return True
    writer.close()
    return False


async def test_http_port_of_another_program_keeps_workers_from_starting(tmp_path: Path) -> None:
    """It is told as that of the gRPC port is, before a worker is there."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        settings = replace(settings_for(tmp_path), workers=WORKERS, http_listen=address)
        with pytest.raises(PortUnavailable, match=f"cannot listen on {address}: address already in use"):
            await serve_in_workers("gateway.app", settings, asyncio.Event())


def test_process_may_open_as_many_files_as_the_system_allows() -> None:
    """What a shell begins with is often fewer than there are connections."""
    done = subprocess.run([sys.executable, "-c", FEW_FILES], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "(512, 512)\n"


async def test_workers_finish_their_calls_when_told_to_stop(club: Club, tmp_path: Path) -> None:
    """SIGTERM to the parent has a call under way end well, and then all of them."""
    async with running(tmp_path, profile=club.profile_server.address) as workers:
        async with grpc.aio.insecure_channel(workers.address) as channel:
            call = profile_rpc.ProfileServiceStub(channel).GetUser(
                profile_pb.GetUserRequest(username="held"), timeout=20, wait_for_ready=True
            )
            waiting = asyncio.ensure_future(call)
            async with asyncio.timeout(20):
                await club.profiles.visits.started.wait()
            workers.running.terminate()
            async with asyncio.timeout(10):
                while channel.get_state() is grpc.ChannelConnectivity.READY:
                    await asyncio.sleep(0)
            club.profiles.visits.released.set()
            assert (await waiting).user.username == "held"
        assert await asyncio.to_thread(workers.running.wait, 20) == 0
        assert not workers.told("worker_ended")
        assert not workers.told("worker_killed")


async def test_worker_that_cannot_start_ends_all(tmp_path: Path) -> None:
    """What keeps a worker from its first start is told by itself, and by the parent, which fails."""
    metrics = free_port()
    with socket.create_server(("127.0.0.1", metrics + 1)):
        workers = Workers(tmp_path, listen=f"127.0.0.1:{free_port()}", metrics=metrics)
        workers.start()
        try:
            assert await asyncio.to_thread(workers.running.wait, 30) == 1
        finally:
            workers.clean_up()
    told = [line for line in workers.log().splitlines() if line.startswith("dossier: ")]
    assert len(told) == 2, workers.log()
    assert f"cannot listen on 127.0.0.1:{metrics + 1}" in told[0]
    assert "worker 2 of 2 cannot start" in told[1]
