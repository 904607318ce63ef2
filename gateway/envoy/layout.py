"""What an Envoy is told of an installation: where its parts are, and what is shown to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from runtime.tls import Identity

# Plain data, as JSON has it.
Node = dict[str, Any]

GATEWAY: Final = "gateway"
_TYPES: Final = "type.googleapis.com/envoy"


class Address(NamedTuple):
    """A host's name or IP address, and a port."""

    host: str
    port: int

    @property
    def node(self) -> Node:
        """The address as Envoy writes it."""
        return {"socket_address": {"address": self.host, "port_value": self.port}}


@dataclass(frozen=True, slots=True)
class Layout:
    """An installation with an Envoy before it.

    Attributes:
        listen: where clients reach Envoy.
        parts: the addresses of each part by its name in gateway.upstream, and of the gateways. A part that has none is
            reached through the gateways.
        origins: the pages whose scripts may call, such as https://club.example.org.
        shown: the certificate for clients, plain text without one.
        gateway_authority: who signed the gateways' own certificate; plain text without one.
        internal: what Envoy shows to the other parts, and whom it believes; plain text without one.
        rate: how many times as many calls of a kind one network gets in a second as one process takes at once
            (runtime.admission); 0: any number.
        trusted_proxies: how many proxies stand before Envoy and add the address that called them.
        admin: where Envoy serves its own state and metrics, to whoever asks.
    """

    listen: Address
    parts: Mapping[str, Sequence[Address]]
    origins: Sequence[str] = ()
    shown: Identity | None = None
    gateway_authority: Path | None = None
    internal: Identity | None = None
    rate: int = 1
    trusted_proxies: int = 0
    admin: Address | None = None

    @property
    def keys(self) -> Node:
        """Where Envoy serves the public keys to itself: an abstract socket of Linux, which leaves no file."""
        return {"pipe": {"path": f"@dossier-keys-{self.listen.port}"}}

    def cluster_of(self, part: str) -> str:
        """Return the name of the cluster that serves a part."""
        return part.replace(" ", "_") if self.parts.get(part) else GATEWAY


def typed(name: str, kind: str, **fields: Any) -> Node:
    """Return an extension's configuration: its name, and the message `kind` with its fields."""
    return {"name": name, "typed_config": message(kind, **fields)}


def message(kind: str, **fields: Any) -> Node:
    """Return the message `kind`, such as extensions.filters.http.cors.v3.Cors, that stands where any may."""
    return {"@type": f"{_TYPES}.{kind}", **fields}


def seconds(amount: float) -> str:
    """Return a time as JSON has it in protobuf."""
    return f"{amount:g}s"
