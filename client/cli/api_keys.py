"""admin create-api-key, list-api-keys, revoke-api-key: for who is signed in as an admin."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from client.cli.session import JsonOption, UsernameArgument, examples, lower_case, session_of

_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(
        "create-api-key", epilog=examples('dossier admin create-api-key table-1 --name "blue laptop" > table-1.key')
    )(create_api_key)
    app.command("list-api-keys", epilog=examples("dossier admin list-api-keys table-1"))(list_api_keys)
    app.command("revoke-api-key", epilog=examples(f"dossier admin revoke-api-key {_ID}"))(revoke_api_key)


def create_api_key(
    ctx: typer.Context,
    username: UsernameArgument,
    name: Annotated[str, typer.Option(help="What the key is called, such as the computer that will have it.")],
) -> None:
    """Make a key for a service account, and print it: the only time it can be read."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            made = await dossier.create_api_key(username, display_name=name)
        session.output.line(made.secret)
        session.output.remark(f"Its id is {made.api_key.api_key_id}. It is for: dossier sign-in-with-key --key-stdin")

    asyncio.run(work())


def list_api_keys(ctx: typer.Context, username: UsernameArgument, as_json: JsonOption = False) -> None:
    """List the keys of a service account, the oldest first: ID, NAME, MADE and LAST USED."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            keys = await dossier.list_api_keys(username)
        output = session.output
        if output.as_json:
            output.result(keys)
            return
        rows = [
            (key.api_key_id, key.display_name, output.time(key.create_time), output.time(key.last_use_time))
            for key in keys
        ]
        output.table(("ID", "NAME", "MADE", "LAST USED"), rows)

    asyncio.run(work())


def revoke_api_key(
    ctx: typer.Context,
    api_key_id: Annotated[str, typer.Argument(metavar="ID", parser=lower_case, help="The key's id.")],
) -> None:
    """Make a key worthless and end the sessions that it opened."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.revoke_api_key(api_key_id)
        session.output.remark("The key is revoked.")

    asyncio.run(work())
