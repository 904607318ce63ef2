"""report verify: whether the club made what somebody holds."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from client.cli.failures import CommandFailure
from client.cli.output import word
from client.cli.session import JsonOption, session_of

if TYPE_CHECKING:
    from dossier.report.v1 import report_pb2 as report_pb

    from client.cli.output import Output

# An id, bare or as the code on a page holds it.
_PRINTED_ID: Final = re.compile(
    r"(?:urn:uuid:|https?://\S+[?&]report_id=)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)

WhatArgument = Annotated[
    str, typer.Argument(metavar="ID|FILE", help="The id that is printed on it, what its code holds, or the file.")
]


def verify(ctx: typer.Context, what: WhatArgument, as_json: JsonOption = False) -> None:
    """Say whether this club made a report, when and about whom. Needs no account.

    Of a file only the SHA-256 leaves this machine; it also proves that nothing in the file was changed. An id proves
    only that there was such a report. The exit code is 1 when the club did not make it.
    """
    session = session_of(ctx, as_json=as_json)
    printed = _PRINTED_ID.fullmatch(what.strip())

    async def work() -> None:
        async with session.connect() as dossier:
            if printed:
                answer = await dossier.verify_report(printed[1].lower())
            else:
                answer = await dossier.verify_report_file(what)
        if session.output.as_json:
            session.output.result({"issued": answer.issued, "report": answer.report})
        elif answer.issued:
            _print_issued(session.output, answer.report, by_file=not printed)
        if not answer.issued:
            raise _not_issued(by_file=not printed)

    asyncio.run(work())


def kind_words(report: report_pb.Report | report_pb.IssuedReport) -> str:
    """Return what a report is, such as "season report"."""
    from dossier.report.v1.report_pb2 import Kind

    return word(Kind.Name(report.kind)).lower().replace("_", " ")


def scope_pairs(output: Output, report: report_pb.Report | report_pb.IssuedReport) -> list[tuple[str, str]]:
    """Return about whom a report is and of which games."""
    from dossier.stats.v1.game_pb2 import GameKind

    game_kind = GameKind.Name(report.game_kind).removeprefix("GAME_KIND_").lower() if report.game_kind else ""
    return [
        ("player", report.username),
        ("season", report.season),
        ("games", game_kind),
        ("from", output.time(report.start_time)),
        ("until", output.time(report.end_time)),
        ("game", report.game_id),
    ]


def _not_issued(*, by_file: bool) -> CommandFailure:
    if by_file:
        message = "This club did not make this file, or something in it was changed since."
        return CommandFailure(message, reason="NOT_ISSUED", advice="Its id tells whether there was such a report.")
    return CommandFailure("This club made no report with this id.", reason="NOT_ISSUED")


def _print_issued(output: Output, issued: report_pb.IssuedReport, *, by_file: bool) -> None:
    from dossier.report.v1.report_pb2 import Format

    output.record(
        [
            ("report", issued.report_id),
            ("kind", kind_words(issued)),
            ("format", word(Format.Name(issued.format)).lower()),
            *scope_pairs(output, issued),
            ("made", output.time(issued.issue_time)),
            ("bytes", str(issued.size_bytes)),
            ("sha256", issued.sha256),
        ]
    )
    if by_file:
        output.remark("This club made this file, and nothing in it was changed since.")
    else:
        output.remark("This club made a report with this id. Whether a file is that report: dossier report verify FILE")
