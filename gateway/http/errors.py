"""What a failed call is over HTTP: the status by gRPC's convention, and google.rpc.Status as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, ClassVar, Final

import grpc
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from gateway.http.headers import names
from runtime.errors import DomainError, InvalidInput, NotFound, Unavailable
from runtime.statuses import STATUS_DETAILS, status_of

Headers = list[tuple[bytes, bytes]]
PROBLEM: Final = "application/problem+json"
# Source: the comments of google/rpc/code.proto.
_HTTP: Final = {
    code_pb2.CANCELLED: 499,
    code_pb2.INVALID_ARGUMENT: 400,
    code_pb2.DEADLINE_EXCEEDED: 504,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.UNAUTHENTICATED: 401,
    code_pb2.RESOURCE_EXHAUSTED: 429,
    code_pb2.FAILED_PRECONDITION: 400,
    code_pb2.ABORTED: 409,
    code_pb2.OUT_OF_RANGE: 400,
    code_pb2.UNIMPLEMENTED: 501,
    code_pb2.UNAVAILABLE: 503,
}


class PathUnknown(NotFound):
    """No method has this path."""

    reason: ClassVar[str] = "PATH_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("There is nothing at this path.")


class Refused(Exception):
    """A request that HTTP itself has a status for. `headers` go along with the answer."""

    def __init__(self, code: int, error: DomainError, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(error.message)
        self.failure = Failure(code, status_of(error))
        self.headers = list(headers)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed, with the HTTP status that says so."""

    code: int
    status: status_pb2.Status

    def answer(self, *, accept: bytes, with_token: bool) -> tuple[Headers, bytes]:
        """Return headers and body. `with_token`: whether the request had one, which then was not good."""
        tree = self.tree()
        kind = b"application/json"
        if names(accept, PROBLEM.encode()):
            kind, tree = PROBLEM.encode(), self._problem(tree)
        headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
        if self.code == HTTPStatus.UNAUTHORIZED:
            headers.append((b"www-authenticate", _challenge(with_token=with_token)))
        seconds = self._retry_seconds()
        if seconds is not None:
            headers.append((b"retry-after", str(max(1, math.ceil(seconds))).encode()))
        return headers, json.dumps(tree, ensure_ascii=False).encode()

    def tree(self) -> dict[str, Any]:
        """Return the google.rpc.Status as JSON has it."""
        try:
            tree: dict[str, Any] = json_format.MessageToDict(self.status)
        except (TypeError, ValueError):  # A detail of a kind that is not known here.
            bare = status_pb2.Status(code=self.status.code, message=self.status.message)
            tree = json_format.MessageToDict(bare)
        return tree

    def reason(self) -> str:
        """Return the reason that the status gives, empty for none."""
        return str(self._info().reason)

    def of_file(self) -> Failure:
        """Return how a file did not come. 202 Accepted where it is still being made, and worth asking for again."""
        comes = self.status.code == code_pb2.FAILED_PRECONDITION and self._retry_seconds() is not None
        return replace(self, code=HTTPStatus.ACCEPTED) if comes else self

    def _info(self) -> error_details_pb2.ErrorInfo:
        info = error_details_pb2.ErrorInfo()
        for detail in self.status.details:
            if detail.Is(info.DESCRIPTOR):
                detail.Unpack(info)
                break
        return info

    def _problem(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Return the error as RFC 9457 has it, with code and details as its extensions."""
        try:
            title = HTTPStatus(self.code).phrase
        except ValueError:
            title = "Client Closed Request"
        reason = self.reason()
        kind = f"urn:dossier:error:{reason}" if reason else "about:blank"
        detail = tree.pop("message", "")
        return {"type": kind, "title": title, "status": self.code, "detail": detail, **tree}

    def _retry_seconds(self) -> float | None:
        retry = error_details_pb2.RetryInfo()
        for detail in self.status.details:
            if detail.Unpack(retry):
                return float(retry.retry_delay.ToNanoseconds()) / 1e9
        return None

    def metadata(self) -> dict[str, str]:
        """Return what the reason's comment promises."""
        return dict(self._info().metadata)


def failure_of(error: grpc.aio.AioRpcError) -> Failure:
    """Return what a call's end says."""
    details = next((value for key, value in error.trailing_metadata() or () if key == STATUS_DETAILS), b"")
    status = status_pb2.Status()
    try:
        status.ParseFromString(details if isinstance(details, bytes) else b"")
    except DecodeError:
        status.Clear()
    if not status.code:
        status = _bare(error)
    return Failure(http_code(status.code), status)


def http_code(code: int) -> int:
    """Return the HTTP status of a google.rpc.Code."""
    return _HTTP.get(code, 500)


def _bare(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    """Return what the transport said, which has no details of ours."""
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return status_of(Unavailable("This server does not answer; try again.", dependency="server"))
    return status_pb2.Status(code=error.code().value[0], message=error.details() or error.code().name)


def _challenge(*, with_token: bool) -> bytes:
    return b'Bearer realm="dossier"' + (b', error="invalid_token"' if with_token else b"")


def body_too_large(limit: int) -> Refused:
    """Return what is said to a body that is too large."""
    return Refused(413, InvalidInput(f"The body is larger than {limit} bytes."))
