"""Accounts and their passwords."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from profile_service.bans import Ban
from profile_service.errors import AccountBanned, CredentialsWrong, NotOwner
from profile_service.guessing import Attempt, GuessingLimits
from profile_service.passwords import Passwords, require_uncommon
from profile_service.sessions import OpenSession, Sessions
from profile_service.usernames import look_of, require_free
from profile_service.visibility import Visibility
from runtime.calls import Caller

# A sign-in begins anew when the hash changed while it was checked, as by another sign-in that renewed it, or when the
# account was banned.
ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Account:
    """An account's private side. `pending_email` takes the place of `email` when it is confirmed."""

    account_id: str
    username: str
    email: str
    email_confirmed: bool
    pending_email: str
    roles: frozenset[str]
    create_time: datetime
    visibility: Visibility


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs of an account."""

    account_id: str
    username: str
    password_hash: str = field(repr=False)
    ban: Ban | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A row to be: `kind` is "person" or "service", and no other row may have the same `look`.

    No password fits an empty hash. `network` is where it is opened from, for the audit log.
    """

    account_id: str
    username: str
    look: str
    kind: str
    display_name: str
    email: str
    password_hash: str = field(repr=False)
    roles: frozenset[str]
    network: str


class CredentialStore(Protocol):
    """Where accounts are kept."""

    async def create_account(self, account: NewAccount) -> None:
        """Insert the account, with a mail that asks to confirm its address, if any. Raises UsernameTaken."""

    async def find_credentials(self, username: str) -> Credentials | None:
        """Return the account's credentials, None when there is no such account."""

    async def get_credentials(self, account_id: str) -> Credentials | None:
        """Return the account's credentials, None when it was deleted."""

    async def renew_password_hash(self, account_id: str, *, old: str, new: str) -> None:
        """Replace the hash; nothing happens when it is another one by now."""

    async def change_password_hash(
        self, account_id: str, *, old: str, new: str, kept_session_id: str, network: str
    ) -> bool:
        """Replace the hash, end all other sessions, and drop what was begun by mail.

        `network` is where that was asked for, for the audit log. False when the hash is another one by now. Raises
        TooManyAttempts.
        """

    async def find_returning(self, username: str) -> Credentials | None:
        """Return the credentials also of an account that is hidden and can be brought back."""


class CredentialRules:
    """The use cases. `new_id` gives UUIDs."""

    def __init__(
        self,
        store: CredentialStore,
        passwords: Passwords,
        *,
        limits: GuessingLimits,
        sessions: Sessions,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._limits = limits
        self._sessions = sessions
        self._new_id = new_id

    async def create_account(
        self, username: str, password: str, *, display_name: str, email: str, device_name: str, network: str
    ) -> OpenSession:
        """Open an account and its first session. Raises PasswordTooCommon, UsernameTaken or TooManyAttempts."""
        require_uncommon(password, username=username)
        require_free(username)
        await self._limits.reserve_sign_up(network)
        account = NewAccount(
            account_id=self._new_id(),
            username=username,
            look=look_of(username),
            kind="person",
            display_name=display_name or username,
            email=email,
            password_hash=await self._passwords.hash(password),
            roles=frozenset(),
            network=network,
        )
        await self._store.create_account(account)
        await self._limits.know(Attempt(username, network=network))
        session = await self._sessions.open(
            account.account_id, password_hash=account.password_hash, device_name=device_name, network=network
        )
        if session is None:  # deleted or given another password in the same moment
            raise CredentialsWrong()
        return session

    async def open_session(self, username: str, password: str, *, device_name: str, network: str) -> OpenSession:
        """Sign in.

        Raises:
            CredentialsWrong, TooManyAttempts: after the same time for an unknown username.
            AccountBanned: the password is right.
        """
        attempt = Attempt(username, network=network)
        for _ in range(ATTEMPTS):
            credentials = await self._renewed(
                await self._require_match(attempt, lambda: self._store.find_credentials(username), password), password
            )
            if credentials.ban is not None:
                raise AccountBanned(credentials.ban.expire_time)
            session = await self._sessions.open(
                credentials.account_id,
                password_hash=credentials.password_hash,
                device_name=device_name,
                network=network,
            )
            if session is not None:
                return session
        raise CredentialsWrong()

    async def change_password(self, account_id: str, current: str, new: str, *, session_id: str, network: str) -> None:
        """Replace the password and end all sessions but one.

        Raises:
            CredentialsWrong, TooManyAttempts: as `require_password`.
            PasswordTooCommon: the new one is.
        """
        for _ in range(ATTEMPTS):
            credentials = await self.require_password(account_id, current, session_id=session_id)
            require_uncommon(new, username=credentials.username, field="new_password")
            hashed = await self._passwords.hash(new)
            if await self._store.change_password_hash(
                account_id, old=credentials.password_hash, new=hashed, kept_session_id=session_id, network=network
            ):
                return
        raise CredentialsWrong()

    async def require_owner(self, caller: Caller, username: str, password: str) -> None:
        """Return when the caller has the username and shows its password. Raises NotOwner, or as `require_password`."""
        if username != caller.username:
            raise NotOwner()
        await self.require_password(caller.account_id, password, session_id=caller.session_id)

    async def require_returning(self, username: str, password: str, *, network: str) -> str:
        """Return the id of an account that is there or can be brought back.

        Raises:
            CredentialsWrong, TooManyAttempts: after the same time for an unknown username.
        """
        attempt = Attempt(username, network=network)
        credentials = await self._require_match(attempt, lambda: self._store.find_returning(username), password)
        return credentials.account_id

    async def require_password(self, account_id: str, password: str, *, session_id: str) -> Credentials:
        """Return the credentials of an account whose owner, signed in by a session, shows the password once more.

        Raises:
            CredentialsWrong: it is not the password, or the account was deleted.
            TooManyAttempts: the session has shown too many wrong ones.
            AccountBanned: it was banned a moment ago.
        """
        attempt = Attempt(account_id, session_id=session_id)
        credentials = await self._require_match(attempt, lambda: self._store.get_credentials(account_id), password)
        if credentials.ban is not None:
            raise AccountBanned(credentials.ban.expire_time)
        return credentials

    async def _require_match(
        self, attempt: Attempt, find: Callable[[], Awaitable[Credentials | None]], password: str
    ) -> Credentials:
        """Return the credentials when the password is theirs. An absent account takes as long as a wrong password.

        Every check of a password goes through here, and is counted before it is made.
        """
        await self._limits.reserve(attempt)
        credentials = await find()
        matched = await self._passwords.matches(password, credentials.password_hash if credentials else None)
        if credentials is None or not matched:
            raise CredentialsWrong()
        await self._limits.forgive(attempt)
        return credentials

    async def _renewed(self, credentials: Credentials, password: str) -> Credentials:
        """Return the credentials, with a hash of today's strength when they had a weaker one."""
        if not self._passwords.is_outdated(credentials.password_hash):
            return credentials
        renewed = await self._passwords.hash(password)
        await self._store.renew_password_hash(credentials.account_id, old=credentials.password_hash, new=renewed)
        return replace(credentials, password_hash=renewed)
