"""sign-up, sign-in, sign-in-with-key, sign-out, change-password, whoami."""

from __future__ import annotations

import asyncio
import platform
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.passwords import read_password
from client.cli.roles import role_words
from client.cli.session import JsonOption, PasswordStdinOption, UsernameArgument, examples, session_of

if TYPE_CHECKING:
    from client.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("sign-up", epilog=examples('dossier sign-up anna --display-name "Анна Ким"'))(sign_up)
    app.command("sign-in", epilog=examples("dossier sign-in anna", "dossier sign-in anna --password-stdin < secret"))(
        sign_in
    )
    app.command("sign-in-with-key", epilog=examples("dossier sign-in-with-key --key-stdin < table-1.key"))(
        sign_in_with_key
    )
    app.command("sign-out", epilog=examples("dossier sign-out", "dossier sign-out --everywhere"))(sign_out)
    app.command("change-password", epilog=examples("dossier change-password"))(change_password)
    app.command("whoami", epilog=examples("dossier whoami", "dossier whoami --json"))(whoami)


def sign_up(
    ctx: typer.Context,
    username: UsernameArgument,
    display_name: Annotated[str, typer.Option(help="The name people see. Default: the username.")] = "",
    email: Annotated[str, typer.Option(help="The e-mail address; only you can read it.")] = "",
    password_stdin: PasswordStdinOption = False,
) -> None:
    """Open an account and sign in to it.

    The password is asked for twice, or taken from DOSSIER_PASSWORD or standard input.
    """
    session = session_of(ctx)
    password = read_password(from_stdin=password_stdin, twice=True, prompt="New password: ")

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.sign_up(
                username, password, display_name=display_name, email=email, device_name=_device_name()
            )
        session.output.remark(f"Welcome, {username}. You are signed in to {session.endpoint}.")

    asyncio.run(work())


def sign_in(ctx: typer.Context, username: UsernameArgument, password_stdin: PasswordStdinOption = False) -> None:
    """Sign in to an account; the commands that follow act for it.

    The password is asked for, or taken from DOSSIER_PASSWORD or standard input.
    """
    session = session_of(ctx)
    password = read_password(from_stdin=password_stdin)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.sign_in(username, password, device_name=_device_name())
        session.output.remark(f"You are signed in to {session.endpoint} as {username}.")

    asyncio.run(work())


def sign_in_with_key(
    ctx: typer.Context,
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the key from the first line of standard input.")
    ] = False,
) -> None:
    """Sign in as a program, to the service account whose API key it is.

    The key is asked for, or taken from DOSSIER_API_KEY or standard input.
    """
    session = session_of(ctx)
    key = read_password(from_stdin=key_stdin, prompt="API key: ", variable="DOSSIER_API_KEY", option="--key-stdin")

    async def work() -> None:
        async with session.connect() as dossier:
            username = await dossier.sign_in_with_api_key(key, device_name=_device_name())
        session.output.remark(f"You are signed in to {session.endpoint} as {username}.")

    asyncio.run(work())


def sign_out(
    ctx: typer.Context,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="End the sessions on all other devices too.")
    ] = False,
) -> None:
    """End the session and remove its credentials from this computer."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            username = dossier.own_username()
            await (dossier.sign_out_everywhere() if everywhere else dossier.sign_out())
        session.output.remark(f"{username} is signed out of {session.endpoint}{' on all devices' * everywhere}.")

    asyncio.run(work())


def change_password(ctx: typer.Context, password_stdin: PasswordStdinOption = False) -> None:
    """Give your account another password; all sessions but this one end.

    The passwords are asked for, the new one twice, or taken from DOSSIER_PASSWORD and DOSSIER_NEW_PASSWORD, or as two
    lines from standard input.
    """
    session = session_of(ctx)
    current = read_password(from_stdin=password_stdin, prompt="Current password: ")
    new = read_password(from_stdin=password_stdin, twice=True, prompt="New password: ", variable="DOSSIER_NEW_PASSWORD")

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.change_password(current, new)
        session.output.remark("The password is changed; you are signed out everywhere else.")

    asyncio.run(work())


def whoami(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show whose account the commands act for."""
    asyncio.run(_whoami(session_of(ctx, as_json=as_json)))


def _device_name() -> str:
    """Return what this computer is called in the owner's list of sessions."""
    name = "".join(letter for letter in platform.node() if letter.isprintable())
    return f"dossier on {name}"[:100]


async def _whoami(session: Session) -> None:
    async with session.connect() as dossier:
        account = await dossier.get_account()
    output = session.output
    if output.as_json:
        output.result({"endpoint": session.endpoint, "account": account})
        return
    output.record(
        [
            ("username", account.username),
            ("email", account.email),
            ("roles", " ".join(role_words(account.roles))),
            ("member since", output.time(account.create_time)),
            ("server", session.endpoint),
        ]
    )
