"""Accounts of programs, and the API keys that they sign in with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from profile_service.audit import NOBODY
from profile_service.bans import Ban
from profile_service.credentials import NewAccount
from profile_service.errors import AccountBanned, ApiKeyInvalid
from profile_service.roles import ADMIN, SERVICE, Standing
from profile_service.sessions import OpenSession, Sessions
from profile_service.usernames import look_of
from runtime.errors import RoleMissing

# So that a key is known for one wherever it is found, by people and by scanners of leaked secrets.
KEY_PREFIX = "dossier_key_"
KEY_BYTES = 32
# The contract names the number.
MAX_KEYS = 20


@dataclass(frozen=True, slots=True)
class NewKey:
    """A row to be."""

    api_key_id: str
    display_name: str
    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; `last_use_time` is None until a session was opened with it."""

    api_key_id: str
    display_name: str
    create_time: datetime
    last_use_time: datetime | None


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whose key it is."""

    account_id: str
    api_key_id: str
    ban: Ban | None


ActorCheck = Callable[[Standing], None]


class ServiceAccountStore(Protocol):
    """Where keys are kept. `check` is called with the actor as they stand in the transaction."""

    async def create_service_account(self, account: NewAccount, *, actor_id: str, check: ActorCheck) -> None:
        """Insert the account. Raises UsernameTaken."""

    async def create_key(self, username: str, key: NewKey, *, actor_id: str, check: ActorCheck, most: int) -> ApiKey:
        """Insert a key. Raises ServiceAccountNotFound, or ApiKeyQuota when the account has `most` of them."""

    async def list_keys(self, username: str) -> list[ApiKey]:
        """Return the account's keys, the oldest first. Raises ServiceAccountNotFound."""

    async def revoke_key(self, api_key_id: str, *, actor_id: str, check: ActorCheck) -> None:
        """Delete a key and end its sessions. Raises ApiKeyNotFound."""

    async def find_key(self, digest: str) -> KeyHolder | None:
        """Return whose key has this digest."""


class ServiceAccounts:
    """The use cases. `new_id` gives UUIDs.

    Those with an actor are for admins and for the operator, NOBODY; they raise RoleMissing to others.
    """

    def __init__(self, store: ServiceAccountStore, sessions: Sessions, *, new_id: Callable[[], str]) -> None:
        self._store = store
        self._sessions = sessions
        self._new_id = new_id

    async def create(self, username: str, *, display_name: str, actor_id: str) -> None:
        """Open an account for a program. Raises UsernameTaken."""
        account = NewAccount(
            account_id=self._new_id(),
            username=username,
            look=look_of(username),
            kind="service",
            display_name=display_name or username,
            email="",
            password_hash="",
            roles=frozenset({SERVICE}),
            network="",
        )
        await self._store.create_service_account(account, actor_id=actor_id, check=_require_admin)

    async def create_key(self, username: str, *, display_name: str, actor_id: str) -> tuple[str, ApiKey]:
        """Return a new key and what is known of it. Raises ServiceAccountNotFound or ApiKeyQuota."""
        secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        key = NewKey(self._new_id(), display_name, _digest(secret))
        return secret, await self._store.create_key(
            username, key, actor_id=actor_id, check=_require_admin, most=MAX_KEYS
        )

    async def keys_of(self, username: str) -> list[ApiKey]:
        """Return the account's keys, the oldest first. Raises ServiceAccountNotFound."""
        return await self._store.list_keys(username)

    async def revoke_key(self, api_key_id: str, *, actor_id: str) -> None:
        """Make a key worthless and end its sessions. Raises ApiKeyNotFound."""
        await self._store.revoke_key(api_key_id, actor_id=actor_id, check=_require_admin)

    async def open_session(self, secret: str, *, device_name: str, network: str) -> OpenSession:
        """Sign in with a key. Raises ApiKeyInvalid, AccountBanned or TooManyAttempts."""
        holder = await self._store.find_key(_digest(secret))
        if holder is None:
            raise ApiKeyInvalid()
        if holder.ban is not None:
            raise AccountBanned(holder.ban.expire_time)
        session = await self._sessions.open_with_key(
            holder.account_id, api_key_id=holder.api_key_id, device_name=device_name, network=network
        )
        if session is None:  # revoked or banned in the same moment
            raise ApiKeyInvalid()
        return session


def _require_admin(actor: Standing) -> None:
    if actor.account_id != NOBODY and ADMIN not in actor.powers:
        raise RoleMissing(ADMIN)


def _digest(secret: str) -> str:
    """Return what is kept of a key, and what it is found by: guessing towards a digest is as hard as towards a key."""
    return hashlib.sha256(secret.encode()).hexdigest()
