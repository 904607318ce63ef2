"""admin users, set-roles, ban, unban, audit: for who is signed in as a manager or admin."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.cli.failures import USAGE, CommandFailure
from client.cli.output import page_size, take
from client.cli.roles import RoleChoice, role_value, role_words
from client.cli.session import JsonOption, LimitOption, UsernameArgument, examples, lower_case, session_of

if TYPE_CHECKING:
    from dossier.admin.v1 import audit_event_pb2 as audit_pb
    from dossier.admin.v1 import managed_account_pb2 as account_pb

    from client.cli.output import Output

_ACCOUNTS = ("USERNAME", "NAME", "E-MAIL", "ROLES", "BANNED", "PURGED")
_EVENTS = ("TIME", "WHAT", "TO", "BY", "FROM", "DETAILS")
_KIND = "AUDIT_EVENT_KIND_"


class StateChoice(StrEnum):
    """What may be given as an account's state."""

    ACTIVE = "active"
    BANNED = "banned"
    LEAVING = "leaving"


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("users", epilog=examples("dossier admin users an", "dossier admin users --role referee"))(users)
    app.command("set-roles", epilog=examples("dossier admin set-roles anna --give referee --take manager"))(set_roles)
    app.command("ban", epilog=examples('dossier admin ban anna --reason "swore at the judge" --days 14'))(ban)
    app.command("unban", epilog=examples("dossier admin unban anna"))(unban)
    app.command("audit", epilog=examples("dossier admin audit --user anna", "dossier admin audit --kind banned"))(audit)


def users(
    ctx: typer.Context,
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX", help="How username, name or, for admins, e-mail begins. Default: all.")
    ] = "",
    state: Annotated[StateChoice | None, typer.Option(help="Only accounts in this state.")] = None,
    role: Annotated[RoleChoice | None, typer.Option(help="Only accounts with this role.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Find accounts: USERNAME, NAME, E-MAIL for an admin, ROLES, the end of a ban or "for good", and of a grace."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            found = dossier.search_users(prefix, state=_state(state), role=role_value(role), page_size=page_size(limit))
            accounts, more = await take(found, limit)
        if session.output.as_json:
            session.output.result(accounts)
        else:
            session.output.table(_ACCOUNTS, [_account(session.output, account) for account in accounts])
        if more:
            session.output.remark(f"There are more than {limit}; --limit 0 lists all.")

    asyncio.run(work())


def set_roles(
    ctx: typer.Context,
    username: UsernameArgument,
    give: Annotated[list[RoleChoice] | None, typer.Option(help="A role to give; may be repeated.")] = None,
    take_away: Annotated[list[RoleChoice] | None, typer.Option("--take", help="A role to take; as above.")] = None,
) -> None:
    """Give and take roles: a manager that of referee, an admin all. Taking one ends the account's sessions."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            roles = await dossier.set_roles(
                username, give=map(role_value, give or ()), take=map(role_value, take_away or ())
            )
        names = " and ".join(role_words(roles)) or "no role"
        session.output.remark(f"{username} has {names}.")

    asyncio.run(work())


def ban(
    ctx: typer.Context,
    username: UsernameArgument,
    reason: Annotated[str, typer.Option(help="Why, for other managers to read.")],
    days: Annotated[float | None, typer.Option(min=0, help="How long. Default: until it is lifted.")] = None,
) -> None:
    """Sign an account out everywhere and keep it out; its profile stays as it is."""
    session = session_of(ctx)
    end = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.ban_user(username, reason=reason, expire_time=end)
        session.output.remark(f"{username} is banned{'' if days is None else f' for {days:g} days'}.")

    asyncio.run(work())


def unban(ctx: typer.Context, username: UsernameArgument) -> None:
    """Let a banned account sign in again."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.unban_user(username)
        session.output.remark(f"{username} is not banned.")

    asyncio.run(work())


def audit(
    ctx: typer.Context,
    user: Annotated[
        str, typer.Option(metavar="USERNAME", parser=lower_case, help="Only what this account did, or had done to it.")
    ] = "",
    kind: Annotated[str, typer.Option(help="Only events of this kind, such as sign_in or role_given.")] = "",
    days: Annotated[float | None, typer.Option(min=0, help="Only the last days.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what happened to accounts, newest first: TIME, WHAT, TO, BY, FROM and DETAILS. For admins."""
    session = session_of(ctx, as_json=as_json)
    start = None if days is None else datetime.now(UTC) - timedelta(days=days)

    async def work() -> None:
        async with session.connect() as dossier:
            told = dossier.list_audit_events(
                username=user, kind=_kind(kind), start_time=start, page_size=page_size(limit)
            )
            events, more = await take(told, limit)
        if session.output.as_json:
            session.output.result(events)
        else:
            session.output.table(_EVENTS, [_event(session.output, event) for event in events])
        if more:
            session.output.remark(f"There are more than {limit}; --limit 0 lists all.")

    asyncio.run(work())


def _account(output: Output, account: account_pb.ManagedAccount) -> tuple[str, ...]:
    banned = (output.time(account.ban.expire_time) or "for good") if account.HasField("ban") else ""
    roles, purged = " ".join(role_words(account.roles)), output.time(account.purge_time)
    return account.username, account.display_name, account.email, roles, banned, purged


def _event(output: Output, event: audit_pb.AuditEvent) -> tuple[str, ...]:
    from dossier.admin.v1 import audit_event_pb2 as audit_pb

    return (
        output.time(event.event_time),
        audit_pb.AuditEventKind.Name(event.kind).removeprefix(_KIND).lower(),
        event.subject_username or event.subject_account_id,
        event.actor_username or event.actor_account_id,
        event.address,
        event.details,
    )


def _state(choice: StateChoice | None) -> Any:
    from dossier.admin.v1 import managed_account_pb2 as account_pb

    if choice is None:
        return account_pb.ACCOUNT_STATE_UNSPECIFIED
    return account_pb.AccountState.Value(f"ACCOUNT_STATE_{choice.name}")


def _kind(text: str) -> Any:
    from dossier.admin.v1 import audit_event_pb2 as audit_pb

    if not text:
        return audit_pb.AUDIT_EVENT_KIND_UNSPECIFIED
    try:
        return audit_pb.AuditEventKind.Value(_KIND + text.upper())
    except ValueError:
        known = ", ".join(name.removeprefix(_KIND).lower() for name in audit_pb.AuditEventKind.keys()[1:])
        raise CommandFailure(f"No event is of the kind {text}; there are {known}.", exit_code=USAGE) from None
