"""A route for each public method of the contract, with what its access rule and its shape ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dossier.access.v1 import access_pb2

from gateway.envoy.filters import CORS, JWT, KIND, Requirement
from gateway.envoy.layout import GATEWAY, Layout, Node, message, seconds
from gateway.relay import UNARY_SECONDS
from gateway.upstream import AUTH_SERVICE, PARTS, RouteMissing
from runtime.admission import kind_of
from runtime.contract import Method
from runtime.server import CONNECTION_AGE_GRACE_SECONDS, CONNECTION_AGE_SECONDS

_HEALTH: Final = "/grpc.health.v1.Health/"
# Nothing of them was carried out. For what changes nothing the rest counts too: a replica that was lost under way.
_UNSENT: Final = "connect-failure,refused-stream"
_LOST: Final = f"{_UNSENT},reset,unavailable"
# No stream outlives its connection.
_STREAM_SECONDS: Final = CONNECTION_AGE_SECONDS + CONNECTION_AGE_GRACE_SECONDS


def virtual_host(layout: Layout, methods: Iterable[Method]) -> Node:
    """Return all that Envoy serves. Raises RouteMissing when a public service has no part that serves it."""
    routes = [_route(layout, method) for method in methods if not method.internal]
    host: Node = {"name": "dossier", "domains": ["*"], "routes": [*routes, _health()]}
    if layout.origins:
        host["routes"].append(_preflight())
        host["typed_per_filter_config"] = {CORS: _cors(layout.origins)}
    return host


def _route(layout: Layout, method: Method) -> Node:
    return {
        "match": {"path": method.path},
        "metadata": {"filter_metadata": {KIND: {KIND: kind_of(method)}}},
        "route": {
            "cluster": layout.cluster_of(_part_of(method)),
            **_times(method),
            "retry_policy": _retries(method),
        },
        "typed_per_filter_config": {JWT: _requirement(method)},
    }


def _part_of(method: Method) -> str:
    if method.service == AUTH_SERVICE:
        return GATEWAY
    try:
        return PARTS[method.service.rpartition(".")[0]]
    except KeyError:
        raise RouteMissing(f"no route for {method.service}; state one in gateway/upstream.py") from None


def _requirement(method: Method) -> Node:
    """Whoever must be signed in needs a good token. Roles are for the service, which knows what each includes."""
    anyone = method.audience == access_pb2.AUDIENCE_ANYONE
    return _token(Requirement.ANYONE if anyone else Requirement.SIGNED_IN)


def _token(requirement: Requirement) -> Node:
    return message("extensions.filters.http.jwt_authn.v3.PerRouteConfig", requirement_name=requirement)


def _times(method: Method) -> Node:
    """A call takes as long as its client says; without a word, as long as the gateway would wait."""
    streams = method.server_streaming or method.client_streaming
    longest = _STREAM_SECONDS if streams else UNARY_SECONDS
    return {
        "timeout": "0s",
        "max_stream_duration": {"max_stream_duration": seconds(longest), "grpc_timeout_header_max": "0s"},
        **({"idle_timeout": seconds(_STREAM_SECONDS)} if method.server_streaming else {}),
    }


def _retries(method: Method) -> Node:
    return {
        "retry_on": _LOST if method.changes_nothing else _UNSENT,
        "num_retries": 2,
        "retry_back_off": {"base_interval": "0.05s", "max_interval": "0.5s"},
        "retry_host_predicate": [_other_hosts()],
        "host_selection_retry_max_attempts": 3,
    }


def _other_hosts() -> Node:
    kind = "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    return {"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": message(kind)}


def _health() -> Node:
    """Balancers ask the gateway's health, as they do where it stands alone."""
    return {"match": {"prefix": _HEALTH}, "route": {"cluster": GATEWAY, "timeout": "0s"}}


def _preflight() -> Node:
    """Browsers ask first, by the paths of JSON too, which lead nowhere before they are translated.

    What is of an origin that was not named, or no such question, is answered nowhere and needs a token for that.
    """
    options = {"name": ":method", "string_match": {"exact": "OPTIONS"}}
    return {
        "match": {"prefix": "/", "headers": [options]},
        "route": {"cluster": GATEWAY},
        "typed_per_filter_config": {JWT: _token(Requirement.SIGNED_IN)},
    }


def _cors(origins: Iterable[str]) -> Node:
    return message(
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in origins],
        allow_methods="GET, POST, PUT, PATCH, DELETE",
        allow_headers="authorization, connect-protocol-version, connect-timeout-ms, content-type, grpc-timeout, "
        "x-grpc-web, x-request-id, x-user-agent",
        expose_headers="grpc-message, grpc-status, grpc-status-details-bin",
        max_age="7200",
    )
