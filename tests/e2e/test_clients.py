"""The clients of docs/clients, told to tell their story: what a reader copies works."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.test_story import a_picture
from tests.provision.typescript import ROOT, built_clients

CLIENTS = ROOT / "docs" / "clients"

pytestmark = pytest.mark.timeout(300)
standalone = pytest.mark.parametrize("installation", ["standalone"], indirect=True)
envoy = pytest.mark.parametrize("installation", ["envoy"], indirect=True)


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled clients are."""
    return built_clients(tmp_path_factory.mktemp("clients"))


@pytest.fixture
def username() -> str:
    """Somebody new."""
    return f"client-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture to upload."""
    (tmp_path / "picture.jpg").write_bytes(a_picture())
    return tmp_path / "picture.jpg"


async def told(*command: str | Path) -> list[str]:
    """Run a client to its good end and return the lines that it prints."""
    client = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await client.communicate()
    assert client.returncode == 0, errors.decode()
    return output.decode().splitlines()


async def is_a_report_of_somebody_gone(club: Club, username: str, file: Path, name: str) -> None:
    """Check what the story leaves: a PDF with the name, and no account."""
    assert name in PdfReader(file).pages[0].extract_text()
    visitor = await club.visitor()
    assert username not in {user.username async for user in visitor.list_users()}


@standalone
async def test_story_by_curl(club: Club, username: str, picture: Path, tmp_path: Path) -> None:
    """Sign up, sign in, edit, read one, read all, fetch the report by the address that came at once, delete."""
    file, base = tmp_path / "report.pdf", f"http://{club.installation.http_address}"
    story = CLIENTS / "curl" / "story.sh"
    edited, avatar, read, everybody, report, deleted = await told("sh", story, base, username, PASSWORD, picture, file)
    assert json.loads(edited)["user"]["city"] == "Kyiv"
    assert json.loads(read)["user"]["avatar"]["sha256"] == json.loads(avatar)["avatar"]["sha256"]
    first_page = json.loads(everybody)
    assert first_page["nextPageToken"] or username in {user["username"] for user in first_page["users"]}
    assert len(first_page["users"]) >= 1
    assert report.startswith(f"report: {file.stat().st_size} bytes from {base}/v1/reports/")
    assert json.loads(deleted)["receipt"]
    await is_a_report_of_somebody_gone(club, username, file, "Анна")


@standalone
async def test_story_by_python_stubs(club: Club, username: str, picture: Path, tmp_path: Path) -> None:
    """The generated stubs are all that a program needs."""
    file, story = tmp_path / "report.pdf", CLIENTS / "python" / "story.py"
    await told(sys.executable, story, club.installation.endpoint, username, PASSWORD, picture, file)
    await is_a_report_of_somebody_gone(club, username, file, "Анна")


@standalone
async def test_story_by_grpc_js(club: Club, username: str, picture: Path, tmp_path: Path, typescript: Path) -> None:
    """Each shape of call, by the clients that ts-proto makes of the protos."""
    file, story = tmp_path / "report.pdf", typescript / "grpc.js"
    await told("node", story, club.installation.endpoint, username, PASSWORD, picture, file)
    await is_a_report_of_somebody_gone(club, username, file, "Анна")


@envoy
@pytest.mark.parametrize("protocol", ["grpc-web", "connect"])
async def test_story_by_connect_web(club: Club, username: str, tmp_path: Path, typescript: Path, protocol: str) -> None:
    """What a page can do, through Envoy in both of its protocols."""
    file, story = tmp_path / "report.pdf", typescript / "web.js"
    await told("node", story, f"http://{club.installation.endpoint}", protocol, username, PASSWORD, file)
    await is_a_report_of_somebody_gone(club, username, file, username)
