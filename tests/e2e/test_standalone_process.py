"""The process that `make run` starts: its first start, its second, and what keeps it from starting."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pypdf import PdfReader

from client import DossierClient
from tests.e2e.processes import Part
from tests.integration.runtime.reflecting import listed_services
from tests.provision.ports import free_port
from tests.scraping import scraped

pytestmark = pytest.mark.timeout(120)


def environ(folder: Path, port: int) -> dict[str, str]:
    return {"DOSSIER_DATA_DIR": str(folder), "DOSSIER_LISTEN": f"127.0.0.1:{port}"}


def fails_at_start(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Start with settings that cannot work, and return how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "standalone"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=30,
    )


def assert_one_sentence(finished: subprocess.CompletedProcess[str], *words: str) -> None:
    """Assert that it ended with an error code and one line that says why."""
    assert finished.returncode in {1, 2}, finished
    lines = finished.stderr.strip().splitlines()
    assert len(lines) == 1, finished.stderr
    assert all(word in lines[0] for word in words), lines[0]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Part, Path, int]]:
    """A standalone process with its data directory and port."""
    port, data = free_port(), tmp_path / "data"
    part = Part("standalone", environ=environ(data, port), folder=tmp_path, address=f"127.0.0.1:{port}")
    part.start()
    part.wait_serving()
    yield part, data, port
    part.clean_up()


def test_second_instance_on_the_same_data_is_refused(running: tuple[Part, Path, int]) -> None:
    """Two processes never share a data directory."""
    _, data, _ = running
    assert_one_sentence(fails_at_start(environ(data, free_port())), "another Dossier", str(data))


def test_port_in_use_is_told(tmp_path: Path) -> None:
    """A taken port is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_sentence(fails_at_start(environ(tmp_path / "data", port)), str(port), "in use")


def test_unusable_data_directory_is_told(tmp_path: Path) -> None:
    """A directory that cannot be made is named."""
    (tmp_path / "file").touch()
    assert_one_sentence(fails_at_start(environ(tmp_path / "file" / "data", free_port())), "file/data")


def test_bad_settings_are_all_told_at_once(tmp_path: Path) -> None:
    """Every bad setting gets its line, before anything is opened."""
    settings = environ(tmp_path / "data", free_port())
    settings |= {"DOSSIER_RENDER_WORKERS": "many", "DOSSIER_LOG_LEVEL": "loud"}
    finished = fails_at_start(settings)
    assert finished.returncode == 2
    assert len(finished.stderr.strip().splitlines()) == 2
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_cleanly(running: tuple[Part, Path, int], number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it with exit code 0 and nothing to complain about."""
    part, _, _ = running
    part.running.send_signal(number)
    assert part.running.wait(30) == 0
    assert "Traceback" not in part.log()
    assert "Warning" not in part.log()


@pytest.mark.parametrize(("development", "described"), [("false", False), ("true", True)])
async def test_reflection_is_on_in_development_only(tmp_path: Path, development: str, *, described: bool) -> None:
    """Reflection is off unless the installation is for trying things out."""
    port = free_port()
    settings = environ(tmp_path / "data", port) | {"DOSSIER_DEVELOPMENT": development}
    part = Part("standalone", environ=settings, folder=tmp_path, address=f"127.0.0.1:{port}")
    try:
        part.start()
        part.wait_serving()
        async with grpc.aio.insecure_channel(part.address) as channel:
            if described:
                assert "dossier.auth.v1.AuthService" in await listed_services(channel, "v1")
            else:
                # The refusal may overtake the question, which then cannot be sent: only the end of the call is sure.
                call = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")()
                assert await call.code() is grpc.StatusCode.UNIMPLEMENTED
    finally:
        part.clean_up()


async def test_one_address_tells_of_all_parts(tmp_path: Path) -> None:
    """The standalone process shows calls to every service, those inside the process too, and its reports."""
    port, metrics = free_port(), f"127.0.0.1:{free_port()}"
    settings = environ(tmp_path / "data", port) | {"DOSSIER_METRICS_LISTEN": metrics}
    part = Part("standalone", environ=settings, folder=tmp_path, address=f"127.0.0.1:{port}")
    try:
        part.start()
        part.wait_serving()
        async with DossierClient(part.address) as anna:
            await anna.sign_up("anna", email="anna@example.org", password="correct horse battery")
            asked = await anna.create_report()
            async for _ in anna.watch_report(asked.report_id):
                pass
        samples = await scraped(metrics)
    finally:
        part.clean_up()
    for method in ("SignUp", "CreateReport", "GetSnapshot"):
        assert samples.value("grpc_server_handled_total", grpc_method=method, grpc_code="OK") == 1
    assert samples.value("dossier_report_finished_total", state="READY") == 1
    assert samples.value("dossier_report_broker_connected") is None


def test_private_files_are_readable_by_their_owner_only(running: tuple[Part, Path, int]) -> None:
    """Secrets, and the directory they and all data are in, are closed to others."""
    _, data, _ = running
    assert data.stat().st_mode & 0o077 == 0
    for secret in (data / "secrets").iterdir():
        assert secret.stat().st_mode & 0o077 == 0, secret


async def test_sample_club_is_played_in_once_and_kept(tmp_path: Path) -> None:
    """The first start makes a club with players, pictures, games and a report; the second keeps it as it is."""
    port, data = free_port(), tmp_path / "data"
    command = [sys.executable, "-m", "standalone", "--sample"]
    facts, shown = [], []
    for development in ("true", "false"):
        process = subprocess.Popen(
            command,
            env={**os.environ, **environ(data, port), "DOSSIER_DEVELOPMENT": development},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            printed = ""
            while "print(stats" not in printed:
                line = process.stdout.readline()
                assert line, printed
                printed += line
            shown.append("grpcurl" in printed)
            facts.append(await club_facts(f"127.0.0.1:{port}", data))
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()
    assert facts[0] == facts[1]
    assert facts[0]["players"] >= 12
    assert facts[0]["games"] >= 60
    assert facts[0]["avatars"] >= 12
    assert facts[0]["password"] in printed
    assert shown == [True, False], "grpcurl needs reflection, which is there in development only"
    assert len(PdfReader(data / "sample-report.pdf").pages) >= 1


async def club_facts(endpoint: str, data: Path) -> dict[str, Any]:
    """Return what a sample account sees of the club."""
    record = json.loads((data / "sample-club.json").read_text())
    async with DossierClient(endpoint) as star:
        await star.sign_in(record["username"], record["password"])
        users = [user async for user in star.list_users()]
        return {
            "players": len(users),
            "avatars": sum(user.HasField("avatar") for user in users),
            "games": len([game async for game in star.list_games()]),
            "password": record["password"],
            "report": (data / "sample-report.pdf").read_bytes(),
        }
