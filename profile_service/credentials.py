"""Accounts, their passwords and their roles."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from profile_service.errors import CredentialsWrong, NotOwner, UserNotFound
from profile_service.passwords import Passwords, require_uncommon
from profile_service.sessions import OpenSession, Sessions
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
    """A row to be: `kind` is "person" or "service".

    With a `confirmation_mail_id`, a mail of that id asks to confirm the address.
    """

    account_id: str
    username: str
    kind: str
    display_name: str
    email: str
    password_hash: str = field(repr=False)
    roles: frozenset[str]
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
        sessions: Sessions,
        sends_mail: bool,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._sessions = sessions
        self._sends_mail = sends_mail
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
            confirmation_mail_id=self._new_id() if email and self._sends_mail else "",
        )
        await self._store.create_account(account)
        session = await self._sessions.open(
            account.account_id, password_hash=account.password_hash, device_name=device_name
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
            kind="service",
            display_name=display_name or username,
            email="",
            password_hash=await self._passwords.hash(secret),
            roles=frozenset({SERVICE_ROLE}),
        )
        await self._store.create_account(account)
        return secret

    async def open_session(self, username: str, password: str, *, device_name: str) -> OpenSession:
        """Sign in. Raises CredentialsWrong, after the same time for an unknown username."""
        for _ in range(ATTEMPTS):
            credentials = await self._authenticate(username, password)
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

    async def require_password(self, account_id: str, password: str, *, session_id: str) -> Credentials:
        """Return the credentials of an account whose owner, signed in by a session, shows the password once more.

        Raises CredentialsWrong.
        """
        return await self._require_match(await self._store.get_credentials(account_id), password)

    async def _authenticate(self, username: str, password: str) -> Credentials:
        credentials = await self._require_match(await self._store.find_credentials(username), password)
        if not self._passwords.is_outdated(credentials.password_hash):
            return credentials
        renewed = await self._passwords.hash(password)
        await self._store.renew_password_hash(credentials.account_id, old=credentials.password_hash, new=renewed)
        return Credentials(credentials.account_id, credentials.username, renewed)

    async def _require_match(self, credentials: Credentials | None, password: str) -> Credentials:
        """Return the credentials when the password is theirs. An absent account takes as long as a wrong password."""
        matched = await self._passwords.matches(password, credentials.password_hash if credentials else None)
        if credentials is None or not matched:
            raise CredentialsWrong()
        return credentials
