"""admin migrate: what an operator does with all that is kept, by the services' own commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from client.cli.server import become
from client.cli.session import examples

_MODULE = "standalone.stored"


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("migrate", epilog=examples("dossier admin migrate --data ./data", "dossier admin migrate"))(migrate)


def migrate(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            envvar="DOSSIER_DATA_DIR",
            help="The folder of a standalone server. Default: what the DOSSIER_PROFILE_… and DOSSIER_REPORT_… settings"
            " of this environment name.",
        ),
    ] = None,
) -> None:
    """Bring the databases of both services up to the schema of this version, and say what was done.

    Starting a service does the same. It may run beside services, and several at once.
    """
    become(_MODULE, "migrate", *(["--data", str(data)] if data else []))
