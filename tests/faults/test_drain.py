"""Processes that are told to stop while they are at work, once and twice."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.report.v1 import report_pb2
from dossier.report.v1 import report_service_pb2 as report_pb
from grpc_health.v1 import health_pb2, health_pb2_grpc
from PIL import Image

from client.connection import Stubs
from tests.eventually import eventually
from tests.faults.installation import Installation, distributed, standalone
from tests.faults.process import Process
from tests.statuses import reason_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120),
    pytest.mark.xdist_group("drain"),
]
TIMEOUT = 60.0
PARTS = ["standalone", "gateway", "profile", "api"]
Finish = Callable[[], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installations(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Installation]]:
    """Both shapes, the parts of one embedding the worker in the API; by the names of their parts."""
    async with (
        distributed(tmp_path_factory.mktemp("parts"), with_broker=False) as parts,
        standalone(tmp_path_factory.mktemp("one")) as one,
    ):
        yield dict.fromkeys(parts.parts, parts) | {"standalone": one}


@pytest_asyncio.fixture(loop_scope="module")
async def running(installations: dict[str, Installation]) -> dict[str, Installation]:
    """The installations, started again where the last test ended something."""
    for name in ("api", "standalone"):
        await installations[name].revive()
    return installations


@asynccontextmanager
async def signed_in(installation: Installation) -> AsyncIterator[tuple[Stubs, str, tuple[tuple[str, str], ...]]]:
    """Yield stubs, the name of somebody new, and the metadata that says who calls."""
    name = f"anna-{os.urandom(4).hex()}"
    async with grpc.aio.insecure_channel(installation.endpoint) as channel:
        stubs = Stubs.of(channel)
        request = auth_pb.SignUpRequest(username=name, password="a long and unusual password")
        answer = await stubs.auth.SignUp(request, timeout=TIMEOUT, wait_for_ready=True)
        yield stubs, name, (("authorization", f"Bearer {answer.tokens.access_token}"),)


@asynccontextmanager
async def at_work(installation: Installation, part: str) -> AsyncIterator[Finish]:
    """Keep a part busy: gateway and profile_service with an upload, the others with a report. Yields what ends that."""
    busy = _uploading if part in ("gateway", "profile") else _rendering
    async with busy(installation, installation.parts[part]) as finish:
        yield finish


@asynccontextmanager
async def _uploading(installation: Installation, _part: Process) -> AsyncIterator[Finish]:
    picture = BytesIO()
    Image.new("RGB", (64, 64)).save(picture, "PNG")
    data = picture.getvalue()
    async with signed_in(installation) as (stubs, name, metadata):
        call = stubs.avatars.UploadAvatar(metadata=metadata, timeout=TIMEOUT)
        description = avatar_pb.UploadAvatarMetadata(username=name, size_bytes=len(data))
        await call.write(avatar_pb.UploadAvatarRequest(metadata=description))
        # Calls of one connection are begun in their order: what came before this one is under way when it is answered.
        await stubs.profiles.GetUser(profile_pb.GetUserRequest(username=name), metadata=metadata, timeout=TIMEOUT)

        async def finish() -> None:
            await call.write(avatar_pb.UploadAvatarRequest(chunk=data))
            await call.done_writing()
            assert (await call).avatar != user_pb2.Avatar()

        yield finish
        call.cancel()


@asynccontextmanager
async def _rendering(installation: Installation, part: Process) -> AsyncIterator[Finish]:
    async with signed_in(installation) as (stubs, _, metadata):
        first = await stubs.reports.CreateReport(report_pb.CreateReportRequest(), metadata=metadata, timeout=TIMEOUT)
        watching = report_pb.WatchReportRequest(report_id=first.report.report_id)
        async for _ in stubs.reports.WatchReport(watching, metadata=metadata, timeout=TIMEOUT):
            pass  # The children have started when one has made a report.
        children = list(filter(_works, part.children()))
        for child in children:
            os.kill(child, signal.SIGSTOP)
        asked = await stubs.reports.CreateReport(report_pb.CreateReportRequest(), metadata=metadata, timeout=TIMEOUT)
        watching = report_pb.WatchReportRequest(report_id=asked.report.report_id)
        watch = stubs.reports.WatchReport(watching, metadata=metadata, timeout=TIMEOUT)
        states = aiter(watch)
        while (await anext(states)).report.state != report_pb2.STATE_RENDERING:
            pass

        async def finish() -> None:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await anext(states)
            assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
            for child in children:
                os.kill(child, signal.SIGCONT)
            request = report_pb.GetReportRequest(report_id=asked.report.report_id)

            async def made() -> bool:
                answer = await stubs.reports.GetReport(request, metadata=metadata, timeout=TIMEOUT)
                assert answer.report.attempt_count == 1
                return bool(answer.report.state == report_pb2.STATE_READY)

            assert await part.dead()
            assert part.running.returncode == 0
            part.start()
            await part.serving()
            await eventually(made, within_seconds=TIMEOUT)

        yield finish
        watch.cancel()


def _works(child: int) -> bool:
    """Return whether it renders or decodes; the other child of Python's multiprocessing cleans up after these."""
    return b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()


async def told_to_stop(part: Process, *, by: signal.Signals = signal.SIGTERM, whole_group: bool = False) -> None:
    """Send the signal and return when the part says that it wants no more calls."""
    async with grpc.aio.insecure_channel(part.address) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        if whole_group:
            os.killpg(part.running.pid, by)
        else:
            part.signal(by)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING


async def alone(part: Process) -> None:
    """Return when nothing is left of a process that has ended."""

    async def nobody() -> bool:
        return not part.orphans()

    await eventually(nobody, within_seconds=5)


@pytest.mark.parametrize("part", PARTS)
async def test_idle_process_ends_at_once_when_told_to_stop(running: dict[str, Installation], part: str) -> None:
    """With nothing to finish, SIGTERM is exit code 0 and nothing to complain about, children included."""
    process = running[part].parts[part]
    process.signal(signal.SIGTERM)
    assert await process.dead(within_seconds=9)
    assert process.running.returncode == 0
    await alone(process)
    assert "Traceback" not in process.log()


@pytest.mark.parametrize("part", PARTS)
async def test_work_in_hand_is_finished_when_told_to_stop(running: dict[str, Installation], part: str) -> None:
    """After SIGTERM a call under way is answered, a report under way is made, and the exit code is 0."""
    process = running[part].parts[part]
    async with at_work(running[part], part) as finish:
        life = process.running
        await told_to_stop(process)
        await finish()
    assert life.wait(TIMEOUT) == 0
    assert "Traceback" not in process.log()


@pytest.mark.parametrize("part", PARTS)
async def test_second_signal_ends_process_and_children_at_once(running: dict[str, Installation], part: str) -> None:
    """Whoever does not want to wait for the work in hand says so again."""
    process = running[part].parts[part]
    async with at_work(running[part], part):
        await told_to_stop(process)
        process.signal(signal.SIGTERM)
        assert await process.dead(within_seconds=5)
        assert process.running.returncode == 1
        await alone(process)


async def test_ctrl_c_finishes_the_report_in_hand(running: dict[str, Installation]) -> None:
    """SIGINT to the whole process group, as a terminal sends it, kills no render child and prints no traceback."""
    process = running["standalone"].parts["standalone"]
    async with at_work(running["standalone"], "standalone") as finish:
        life = process.running
        await told_to_stop(process, by=signal.SIGINT, whole_group=True)
        await finish()
    assert life.wait(TIMEOUT) == 0
    assert "Traceback" not in process.log()
