"""Changes the standing of accounts: their roles and bans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from profile_service.audit import Kind
from profile_service.bans import Ban
from profile_service.errors import LastAdmin, UserNotFound
from profile_service.roles import ADMIN, Standing
from profile_service.storage.audit_store import record
from profile_service.storage.parts import ACCOUNTS
from runtime.database import Database, Row, Session
from runtime.errors import InvalidInput, Violation
from runtime.times import micros, moment


class StandingStore:
    """Implements `roles.RoleStore` and `bans.BanStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change_roles(
        self, username: str, *, actor_id: str, decide: Callable[[Standing, Standing], frozenset[str]]
    ) -> frozenset[str]:
        """See `roles.RoleStore`."""
        async with self._database.write(ACCOUNTS) as session:
            actor, subject = await standing_of(session, actor_id), await _subject(session, username)
            account_id, before = subject.account_id, subject.roles
            after = decide(actor, subject)
            if ADMIN in before - after and not await session.one("find_another_admin", account_id=account_id):
                raise LastAdmin()
            await session.one("set_roles", account_id=account_id, roles=roles_text(after))
            for role in sorted(after - before):
                await record(session, Kind.ROLE_GIVEN, account_id, actor_id=actor_id, role=role)
            for role in sorted(before - after):
                await record(session, Kind.ROLE_TAKEN, account_id, actor_id=actor_id, role=role)
                await session.all("end_sessions_of", account_id=account_id)
        return after

    async def ban(
        self,
        username: str,
        *,
        actor_id: str,
        reason: str,
        expire_time: datetime | None,
        check: Callable[[Standing, Standing], None],
    ) -> None:
        """See `bans.BanStore`."""
        until = None if expire_time is None else micros(expire_time)
        end = {} if expire_time is None else {"expire_time": expire_time.isoformat()}
        async with self._database.write(ACCOUNTS) as session:
            actor, subject = await standing_of(session, actor_id), await _subject(session, username)
            check(actor, subject)
            account_id = subject.account_id
            if not await session.one("put_ban", account_id=account_id, reason=reason, expire_time=until):
                raise InvalidInput("A ban must end in the future.", Violation("expire_time", "must be in the future"))
            await session.all("end_sessions_of", account_id=account_id)
            await record(session, Kind.BANNED, account_id, actor_id=actor_id, **end, reason=reason)

    async def unban(self, username: str, *, actor_id: str, check: Callable[[Standing, Standing], None]) -> None:
        """See `bans.BanStore`."""
        async with self._database.write(ACCOUNTS) as session:
            actor, subject = await standing_of(session, actor_id), await _subject(session, username)
            check(actor, subject)
            if await session.one("lift_ban", account_id=subject.account_id):
                await record(session, Kind.UNBANNED, subject.account_id, actor_id=actor_id)


def ban_of(row: Row) -> Ban | None:
    """Return the ban in force that a row was joined with."""
    if row["ban_reason"] is None:
        return None
    end = row["ban_expire_time"]
    return Ban(row["ban_reason"], moment(row["ban_create_time"]), None if end is None else moment(end))


def roles_of(text: str) -> frozenset[str]:
    """Return the roles that a row holds."""
    return frozenset(text.split())


def roles_text(roles: frozenset[str]) -> str:
    """Return roles as a row holds them."""
    return " ".join(sorted(roles))


async def require_not_last_admin(session: Session, account_id: str) -> None:
    """Raise LastAdmin when the club would have no admin without this account."""
    standing = await standing_of(session, account_id)
    if ADMIN in standing.roles and not await session.one("find_another_admin", account_id=account_id):
        raise LastAdmin()


async def standing_of(session: Session, account_id: str) -> Standing:
    """Return an account's standing; that of `audit.NOBODY`, or of one that is hidden or gone, has no roles."""
    row = await session.one("get_standing", account_id=account_id)
    return Standing(account_id, frozenset(), banned=False, is_service=False) if row is None else _standing(row)


async def _subject(session: Session, username: str) -> Standing:
    row = await session.one("find_standing", username=username)
    if row is None:
        raise UserNotFound(username)
    return _standing(row)


def _standing(row: Row) -> Standing:
    return Standing(
        row["account_id"], roles_of(row["roles"]), banned=bool(row["banned"]), is_service=row["kind"] == "service"
    )
