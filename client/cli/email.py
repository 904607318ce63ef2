"""email change, remove, resend, confirm."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from client.cli.passwords import read_password
from client.cli.session import MailTokenArgument, PasswordStdinOption, examples, session_of

app = typer.Typer(help="Your e-mail address.", no_args_is_help=True)


@app.command("change", epilog=examples("dossier email change anna@example.org"))
def change(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The new address.")],
    password_stdin: PasswordStdinOption = False,
) -> None:
    """Ask for another e-mail address; it holds when you confirm it with the token from the mail to it.

    The password is asked for, or taken from DOSSIER_PASSWORD or standard input.
    """
    _change(ctx, address, password_stdin=password_stdin, done=f"A mail with a token is on its way to {address}.")


@app.command("remove", epilog=examples("dossier email remove"))
def remove(ctx: typer.Context, password_stdin: PasswordStdinOption = False) -> None:
    """Have no e-mail address any more; a forgotten password cannot be reset then."""
    _change(ctx, "", password_stdin=password_stdin, done="The e-mail address is removed.")


@app.command("resend", epilog=examples("dossier email resend"))
def resend(ctx: typer.Context) -> None:
    """Have the mail sent again that asks you to confirm your address."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.request_email_confirmation()
        session.output.remark("A mail with a token is on its way.")

    asyncio.run(work())


@app.command("confirm", epilog=examples("dossier email confirm TOKEN"))
def confirm(ctx: typer.Context, token: MailTokenArgument) -> None:
    """Confirm an address with the token from the mail; you need not be signed in."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.confirm_email(token)
        session.output.remark("The e-mail address is confirmed.")

    asyncio.run(work())


def _change(ctx: typer.Context, address: str, *, password_stdin: bool, done: str) -> None:
    session = session_of(ctx)
    password = read_password(from_stdin=password_stdin)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.change_email(address, password)
        session.output.remark(done)

    asyncio.run(work())
