"""Runs the queries about accounts, passwords and roles."""

from __future__ import annotations

from collections.abc import Callable

from profile_service.audit import NOBODY, Kind
from profile_service.credentials import Account, Credentials, NewAccount
from profile_service.errors import UsernameTaken
from profile_service.storage.audit_store import record
from profile_service.storage.user_store import moment
from profile_service.users import search_key
from runtime.database import Database, Row, UniqueViolation


class CredentialStore:
    """Implements `credentials.CredentialStore`. `username_hash` is how names of purged accounts are kept."""

    def __init__(self, database: Database, *, username_hash: Callable[[str], str]) -> None:
        self._database = database
        self._username_hash = username_hash

    async def create_account(self, account: NewAccount) -> None:
        """See `credentials.CredentialStore`."""
        try:
            async with self._database.write() as session:
                inserted = await session.one(
                    "insert_user",
                    username_hash=self._username_hash(account.username),
                    account_id=account.account_id,
                    username=account.username,
                    kind=account.kind,
                    display_name=account.display_name,
                    email=account.email,
                    password_hash=account.password_hash,
                    roles=_roles_text(account.roles),
                    search_text=search_key(account.display_name, account.username),
                )
                if inserted is None:
                    raise UsernameTaken(account.username)
                if account.kind == "person":
                    await record(session, Kind.SIGN_UP, account.account_id)
                else:
                    await record(session, Kind.SERVICE_ACCOUNT_MADE, account.account_id, actor_id=NOBODY)
        except UniqueViolation as error:
            raise UsernameTaken(account.username) from error

    async def find_credentials(self, username: str) -> Credentials | None:
        """See `credentials.CredentialStore`."""
        return _credentials(await self._database.point.one("find_credentials", username=username))

    async def find_returning(self, username: str) -> Credentials | None:
        """See `credentials.CredentialStore`."""
        return _credentials(await self._database.point.one("find_returning", username=username))

    async def get_credentials(self, account_id: str) -> Credentials | None:
        """See `credentials.CredentialStore`."""
        return _credentials(await self._database.point.one("get_credentials", account_id=account_id))

    async def get_account(self, account_id: str) -> Account | None:
        """Return an account's private side."""
        row = await self._database.point.one("get_account", account_id=account_id)
        if row is None:
            return None
        return Account(
            row["account_id"], row["username"], row["email"], roles_of(row["roles"]), moment(row["create_time"])
        )

    async def renew_password_hash(self, account_id: str, *, old: str, new: str) -> None:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            await session.one("replace_password_hash", account_id=account_id, old=old, new=new)

    async def change_password_hash(self, account_id: str, *, old: str, new: str, kept_session_id: str) -> bool:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            replaced = await session.one("replace_password_hash", account_id=account_id, old=old, new=new)
            if replaced is not None:
                await session.all("end_other_sessions_of", account_id=account_id, kept_session_id=kept_session_id)
                await record(session, Kind.PASSWORD_CHANGED, account_id)
        return replaced is not None

    async def change_roles(self, username: str, *, add: str = "", remove: str = "") -> bool:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            row = await session.one("get_roles", username=username)
            if row is None:
                return False
            before = roles_of(row["roles"])
            after = (before | {add}) - {remove, ""}
            account_id = row["account_id"]
            await session.one("set_roles", account_id=account_id, roles=_roles_text(after))
            for role in after - before:
                await record(session, Kind.ROLE_GIVEN, account_id, actor_id=NOBODY, role=role)
            for role in before - after:
                await record(session, Kind.ROLE_TAKEN, account_id, actor_id=NOBODY, role=role)
                await session.all("end_sessions_of", account_id=account_id)
        return True


def _credentials(row: Row | None) -> Credentials | None:
    return None if row is None else Credentials(row["account_id"], row["username"], row["password_hash"])


def roles_of(text: str) -> frozenset[str]:
    """Return the roles that a row holds."""
    return frozenset(text.split())


def _roles_text(roles: frozenset[str]) -> str:
    return " ".join(sorted(roles))
