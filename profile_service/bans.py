"""Bans: who may pronounce and lift them, and what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from profile_service.errors import BanNotAllowed
from profile_service.roles import ADMIN, MANAGER, Standing


@dataclass(frozen=True, slots=True)
class Ban:
    """A ban in force. `expire_time` is None when it does not end by itself."""

    reason: str
    create_time: datetime
    expire_time: datetime | None


class BanStore(Protocol):
    """Where bans are kept. `check` is called with actor and subject as they stand in the transaction."""

    async def ban(
        self,
        username: str,
        *,
        actor_id: str,
        reason: str,
        expire_time: datetime | None,
        check: Callable[[Standing, Standing], None],
    ) -> None:
        """Ban the account and end its sessions. Raises UserNotFound, or InvalidInput when the end is in the past."""

    async def unban(self, username: str, *, actor_id: str, check: Callable[[Standing, Standing], None]) -> None:
        """Lift the account's ban, if there is one. Raises UserNotFound."""


class Bans:
    """The use cases."""

    def __init__(self, store: BanStore) -> None:
        self._store = store

    async def ban(self, username: str, *, actor_id: str, reason: str, expire_time: datetime | None) -> None:
        """Ban an account until a moment. Raises UserNotFound, BanNotAllowed or InvalidInput."""
        await self._store.ban(
            username, actor_id=actor_id, reason=reason, expire_time=expire_time, check=_require_allowed
        )

    async def unban(self, username: str, *, actor_id: str) -> None:
        """Lift an account's ban. Raises UserNotFound or BanNotAllowed."""
        await self._store.unban(username, actor_id=actor_id, check=_require_allowed)


def _require_allowed(actor: Standing, subject: Standing) -> None:
    needed = ADMIN if subject.roles & {ADMIN, MANAGER} else MANAGER
    if actor.account_id == subject.account_id or needed not in actor.powers:
        raise BanNotAllowed()
