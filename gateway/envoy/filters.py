"""What each call passes in Envoy, in this order: Connect, gRPC-Web, JSON, CORS, rate limits, the token."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Final

from google.api import annotations_pb2
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.rpc import error_details_pb2

from gateway.envoy.clusters import KEYS
from gateway.envoy.layout import Node, seconds, typed
from gateway.key_file import PUBLISHED_SECONDS
from gateway.upstream import AUTH_SERVICE
from runtime import contract
from runtime.addresses import IPV4_BITS, IPV6_BITS
from runtime.admission import Limits
from runtime.server import MAX_RECEIVE_BYTES
from runtime.tokens import AUDIENCE, ISSUER, LEEWAY_SECONDS, MAX_TOKEN_LENGTH

CORS: Final = "envoy.filters.http.cors"
JWT: Final = "envoy.filters.http.jwt_authn"
# Under this a route says of which kind its calls are (runtime.admission).
KIND: Final = "dossier.kind"
# A key must be here before it signs; they are asked for anew five seconds before this is over.
_KEYS_SECONDS: Final = PUBLISHED_SECONDS - 10
# Responses hold at most one avatar (1 MiB) and 500 games, and JSON is longer.
_MAX_JSON_BYTES: Final = 8 * 1024 * 1024
# One bucket for each network and kind of call; those that were not used for the longest are full again by then.
_NETWORKS: Final = 10_000
_PROVIDER: Final = "dossier"


class Requirement(StrEnum):
    """What a call must have of tokens. One that is sent must be good in any case."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


def filters(services: Sequence[str], *, rate: int) -> list[Node]:
    """Return what each call passes. `services` are those that are served as JSON too; for the rate see Layout."""
    return [
        typed(
            "envoy.filters.http.connect_grpc_bridge",
            "extensions.filters.http.connect_grpc_bridge.v3.FilterConfig",
        ),
        typed("envoy.filters.http.grpc_web", "extensions.filters.http.grpc_web.v3.GrpcWeb"),
        json_transcoder(services),
        # After the former: only then is the path one that a route knows.
        typed(CORS, "extensions.filters.http.cors.v3.Cors"),
        *([_rate_limits(Limits(), rate)] if rate else []),
        _jwt_check(),
        router(),
    ]


def router() -> Node:
    """Return the last filter, which sends calls on."""
    kind = "extensions.filters.http.router.v3.Router"
    return typed("envoy.filters.http.router", kind, suppress_envoy_headers=True)


def json_transcoder(services: Sequence[str]) -> Node:
    """Return the filter that serves JSON over HTTP at the paths that the protos state by google.api.http."""
    return typed(
        "envoy.filters.http.grpc_json_transcoder",
        "extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        proto_descriptor_bin=base64.b64encode(_descriptors(services)).decode(),
        services=list(services),
        convert_grpc_status=True,
        max_request_body_size=MAX_RECEIVE_BYTES,
        max_response_body_size=_MAX_JSON_BYTES,
    )


def jwks_path() -> str:
    """Return where AuthService.GetJwks is by HTTP."""
    service = next(service for service in contract.services() if service.full_name == AUTH_SERVICE)
    options = service.methods_by_name["GetJwks"].GetOptions()
    return str(options.Extensions[annotations_pb2.http].get)


def _descriptors(services: Sequence[str]) -> bytes:
    """Return the files of the services and of the details of errors, with all that they import."""
    files: dict[str, FileDescriptor] = {}
    wanted = [service.file for service in contract.services() if service.full_name in services]
    for file in (*wanted, error_details_pb2.DESCRIPTOR):
        _add(file, files)
    found = FileDescriptorSet()
    for descriptor in files.values():
        descriptor.CopyToProto(found.file.add())
    return found.SerializeToString(deterministic=True)


def _add(file: FileDescriptor, files: dict[str, FileDescriptor]) -> None:
    """Add a file after those that it imports."""
    if file.name not in files:
        for imported in file.dependencies:
            _add(imported, files)
        files[file.name] = file


def _rate_limits(limits: Limits, rate: int) -> Node:
    everybody = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    kinds = {kind: count for kind, count in asdict(limits).items() if not kind.endswith("_per_caller")}
    return typed(
        "envoy.filters.http.local_ratelimit",
        "extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="by_network",
        filter_enabled=everybody,
        filter_enforced=everybody,
        rate_limited_as_resource_exhausted=True,
        always_consume_default_token_bucket=False,
        max_dynamic_descriptors=_NETWORKS,
        rate_limits=[{"actions": [_kind(), _network()]}],
        descriptors=[_bucket(kind, rate * count) for kind, count in kinds.items()],
    )


def _kind() -> Node:
    place = {"key": KIND, "path": [{"key": KIND}]}
    return {"metadata": {"descriptor_key": KIND, "metadata_key": place, "source": "ROUTE_ENTRY"}}


def _network() -> Node:
    return {"masked_remote_address": {"v4_prefix_mask_len": IPV4_BITS, "v6_prefix_mask_len": IPV6_BITS}}


def _bucket(kind: str, count: int) -> Node:
    return {
        # Without a value it stands for each one that comes.
        "entries": [{"key": KIND, "value": kind}, {"key": "masked_remote_address"}],
        "token_bucket": {"max_tokens": count, "tokens_per_fill": count, "fill_interval": "1s"},
    }


def _jwt_check() -> Node:
    token = {"provider_name": _PROVIDER}
    return typed(
        JWT,
        "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={_PROVIDER: _provider()},
        requirement_map={
            Requirement.SIGNED_IN: token,
            Requirement.ANYONE: {"requires_any": {"requirements": [token, {"allow_missing": {}}]}},
        },
    )


def _provider() -> Node:
    """Keys come from the gateway, through this Envoy itself, which makes JSON of them."""
    return {
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "clock_skew_seconds": LEEWAY_SECONDS,
        "forward": True,
        "from_headers": [{"name": "authorization", "value_prefix": scheme} for scheme in ("Bearer ", "bearer ")],
        "jwt_cache_config": {"jwt_cache_size": 10_000, "jwt_max_token_size": MAX_TOKEN_LENGTH},
        "remote_jwks": {
            "http_uri": {"uri": f"http://dossier{jwks_path()}", "cluster": KEYS, "timeout": "2s"},
            "cache_duration": seconds(_KEYS_SECONDS),
            "async_fetch": {"fast_listener": True, "failed_refetch_duration": "1s"},
        },
    }
