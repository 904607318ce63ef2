"""Calls of any method over HTTP, made of the same messages as calls over gRPC, with answers to compare to theirs.

What an HTTP request is made of is read from the protos here once more, without the code that serves it.
"""

from __future__ import annotations

import http
import http.client
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import grpc
from google.api import annotations_pb2, http_pb2
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from runtime.contract import Method
from tests.e2e.raw_calls import DEADLINE_SECONDS, Answer, Metadata

# Source: the comments of google/rpc/code.proto.
STATUSES = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
# Of a header that is passed on; a longer one names no file that there is.
LONGEST_TAG = 64
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_VARIABLE = re.compile(r"\{([^}=]+)(?:=[^}]*)?\}")


class Unsayable(Exception):
    """There is no HTTP request that says what the message does, such as an empty name in a path."""


@dataclass(frozen=True)
class Asked:
    """An HTTP request."""

    verb: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Got:
    """An HTTP answer; the headers' names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        """Why the request failed."""
        return " ".join(detail["reason"] for detail in self.json()["details"] if "reason" in detail)


class Http:
    """Sends requests to one address, by one connection that is kept."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=DEADLINE_SECONDS)

    def ask(self, verb: str, path: str, body: bytes | None = None, **headers: str) -> Got:
        """Return the answer to a request; `content_type` is the header content-type."""
        return self.send(Asked(verb, path, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def send(self, asked: Asked) -> Got:
        """Return the answer to a request."""
        try:
            self._connection.request(asked.verb, asked.path, asked.body, asked.headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # The server closes a connection that was idle.
            self._connection.request(asked.verb, asked.path, asked.body, asked.headers)
            answer = self._connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Got(answer.status, headers, answer.read())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class HttpCalls:
    """Sends calls over HTTP as RawCalls does over gRPC."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def send(self, method: Method, request: Message | bytes | Sequence[Message], metadata: Metadata = ()) -> Answer:
        """Return how a call ends. Raises Unsayable."""
        asked = asked_of(method, request)
        got = self._http.send(Asked(asked.verb, asked.path, asked.body, asked.headers | dict(metadata)))
        if got.status in (200, 206):
            return Answer(grpc.StatusCode.OK, messages=tuple(_messages(method, got)))
        if got.status == http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            raise Unsayable("a path as long as that")
        status = json_format.ParseDict(got.json(), status_pb2.Status())
        answer = Answer(_CODES[status.code], " ".join(_reasons(status)), status.SerializeToString(deterministic=True))
        expected = 416 if "range" in asked.headers and got.status == 416 else STATUSES[answer.code]
        assert got.status == expected, f"{answer} as {got.status}"
        return answer


@contextmanager
def http_to(address: str) -> Iterator[Http]:
    """Open a connection of its own to an address."""
    opened = Http(address)
    try:
        yield opened
    finally:
        opened.close()


def asked_of(method: Method, request: Message | bytes | Sequence[Message]) -> Asked:
    """Return the HTTP request that says what a message does. Raises Unsayable."""
    if isinstance(request, bytes):
        raise Unsayable("bytes that are no message")
    rule = _rule(method)
    kind: Any = rule.WhichOneof("pattern")
    verb, template = kind.upper(), getattr(rule, kind)
    if not isinstance(request, Message):
        return _upload(verb, template, request)
    tree = _tree(request)
    headers = dict(_headers(tree)) if "chunk" in method.response.DESCRIPTOR.fields_by_name else {}
    path = _VARIABLE.sub(lambda found: _taken(tree, found.group(1)), template)
    if rule.body == "*":
        return Asked(verb, path, json.dumps(tree).encode(), {"content-type": "application/json"})
    if rule.body in tree:
        body = json.dumps(tree.pop(rule.body)).encode()
        return Asked(verb, path + _query(tree), body, {"content-type": "application/json"})
    return Asked(verb, path + _query(tree), headers=headers)


def _headers(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Take what HTTP says by headers out of a wish for a file."""
    tag = str(tree.pop("if_none_match", ""))
    if len(tag) > LONGEST_TAG:
        raise Unsayable("a tag as long as that")
    if tag:
        yield "if-none-match", f'"{tag}"'
    first, length = int(tree.pop("read_offset", 0)), int(tree.pop("read_limit", 0))
    if first < 0 or length < 0:
        raise Unsayable("a part before the file")
    if first or length:
        yield "range", f"bytes={first}-{first + length - 1 if length else ''}"


def _upload(verb: str, template: str, messages: Sequence[Message]) -> Asked:
    first: Any = messages[0] if messages else None
    if first is None or not first.HasField("metadata"):
        raise Unsayable("an upload that does not begin with its metadata")
    rest: Any = messages[1:]
    if any(len(one.chunk) > 2**20 for one in rest):
        raise Unsayable("how large the pieces are")
    if any(one.HasField("metadata") for one in rest):
        raise Unsayable("metadata twice")
    body = b"".join(one.chunk for one in rest)
    if first.metadata.size_bytes != len(body):
        raise Unsayable("a length that is not that of the body")
    tree = {"metadata": _tree(first.metadata)}
    del tree["metadata"]["size_bytes"]
    path = _VARIABLE.sub(lambda found: _taken(tree, found.group(1)), template)
    return Asked(verb, path + _query(tree), body, {"content-type": "application/octet-stream"})


def _rule(method: Method) -> http_pb2.HttpRule:
    service = method.request.DESCRIPTOR.file.pool.FindServiceByName(method.service)
    rule: http_pb2.HttpRule = (
        service.methods_by_name[method.path.rpartition("/")[2]].GetOptions().Extensions[annotations_pb2.http]
    )
    return rule


def _tree(message: Message) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    except (json_format.Error, ValueError, TypeError) as error:
        raise Unsayable(str(error)) from error
    if json_format.ParseDict(tree, type(message)()) != message:
        raise Unsayable("JSON says something else")
    return tree


def _taken(tree: dict[str, Any], path: str) -> str:
    *parents, last = path.split(".")
    for name in parents:
        tree = tree.get(name, {})
    value = str(tree.pop(last, ""))
    if not value:
        raise Unsayable("a path with nothing in it")
    return quote(value, safe="")


def _query(tree: dict[str, Any]) -> str:
    pairs = list(_pairs(tree, ""))
    return f"?{urlencode(pairs)}" if pairs else ""


def _pairs(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _pairs(value, f"{prefix}{name}.")
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                raise Unsayable("a list of messages in a query")
            yield prefix + name, str(one).lower() if isinstance(one, bool) else str(one)


def _messages(method: Method, got: Got) -> Iterator[bytes]:
    kind = got.headers["content-type"]
    if kind == "application/json":
        yield _parsed(method, got.body)
    elif kind == "application/x-ndjson":
        for line in got.body.splitlines():
            yield _parsed(method, line)
    else:
        yield got.body


def _parsed(method: Method, data: bytes) -> bytes:
    return json_format.Parse(data, method.response()).SerializeToString(deterministic=True)


def _reasons(status: status_pb2.Status) -> Iterator[str]:
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            yield str(info.reason)
