"""What Envoy answers itself, in our own words: the same statuses that the gateway would have sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Final

from google.protobuf import json_format
from google.rpc import error_details_pb2  # noqa: F401 - JSON names the details by their descriptors

from gateway.envoy.layout import Node, typed
from runtime.access import token_missing
from runtime.admission import RETRY_AFTER_SECONDS
from runtime.errors import DeadlineExceeded, DomainError, Exhausted, Unavailable
from runtime.interceptors import MalformedRequest
from runtime.statuses import STATUS_DETAILS, status_of
from runtime.tokens import bad_token, expired_token


def _busy() -> DomainError:
    message = "Too many calls come from your network; try again in a moment."
    return Exhausted(message, retry_after_seconds=RETRY_AFTER_SECONDS)


def _away(dependency: str) -> DomainError:
    return Unavailable(f"The {dependency} does not answer; try again later.", dependency=dependency)


def _unreadable() -> DomainError:
    return MalformedRequest("The request is not this method's message; check its JSON and its parameters.")


def _late() -> DomainError:
    return DeadlineExceeded("The server did not answer in time; try again.")


# What Envoy says of its refusal, in the order in which it is looked at: an expression, a status of HTTP, our error.
# Source of the words: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details
_REPLIES: Final[tuple[tuple[str, int, DomainError], ...]] = (
    ('response.code_details == "local_rate_limited"', 429, _busy()),
    ('response.code_details.contains("Jwt_is_missing")', 401, token_missing()),
    ('response.code_details.contains("Jwt_is_expired")', 401, expired_token()),
    ('response.code_details.contains("Jwks_remote_fetch_is_failed")', 503, _away("gateway")),
    ('response.code_details.startsWith("jwt_authn_access_denied")', 401, bad_token()),
    ('response.code_details.startsWith("grpc_json_transcode_failure")', 400, _unreadable()),
    ('response.code == 504 || response.code_details == "max_duration_timeout"', 504, _late()),
    ("response.code == 503", 503, _away("server")),
)
_IN_JSON: Final = '"x-envoy-original-path" in request.headers'


def local_replies() -> Node:
    """Return what takes the place of Envoy's own sentences."""
    return {"mappers": [mapper for reply in _REPLIES for mapper in _mappers(*reply)]}


def _mappers(when: str, code: int, error: DomainError) -> Iterator[Node]:
    status = status_of(error)
    yield {
        **_when(f"({when}) && {_IN_JSON}"),
        "status_code": code,
        "body": {"inline_string": json.dumps(json_format.MessageToDict(status))},
        "body_format_override": {
            "text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"},
            "content_type": "application/json",
        },
    }
    details = base64.b64encode(status.SerializeToString()).decode().rstrip("=")
    yield {
        **_when(when),
        "status_code": code,
        "body": {"inline_string": status.message},
        "headers_to_add": [{"header": {"key": STATUS_DETAILS, "value": details}}],
    }


def _when(expression: str) -> Node:
    kind = "extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    name = "envoy.access_loggers.extension_filters.cel"
    return {"filter": {"extension_filter": typed(name, kind, expression=expression)}}
