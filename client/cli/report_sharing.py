"""report share, links, unshare: addresses that download a report without an account."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.session import JsonOption, examples, lower_case, session_of

if TYPE_CHECKING:
    from client.cli.output import Output

_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"

ReportIdArgument = Annotated[str, typer.Argument(metavar="ID", parser=lower_case, help="The report's id.")]
LinkIdArgument = Annotated[str, typer.Argument(metavar="LINK", parser=lower_case, help="The link's id.")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=30, help="For how many days it downloads the report.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("share", epilog=examples(f"dossier report share {_ID}", f"dossier report share {_ID} --days 1"))(share)
    app.command("links", epilog=examples(f"dossier report links {_ID}"))(links)
    app.command("unshare", epilog=examples(f"dossier report unshare {_ID}"))(unshare)


def share(ctx: typer.Context, report_id: ReportIdArgument, days: DaysOption = 7, as_json: JsonOption = False) -> None:
    """Print an address from which anybody who has it may download the report."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            link = await dossier.create_share_link(report_id, ttl=timedelta(days=days))
        output = session.output
        if output.as_json:
            output.result(link)
            return
        output.line(link.uri)
        _remark_path(output, [link.uri])
        output.remark(f"It ends at {output.time(link.expire_time)}, or by: dossier report unshare {link.link_id}")

    asyncio.run(work())


def links(ctx: typer.Context, report_id: ReportIdArgument, as_json: JsonOption = False) -> None:
    """List the links to a report that have not ended, the oldest first: LINK, MADE, ENDS and ADDRESS."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            found = await dossier.list_share_links(report_id)
        output = session.output
        if output.as_json:
            output.result(found)
            return
        rows = [
            (link.link_id, output.time(link.create_time), output.time(link.expire_time), link.uri) for link in found
        ]
        output.table(("LINK", "MADE", "ENDS", "ADDRESS"), rows)
        _remark_path(output, [link.uri for link in found])

    asyncio.run(work())


def unshare(ctx: typer.Context, link_id: LinkIdArgument) -> None:
    """End a link: its address downloads nothing any more."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.delete_share_link(link_id)
        session.output.remark("The link has ended.")

    asyncio.run(work())


def _remark_path(output: Output, uris: list[str]) -> None:
    if any(uri.startswith("/") for uri in uris):
        output.remark(
            "The server does not know its own address (DOSSIER_PUBLIC_URL): put that of its HTTP port before."
        )
