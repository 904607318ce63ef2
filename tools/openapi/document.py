"""The whole document: what all operations share, and the operations of every binding."""

from __future__ import annotations

import tomllib
from typing import Any, Final

from dossier.common.v1 import error_reason_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.rpc import error_details_pb2

from gateway.http.bindings import Binding, bindings_of
from runtime import contract
from tools.openapi.comments import ROOT, Comments
from tools.openapi.operations import Operations
from tools.openapi.rules import Schema
from tools.openapi.schemas import Schemas, types_in

_REASONS: Final = "dossier.common.v1.ErrorReason"
_DETAILS: Final = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
    error_details_pb2.QuotaFailure,
)
_ABOUT: Final = """The players of a game club over HTTP with JSON: the same methods, rules and errors as over gRPC.

Names are in camelCase (a request may also use those of the protos), enums by their names, whole numbers of 64 bits \
as texts, times in RFC 3339, durations in seconds such as `1.5s`. A field that is not set is answered by its empty \
value, but for messages and optional ones, which are absent. Programs decide by the `reason` of an error, and ignore \
fields they do not know. Every GET answers HEAD, too."""
_REQUEST_ID: Final = "^[A-Za-z0-9_.-]{1,64}$"


def document(comments: Comments) -> Schema:
    """Return the OpenAPI document of every public method."""
    bindings = list(bindings_of(contract.methods().values()))
    schemas = Schemas(comments)
    schemas.claim(kind for binding in bindings for kind in _types(binding))
    operations = Operations(comments, schemas)
    for binding in bindings:
        operations.add(binding)
    services = sorted({binding.method.service for binding in bindings})
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Dossier",
            "version": project["version"],
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [_tag(service, comments) for service in services],
        "paths": operations.paths,
        "components": {
            "schemas": _errors(comments) | dict(sorted(schemas.components.items())),
            "responses": dict(sorted(operations.answers.components.items())),
            "parameters": _parameters(),
            "headers": _headers(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token. Of the roles that an operation names, one is enough.",
                }
            },
        },
    }


def _tag(service: str, comments: Comments) -> Schema:
    # Here each operation lists its errors, also those of all.
    paragraphs = [text for text in comments.text(service).split("\n\n") if "error_reason.proto" not in text]
    return {"name": service.rpartition(".")[2], "description": "\n\n".join(paragraphs)}


def _types(binding: Binding) -> list[Any]:
    request: Any = binding.method.request.DESCRIPTOR
    response: Any = binding.method.response.DESCRIPTOR
    return [*types_in(request), *types_in(response)]


def _errors(comments: Comments) -> dict[str, Schema]:
    reasons = _reasons(comments)
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "USER_NOT_FOUND", "domain": "dossier"}
    status = {"code": 5, "message": "There is no such player.", "details": [info]}
    details: Schema = {
        "type": "array",
        "description": "Exactly one is an ErrorInfo, where the answer is the server's own.",
        "items": {"anyOf": [{"$ref": f"#/components/schemas/{kind.DESCRIPTOR.name}"} for kind in _DETAILS]},
    }
    shared = {"code": {"type": "integer", "description": "A google.rpc.Code.", "minimum": 1}, "details": details}
    problem = {"type": "urn:dossier:error:USER_NOT_FOUND", "title": "Not Found", "status": 404}
    detail_schemas = {kind.DESCRIPTOR.name: _detail(kind.DESCRIPTOR) for kind in _DETAILS}
    return {
        "Status": {
            "type": "object",
            "description": "google.rpc.Status: how a call failed.",
            "properties": {**shared, "message": {"type": "string", "description": "One sentence for people."}},
            "required": ["code", "message"],
            "examples": [status],
        },
        "Problem": {
            "type": "object",
            "description": "The same as RFC 9457 has it, for who sends `Accept: application/problem+json`.",
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                **shared,
            },
            "required": ["type", "title", "status", "detail", "code"],
            "examples": [{**problem, "detail": status["message"], "code": 5, "details": [info]}],
        },
        **detail_schemas,
        "ErrorReason": reasons,
    }


def _reasons(comments: Comments) -> Schema:
    values = [value for value in error_reason_pb2.ErrorReason.DESCRIPTOR.values if value.number]
    names = {value.name.removeprefix("ERROR_REASON_"): comments.text(f"{_REASONS}.{value.name}") for value in values}
    lines = [f"- `{name}`: {text}" for name, text in names.items()]
    return {
        "type": "string",
        "description": "\n".join([comments.text(_REASONS), "", *lines]),
        "enum": list(names),
        "examples": ["USER_NOT_FOUND"],
    }


def _detail(message: Descriptor) -> Schema:
    """Return the schema of a detail: its type, and of its fields those that are set."""
    schema = _plain(message)
    kind = {"const": f"type.googleapis.com/{message.full_name}"}
    schema["properties"] = {"@type": kind, **schema["properties"]}
    schema["required"] = ["@type"]
    if message.name == "ErrorInfo":
        schema["properties"]["reason"] = {"$ref": "#/components/schemas/ErrorReason"}
        schema["required"] += ["reason", "domain"]
    return schema


def _plain(message: Descriptor) -> Schema:
    return {"type": "object", "properties": {field.json_name: _of(field) for field in message.fields}}


def _of(field: FieldDescriptor) -> Schema:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    one: Schema = {"type": "string"}
    if kind is not None and kind.full_name != "google.protobuf.Duration":
        one = _plain(kind)
    return {"type": "array", "items": one} if field.is_repeated else one


def _parameters() -> dict[str, Schema]:
    def header(name: str, description: str, schema: Schema) -> Schema:
        return {"name": name, "in": "header", "description": description, "schema": schema}

    text = {"type": "string"}
    return {
        "RequestId": header(
            "X-Request-Id",
            "Names the call in logs: 1 to 64 of A-Z a-z 0-9 _ . -. In place of none, or another, the server makes one.",
            text,
        ),
        "Session": header(
            "X-Dossier-Session",
            "Has the server keep the refresh token in a cookie, out of the body; for pages of its own alone.",
            {"type": "string", "enum": ["cookie"]},
        ),
        "IfNoneMatch": header("If-None-Match", "The ETag of the file that the client has.", text),
        "Range": header("Range", "The one part of the file to send, such as `bytes=0-1023`.", text),
        "IfRange": header("If-Range", "The ETag that the part belongs to; with another, the whole is sent.", text),
    }


def _headers() -> dict[str, Schema]:
    def header(description: str, *, required: bool = True, **schema: Any) -> Schema:
        return {"description": description, "required": required, "schema": {"type": "string", **schema}}

    return {
        "RequestId": header("Names the call in logs.", pattern=_REQUEST_ID),
        "Challenge": header('How to sign in: `Bearer`, with `error="invalid_token"` when one was sent.'),
        "RetryAfter": header("After how many seconds to try again.", required=False, pattern="^[0-9]+$"),
        "Cookie": header("The refresh token, or its end, for `X-Dossier-Session: cookie`.", required=False),
        "ETag": header("Names the bytes of the file: its SHA-256, in quotes."),
        "AcceptRanges": header("Whether parts of the file can be asked for.", enum=["bytes", "none"]),
    }
