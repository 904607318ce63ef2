"""Runs the queries about accounts, passwords and roles."""

from __future__ import annotations

from profile_service.audit import NOBODY, Kind
from profile_service.credentials import Account, Credentials, NewAccount
from profile_service.errors import UsernameTaken
from profile_service.mail import Mail, MailKind
from profile_service.storage.audit_store import record
from profile_service.storage.mail_store import drop_mail_wishes, may_confirm, queue
from profile_service.storage.user_store import delete_variants, moment, visibility_of
from profile_service.users import search_key
from runtime.database import Database, Row, UniqueViolation


class CredentialStore:
    """Implements `credentials.CredentialStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_account(self, account: NewAccount) -> None:
        """See `credentials.CredentialStore`."""
        try:
            async with self._database.write() as session:
                if await session.one("find_lookalike", look=account.look) is not None:
                    raise UsernameTaken(account.username)
                await session.one(
                    "insert_user",
                    account_id=account.account_id,
                    username=account.username,
                    look=account.look,
                    kind=account.kind,
                    display_name=account.display_name,
                    email=account.email,
                    password_hash=account.password_hash,
                    roles=_roles_text(account.roles),
                    search_text=search_key(account.display_name, account.username),
                )
                if account.confirmation_mail_id and await may_confirm(session, account.account_id, account.email):
                    await queue(session, _confirmation(account))
                if account.kind == "person":
                    await record(session, Kind.SIGN_UP, account.account_id, address=account.network)
                else:
                    await record(session, Kind.SERVICE_ACCOUNT_MADE, account.account_id, actor_id=NOBODY)
        except UniqueViolation as error:
            raise UsernameTaken(account.username) from error

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
        async with self._database.write() as session:
            await session.one("replace_password_hash", account_id=account_id, old=old, new=new)

    async def change_password_hash(self, account_id: str, *, old: str, new: str, kept_session_id: str) -> bool:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            replaced = await session.one("replace_password_hash", account_id=account_id, old=old, new=new)
            if replaced is not None:
                await session.all("end_other_sessions_of", account_id=account_id, kept_session_id=kept_session_id)
                await drop_mail_wishes(session, account_id)
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

    async def erase_account(self, account_id: str) -> list[str]:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            erased = await session.one("erase_user", account_id=account_id)
            if erased is not None:
                await record(session, Kind.ACCOUNT_DELETED, account_id)
            await session.all("end_sessions_of", account_id=account_id)
            await drop_mail_wishes(session, account_id)
            await session.all("delete_mails_of", account_id=account_id)
            return await delete_variants(session, account_id)


def _confirmation(account: NewAccount) -> Mail:
    return Mail(
        account.confirmation_mail_id,
        MailKind.CONFIRM_EMAIL,
        account_id=account.account_id,
        recipient=account.email,
    )


def _credentials(row: Row | None) -> Credentials | None:
    return None if row is None else Credentials(row["account_id"], row["username"], row["password_hash"])


def roles_of(text: str) -> frozenset[str]:
    """Return the roles that a row holds."""
    return frozenset(text.split())


def _roles_text(roles: frozenset[str]) -> str:
    return " ".join(sorted(roles))
