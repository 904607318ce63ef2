"""profile show, edit, list."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.failures import USAGE, CommandFailure
from client.cli.output import page_size, take, word
from client.cli.session import (
    JsonOption,
    LimitOption,
    OwnUsernameArgument,
    examples,
    session_of,
)

if TYPE_CHECKING:
    from dossier.profile.v1 import user_pb2 as user_pb

    from client.cli.session import Session

app = typer.Typer(help="Players' profiles: yours to edit, everyone's to read.", no_args_is_help=True)


class GenderChoice(StrEnum):
    """What may be given as a gender."""

    FEMALE = "female"
    MALE = "male"
    DIVERSE = "diverse"
    UNSPECIFIED = "unspecified"


@app.command("show", epilog=examples("dossier profile show anna", "dossier profile show --json"))
def show(ctx: typer.Context, username: OwnUsernameArgument = None, as_json: JsonOption = False) -> None:
    """Show a player's profile."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            user = await dossier.get_user(username or dossier.own_username())
        _print_user(session, user)

    asyncio.run(work())


@app.command(
    "edit", epilog=examples('dossier profile edit --city Kyiv --club "Red Table"', 'dossier profile edit --about ""')
)
def edit(
    ctx: typer.Context,
    display_name: Annotated[str | None, typer.Option(help="The name people see.")] = None,
    gender: Annotated[GenderChoice | None, typer.Option(help="The gender you state.")] = None,
    city: Annotated[str | None, typer.Option(help="The city you play in.")] = None,
    club: Annotated[str | None, typer.Option(help="The club you belong to.")] = None,
    about: Annotated[str | None, typer.Option(help="What you say about yourself.")] = None,
    locale: Annotated[str | None, typer.Option(help="Your language, such as uk or pt-BR.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Change the given fields of your own profile; an empty value clears one."""
    session = session_of(ctx, as_json=as_json)
    texts = {"display_name": display_name, "city": city, "club": club, "about": about, "locale": locale}
    changes = {name: value for name, value in texts.items() if value is not None}
    if not changes and gender is None:
        raise CommandFailure("There is nothing to change.", advice="See dossier profile edit --help.", exit_code=USAGE)

    async def work() -> None:
        async with session.connect() as dossier:
            user = await dossier.update_user(gender=_gender(gender) if gender else None, **changes)
        _print_user(session, user)

    asyncio.run(work())


@app.command("list", epilog=examples("dossier profile list --city kyiv", "dossier profile list --search ann --json"))
def list_profiles(
    ctx: typer.Context,
    search: Annotated[str, typer.Option(help="Only names that contain this.")] = "",
    city: Annotated[str, typer.Option(help="Only players of this city.")] = "",
    club: Annotated[str, typer.Option(help="Only players of this club.")] = "",
    limit: LimitOption = 100,
    as_json: JsonOption = False,
) -> None:
    """List players by username: USERNAME, NAME, CITY, CLUB."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            users, more = await take(
                dossier.list_users(search=search, city=city, club=club, page_size=page_size(limit)), limit
            )
        if session.output.as_json:
            session.output.result(users)
        else:
            rows = [(user.username, user.display_name, user.city, user.club) for user in users]
            session.output.table(("USERNAME", "NAME", "CITY", "CLUB"), rows)
        if more:
            session.output.remark(f"There are more than {limit}; --limit 0 lists all.")

    asyncio.run(work())


def _gender(choice: GenderChoice) -> user_pb.Gender:
    from dossier.profile.v1 import user_pb2 as user_pb

    return {
        GenderChoice.FEMALE: user_pb.GENDER_FEMALE,
        GenderChoice.MALE: user_pb.GENDER_MALE,
        GenderChoice.DIVERSE: user_pb.GENDER_DIVERSE,
        GenderChoice.UNSPECIFIED: user_pb.GENDER_UNSPECIFIED,
    }[choice]


def _print_user(session: Session, user: user_pb.User) -> None:
    from dossier.profile.v1.user_pb2 import Gender

    output = session.output
    if output.as_json:
        output.result(user)
        return
    output.record(
        [
            ("username", user.username),
            ("name", user.display_name),
            ("gender", word(Gender.Name(user.gender)).lower() if user.gender else ""),
            ("city", user.city),
            ("club", user.club),
            ("email", user.email),
            ("about", user.about),
            ("locale", user.locale),
            ("avatar", user.avatar.content_type),
            ("member since", output.time(user.create_time)),
        ]
    )
