"""What an operation may answer: its errors by HTTP status, as its comment and that of error_reason.proto list them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from dossier.access.v1 import access_pb2
from google.rpc import code_pb2

from gateway.http.bindings import Binding
from gateway.http.cookies import ENDING
from gateway.http.errors import PROBLEM, http_code
from tools.openapi.comments import Comments, Error
from tools.openapi.rules import Schema

REASONS: Final = "dossier/common/v1/error_reason.proto"
# Over HTTP bytes are never a message that cannot be read: what is no JSON is an invalid request.
_NOT_OVER_HTTP: Final = frozenset({"MALFORMED_REQUEST"})
# What HTTP itself has a status for, beside the codes of the contract.
_BODY: Final = {
    408: Error("DEADLINE_EXCEEDED", ("DEADLINE_EXCEEDED",), "the body did not arrive in time; send it again."),
    413: Error("INVALID_ARGUMENT", ("INVALID_REQUEST",), "the body is over 1 MiB, or over 16 KiB without a token."),
    415: Error("INVALID_ARGUMENT", ("INVALID_REQUEST",), "send JSON, with `Content-Type: application/json`."),
}
_UPLOAD: Final = {411: Error("INVALID_ARGUMENT", ("INVALID_REQUEST",), "say the size by `Content-Length`.")}
_PATH: Final = {404: Error("NOT_FOUND", ("PATH_UNKNOWN",), "a name in the path is empty.")}
_SESSION: Final = {
    403: Error("PERMISSION_DENIED", ("ORIGIN_FOREIGN",), "only this server's own pages can use its cookie.")
}
_ALWAYS: Final = {431: Error("INVALID_ARGUMENT", ("INVALID_REQUEST",), "path and headers are over 16 KiB.")}
# Python changed its own names of these between its versions.
_PHRASES: Final = {413: "Content Too Large", 416: "Range Not Satisfiable"}
_REQUEST_ID: Final = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}


class Answers:
    """Writes the errors of operations; those that many have in the same words are components."""

    def __init__(self, comments: Comments) -> None:
        self.components: dict[str, Schema] = {}
        self._comments = comments
        self._common = comments.errors(REASONS)

    def of(self, binding: Binding) -> dict[str, Schema]:
        """Return the errors of an operation by HTTP status."""
        own = self._comments.errors(binding.method.path.removeprefix("/").replace("/", "."))
        listed: dict[int, list[Error]] = {}
        told = {(error.code, reason) for error in own for reason in error.reasons}
        common = (error for error in self._common if _applies(error, binding) and not _reasons(error) <= told)
        for error in [*own, *common]:
            listed.setdefault(http_code(code_pb2.Code.Value(error.code)), []).append(error)
        for status, error in _of_http(binding):
            listed.setdefault(status, []).append(error)
        if binding.download is not None and any(error.code == "FAILED_PRECONDITION" for error in own):
            listed[HTTPStatus.ACCEPTED] = [error for error in own if error.code == "FAILED_PRECONDITION"]
        if binding.download is not None and binding.download.has_ranges:
            listed[HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE] = [
                error for error in own if error.code == "OUT_OF_RANGE"
            ]
        return {str(status): self._answer(status, listed[status], own) for status in sorted(listed)}

    def _answer(self, status: int, errors: list[Error], own: list[Error]) -> Schema:
        answer = _failure(status, errors)
        if any(error in own for error in errors):
            return answer
        name = _phrase(status).replace(" ", "")
        while self.components.setdefault(name, answer) != answer:
            name += "2"
        return {"$ref": f"#/components/responses/{name}"}


def success(content: Mapping[str, Schema], description: str, **headers: Schema) -> Schema:
    """Return an answer that is no error."""
    answer: Schema = {"description": description, "headers": _REQUEST_ID | headers}
    return answer | ({"content": dict(content)} if content else {})


def uses_session(binding: Binding) -> bool:
    """Whether a page of the server's own can leave the refresh token to a cookie."""
    ends = binding.method.path in ENDING
    return ends or any(map(_has_token, (binding.method.request.DESCRIPTOR, binding.method.response.DESCRIPTOR)))


def _has_token(message: Any) -> bool:
    inner = (field.message_type for field in message.fields if field.message_type is not None)
    return "refresh_token" in message.fields_by_name or any("refresh_token" in one.fields_by_name for one in inner)


def _applies(error: Error, binding: Binding) -> bool:
    audience = binding.method.audience
    if "TOKEN_MISSING" in error.reasons:
        return audience != access_pb2.AUDIENCE_ANYONE
    return "ROLE_MISSING" not in error.reasons or audience == access_pb2.AUDIENCE_ROLE


def _reasons(error: Error) -> set[tuple[str, str]]:
    return {(error.code, reason) for reason in error.reasons if reason not in _NOT_OVER_HTTP}


def _phrase(status: int) -> str:
    return _PHRASES.get(status) or HTTPStatus(status).phrase


def _of_http(binding: Binding) -> Iterable[tuple[int, Error]]:
    found = dict(_ALWAYS)
    if binding.upload:
        found |= _UPLOAD
    elif binding.body:
        found |= _BODY
    if binding.template.fields:
        found |= _PATH
    if uses_session(binding):
        found |= _SESSION
    return found.items()


def _failure(status: int, errors: list[Error]) -> Schema:
    reasons: dict[str, None] = {}
    lines = []
    for error in errors:
        kept = [reason for reason in error.reasons if reason not in _NOT_OVER_HTTP]
        reasons |= dict.fromkeys(kept)
        line = f"- {error.code} ({', '.join(f'`{reason}`' for reason in kept)}): {error.advice}"
        if line not in lines:
            lines.append(line)
    headers: dict[str, Any] = dict(_REQUEST_ID)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/Challenge"}
    if status in (HTTPStatus.ACCEPTED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        headers["Content-Range"] = {"schema": {"type": "string"}, "required": True, "description": "`bytes */<size>`."}
    return {
        "description": f"{_phrase(status)}.\n\n" + "\n".join(lines),
        "headers": headers,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Status"}},
            PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
        "x-reasons": list(reasons),
    }
