"""report create, list, show, download, cancel, delete; sharing and verify stand beside it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.cli import report_sharing
from client.cli.output import page_size, take, word
from client.cli.report_files import file_type, require_made, save
from client.cli.report_options import (
    EmailOption,
    FormatChoice,
    FormatOption,
    FromOption,
    GameKindOption,
    GameOption,
    LocaleOption,
    ReportChoice,
    ReportOption,
    UntilOption,
    destination,
    kind_and_format,
)
from client.cli.report_sharing import ReportIdArgument
from client.cli.report_verification import kind_words, scope_pairs, verify
from client.cli.session import JsonOption, LimitOption, OwnUsernameArgument, examples, session_of
from client.cli.statistics import SeasonOption

if TYPE_CHECKING:
    from dossier.report.v1 import report_pb2 as report_pb

    from client.cli.output import Output
    from client.cli.session import Session

app = typer.Typer(help="Reports of players, seasons and games: PDF, JSON or CSV.", no_args_is_help=True)

_COLUMNS = ("REPORT", "PLAYER", "STATE", "ASKED FOR", "BYTES", "KIND", "FORMAT")
_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        parser=destination,
        help="The file or folder to write to. Default: a new name in this folder.",
    ),
]


@app.command(
    "create",
    epilog=examples(
        "dossier report create",
        "dossier report create anna -o anna.pdf",
        "dossier report create --from 2026-03-01 --until 2026-06-01 --format csv",
        "dossier report create --kind season --season 2026-spring --locale uk",
        f"dossier report create --kind game --game {_ID}",
    ),
)
def create(
    ctx: typer.Context,
    username: OwnUsernameArgument = None,
    kind: ReportOption = ReportChoice.PLAYER,
    season: SeasonOption = "",
    game_kind: GameKindOption = None,
    start: FromOption = None,
    end: UntilOption = None,
    game: GameOption = "",
    file_format: FormatOption = FormatChoice.PDF,
    locale: LocaleOption = "",
    include_email: EmailOption = False,
    output: OutputOption = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Print the report's id and end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask for a report, wait until it is made, save it and check it. Prints the name of the file."""
    session = session_of(ctx, as_json=as_json)
    wish = {"username": username or "", "season": season, "locale": locale, "include_email": include_email}
    wish |= {"start_time": start, "end_time": end, "game_id": game} | kind_and_format(kind, file_format, game_kind)
    asyncio.run(_create(session, wish, output=output, wait=not no_wait))


async def _create(session: Session, wish: dict[str, Any], *, output: Path | None, wait: bool) -> None:
    async with session.connect() as dossier:
        report = await dossier.create_report(**wish)
        if not wait:
            _print_created(session.output, report)
            return
        session.output.remark(f"report {report.report_id}")
        await save(session, dossier, report, output)


@app.command("download", epilog=examples(f"dossier report download {_ID} -o anna.pdf"))
def download(
    ctx: typer.Context, report_id: ReportIdArgument, output: OutputOption = None, as_json: JsonOption = False
) -> None:
    """Save a report and check it; waits for one that is being made. Goes on where a cut download stopped."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            report = await dossier.get_report(report_id)
            require_made(report)
            await save(session, dossier, report, output)

    asyncio.run(work())


@app.command("list", epilog=examples("dossier report list", "dossier report list | cut -f 1"))
def list_reports(ctx: typer.Context, limit: LimitOption = 50, as_json: JsonOption = False) -> None:
    """List your reports, newest first: REPORT, PLAYER, STATE, ASKED FOR, BYTES, KIND, FORMAT."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            reports, more = await take(dossier.list_reports(page_size=page_size(limit)), limit)
        if session.output.as_json:
            session.output.result(reports)
        else:
            session.output.table(_COLUMNS, [_row(session.output, report) for report in reports])
        if more:
            session.output.remark(f"There are more than {limit}; --limit 0 lists all.")

    asyncio.run(work())


@app.command("show", epilog=examples(f"dossier report show {_ID}"))
def show(ctx: typer.Context, report_id: ReportIdArgument, as_json: JsonOption = False) -> None:
    """Show how a report stands."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            report = await dossier.get_report(report_id)
        _print_report(session.output, report)

    asyncio.run(work())


@app.command("cancel", epilog=examples(f"dossier report cancel {_ID}"))
def cancel(ctx: typer.Context, report_id: ReportIdArgument) -> None:
    """Take back a report that is not made yet."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.cancel_report(report_id)
        session.output.remark("The report is cancelled.")

    asyncio.run(work())


@app.command("delete", epilog=examples(f"dossier report delete {_ID}"))
def delete(ctx: typer.Context, report_id: ReportIdArgument) -> None:
    """Delete a report on the server, in any state."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.delete_report(report_id)
        session.output.remark("The report is deleted.")

    asyncio.run(work())


report_sharing.add_to(app)

app.command(
    "verify",
    epilog=examples(
        "dossier report verify anna.pdf",
        f"dossier report verify {_ID}",
        f"dossier report verify 'https://club.example.org/v1/reports:verify?report_id={_ID}'",
    ),
)(verify)


def _print_created(output: Output, report: report_pb.Report) -> None:
    if output.as_json:
        output.result(report)
    else:
        output.line(report.report_id)


def _row(output: Output, report: report_pb.Report) -> tuple[str, ...]:
    from dossier.report.v1.report_pb2 import State

    size = str(report.size_bytes) if report.size_bytes else ""
    state, asked = word(State.Name(report.state)), output.time(report.create_time)
    return (report.report_id, report.username, state, asked, size, kind_words(report), file_type(report))


def _print_report(output: Output, report: report_pb.Report) -> None:
    from dossier.report.v1.report_pb2 import FailureReason, State

    if output.as_json:
        output.result(report)
        return
    failure = FailureReason.Name(report.failure_reason).removeprefix("FAILURE_REASON_") if report.failure_reason else ""
    output.record(
        [
            ("report", report.report_id),
            ("kind", kind_words(report)),
            ("format", file_type(report)),
            *scope_pairs(output, report),
            ("locale", report.locale),
            ("state", word(State.Name(report.state))),
            ("failure", failure),
            ("asked for", output.time(report.create_time)),
            ("kept until", output.time(report.expire_time)),
            ("bytes", str(report.size_bytes or "")),
            ("sha256", report.sha256),
            ("attempts", str(report.attempt_count or "")),
        ]
    )
