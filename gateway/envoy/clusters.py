"""The parts behind Envoy: where they are, whether they are well, how much goes to them, and what is shown."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from gateway.envoy.layout import GATEWAY, Address, Layout, Node, message, seconds
from runtime.tls import Identity

KEYS: Final = "keys"
CHECK_SECONDS: Final = 2.0
# More than all replicas take at once; each says itself when it has too much. This bounds what a part that answers
# nobody may keep waiting here.
MAX_CALLS: Final = 8192
_HTTP2: Final = {
    "initial_stream_window_size": 256 * 1024,
    "initial_connection_window_size": 1024 * 1024,
    "connection_keepalive": {"interval": "60s", "timeout": "20s"},
}


def clusters(layout: Layout) -> list[Node]:
    """Return a cluster for each part that has addresses, and the one that leads back to Envoy for the public keys."""
    return [*_parts(layout), _keys(layout)]


def _parts(layout: Layout) -> Iterator[Node]:
    for part, addresses in layout.parts.items():
        if addresses:
            yield _part(layout.cluster_of(part), addresses, _part_tls(layout, part, addresses))


def _part(name: str, addresses: Sequence[Address], tls: Node) -> Node:
    limits = {"max_connections": MAX_CALLS, "max_pending_requests": MAX_CALLS, "max_requests": MAX_CALLS}
    # Reads that are sent again are few of all calls, or no single replica is away and repeating makes it worse.
    budget = {"budget_percent": {"value": 20}, "min_retry_concurrency": 3}
    return {
        **_cluster(name, [address.node for address in addresses]),
        **tls,
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "lb_policy": "ROUND_ROBIN",
        "health_checks": [_health_check()],
        "outlier_detection": _outliers(),
        "circuit_breakers": {"thresholds": [{**limits, "retry_budget": budget}]},
        "typed_extension_protocol_options": _protocol({"http2_protocol_options": _HTTP2}),
    }


def _keys(layout: Layout) -> Node:
    return {**_cluster(KEYS, [layout.keys]), "type": "STATIC"}


def _cluster(name: str, addresses: Sequence[Node]) -> Node:
    endpoints = [{"endpoint": {"address": address}} for address in addresses]
    return {
        "name": name,
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]},
    }


def _protocol(explicit: Node) -> Node:
    kind = "extensions.upstreams.http.v3.HttpProtocolOptions"
    return {f"envoy.{kind}": message(kind, explicit_http_config=explicit)}


def _health_check() -> Node:
    every = seconds(CHECK_SECONDS)
    return {
        "grpc_health_check": {},
        "timeout": "1s",
        "interval": every,
        "no_traffic_interval": every,
        "unhealthy_threshold": 2,
        "healthy_threshold": 1,
    }


def _outliers() -> Node:
    """A replica that cannot be reached is left out. What it answers is no sign: its database may be at fault."""
    return {
        "split_external_local_origin_errors": True,
        "consecutive_local_origin_failure": 3,
        "enforcing_consecutive_5xx": 0,
        "enforcing_consecutive_gateway_failure": 0,
        "enforcing_success_rate": 0,
        "enforcing_local_origin_success_rate": 0,
        "interval": seconds(CHECK_SECONDS),
        "base_ejection_time": "5s",
        "max_ejection_percent": 50,
    }


def _part_tls(layout: Layout, part: str, addresses: Sequence[Address]) -> Node:
    if part == GATEWAY:
        return _tls(addresses, layout.gateway_authority, None)
    return _tls(addresses, layout.internal.authority, layout.internal) if layout.internal else {}


def _tls(addresses: Sequence[Address], authority: Path | None, identity: Identity | None) -> Node:
    if authority is None:
        return {}
    names = [{"san_type": _name_kind(host), "matcher": {"exact": host}} for host, _ in addresses]
    common: Node = {
        "validation_context": {"trusted_ca": {"filename": str(authority)}, "match_typed_subject_alt_names": names},
        **shown(identity),
    }
    named = next((host for host, _ in addresses if _name_kind(host) == "DNS"), None)
    kind = "extensions.transport_sockets.tls.v3.UpstreamTlsContext"
    sni = {"sni": named} if named else {}
    config = message(kind, common_tls_context={**common, "alpn_protocols": ["h2"]}, **sni)
    return {"transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": config}}


def shown(identity: Identity | None) -> Node:
    """Return what is shown to the other side, as a part of a TLS context."""
    if identity is None:
        return {}
    files = {"certificate_chain": identity.certificate, "private_key": identity.key}
    return {"tls_certificates": [{name: {"filename": str(path)} for name, path in files.items()}]}


def _name_kind(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "DNS"
    return "IP_ADDRESS"
