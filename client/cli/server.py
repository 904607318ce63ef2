"""up: starts a server on this computer; and how a command goes on as one of the services' own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from client.cli.session import examples

DEFAULT_PORT: Final = 7070
HTTP_PORT_ABOVE: Final = 10

DataOption = Annotated[
    Path,
    typer.Option(
        "--data", metavar="DIR", envvar="DOSSIER_DATA_DIR", help="The folder that holds all the server's data."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("up", epilog=examples("dossier up", "dossier up --data ./club --port 7071 --sample --development"))(up)


def up(
    data: DataOption = Path("data"),
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port on 127.0.0.1. Default: 7070.")] = None,
    http_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port for browsers; 0: none. Default: ten above the other.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample/--no-sample", help="Begin with a made-up club.")] = False,
    development: Annotated[
        bool, typer.Option("--development", help="Try things out: with reflection; not for a club's real data.")
    ] = False,
) -> None:
    """Run a whole server in one process, here, until Ctrl-C.

    It listens on 127.0.0.1; without the ports, DOSSIER_LISTEN and DOSSIER_HTTP_LISTEN (host:port) make it listen
    elsewhere. The page for players is at the port for browsers: http://127.0.0.1:7080.
    """
    os.environ["DOSSIER_DATA_DIR"] = str(data)
    if port is not None or "DOSSIER_LISTEN" not in os.environ:
        os.environ["DOSSIER_LISTEN"] = f"127.0.0.1:{port or DEFAULT_PORT}"
    if http_port is not None or port is not None or "DOSSIER_HTTP_LISTEN" not in os.environ:
        os.environ["DOSSIER_HTTP_LISTEN"] = _http_listen(port or DEFAULT_PORT, http_port)
    if development:
        os.environ["DOSSIER_DEVELOPMENT"] = "true"
    become("standalone", *(["--sample"] if sample else []))


def _http_listen(port: int, http_port: int | None) -> str:
    if http_port is None:
        http_port = port + HTTP_PORT_ABOVE if port + HTTP_PORT_ABOVE < 65536 else 0
    return f"127.0.0.1:{http_port}" if http_port else ""


def become(module: str, *arguments: str | Path) -> NoReturn:
    """Let a module of the services take this process over: secrets are its business, signals and exit code its own.

    So the client imports no service.
    """
    sys.stdout.flush()
    # -P: what lies in the current folder is not run.
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *map(str, arguments)])  # noqa: S606 - no shell
