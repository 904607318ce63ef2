"""account export, delete, undelete, receipt."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.failures import CommandFailure
from client.cli.passwords import confirm, read_password
from client.cli.report_files import save
from client.cli.report_options import destination
from client.cli.session import (
    JsonOption,
    PasswordStdinOption,
    UsernameArgument,
    examples,
    lower_case,
    session_of,
)

if TYPE_CHECKING:
    from dossier.profile.v1 import account_service_pb2 as account_pb

    from client.cli.output import Output

app = typer.Typer(help="Your own account: take its data with you, delete it, bring it back.", no_args_is_help=True)

_ID = "3f1c9a52-7d6e-4b0a-9a51-0e8d2c6f4b17"


@app.command("export", epilog=examples("dossier account export", "dossier account export -o my-data.zip"))
def export(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            parser=destination,
            help="The file or folder to write to. Default: NAME-DATE.zip in this folder.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Save everything that is kept of you in a ZIP file, and check it. Prints the name of the file."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            report = await dossier.export_account()
            session.output.remark(f"export {report.report_id}")
            await save(session, dossier, report, output)

    asyncio.run(work())


@app.command("delete", epilog=examples("dossier account delete", "dossier account delete --erase"))
def delete(
    ctx: typer.Context,
    erase: Annotated[
        bool,
        typer.Option("--erase", help="Remove your seats from games too; without it they stay and have no name."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    password_stdin: PasswordStdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete your account: hidden at once, purged when the days of grace are over. Prints the id of the receipt.

    Until then `dossier account undelete` brings everything back. The username is never given out again.
    """
    session = session_of(ctx, as_json=as_json)
    username = session.own_username()
    # Asked before the event loop runs, which would not let Ctrl-C interrupt the question.
    if not yes and not confirm(f"Delete the account {username} on {session.endpoint}?"):
        raise CommandFailure("Nothing was deleted.")
    password = read_password(from_stdin=password_stdin)

    async def work() -> None:
        async with session.connect() as dossier:
            receipt = await dossier.delete_account(password, erase_seats=erase)
        output = session.output
        output.remark(f"The account {username} is hidden, and will be purged after {output.time(receipt.purge_time)}.")
        output.remark(f"Until then it can be brought back: dossier account undelete {username}")
        _print_id(output, receipt)

    asyncio.run(work())


@app.command("undelete", epilog=examples("dossier account undelete anna"))
def undelete(ctx: typer.Context, username: UsernameArgument, password_stdin: PasswordStdinOption = False) -> None:
    """Bring back an account that was deleted and is not purged yet; sign in to it then.

    The password is asked for, or taken from DOSSIER_PASSWORD or standard input.
    """
    session = session_of(ctx)
    password = read_password(from_stdin=password_stdin)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.undelete_account(username, password)
        session.output.remark(f"The account {username} is back. Sign in to it: dossier sign-in {username}")

    asyncio.run(work())


@app.command("receipt", epilog=examples(f"dossier account receipt {_ID}", f"dossier account receipt {_ID} --json"))
def receipt(
    ctx: typer.Context,
    receipt_id: Annotated[str, typer.Argument(metavar="ID", parser=lower_case, help="The receipt's id.")],
    as_json: JsonOption = False,
) -> None:
    """Show how far a deletion is, and afterwards how much was deleted. Needs no account."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            found = await dossier.deletion_receipt(receipt_id)
        _print_receipt(session.output, found)

    asyncio.run(work())


def _print_id(output: Output, receipt: account_pb.DeletionReceipt) -> None:
    if output.as_json:
        output.result(receipt)
    else:
        output.line(receipt.receipt_id)


def _print_receipt(output: Output, receipt: account_pb.DeletionReceipt) -> None:
    from dossier.profile.v1.account_service_pb2 import DeletionMode, DeletionState

    if output.as_json:
        output.result(receipt)
        return
    counts = [
        (field.name.removesuffix("_count").replace("_", " ") + "s", str(getattr(receipt.counts, field.name)))
        for field in receipt.counts.DESCRIPTOR.fields
    ]
    output.record(
        [
            ("receipt", receipt.receipt_id),
            ("state", DeletionState.Name(receipt.state).removeprefix("DELETION_STATE_")),
            ("seats in games", DeletionMode.Name(receipt.mode).removeprefix("DELETION_MODE_")),
            ("asked for", output.time(receipt.schedule_time)),
            ("grace ends", output.time(receipt.purge_time)),
            ("done", output.time(receipt.end_time)),
            *counts,
            ("seal", receipt.seal),
        ]
    )
