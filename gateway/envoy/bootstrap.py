"""The whole configuration of an Envoy before an installation: plain data, made of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.envoy.clusters import clusters, shown
from gateway.envoy.filters import filters, json_transcoder, router
from gateway.envoy.layout import GATEWAY, Layout, Node, message, seconds, typed
from gateway.envoy.replies import local_replies
from gateway.envoy.routes import virtual_host
from gateway.upstream import AUTH_SERVICE
from runtime import contract
from runtime.contract import Method
from runtime.server import CONNECTION_AGE_SECONDS, HANDSHAKE_SECONDS, MAX_METADATA_BYTES, MAX_STREAMS

MAX_CONNECTIONS: Final = 20_000
_BUFFER_BYTES: Final = 256 * 1024


def bootstrap(layout: Layout, methods: Mapping[str, Method]) -> Node:
    """Return the configuration.

    Args:
        methods: `contract.methods()`; each public one gets a route, and no other call passes.

    Raises:
        RouteMissing: a public service is served by no part.
    """
    node: Node = {
        "static_resources": {
            "listeners": [_public(layout, methods), _keys(layout)],
            "clusters": clusters(layout),
        },
        "overload_manager": _bounds(),
    }
    if layout.admin:
        node["admin"] = {"address": layout.admin.node}
    return node


def _public(layout: Layout, methods: Mapping[str, Method]) -> Node:
    manager = _manager(
        "public",
        [virtual_host(layout, methods.values())],
        filters(contract.public_services(methods), rate=layout.rate),
        local_reply_config=local_replies(),
        # The address that called is added for the gateway, which believes as many as it is told to.
        use_remote_address=True,
        xff_num_trusted_hops=layout.trusted_proxies,
        # Nobody who calls is one of us, wherever from: what only we may say to Envoy is taken off.
        internal_address_config={},
        preserve_external_request_id=True,
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        max_request_headers_kb=MAX_METADATA_BYTES // 1024,
        request_headers_timeout=seconds(HANDSHAKE_SECONDS),
        stream_idle_timeout="300s",
        common_http_protocol_options={
            "idle_timeout": "3600s",
            "max_connection_duration": seconds(CONNECTION_AGE_SECONDS),
            "headers_with_underscores_action": "DROP_HEADER",
        },
        http2_protocol_options={
            "max_concurrent_streams": MAX_STREAMS,
            "initial_stream_window_size": 64 * 1024,
            "initial_connection_window_size": 1024 * 1024,
        },
    )
    return {
        **_listener("public", layout.listen.node, manager, tls=_tls(layout)),
        "per_connection_buffer_limit_bytes": _BUFFER_BYTES,
    }


def _keys(layout: Layout) -> Node:
    """The public keys as JSON, for Envoy itself: it asks for them by HTTP, which the gateway does not speak."""
    path = f"/{AUTH_SERVICE}/GetJwks"
    host = {"name": "keys", "domains": ["*"], "routes": [{"match": {"path": path}, "route": {"cluster": GATEWAY}}]}
    return _listener("keys", layout.keys, _manager("keys", [host], [json_transcoder([AUTH_SERVICE]), router()]))


def _listener(name: str, address: Node, manager: Node, *, tls: Node | None = None) -> Node:
    return {"name": name, "address": address, "filter_chains": [{"filters": [manager], **(tls or {})}]}


def _manager(name: str, hosts: Sequence[Node], http_filters: Sequence[Node], **options: Any) -> Node:
    return typed(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=name,
        route_config={"name": name, "virtual_hosts": list(hosts)},
        http_filters=list(http_filters),
        **options,
    )


def _tls(layout: Layout) -> Node:
    if layout.shown is None:
        return {}
    common = {"alpn_protocols": ["h2", "http/1.1"], **shown(layout.shown)}
    kind = "extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    config = message(kind, common_tls_context=common)
    return {"transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": config}}


def _bounds() -> Node:
    name = "envoy.resource_monitors.global_downstream_max_connections"
    kind = "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
    return {"resource_monitors": [typed(name, kind, max_active_downstream_connections=MAX_CONNECTIONS)]}
