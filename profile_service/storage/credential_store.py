"""Runs the queries about accounts and passwords."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from profile_service.audit import Kind
from profile_service.credentials import Account, Credentials, NewAccount
from profile_service.errors import UsernameTaken
from profile_service.mail import MailKind
from profile_service.storage.audit_store import record, require_few_events
from profile_service.storage.mail_queue import MailQueue
from profile_service.storage.mail_store import drop_mail_wishes, may_confirm
from profile_service.storage.parts import ACCOUNTS
from profile_service.storage.standing_store import ban_of, roles_of, roles_text
from profile_service.storage.user_store import visibility_of
from profile_service.users import search_key
from runtime.database import Database, Row, Session, UniqueViolation
from runtime.times import moment


class CredentialStore:
    """Implements `credentials.CredentialStore`. `username_hash` is how looks of purged names are kept."""

    def __init__(self, database: Database, mails: MailQueue, *, username_hash: Callable[[str], str]) -> None:
        self._database = database
        self._mails = mails
        self._username_hash = username_hash

    async def create_account(self, account: NewAccount) -> None:
        """See `credentials.CredentialStore`."""
        async with inserting_account(self._database, account, username_hash=self._username_hash) as session:
            account_id, email = account.account_id, account.email
            if email and await may_confirm(session, account_id, email):
                await self._mails.add(session, MailKind.CONFIRM_EMAIL, account_id=account_id, recipient=email)
            await record(session, Kind.SIGN_UP, account_id, address=account.network)
        self._mails.wake()

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
            account_id=row["account_id"],
            username=row["username"],
            email=row["email"],
            email_confirmed=row["confirmed_email_key"] != "",
            pending_email=row["pending_email"],
            roles=roles_of(row["roles"]),
            create_time=moment(row["create_time"]),
            visibility=visibility_of(row),
        )

    async def renew_password_hash(self, account_id: str, *, old: str, new: str) -> None:
        """See `credentials.CredentialStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await session.one("replace_password_hash", account_id=account_id, old=old, new=new)

    async def change_password_hash(
        self, account_id: str, *, old: str, new: str, kept_session_id: str, network: str
    ) -> bool:
        """See `credentials.CredentialStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await require_few_events(session, account_id)
            replaced = await session.one("replace_password_hash", account_id=account_id, old=old, new=new)
            if replaced is not None:
                await session.all("end_other_sessions_of", account_id=account_id, kept_session_id=kept_session_id)
                await drop_mail_wishes(session, account_id)
                await record(session, Kind.PASSWORD_CHANGED, account_id, address=network)
                await self._mails.warn(session, MailKind.PASSWORD_CHANGED, account_id)
        self._mails.wake()
        return replaced is not None


@asynccontextmanager
async def inserting_account(
    database: Database, account: NewAccount, *, username_hash: Callable[[str], str]
) -> AsyncIterator[Session]:
    """Insert an account in a transaction, for the caller to add what belongs to it. Raises UsernameTaken."""
    try:
        async with database.write(ACCOUNTS) as session:
            if await session.one("find_lookalike", look=account.look) is not None:
                raise UsernameTaken(account.username)
            inserted = await session.one(
                "insert_user",
                username_hash=username_hash(account.look),
                account_id=account.account_id,
                username=account.username,
                look=account.look,
                kind=account.kind,
                display_name=account.display_name,
                email=account.email,
                password_hash=account.password_hash,
                roles=roles_text(account.roles),
                search_text=search_key(account.display_name, account.username),
            )
            if inserted is None:
                raise UsernameTaken(account.username)
            yield session
    except UniqueViolation as error:
        raise UsernameTaken(account.username) from error


def _credentials(row: Row | None) -> Credentials | None:
    if row is None:
        return None
    return Credentials(row["account_id"], row["username"], row["password_hash"], ban_of(row))
