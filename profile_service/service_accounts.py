"""Accounts of programs, and the API keys that they sign in with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from profile_service.bans import Ban
from profile_service.credentials import NewAccount
from profile_service.errors import AccountBanned, ApiKeyInvalid, ApiKeyNotFound, ServiceAccountNotFound
from profile_service.roles import SERVICE
from profile_service.sessions import OpenSession, Sessions

# So that a key is known for one wherever it is found, by people and by scanners of leaked secrets.
KEY_PREFIX = "dossier_key_"
KEY_BYTES = 32
# The contract names the number.
MAX_KEYS = 20
FIRST_KEY_NAME = "first key"


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


class ServiceAccountStore(Protocol):
    """Where keys are kept."""

    async def create_service_account(self, account: NewAccount, *, actor_id: str, key: NewKey | None) -> None:
        """Insert the account, and its first key if one is given. Raises UsernameTaken."""

    async def create_key(self, username: str, key: NewKey, *, actor_id: str, most: int) -> ApiKey:
        """Insert a key. Raises ServiceAccountNotFound, or ApiKeyQuota when the account has `most` of them."""

    async def list_keys(self, username: str) -> list[ApiKey] | None:
        """Return the account's keys, the oldest first; None when there is no such service account."""

    async def revoke_key(self, api_key_id: str, *, actor_id: str) -> bool:
        """Delete a key and end its sessions. False when there is none of this id."""

    async def find_key(self, digest: str) -> KeyHolder | None:
        """Return whose key has this digest."""


class ServiceAccounts:
    """The use cases. `new_id` gives UUIDs."""

    def __init__(self, store: ServiceAccountStore, sessions: Sessions, *, new_id: Callable[[], str]) -> None:
        self._store = store
        self._sessions = sessions
        self._new_id = new_id

    async def create(self, username: str, *, display_name: str, actor_id: str) -> None:
        """Open an account for a program. Raises UsernameTaken."""
        await self._store.create_service_account(self._account(username, display_name), actor_id=actor_id, key=None)

    async def create_with_key(self, username: str, *, display_name: str, actor_id: str) -> str:
        """Open an account for a program and return its first key. Raises UsernameTaken."""
        secret, key = self._key(FIRST_KEY_NAME)
        await self._store.create_service_account(self._account(username, display_name), actor_id=actor_id, key=key)
        return secret

    async def create_key(self, username: str, *, display_name: str, actor_id: str) -> tuple[str, ApiKey]:
        """Return a new key and what is known of it. Raises ServiceAccountNotFound or ApiKeyQuota."""
        secret, key = self._key(display_name)
        return secret, await self._store.create_key(username, key, actor_id=actor_id, most=MAX_KEYS)

    async def keys_of(self, username: str) -> list[ApiKey]:
        """Return the account's keys, the oldest first. Raises ServiceAccountNotFound."""
        keys = await self._store.list_keys(username)
        if keys is None:
            raise ServiceAccountNotFound(username)
        return keys

    async def revoke_key(self, api_key_id: str, *, actor_id: str) -> None:
        """Make a key worthless and end its sessions. Raises ApiKeyNotFound."""
        if not await self._store.revoke_key(api_key_id, actor_id=actor_id):
            raise ApiKeyNotFound()

    async def open_session(self, secret: str, *, device_name: str) -> OpenSession:
        """Sign in with a key. Raises ApiKeyInvalid or AccountBanned."""
        holder = await self._store.find_key(_digest(secret))
        if holder is None:
            raise ApiKeyInvalid()
        if holder.ban is not None:
            raise AccountBanned(holder.ban.expire_time)
        session = await self._sessions.open_with_key(
            holder.account_id, api_key_id=holder.api_key_id, device_name=device_name
        )
        if session is None:  # revoked or banned in the same moment
            raise ApiKeyInvalid()
        return session

    def _account(self, username: str, display_name: str) -> NewAccount:
        return NewAccount(
            account_id=self._new_id(),
            username=username,
            kind="service",
            display_name=display_name or username,
            email="",
            password_hash="",
            roles=frozenset({SERVICE}),
        )

    def _key(self, display_name: str) -> tuple[str, NewKey]:
        secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        return secret, NewKey(self._new_id(), display_name, _digest(secret))


def _digest(secret: str) -> str:
    """Return what is kept of a key, and what it is found by: guessing towards a digest is as hard as towards a key."""
    return hashlib.sha256(secret.encode()).hexdigest()
