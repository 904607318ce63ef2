"""password forgot, reset."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from client.cli.passwords import read_password
from client.cli.session import MailTokenArgument, PasswordStdinOption, examples, session_of

app = typer.Typer(help="A forgotten password; see change-password for one that you know.", no_args_is_help=True)


@app.command("forgot", epilog=examples("dossier password forgot anna", "dossier password forgot anna@example.org"))
def forgot(
    ctx: typer.Context,
    login: Annotated[str, typer.Argument(metavar="WHO", help="The username or the confirmed e-mail address.")],
) -> None:
    """Have a token sent to the account's confirmed e-mail address, to choose another password with."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.request_password_reset(login)
        session.output.remark("If there is such an account with a confirmed address, a mail is on its way to it.")

    asyncio.run(work())


@app.command("reset", epilog=examples("dossier password reset TOKEN"))
def reset(ctx: typer.Context, token: MailTokenArgument, password_stdin: PasswordStdinOption = False) -> None:
    """Choose another password with the token from the mail; you are signed out everywhere.

    The password is asked for twice, or taken from DOSSIER_NEW_PASSWORD or standard input.
    """
    session = session_of(ctx)
    new = read_password(from_stdin=password_stdin, twice=True, prompt="New password: ", variable="DOSSIER_NEW_PASSWORD")

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.reset_password(token, new)
        session.output.remark("The password is changed. Sign in with it: dossier sign-in USERNAME")

    asyncio.run(work())
