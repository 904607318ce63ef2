"""The stubs alone are enough to write a client."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import PASSWORD, Club

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "first_report.py"
UV = Path(sys.executable).parent / "uv"


def run(*command: str | Path, folder: Path) -> str:
    """Run a command and return what it prints; fail with its errors."""
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="session")
def stubs_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that has the built stubs and nothing else of ours."""
    folder = tmp_path_factory.mktemp("stubs")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", folder / "dist", ROOT / "protos", folder=folder)
    (wheel,) = (folder / "dist").glob("dossier_protos-*.whl")
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv", folder=folder)
    python = folder / "venv" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, folder=folder)
    return python


def test_stubs_distribution_brings_typed_stubs_and_little_else(stubs_python: Path) -> None:
    """The wheel carries types, and none of the server's libraries come with it."""
    code = "import dossier, pathlib; print((pathlib.Path(dossier.__path__[0]) / 'py.typed').exists())"
    assert run(stubs_python, "-c", code, folder=stubs_python.parent).strip() == "True"
    installed = run(UV, "pip", "list", "--python", stubs_python, folder=stubs_python.parent)
    for library in ("fpdf2", "aio-pika", "pillow", "aiosqlite", "protovalidate"):
        assert library not in installed


@pytest.mark.timeout(120)
async def test_example_with_stubs_alone_records_a_game_and_saves_a_report(
    club: Club, stubs_python: Path, tmp_path: Path
) -> None:
    """The example of the documentation, twenty lines after its imports, does what it says."""
    referee = await club.referee()
    players = [(await club.player("seat")).own_username() for _ in range(10)]
    arguments = [club.installation.endpoint, referee.own_username(), PASSWORD, *players]
    run(stubs_python, EXAMPLE, *arguments, folder=tmp_path)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert [game async for game in referee.list_games(username=players[0])]
    statements = EXAMPLE.read_text().partition("endpoint, username")[2]
    assert len([line for line in statements.splitlines() if line.strip()]) <= 20
