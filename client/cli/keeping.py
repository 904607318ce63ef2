"""admin migrate, move, backup, restore: what an operator does with all that is kept, by the services' own commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from client.cli.failures import USAGE, CommandFailure
from client.cli.server import DataOption, become
from client.cli.session import examples

_MODULE = "standalone.stored"


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("migrate", epilog=examples("dossier admin migrate --data ./data", "dossier admin migrate"))(migrate)
    app.command("move", epilog=examples("dossier admin move --from ./data", "dossier admin move --to ./data"))(move)
    app.command(
        "backup",
        epilog=examples("dossier admin backup monday.tar --data ./data", "dossier admin backup monday.tar --servers"),
    )(backup)
    app.command("restore", epilog=examples("dossier admin restore club-monday.tar --data ./restored"))(restore)


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


def move(
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="The folder of a standalone server, to copy away.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="The folder to copy everything back to.")
    ] = None,
) -> None:
    """Copy a club from a standalone server's folder to PostgreSQL and S3, or from there to a folder.

    The servers are those that the DOSSIER_PROFILE_… and DOSSIER_REPORT_… settings of this environment name, as the
    services have them. Stop Dossier on both sides first. When it is interrupted, the same command goes on from there.
    In the end every row and file is compared. The source stays as it is.
    """
    if (source is None) == (target is None):
        raise CommandFailure("Either --from or --to is given.", exit_code=USAGE)
    become(_MODULE, "move", *(["--from", str(source)] if source else ["--to", str(target)]))


FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, a tar file.")]


def backup(
    file: FileArgument,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", envvar="DOSSIER_DATA_DIR", help="A standalone server's folder. Default: data."
        ),
    ] = None,
    servers: Annotated[
        bool,
        typer.Option(
            "--servers", help="What the DOSSIER_PROFILE_… and DOSSIER_REPORT_… settings of this environment name."
        ),
    ] = False,
) -> None:
    """Keep all of a club, as of one moment, in a new file, while it is served.

    Rows, avatars, reports and secrets: whoever has the file can do everything. Only its owner may read it.
    """
    if servers and data:
        raise CommandFailure("Either --data or --servers is given.", exit_code=USAGE)
    arguments: list[str | Path] = [] if servers else ["--data", data or Path("data")]
    become(_MODULE, "backup", file, *arguments)


def restore(file: FileArgument, data: DataOption = Path("data")) -> None:
    """Bring a backup back into a folder that is empty or not there yet, when all of it is whole.

    From there `dossier admin move` brings it to servers.
    """
    become(_MODULE, "restore", file, "--data", data)
