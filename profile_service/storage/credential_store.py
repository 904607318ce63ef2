"""Runs the queries about accounts, passwords, roles and sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from profile_service.credentials import Account, Credentials, NewAccount, SessionRow
from profile_service.errors import UsernameTaken
from profile_service.refresh_tokens import ABSOLUTE_DAYS, Verdict
from profile_service.storage.user_store import delete_variants, micros, moment
from profile_service.users import search_key
from runtime.database import Database, Row, UniqueViolation

_MICRO = timedelta(microseconds=1)
# Ended sessions are kept as long as a refresh token of theirs could be replayed.
_KEPT = timedelta(days=ABSOLUTE_DAYS)


class CredentialStore:
    """Implements `credentials.CredentialStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_account(self, account: NewAccount) -> None:
        """See `credentials.CredentialStore`."""
        try:
            async with self._database.write() as session:
                await session.one(
                    "insert_user",
                    account_id=account.account_id,
                    username=account.username,
                    kind=account.kind,
                    display_name=account.display_name,
                    email=account.email,
                    password_hash=account.password_hash,
                    roles=_roles_text(account.roles),
                    search_text=search_key(account.display_name, account.username),
                )
        except UniqueViolation as error:
            raise UsernameTaken(account.username) from error

    async def find_credentials(self, username: str) -> Credentials | None:
        """See `credentials.CredentialStore`."""
        row = await self._database.point.one("get_credentials", username=username)
        if row is None:
            return None
        return Credentials(row["account_id"], row["password_hash"])

    async def get_account(self, account_id: str) -> Account | None:
        """Return an account's private side."""
        row = await self._database.point.one("get_account", account_id=account_id)
        if row is None:
            return None
        return Account(
            row["account_id"], row["username"], row["email"], _roles(row["roles"]), moment(row["create_time"])
        )

    async def set_password_hash(self, account_id: str, password_hash: str) -> None:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            await session.one("set_password_hash", account_id=account_id, password_hash=password_hash)

    async def open_session(
        self, account_id: str, *, session_id: str, salt: bytes, lifetime: timedelta
    ) -> SessionRow | None:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            row = await session.one(
                "insert_session",
                session_id=session_id,
                account_id=account_id,
                salt=salt,
                lifetime=lifetime // _MICRO,
            )
            if row is None:
                return None
            before = row["expire_time"] - (lifetime + _KEPT) // _MICRO
            await session.all("delete_sessions_before", account_id=account_id, before=before)
            opened = await session.one("get_session", session_id=session_id)
        return None if opened is None else _session(opened)

    async def find_session(self, session_id: str) -> SessionRow | None:
        """See `credentials.CredentialStore`."""
        row = await self._database.point.one("get_session", session_id=session_id)
        return None if row is None else _session(row)

    async def rotate_session(
        self, session_id: str, decide: Callable[[SessionRow], tuple[Verdict, datetime]]
    ) -> tuple[Verdict, SessionRow] | None:
        """See `credentials.CredentialStore`. The verdict is committed although the caller may raise afterwards."""
        async with self._database.write() as session:
            found = await session.one("get_session", session_id=session_id)
            if found is None:
                return None
            row = _session(found)
            verdict, expire_time = decide(row)
            if verdict is Verdict.REUSED:
                await session.one("end_session", session_id=session_id)
            elif verdict is Verdict.ROTATE:
                await session.one(
                    "rotate_session",
                    session_id=session_id,
                    counter=row.counter,
                    now=micros(row.now),
                    expire_time=micros(expire_time),
                )
                found = await session.one("get_session", session_id=session_id)
            return verdict, row if found is None else _session(found)

    async def end_session(self, session_id: str) -> None:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            await session.one("end_session", session_id=session_id)

    async def change_roles(self, username: str, *, add: str = "", remove: str = "") -> bool:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            row = await session.one("get_roles", username=username)
            if row is None:
                return False
            before = _roles(row["roles"])
            after = (before | {add}) - {remove, ""}
            await session.one("set_roles", account_id=row["account_id"], roles=_roles_text(after))
            if before - after:
                await session.all("end_sessions_of", account_id=row["account_id"])
        return True

    async def erase_account(self, account_id: str) -> list[str]:
        """See `credentials.CredentialStore`."""
        async with self._database.write() as session:
            await session.one("erase_user", account_id=account_id)
            await session.all("end_sessions_of", account_id=account_id)
            return await delete_variants(session, account_id)


def _session(row: Row) -> SessionRow:
    return SessionRow(
        session_id=row["session_id"],
        account_id=row["account_id"],
        username=row["username"],
        roles=_roles(row["roles"]),
        salt=row["salt"],
        counter=row["counter"],
        create_time=moment(row["create_time"]),
        rotate_time=moment(row["rotate_time"]),
        expire_time=moment(row["expire_time"]),
        ended=row["end_time"] is not None,
        now=moment(row["now"]),
    )


def _roles(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _roles_text(roles: frozenset[str]) -> str:
    return " ".join(sorted(roles))
