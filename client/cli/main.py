"""The `dossier` command: global options, the groups of commands, and the edge where errors become sentences."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from client.cli import (
    account,
    account_lifecycle,
    admin,
    api_keys,
    avatar,
    edge,
    email,
    forgotten_password,
    game,
    game_import,
    keeping,
    managing,
    privacy,
    profile,
    report,
    server,
    sign_in_sessions,
    statistics,
)
from client.cli.output import Output
from client.cli.session import Session
from client.endpoints import DEFAULT_ENDPOINT, ENDPOINT_VARIABLE

_EPILOG = """\b
Examples:
  dossier up --sample
  dossier sign-up anna
  dossier report create -o anna.pdf

\b
Exit codes:
  0    done
  1    refused or failed
  2    the command line is wrong
  3    not signed in, or the password is wrong
  4    not found
  5    the server cannot be reached or is not available
  130  interrupted

\b
Environment:
  DOSSIER_ENDPOINT     the server, host:port (default localhost:7070)
  DOSSIER_CREDENTIALS  the file that keeps you signed in
                       (default ~/.config/dossier/credentials.json)
  DOSSIER_TLS          set to encrypt, as --tls does
  DOSSIER_ROOT_CA      the authority to trust, as --root-ca does
  DOSSIER_PASSWORD     the password, where a command asks for one
  DOSSIER_API_KEY      the key for sign-in-with-key
  DOSSIER_DEBUG        set to show where an error came from
"""

app = typer.Typer(
    name="dossier",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quicker, and the same in a pipe
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"dossier {version('dossier')}")
        raise typer.Exit


@app.callback(epilog=_EPILOG)
def root(
    ctx: typer.Context,
    endpoint: Annotated[
        str, typer.Option(envvar=ENDPOINT_VARIABLE, metavar="HOST:PORT", help="The server.")
    ] = DEFAULT_ENDPOINT,
    tls: Annotated[bool, typer.Option("--tls", envvar="DOSSIER_TLS", help="Encrypt; plain text without it.")] = False,
    root_ca: Annotated[
        Path | None,
        typer.Option(envvar="DOSSIER_ROOT_CA", metavar="FILE", help="Encrypt, and trust this authority (PEM) alone."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, where a command prints anything.")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and end.")
    ] = False,
) -> None:
    """The players of a game club: profiles, avatars, game statistics and printable reports."""
    ctx.obj = Session(endpoint=endpoint, tls=tls, root_ca=root_ca, output=Output(as_json=as_json))


account.add_to(app)
app.add_typer(account_lifecycle.app, name="account")
app.add_typer(sign_in_sessions.app, name="session")
app.add_typer(forgotten_password.app, name="password")
app.add_typer(email.app, name="email")
app.add_typer(privacy.app, name="privacy")
app.add_typer(profile.app, name="profile")
app.add_typer(avatar.app, name="avatar")
game_import.add_to(game.app)
app.add_typer(game.app, name="game")
statistics.add_to(app)
app.add_typer(report.app, name="report")
server.add_to(app)
managing.add_to(admin.app)
api_keys.add_to(admin.app)
keeping.add_to(admin.app)
edge.add_to(admin.app)
app.add_typer(admin.app, name="admin")


def main() -> None:
    """Run the command line and leave with its exit code."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # errors reach people as our sentences, not as the library's log
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that this terminal cannot show is no reason to fail
    try:
        app(prog_name="dossier")
    except Exception as error:
        from client.cli.failures import report_failure

        sys.exit(report_failure(error))


if __name__ == "__main__":
    main()
