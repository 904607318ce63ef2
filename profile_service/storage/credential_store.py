"""Runs the queries about accounts and passwords."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from profile_service.audit import Kind
from profile_service.credentials import Account, Credentials, NewAccount
from profile_service.errors import UsernameTaken
from profile_service.storage.audit_store import record
from profile_service.storage.standing_store import ban_of, roles_of, roles_text
from profile_service.storage.user_store import delete_variants, moment
from profile_service.usernames import look_of
from profile_service.users import search_key
from runtime.database import Database, Row, Session, UniqueViolation


class CredentialStore:
    """Implements `credentials.CredentialStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_account(self, account: NewAccount) -> None:
        """See `credentials.CredentialStore`."""
        async with inserting_account(self._database, account) as session:
            await record(session, Kind.SIGN_UP, account.account_id, address=account.network)

    async def find_credentials(self, username: str) -> Credentials | None:
        """See `credentials.CredentialStore`."""
        return _credentials(await self._database.point.one("find_credentials", username=username))

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

    async def erase_account(self, account_id: str) -> list[str]:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            erased = await session.one("erase_user", account_id=account_id)
            if erased is not None:
                await record(session, Kind.ACCOUNT_DELETED, account_id)
            await session.all("end_sessions_of", account_id=account_id)
            await session.one("delete_ban", account_id=account_id)
            await session.all("delete_api_keys_of", account_id=account_id)
            return await delete_variants(session, account_id)


@asynccontextmanager
async def inserting_account(database: Database, account: NewAccount) -> AsyncIterator[Session]:
    """Insert an account in a transaction, for the caller to add what belongs to it. Raises UsernameTaken."""
    try:
        async with database.write() as session:
            look = look_of(account.username)
            if await session.one("find_lookalike", look=look) is not None:
                raise UsernameTaken(account.username)
            await session.one(
                "insert_user",
                account_id=account.account_id,
                username=account.username,
                look=look,
                kind=account.kind,
                display_name=account.display_name,
                email=account.email,
                password_hash=account.password_hash,
                roles=roles_text(account.roles),
                search_text=search_key(account.display_name, account.username),
            )
            yield session
    except UniqueViolation as error:
        raise UsernameTaken(account.username) from error


def _credentials(row: Row | None) -> Credentials | None:
    if row is None:
        return None
    return Credentials(row["account_id"], row["username"], row["password_hash"], ban_of(row))
