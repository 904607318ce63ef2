"""Accounts and their passwords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from profile_service.bans import Ban
from profile_service.errors import AccountBanned, CredentialsWrong, NotOwner
from profile_service.passwords import Passwords, require_uncommon
from profile_service.sessions import OpenSession, Sessions
from runtime.calls import Caller

# A sign-in begins anew when the hash changed while it was checked, as by another sign-in that renewed it, or when the
# account was banned.
ATTEMPTS = 2


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
    username: str
    password_hash: str = field(repr=False)
    ban: Ban | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A row to be: `kind` is "person" or "service", and no password fits an empty hash."""

    account_id: str
    username: str
    kind: str
    display_name: str
    email: str
    password_hash: str = field(repr=False)
    roles: frozenset[str]


class CredentialStore(Protocol):
    """Where accounts are kept."""

    async def create_account(self, account: NewAccount) -> None:
        """Insert the account. Raises UsernameTaken."""

    async def find_credentials(self, username: str) -> Credentials | None:
        """Return the account's credentials, None when there is no such account."""

    async def get_credentials(self, account_id: str) -> Credentials | None:
        """Return the account's credentials, None when it was deleted."""

    async def renew_password_hash(self, account_id: str, *, old: str, new: str) -> None:
        """Replace the hash; nothing happens when it is another one by now."""

    async def change_password_hash(self, account_id: str, *, old: str, new: str, kept_session_id: str) -> bool:
        """Replace the hash and end all other sessions. False when the hash is another one by now."""

    async def find_returning(self, username: str) -> Credentials | None:
        """Return the credentials also of an account that is hidden and can be brought back."""


class CredentialRules:
    """The use cases. `new_id` gives UUIDs."""

    def __init__(
        self, store: CredentialStore, passwords: Passwords, *, sessions: Sessions, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._sessions = sessions
        self._new_id = new_id

    async def create_account(
        self, username: str, password: str, *, display_name: str, email: str, device_name: str
    ) -> OpenSession:
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
        session = await self._sessions.open(
            account.account_id, password_hash=account.password_hash, device_name=device_name
        )
        if session is None:  # deleted or given another password in the same moment
            raise CredentialsWrong()
        return session

    async def open_session(self, username: str, password: str, *, device_name: str) -> OpenSession:
        """Sign in. Raises CredentialsWrong, after the same time for an unknown username, or AccountBanned."""
        for _ in range(ATTEMPTS):
            credentials = await self._authenticate(username, password)
            if credentials.ban is not None:
                raise AccountBanned(credentials.ban.expire_time)
            session = await self._sessions.open(
                credentials.account_id, password_hash=credentials.password_hash, device_name=device_name
            )
            if session is not None:
                return session
        raise CredentialsWrong()

    async def change_password(self, account_id: str, current: str, new: str, *, kept_session_id: str) -> None:
        """Replace the password and end all sessions but one. Raises CredentialsWrong or PasswordTooCommon."""
        for _ in range(ATTEMPTS):
            credentials = await self._require_match(await self._store.get_credentials(account_id), current)
            require_uncommon(new, username=credentials.username, field="new_password")
            hashed = await self._passwords.hash(new)
            if await self._store.change_password_hash(
                account_id, old=credentials.password_hash, new=hashed, kept_session_id=kept_session_id
            ):
                return
        raise CredentialsWrong()

    async def require_owner(self, caller: Caller, username: str, password: str) -> None:
        """Return when the caller has the username and knows its password. Raises NotOwner or CredentialsWrong."""
        if username != caller.username:
            raise NotOwner()
        credentials = await self._authenticate(username, password)
        if credentials.account_id != caller.account_id:
            raise NotOwner()

    async def require_returning(self, username: str, password: str) -> str:
        """Return the id of an account that is there or can be brought back. Raises CredentialsWrong."""
        credentials = await self._require_match(await self._store.find_returning(username), password)
        return credentials.account_id

    async def _authenticate(self, username: str, password: str) -> Credentials:
        credentials = await self._require_match(await self._store.find_credentials(username), password)
        if not self._passwords.is_outdated(credentials.password_hash):
            return credentials
        renewed = await self._passwords.hash(password)
        await self._store.renew_password_hash(credentials.account_id, old=credentials.password_hash, new=renewed)
        return replace(credentials, password_hash=renewed)

    async def _require_match(self, credentials: Credentials | None, password: str) -> Credentials:
        """Return the credentials when the password is theirs. An absent account takes as long as a wrong password."""
        matched = await self._passwords.matches(password, credentials.password_hash if credentials else None)
        if credentials is None or not matched:
            raise CredentialsWrong()
        return credentials
