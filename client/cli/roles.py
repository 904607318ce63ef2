"""Roles as they are typed and shown."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from client.cli.output import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dossier.access.v1 import access_pb2 as access_pb


class RoleChoice(StrEnum):
    """What may be given as a role."""

    REFEREE = "referee"
    SERVICE = "service"
    MANAGER = "manager"
    ADMIN = "admin"


def role_value(choice: RoleChoice | None) -> Any:
    """Return a role as the contract has it; no choice is ROLE_UNSPECIFIED."""
    from dossier.access.v1 import access_pb2 as access_pb

    return access_pb.ROLE_UNSPECIFIED if choice is None else access_pb.Role.Value(f"ROLE_{choice.name}")


def role_words(roles: Iterable[access_pb.Role]) -> list[str]:
    """Return roles as people read them."""
    from dossier.access.v1 import access_pb2 as access_pb

    return [word(access_pb.Role.Name(role)).lower() for role in roles]
