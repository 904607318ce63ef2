"""The operations: one for each binding of a method, with its parameters, body and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from dossier.access.v1 import access_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway.http.bindings import Binding, field_at
from gateway.http.faults import is_value
from gateway.http.shapes import BY_HEADER, CHUNK, METADATA
from tools.openapi.answers import Answers, success, uses_session
from tools.openapi.comments import Comments
from tools.openapi.examples import value_of
from tools.openapi.rules import Schema
from tools.openapi.schemas import Schemas, is_given, is_required_field

_MEDIA_TYPE: Final = re.compile(r"\"([a-z]+/[a-z0-9.+-]+(?:; charset=[a-z0-9-]+)?)\"")
_BINARY: Final = "application/octet-stream"
# Of another page, or of a file that the client has: there is no example that fits.
_WITHOUT_EXAMPLE: Final = frozenset({"page_token", "etag"})


class Operations:
    """Writes the paths of a document."""

    def __init__(self, comments: Comments, schemas: Schemas) -> None:
        self.answers = Answers(comments)
        self._comments = comments
        self._schemas = schemas
        self.paths: dict[str, dict[str, Any]] = {}
        self._by_shape: dict[str, tuple[str, list[str]]] = {}

    def add(self, binding: Binding) -> None:
        """Write a binding's operation. Two bindings whose paths differ in names alone share that of the first."""
        path, names = self._by_shape.setdefault(binding.template.shape + binding.template.verb, _named(binding))
        self.paths.setdefault(path, {})[binding.verb.lower()] = self._operation(binding, names)

    def _operation(self, binding: Binding, names: list[str]) -> Schema:
        method = binding.method
        service, _, name = method.path.removeprefix("/").rpartition("/")
        text = self._comments.text(f"{service}.{name}")
        operation: Schema = {
            "operationId": f"{service.rpartition('.')[2]}_{name}",
            "tags": [service.rpartition(".")[2]],
            "summary": text.partition(". ")[0].partition("\n")[0].rstrip("."),
            "description": text + _of_audience(binding),
            "security": _security(binding),
            "parameters": [*self._parameters(binding, names), *_headers(binding)],
        }
        body = self._body(binding)
        if body:
            operation["requestBody"] = body
        operation["responses"] = self._successes(binding) | self.answers.of(binding)
        return operation

    def _parameters(self, binding: Binding, names: list[str]) -> Iterator[Schema]:
        request: Any = binding.method.request.DESCRIPTOR
        for name, path in zip(names, binding.template.fields, strict=True):
            field = field_at(request, path)
            assert field is not None  # noqa: S101 - the binding has been checked
            yield self._parameter(field, name, "path") | {"required": True}
        taken = {*binding.template.fields, binding.body}
        if binding.body == "*":
            return
        skipped = BY_HEADER if binding.download else frozenset[str]()
        for path, field in _query_fields(request, ""):
            parts = path.split(".")
            sized = binding.upload and path == f"{METADATA}.size_bytes"
            if path in taken or parts[0] in taken | skipped or parts[0] == CHUNK or sized:
                continue
            yield self._parameter(field, ".".join(map(_camel, parts)), "query")

    def _parameter(self, field: FieldDescriptor, name: str, place: str) -> Schema:
        parameter: Schema = {"name": name, "in": place, "description": self._schemas.words(field)}
        if is_required_field(field):
            parameter["required"] = True
        parameter["schema"] = self._schemas.parameter(field)
        if field.name not in _WITHOUT_EXAMPLE and (place == "path" or is_required_field(field)):
            value = value_of(field, self._comments)
            parameter["example"] = [value] if field.is_repeated else value
        return parameter

    def _body(self, binding: Binding) -> Schema:
        if not binding.body:
            return {}
        request: Any = binding.method.request.DESCRIPTOR
        if binding.upload:
            types = _MEDIA_TYPE.findall(self._comments.text(f"{request.full_name}.{CHUNK}")) or [_BINARY]
            return {"required": True, "content": {kind: {"schema": {}} for kind in types}}
        if binding.body == "*":
            without = {path for path in binding.template.fields if "." not in path}
            schema = self._schemas.input(request, without=without)
            required = any(is_required_field(field) for field in request.fields if field.name not in without)
        else:
            field = request.fields_by_name[binding.body]
            prefix = f"{binding.body}."
            without = {path.removeprefix(prefix) for path in binding.template.fields if path.startswith(prefix)}
            own = binding.method.path.rpartition("/")[2] + "Body" if without else ""
            schema = self._schemas.input(field.message_type, name=own, without=without)
            required = is_required_field(field)
        return {"required": required, "content": {"application/json": {"schema": schema}}}

    def _successes(self, binding: Binding) -> dict[str, Schema]:
        response: Any = binding.method.response.DESCRIPTOR
        if binding.download is not None:
            return self._file(binding)
        kind = response.fields_by_name[binding.response_body].message_type if binding.response_body else response
        schema = self._schemas.output(kind)
        words = self._comments.text(kind.full_name)
        if binding.method.server_streaming:
            each = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
            note = "One JSON object a line, or one event each for who sends `Accept: text/event-stream`."
            content = {kind: {"schema": each} for kind in ("application/x-ndjson", "text/event-stream")}
            return {"200": success(content, f"{words}\n\n{note}")}
        headers: Schema = {"Set-Cookie": {"$ref": "#/components/headers/Cookie"}} if uses_session(binding) else {}
        return {"200": success({"application/json": {"schema": schema}}, words, **headers)}

    def _file(self, binding: Binding) -> dict[str, Schema]:
        response: Any = binding.method.response.DESCRIPTOR
        described = response.fields_by_name[METADATA].message_type
        words = self._comments.text(f"{described.full_name}.content_type")
        content: dict[str, Schema] = {kind: {"schema": {}} for kind in _MEDIA_TYPE.findall(words) or [_BINARY]}
        headers: Schema = {"ETag": {"$ref": "#/components/headers/ETag"}}
        whole = headers | {"Accept-Ranges": {"$ref": "#/components/headers/AcceptRanges"}}
        answers = {"200": success(content, "The file.", **whole)}
        if binding.download is not None and binding.download.has_ranges:
            part = {"schema": {"type": "string"}, "required": True, "description": "`bytes <first>-<last>/<size>`."}
            answers["206"] = success(content, "The part of the file.", **whole, **{"Content-Range": part})
        return answers | {"304": success({}, "The client has the file already.", **headers)}


def _named(binding: Binding) -> tuple[str, list[str]]:
    """Return the path as OpenAPI writes it, and the names of its variables."""
    text, names = binding.template.text, []
    for field in binding.template.fields:
        name = _camel(field.rpartition(".")[2])
        name = name if name not in names else _camel(field)
        names.append(name)
        text = re.sub(r"\{" + re.escape(field) + r"(=[^}]*)?\}", "{" + name + "}", text)
    return text, names


def _query_fields(message: Descriptor, prefix: str) -> Iterator[tuple[str, FieldDescriptor]]:
    for field in message.fields:
        if not is_given(field):
            continue
        if field.message_type is None or is_value(field.message_type):
            yield prefix + field.name, field
        elif not field.is_repeated:
            yield from _query_fields(field.message_type, f"{prefix}{field.name}.")


def _headers(binding: Binding) -> Iterator[Schema]:
    yield {"$ref": "#/components/parameters/RequestId"}
    if uses_session(binding):
        yield {"$ref": "#/components/parameters/Session"}
    if binding.download is not None:
        yield {"$ref": "#/components/parameters/IfNoneMatch"}
        if binding.download.has_ranges:
            yield {"$ref": "#/components/parameters/Range"}
            yield {"$ref": "#/components/parameters/IfRange"}


def _security(binding: Binding) -> list[Schema]:
    """Return who is let in: any one entry is enough."""
    method = binding.method
    if method.audience == access_pb2.AUDIENCE_ANYONE:
        return [{}, {"bearer": []}]
    return [{"bearer": [role]} for role in sorted(method.roles)] or [{"bearer": []}]


def _of_audience(binding: Binding) -> str:
    roles = sorted(binding.method.roles)
    return f"\n\nNeeds the role of {' or '.join(roles)}, or one that includes it." if roles else ""


def _camel(path: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found.group(1).upper(), path)
