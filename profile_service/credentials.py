"""Accounts, passwords, roles, and the sign-in sessions that refresh tokens continue."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from profile_service import refresh_tokens
from profile_service.errors import CredentialsWrong, NotOwner, RefreshTokenInvalid, RefreshTokenReused, UserNotFound
from profile_service.passwords import Passwords, require_uncommon
from profile_service.refresh_tokens import Presented, Verdict
from runtime.calls import Caller

SALT_BYTES = 16
SECRET_BYTES = 32
_SLIDING = timedelta(days=refresh_tokens.SLIDING_DAYS)
_ABSOLUTE = timedelta(days=refresh_tokens.ABSOLUTE_DAYS)
SERVICE_ROLE = "service"


@dataclass(frozen=True, slots=True)
class Account:
    """An account's private side."""

    account_id: str
    username: str
    email: str
    roles: frozenset[str]
    create_time: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs of an account."""

    account_id: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A sign-in session as it is kept. `now` is the database's clock at the reading."""

    session_id: str
    account_id: str
    username: str
    roles: frozenset[str]
    salt: bytes = field(repr=False)
    counter: int
    create_time: datetime
    rotate_time: datetime
    expire_time: datetime
    ended: bool
    now: datetime

    @property
    def live(self) -> bool:
        """Whether the session can be continued."""
        return not self.ended and self.now < self.expire_time


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session with its newest refresh token."""

    account_id: str
    username: str
    roles: frozenset[str]
    session_id: str
    refresh_token: str = field(repr=False)
    refresh_expire_time: datetime


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A row to be: `kind` is "person" or "service"."""

    account_id: str
    username: str
    kind: str
    display_name: str
    email: str
    password_hash: str = field(repr=False)
    roles: frozenset[str]


class CredentialStore(Protocol):
    """Where accounts and sessions are kept."""

    async def create_account(self, account: NewAccount) -> None:
        """Insert the account. Raises UsernameTaken."""

    async def find_credentials(self, username: str) -> Credentials | None:
        """Return the account's credentials, None when there is no such account."""

    async def set_password_hash(self, account_id: str, password_hash: str) -> None:
        """Replace the hash."""

    async def open_session(
        self, account_id: str, *, session_id: str, salt: bytes, lifetime: timedelta
    ) -> SessionRow | None:
        """Insert a session and return it with the roles of that moment. None when there is no such account any more."""

    async def find_session(self, session_id: str) -> SessionRow | None:
        """Return the session of an account that still exists."""

    async def rotate_session(
        self, session_id: str, decide: Callable[[SessionRow], tuple[Verdict, datetime]]
    ) -> tuple[Verdict, SessionRow] | None:
        """Let `decide` judge the locked session, carry out its verdict, and return the session as it is then."""

    async def end_session(self, session_id: str) -> None:
        """End the session; nothing happens when it has ended."""

    async def change_roles(self, username: str, *, add: str = "", remove: str = "") -> bool:
        """Change the roles, ending all sessions when one is taken away. False when there is no such account."""

    async def erase_account(self, account_id: str) -> list[str]:
        """Erase all personal data, end all sessions, and return the keys of the blobs to delete."""


class CredentialRules:
    """The use cases. `secret` signs refresh tokens; `new_id` gives UUIDs."""

    def __init__(
        self, store: CredentialStore, passwords: Passwords, *, secret: bytes, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._secret = secret
        self._new_id = new_id

    async def create_account(self, username: str, password: str, *, display_name: str, email: str) -> OpenSession:
        """Open an account and its first session. Raises PasswordTooCommon or UsernameTaken."""
        require_uncommon(password, username=username)
        account = NewAccount(
            account_id=self._new_id(),
            username=username,
            kind="person",
            display_name=display_name or username,
            email=email,
            password_hash=await self._passwords.hash(password),
            roles=frozenset(),
        )
        await self._store.create_account(account)
        return await self._open(account.account_id)

    async def create_service_account(self, username: str, *, display_name: str) -> str:
        """Open an account for a program and return its secret. Raises UsernameTaken."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        account = NewAccount(
            account_id=self._new_id(),
            username=username,
            kind="service",
            display_name=display_name or username,
            email="",
            password_hash=await self._passwords.hash(secret),
            roles=frozenset({SERVICE_ROLE}),
        )
        await self._store.create_account(account)
        return secret

    async def open_session(self, username: str, password: str) -> OpenSession:
        """Sign in. Raises CredentialsWrong, after the same time for an unknown username."""
        credentials = await self._authenticate(username, password)
        return await self._open(credentials.account_id)

    async def continue_session(self, token: str) -> OpenSession:
        """Exchange a refresh token. Raises RefreshTokenInvalid or, having ended the session, RefreshTokenReused."""
        presented = refresh_tokens.parse(token)
        if presented is None:
            raise RefreshTokenInvalid()
        outcome = await self._store.rotate_session(presented.session_id, lambda row: self._judge(presented, row))
        if outcome is None:
            raise RefreshTokenInvalid()
        verdict, row = outcome
        if verdict is Verdict.REUSED:
            raise RefreshTokenReused()
        return self._session(row)

    async def is_live(self, session_id: str) -> bool:
        """Return whether the session still stands."""
        row = await self._store.find_session(session_id)
        return row is not None and row.live

    async def end_session(self, session_id: str) -> None:
        """Sign out."""
        await self._store.end_session(session_id)

    async def change_roles(self, username: str, *, add: str = "", remove: str = "") -> None:
        """Give or take a role. Raises UserNotFound."""
        if not await self._store.change_roles(username, add=add, remove=remove):
            raise UserNotFound(username)

    async def erase_account(self, caller: Caller, username: str, password: str) -> list[str]:
        """Delete the caller's account and return the keys of its blobs. Raises NotOwner or CredentialsWrong."""
        if username != caller.username:
            raise NotOwner()
        credentials = await self._authenticate(username, password)
        if credentials.account_id != caller.account_id:
            raise NotOwner()
        return await self._store.erase_account(caller.account_id)

    async def _authenticate(self, username: str, password: str) -> Credentials:
        credentials = await self._store.find_credentials(username)
        matched = await self._passwords.matches(password, credentials.password_hash if credentials else None)
        if credentials is None or not matched:
            raise CredentialsWrong()
        if self._passwords.is_outdated(credentials.password_hash):
            await self._store.set_password_hash(credentials.account_id, await self._passwords.hash(password))
        return credentials

    async def _open(self, account_id: str) -> OpenSession:
        salt = secrets.token_bytes(SALT_BYTES)
        row = await self._store.open_session(account_id, session_id=self._new_id(), salt=salt, lifetime=_SLIDING)
        if row is None:  # deleted while the password was checked
            raise CredentialsWrong()
        return self._session(row)

    def _judge(self, presented: Presented, row: SessionRow) -> tuple[Verdict, datetime]:
        """Runs inside the transaction that carries the verdict out."""
        genuine = refresh_tokens.is_genuine(presented, self._secret, salt=row.salt, account_id=row.account_id)
        if not genuine or not row.live:
            raise RefreshTokenInvalid()
        verdict = refresh_tokens.judge(
            presented.counter,
            current=row.counter,
            seconds_since_rotation=(row.now - row.rotate_time).total_seconds(),
        )
        return verdict, min(row.now + _SLIDING, row.create_time + _ABSOLUTE)

    def _session(self, row: SessionRow) -> OpenSession:
        token = refresh_tokens.issue(
            self._secret, session_id=row.session_id, salt=row.salt, counter=row.counter, account_id=row.account_id
        )
        return OpenSession(row.account_id, row.username, row.roles, row.session_id, token, row.expire_time)
