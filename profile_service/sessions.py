"""Sign-in sessions: opened with a password or API key, continued by refresh tokens, listed and ended by their owner."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from profile_service import refresh_tokens
from profile_service.errors import RefreshTokenInvalid, RefreshTokenReused, SessionNotFound
from profile_service.refresh_tokens import Presented, Verdict

SALT_BYTES = 16
# One more ends that which was unused for longest; as many ended ones are kept. The contract names the number.
MAX_SESSIONS = 200
_SLIDING = timedelta(days=refresh_tokens.SLIDING_DAYS)
_ABSOLUTE = timedelta(days=refresh_tokens.ABSOLUTE_DAYS)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A row to be. It is only inserted while what was checked still holds: the password's hash, or else the API key.

    `network` is where it is opened from, for the audit log.
    """

    session_id: str
    account_id: str
    salt: bytes = field(repr=False)
    device_name: str
    network: str
    password_hash: str = field(default="", repr=False)
    api_key_id: str = ""


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
class ListedSession:
    """A session as its owner sees it; `last_seen_time` is that of its last exchange of tokens."""

    session_id: str
    device_name: str
    create_time: datetime
    last_seen_time: datetime
    expire_time: datetime
    end_time: datetime | None


class SessionStore(Protocol):
    """Where sessions are kept."""

    async def open_session(self, new: NewSession, *, lifetime: timedelta, keep: int) -> SessionRow | None:
        """Insert a session, end those beyond the newest `keep`, and return it with the roles of that moment.

        None when the account is gone or banned, or when what was checked holds no more. Raises TooManyAttempts.
        """

    async def find_session(self, session_id: str) -> SessionRow | None:
        """Return the session of an account that still exists."""

    async def rotate_session(
        self, session_id: str, decide: Callable[[SessionRow], tuple[Verdict, datetime]], *, network: str
    ) -> tuple[Verdict, SessionRow] | None:
        """Let `decide` judge the locked session, carry out its verdict, and return the session as it is then.

        `network` is where the token came from, for the audit log.
        """

    async def list_sessions(self, account_id: str, *, limit: int) -> list[ListedSession]:
        """Return the live sessions, the one used last first."""

    async def end_session(self, session_id: str) -> None:
        """End the session; nothing happens when it has ended."""

    async def end_session_of(self, account_id: str, session_id: str) -> bool:
        """End a live session of this account. False when it has none of this id."""

    async def end_sessions_of(self, account_id: str) -> None:
        """End all sessions of the account."""


class Sessions:
    """The use cases. `secret` signs refresh tokens; `new_id` gives UUIDs."""

    def __init__(self, store: SessionStore, *, secret: bytes, new_id: Callable[[], str]) -> None:
        self._store = store
        self._secret = secret
        self._new_id = new_id

    async def open(self, account_id: str, *, password_hash: str, device_name: str, network: str) -> OpenSession | None:
        """Open a session for who has shown the password of this hash.

        None when that is not the account's any more, or the account was banned. Raises TooManyAttempts.
        """
        salt = secrets.token_bytes(SALT_BYTES)
        new = NewSession(self._new_id(), account_id, salt, device_name, network, password_hash=password_hash)
        return await self._open(new)

    async def open_with_key(
        self, account_id: str, *, api_key_id: str, device_name: str, network: str
    ) -> OpenSession | None:
        """Open a session for who has shown this API key. None when it was revoked, or the account was banned.

        Raises TooManyAttempts.
        """
        salt = secrets.token_bytes(SALT_BYTES)
        return await self._open(
            NewSession(self._new_id(), account_id, salt, device_name, network, api_key_id=api_key_id)
        )

    async def continue_session(self, token: str, *, network: str) -> OpenSession:
        """Exchange a refresh token. Raises RefreshTokenInvalid or, having ended the session, RefreshTokenReused."""
        presented = refresh_tokens.parse(token)
        if presented is None:
            raise RefreshTokenInvalid()
        outcome = await self._store.rotate_session(
            presented.session_id, lambda row: self._judge(presented, row), network=network
        )
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

    async def live_of(self, account_id: str) -> list[ListedSession]:
        """Return the account's live sessions, the one used last first."""
        return await self._store.list_sessions(account_id, limit=MAX_SESSIONS)

    async def end(self, session_id: str) -> None:
        """Sign out."""
        await self._store.end_session(session_id)

    async def revoke(self, account_id: str, session_id: str) -> None:
        """End one of the account's sessions. Raises SessionNotFound."""
        if not await self._store.end_session_of(account_id, session_id):
            raise SessionNotFound()

    async def end_all(self, account_id: str) -> None:
        """Sign out everywhere."""
        await self._store.end_sessions_of(account_id)

    async def _open(self, new: NewSession) -> OpenSession | None:
        row = await self._store.open_session(new, lifetime=_SLIDING, keep=MAX_SESSIONS)
        return None if row is None else self._session(row)

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
