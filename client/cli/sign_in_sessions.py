"""session list, revoke."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from client.cli.session import JsonOption, examples, lower_case, session_of

app = typer.Typer(help="Where you are signed in.", no_args_is_help=True)

_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"


@app.command("list", epilog=examples("dossier session list"))
def list_sessions(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List where you are signed in, the one used last first: SESSION, DEVICE, LAST SEEN and THIS for the own."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            sessions = await dossier.list_sessions()
        output = session.output
        if output.as_json:
            output.result(sessions)
            return
        rows = [
            (
                found.session_id,
                found.device_name,
                output.time(found.last_seen_time),
                "this" if found.current else "",
            )
            for found in sessions
        ]
        output.table(("SESSION", "DEVICE", "LAST SEEN", "THIS"), rows)

    asyncio.run(work())


@app.command("revoke", epilog=examples(f"dossier session revoke {_ID}"))
def revoke(
    ctx: typer.Context,
    session_id: Annotated[str, typer.Argument(metavar="ID", parser=lower_case, help="The session's id.")],
) -> None:
    """End one of your sessions, such as that of a lost phone."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.revoke_session(session_id)
        session.output.remark("The session has ended.")

    asyncio.run(work())
