"""Roles, and who may give and take which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from profile_service.audit import NOBODY
from profile_service.errors import RoleNotForPrograms, RoleNotGrantable
from runtime.contract import powers_of

ADMIN = "admin"
MANAGER = "manager"
REFEREE = "referee"
SERVICE = "service"
# What a program may be. A key lies in a file, and whoever copies it has what its account may do.
ROLES_OF_PROGRAMS = frozenset({REFEREE, SERVICE})


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account may do at this moment. One that does not exist has no roles."""

    account_id: str
    roles: frozenset[str]
    banned: bool
    is_service: bool = False

    @property
    def powers(self) -> frozenset[str]:
        """The roles that count, with those that they include."""
        return frozenset() if self.banned else powers_of(self.roles)


class RoleStore(Protocol):
    """Where roles are kept."""

    async def change_roles(
        self, username: str, *, actor_id: str, decide: Callable[[Standing, Standing], frozenset[str]]
    ) -> frozenset[str]:
        """Give the account the roles that `decide` returns for actor and subject, as they stand in the transaction.

        All sessions end when a role is taken away. Raises UserNotFound, or LastAdmin when no admin would be left.
        """


class Roles:
    """The use case."""

    def __init__(self, store: RoleStore) -> None:
        self._store = store

    async def change(
        self,
        username: str,
        *,
        actor_id: str,
        give: frozenset[str] = frozenset(),
        take: frozenset[str] = frozenset(),
    ) -> frozenset[str]:
        """Give and take roles and return those that the account has then; the operator, NOBODY, may do anything.

        Raises UserNotFound, RoleNotGrantable, RoleNotForPrograms or LastAdmin.
        """

        def decide(actor: Standing, subject: Standing) -> frozenset[str]:
            if actor_id != NOBODY:
                _require_giver(actor, give | take)
            if subject.is_service and (unfit := give - ROLES_OF_PROGRAMS):
                raise RoleNotForPrograms(min(unfit))
            return (subject.roles | give) - take

        return await self._store.change_roles(username, actor_id=actor_id, decide=decide)


def _require_giver(actor: Standing, roles: frozenset[str]) -> None:
    for role in sorted(roles):
        giver = MANAGER if role == REFEREE else ADMIN
        if giver not in actor.powers:
            raise RoleNotGrantable(role)
