"""The methods of the contract, read from the descriptors of the generated stubs."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import dossier
from dossier.access.v1 import access_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC: its path on the wire, its shape, who may call it and what it costs or changes.

    Attributes:
        changes_nothing: whether it may be sent again when nobody knows whether it was carried out.
    """

    path: str
    service: str
    client_streaming: bool
    server_streaming: bool
    audience: int
    roles: frozenset[str]
    hashes_password: bool
    changes_nothing: bool
    request: type[Message]
    response: type[Message]

    @property
    def internal(self) -> bool:
        """Whether only other parts of the installation may call it."""
        return self.audience == access_pb2.AUDIENCE_INTERNAL


class RuleMissing(Exception):
    """A method of the contract does not say who may call it."""


def methods() -> dict[str, Method]:
    """Return every method of the contract by its path, such as "/dossier.auth.v1.AuthService/SignIn".

    Raises:
        RuleMissing: a method carries no access rule.
    """
    found = (_method(service, method) for service in services() for method in service.methods)
    return {method.path: method for method in found}


def services() -> Iterator[ServiceDescriptor]:
    """Return the descriptor of every service of the contract."""
    for module in _stub_modules():
        yield from module.DESCRIPTOR.services_by_name.values()


def service_names(*prefixes: str) -> tuple[str, ...]:
    """Return the full names of the services that begin with one of `prefixes`, such as "dossier.report.v1."."""
    return tuple(service.full_name for service in services() if service.full_name.startswith(prefixes))


def public_services(methods: Mapping[str, Method]) -> tuple[str, ...]:
    """Return the full names of the services that clients may reach."""
    return tuple(sorted({method.service for method in methods.values() if not method.internal}))


def role_name(role: Any) -> str:
    """Return a role as it stands in tokens and rows: "referee" for ROLE_REFEREE."""
    return access_pb2.Role.Name(role).removeprefix("ROLE_").lower()


def role_value(name: str) -> Any:
    """Return the enum value of a role's name; ROLE_UNSPECIFIED for a name that this version does not know."""
    return dict(access_pb2.Role.items()).get(f"ROLE_{name.upper()}", access_pb2.ROLE_UNSPECIFIED)


def powers_of(roles: Iterable[str]) -> frozenset[str]:
    """Return the roles and those that they include, as access.proto says."""
    held = frozenset(roles)
    return held.union(*(_INCLUDED.get(role, ()) for role in held))


def _stub_modules() -> Iterator[ModuleType]:
    for root in map(Path, dossier.__path__):
        for file in sorted(root.rglob("*_service_pb2.py")):
            yield importlib.import_module(".".join(("dossier", *file.relative_to(root).with_suffix("").parts)))


def _method(service: ServiceDescriptor, method: MethodDescriptor) -> Method:
    rule: access_pb2.AccessRule = method.GetOptions().Extensions[access_pb2.rule]  # type: ignore[index]
    path = f"/{service.full_name}/{method.name}"
    if rule.audience == access_pb2.AUDIENCE_UNSPECIFIED:
        raise RuleMissing(f"{path} has no access rule; state one in its proto.")
    return Method(
        path=path,
        service=service.full_name,
        client_streaming=method.client_streaming,
        server_streaming=method.server_streaming,
        audience=rule.audience,
        roles=frozenset(role_name(role) for role in rule.roles),
        hashes_password=rule.hashes_password,
        changes_nothing=method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS,
        request=GetMessageClass(method.input_type),
        response=GetMessageClass(method.output_type),
    )


def _included() -> dict[str, frozenset[str]]:
    found = {}
    for value in access_pb2.Role.DESCRIPTOR.values:
        includes: Iterable[Any] = value.GetOptions().Extensions[access_pb2.includes]  # type: ignore[index]
        found[role_name(value.number)] = frozenset(map(role_name, includes))
    return found


_INCLUDED = _included()
