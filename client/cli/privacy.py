"""privacy show, set."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.failures import USAGE, CommandFailure
from client.cli.output import word
from client.cli.session import JsonOption, examples, session_of

if TYPE_CHECKING:
    from dossier.profile.v1 import visibility_pb2 as visibility_pb

    from client.cli.session import Session

app = typer.Typer(help="Who sees what of you.", no_args_is_help=True)


class AudienceChoice(StrEnum):
    """Who may see a field."""

    PUBLIC = "public"
    CLUB = "club"
    PRIVATE = "private"


Choice = AudienceChoice | None


@app.command("show", epilog=examples("dossier privacy show", "dossier privacy show --json"))
def show(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show who sees your fields: FIELD, and public (everybody), club (who is signed in) or private (you alone)."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            account = await dossier.get_account()
        _print_visibility(session, account.visibility)

    asyncio.run(work())


@app.command(
    "set", epilog=examples("dossier privacy set --city club --games private", "dossier privacy set --email public")
)
def set_visibility(
    ctx: typer.Context,
    email: Annotated[Choice, typer.Option(help="Your e-mail address, once it is confirmed.")] = None,
    gender: Annotated[Choice, typer.Option(help="Your gender.")] = None,
    city: Annotated[Choice, typer.Option(help="Your city; lists by city keep to it.")] = None,
    club: Annotated[Choice, typer.Option(help="Your club; lists by club keep to it.")] = None,
    about: Annotated[Choice, typer.Option(help="What you say about yourself.")] = None,
    statistics: Annotated[Choice, typer.Option(help="Your statistics.")] = None,
    games: Annotated[Choice, typer.Option(help="Which games you sat in; your seats lose your name.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say who sees the given fields: public (everybody), club (who is signed in) or private (you alone).

    To everybody else a field looks as if you had never filled it in. Reports that were made before keep what they show.
    """
    session = session_of(ctx, as_json=as_json)
    given = {
        "email": email,
        "gender": gender,
        "city": city,
        "club": club,
        "about": about,
        "statistics": statistics,
        "games": games,
    }
    choices = {field: choice for field, choice in given.items() if choice is not None}
    if not choices:
        raise CommandFailure("There is nothing to change.", advice="See dossier privacy set --help.", exit_code=USAGE)

    async def work() -> None:
        async with session.connect() as dossier:
            visibility = await dossier.set_visibility(**{field: _audience(choice) for field, choice in choices.items()})
        _print_visibility(session, visibility)

    asyncio.run(work())


def _audience(choice: AudienceChoice) -> visibility_pb.Audience:
    from dossier.profile.v1 import visibility_pb2 as visibility_pb

    return {
        AudienceChoice.PUBLIC: visibility_pb.AUDIENCE_PUBLIC,
        AudienceChoice.CLUB: visibility_pb.AUDIENCE_CLUB,
        AudienceChoice.PRIVATE: visibility_pb.AUDIENCE_PRIVATE,
    }[choice]


def _print_visibility(session: Session, visibility: visibility_pb.Visibility) -> None:
    from dossier.profile.v1.visibility_pb2 import Audience

    if session.output.as_json:
        session.output.result(visibility)
        return
    session.output.record(
        [(field.name, word(Audience.Name(value)).lower()) for field, value in visibility.ListFields()]
    )
