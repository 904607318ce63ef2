"""Accounts, their passwords and their roles."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from profile_service.errors import CredentialsWrong, NotOwner, UserNotFound
from profile_service.guessing import Attempt, GuessingLimits
from profile_service.passwords import Passwords, require_uncommon
from profile_service.sessions import OpenSession, Sessions
from profile_service.usernames import look_of, require_free
from profile_service.visibility import Visibility
from runtime.calls import Caller

SECRET_BYTES = 32
SERVICE_ROLE = "service"
# A sign-in begins anew when the hash changed while it was checked, as by another sign-in that renewed it.
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


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A row to be: `kind` is "person" or "service", and no other row may have the same `look`.

    `network` is where it is opened from, for the audit log. With a `confirmation_mail_id`, a mail of that id asks to
    confirm the address.
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
    confirmation_mail_id: str = ""


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
        """Replace the hash, end all other sessions, and drop what was begun by mail.

        False when the hash is another one by now.
        """

    async def change_roles(self, username: str, *, add: str = "", remove: str = "") -> bool:
        """Change the roles, ending all sessions when one is taken away. False when there is no such account."""

    async def erase_account(self, account_id: str) -> list[str]:
        """Erase all personal data, end all sessions, and return the keys of the blobs to delete."""


class CredentialRules:
    """The use cases. `sends_mail` says whether there is a mailer; `new_id` gives UUIDs."""

    def __init__(
        self,
        store: CredentialStore,
        passwords: Passwords,
        *,
        limits: GuessingLimits,
        sessions: Sessions,
        sends_mail: bool,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._limits = limits
        self._sessions = sessions
        self._sends_mail = sends_mail
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
            confirmation_mail_id=self._new_id() if email and self._sends_mail else "",
            network=network,
        )
        await self._store.create_account(account)
        session = await self._sessions.open(
            account.account_id, password_hash=account.password_hash, device_name=device_name, network=network
        )
        if session is None:  # deleted or given another password in the same moment
            raise CredentialsWrong()
        return session

    async def create_service_account(self, username: str, *, display_name: str) -> str:
        """Open an account for a program and return its secret. Raises UsernameTaken."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        account = NewAccount(
            account_id=self._new_id(),
            username=username,
            look=look_of(username),
            kind="service",
            display_name=display_name or username,
            email="",
            password_hash=await self._passwords.hash(secret),
            roles=frozenset({SERVICE_ROLE}),
            network="",
        )
        await self._store.create_account(account)
        return secret

    async def open_session(self, username: str, password: str, *, device_name: str, network: str) -> OpenSession:
        """Sign in. Raises CredentialsWrong or TooManyAttempts, after the same time for an unknown username."""
        attempt = Attempt(username, network=network)
        for _ in range(ATTEMPTS):
            credentials = await self._renewed(
                await self._require_match(attempt, lambda: self._store.find_credentials(username), password), password
            )
            session = await self._sessions.open(
                credentials.account_id,
                password_hash=credentials.password_hash,
                device_name=device_name,
                network=network,
            )
            if session is not None:
                return session
        raise CredentialsWrong()

    async def change_password(self, account_id: str, current: str, new: str, *, session_id: str) -> None:
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
                account_id, old=credentials.password_hash, new=hashed, kept_session_id=session_id
            ):
                return
        raise CredentialsWrong()

    async def change_roles(self, username: str, *, add: str = "", remove: str = "") -> None:
        """Give or take a role. Raises UserNotFound."""
        if not await self._store.change_roles(username, add=add, remove=remove):
            raise UserNotFound(username)

    async def erase_account(self, caller: Caller, username: str, password: str) -> list[str]:
        """Delete the caller's account and return the keys of its blobs. Raises NotOwner, or as `require_password`."""
        if username != caller.username:
            raise NotOwner()
        await self.require_password(caller.account_id, password, session_id=caller.session_id)
        return await self._store.erase_account(caller.account_id)

    async def require_password(self, account_id: str, password: str, *, session_id: str) -> Credentials:
        """Return the credentials of an account whose owner, signed in by a session, shows the password once more.

        Raises:
            CredentialsWrong: it is not the password, or the account was deleted.
            TooManyAttempts: the session has shown too many wrong ones.
        """
        attempt = Attempt(account_id, session_id=session_id)
        return await self._require_match(attempt, lambda: self._store.get_credentials(account_id), password)

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
        return Credentials(credentials.account_id, credentials.username, renewed)
