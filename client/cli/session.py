"""What every command is given: where the server is, whose credentials to use, how to print."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.output import Output

if TYPE_CHECKING:
    from client.dossier_client import DossierClient


@dataclass(frozen=True, slots=True)
class Session:
    """The global options, as one command sees them."""

    endpoint: str
    tls: bool
    root_ca: Path | None
    output: Output

    def connect(self) -> DossierClient:
        """Return a client that keeps its credentials in the user's file; to be entered in the event loop."""
        from client.credentials import FileCredentialStore
        from client.dossier_client import DossierClient

        return DossierClient(self.endpoint, credentials=FileCredentialStore(), tls=self.tls, root_ca=self.root_ca)

    def own_username(self) -> str:
        """Return the signed-in username, without asking the server. Raises DossierError (TOKEN_MISSING)."""
        from client.credentials import FileCredentialStore
        from client.errors import not_signed_in

        held = FileCredentialStore().load(self.endpoint)
        if held is None:
            raise not_signed_in()
        return held.username


def session_of(ctx: typer.Context, *, as_json: bool = False) -> Session:
    """Return the command's session; `--json` may stand before the command or after it."""
    session = ctx.find_object(Session)
    if session is None:
        raise RuntimeError("the command was called without its group")
    return replace(session, output=Output(as_json=True)) if as_json else session


def lower_case(text: str) -> str:
    """Return a username as typed, in lower case: usernames have no other."""
    return text.strip().lower()


def examples(*lines: str) -> str:
    """Return a help text's last paragraph: one example a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
UsernameArgument = Annotated[str, typer.Argument(metavar="USERNAME", parser=lower_case, help="The username.")]
OwnUsernameArgument = Annotated[
    str | None, typer.Argument(metavar="USERNAME", parser=lower_case, help="The player. Default: yourself.")
]
MailTokenArgument = Annotated[str, typer.Argument(metavar="TOKEN", help="The token from the mail.")]
PasswordStdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=0, help="How many to list at most; 0 means all.")]
