"""Parts of the `dossier` command that need no server."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import client
from client.cli.failures import CommandFailure
from client.cli.game_files import read_games
from client.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]


def leaf_commands() -> list[tuple[str, ...]]:
    """Return the words of every command."""
    found = [(command.name or "",) for command in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        found += [(group.name or "", command.name or "") for command in group.typer_instance.registered_commands]
    return found


@pytest.mark.parametrize("words", leaf_commands(), ids=" ".join)
def test_help_has_an_example(words: tuple[str, ...]) -> None:
    """Every command's help shows how it is used."""
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert f"dossier {' '.join(words)}" in result.output.partition("Examples:")[2]


def test_help_documents_the_exit_codes_without_loading_grpc() -> None:
    """`dossier --help` is quick because neither gRPC nor rich is imported for it."""
    script = (
        "import sys; from client.cli.main import main\n"
        "sys.argv = ['dossier', '--help']\n"
        "try: main()\n"
        "finally: print('LOADED', [m for m in ('grpc', 'rich', 'google.protobuf') if m in sys.modules])"
    )
    environ = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}"}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout
    assert all(f"\n    {code} " in done.stdout for code in (0, 1, 2, 3, 4, 5, 130))


@pytest.mark.parametrize(
    ("arguments", "environ", "listen", "http_listen", "module_arguments"),
    [
        ([], {}, "127.0.0.1:7070", "127.0.0.1:7080", []),
        (
            ["--port", "7071", "--sample"],
            {"DOSSIER_LISTEN": "0.0.0.0:1", "DOSSIER_HTTP_LISTEN": "0.0.0.0:2"},
            "127.0.0.1:7071",
            "127.0.0.1:7081",
            ["--sample"],
        ),
        ([], {"DOSSIER_LISTEN": "0.0.0.0:1", "DOSSIER_HTTP_LISTEN": ""}, "0.0.0.0:1", "", []),
        (["--http-port", "80"], {}, "127.0.0.1:7070", "127.0.0.1:80", []),
        (["--http-port", "0"], {"DOSSIER_HTTP_LISTEN": "0.0.0.0:2"}, "127.0.0.1:7070", "", []),
    ],
)
def test_up_becomes_the_standalone_server(
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environ: dict[str, str],
    listen: str,
    http_listen: str,
    module_arguments: list[str],
) -> None:
    """`dossier up` replaces itself by the server, told what to do by its environment."""
    monkeypatch.setattr(os, "environ", dict(environ))
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, argv: started.append(argv))
    result = CliRunner().invoke(app, ["up", "--data", "club", *arguments])
    assert result.exit_code == 0, result.output
    assert started == [[sys.executable, "-P", "-m", "standalone", *module_arguments]]
    assert (os.environ["DOSSIER_LISTEN"], os.environ["DOSSIER_HTTP_LISTEN"]) == (listen, http_listen)
    assert os.environ["DOSSIER_DATA_DIR"] == "club"


@pytest.mark.parametrize(
    ("arguments", "file"),
    [(["--data", "club"], "club/secrets/signing-key.pem"), (["--key-file", "keys.pem"], "keys.pem")],
)
def test_rotate_key_becomes_the_gateways_command(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], file: str
) -> None:
    """The client hands the file of the keys to the gateway's own command."""
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, argv: started.append(argv))
    result = CliRunner().invoke(app, ["admin", "rotate-key", *arguments])
    assert result.exit_code == 0, result.output
    assert started == [[sys.executable, "-P", "-m", "gateway.key_file", file]]


def test_envoy_config_becomes_the_gateways_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client hands every option to the gateway's own command, and none that was not given."""
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, argv: started.append(argv))
    given = ["--gateway", "g:1", "--gateway", "g:2", "--report", "r:3", "--key", "key.pem", "--origin", "https://a"]
    result = CliRunner().invoke(app, ["admin", "envoy-config", *given])
    assert result.exit_code == 0, result.output
    (command,) = started
    assert command[:4] == [sys.executable, "-P", "-m", "gateway.envoy"]
    words = {"--gateway=g:1", "--gateway=g:2", "--report=r:3", "--key=key.pem", "--origin=https://a"}
    assert set(command[4:]) == words | {"--listen=0.0.0.0:8080", "--rate=1", "--trusted-proxies=0"}


@pytest.mark.parametrize(
    ("arguments", "secret"),
    [(["--data", "club"], "club/secrets/deletions.key"), (["--deletion-secret-file", "d.key"], "d.key")],
)
def test_verify_receipt_becomes_the_profile_services_command(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], secret: str
) -> None:
    """The client hands the files of receipt and secret to the profile service's own command."""
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, argv: started.append(argv))
    result = CliRunner().invoke(app, ["admin", "verify-receipt", "receipt.json", *arguments])
    assert result.exit_code == 0, result.output
    assert started == [[sys.executable, "-P", "-m", "profile_service.receipts", "receipt.json", secret]]


@pytest.mark.parametrize(
    ("arguments", "module_arguments"),
    [
        (["migrate"], ["migrate"]),
        (["migrate", "--data", "club"], ["migrate", "--data", "club"]),
        (["move", "--from", "club"], ["move", "--from", "club"]),
        (["move", "--to", "club"], ["move", "--to", "club"]),
        (["backup", "b.tar"], ["backup", "b.tar", "--data", "data"]),
        (["backup", "b.tar", "--data", "club"], ["backup", "b.tar", "--data", "club"]),
        (["backup", "b.tar", "--servers"], ["backup", "b.tar"]),
        (["restore", "b.tar", "--data", "club"], ["restore", "b.tar", "--data", "club"]),
    ],
)
def test_what_is_kept_is_the_services_own_business(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], module_arguments: list[str]
) -> None:
    """The client hands the operator's commands over to the module that knows both services."""
    started: list[list[str]] = []
    monkeypatch.delenv("DOSSIER_DATA_DIR", raising=False)
    monkeypatch.setattr(os, "execv", lambda _, argv: started.append(argv))
    result = CliRunner().invoke(app, ["admin", *arguments])
    assert result.exit_code == 0, result.output
    assert started == [[sys.executable, "-P", "-m", "standalone.stored", *module_arguments]]


@pytest.fixture
def game_file(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that writes a file and returns its name."""

    def write(text: str) -> str:
        path = tmp_path / "games.json"
        path.write_text(text, "utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[\n {"game_id": }]', "games.json, line 2, column 14: Expecting value."),
        ("7", "games.json: a game is a JSON object."),
        ('[{}, {"winner": "WINNER_BLUE"}]', "games.json, game 2: .*winner"),
        ('{"seats": [{"role": "ROLE_DON"}, {"rolle": 1}]}', r"games.json: .*rolle"),
        ('{"start_time": "yesterday"}', "games.json: .*start_time"),
        ("[" * 100_000, "games.json: this is not JSON text"),
    ],
)
def test_bad_game_file_is_refused_with_its_place(game_file: Callable[[str], str], text: str, sentence: str) -> None:
    """An error names the file, the line or the game, and the field."""
    with pytest.raises(CommandFailure, match=sentence):
        read_games(game_file(text))


def test_games_are_read_in_order(game_file: Callable[[str], str]) -> None:
    """A list gives all its games; one without an id gets it when it is recorded."""
    assert [game.game_id for game in read_games(game_file('[{}, {"gameId": "x"}]'))] == ["", "x"]


def test_game_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash means standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"winner": "WINNER_DRAW"}'))
    (game,) = read_games("-")
    assert game.winner == 3


def test_package_has_every_name_that_it_exports() -> None:
    """`from client import X` works for all of `__all__`, and for nothing else."""
    assert all(getattr(client, name) for name in client.__all__)
    with pytest.raises(AttributeError):
        _ = client.Nothing  # type: ignore[attr-defined]
