"""Turns errors into gRPC statuses: the one table from error class to code, and the details that go with it."""

from __future__ import annotations

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from runtime.errors import (
    AlreadyExists,
    Conflict,
    DataLoss,
    DeadlineExceeded,
    DomainError,
    Exhausted,
    InvalidInput,
    NotAllowed,
    NotFound,
    OutOfRange,
    QuotaExceeded,
    Unauthenticated,
    Unavailable,
    WrongState,
)

DOMAIN = "dossier"
# More than this would let a request choose how large our answer's trailers are.
MAX_VIOLATIONS = 20
# The trailer that carries a google.rpc.Status.
STATUS_DETAILS = "grpc-status-details-bin"

_CODES: dict[type[DomainError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    NotAllowed: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    WrongState: grpc.StatusCode.FAILED_PRECONDITION,
    OutOfRange: grpc.StatusCode.OUT_OF_RANGE,
    DataLoss: grpc.StatusCode.DATA_LOSS,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class Forwarded(Exception):
    """Another part's answer, which goes to the caller as it is: code, sentence, details and trailers."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        super().__init__(error.code().name)
        self.code = error.code()
        self.details = error.details() or ""
        self.trailing_metadata = tuple(error.trailing_metadata() or ())


def code_of(error: DomainError) -> grpc.StatusCode:
    """Return the canonical code of an error, by the nearest class in the table."""
    for kind in type(error).__mro__:
        if kind in _CODES:
            return _CODES[kind]
    return grpc.StatusCode.INTERNAL


def status_of(error: DomainError) -> status_pb2.Status:
    """Return code, sentence and details of an error."""
    details: list[Message] = [error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)]
    if isinstance(error, InvalidInput) and error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations[:MAX_VIOLATIONS]:
            bad.field_violations.add(field=violation.field, description=violation.description)
        details.append(bad)
    if error.retry_after_seconds is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(int(error.retry_after_seconds * 1000))
        details.append(retry)
    if isinstance(error, QuotaExceeded):
        quota = error_details_pb2.QuotaFailure()
        quota.violations.add(subject=error.subject, description=error.message)
        details.append(quota)
    return _status(code_of(error), error.message, details)


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """Return the reason that another part gave for its answer, empty when it gave none."""
    try:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
    except (ValueError, DecodeError):
        return ""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details if status is not None else ():
        if detail.Unpack(info):
            return str(info.reason)
    return ""


def internal_status(request_id: str) -> status_pb2.Status:
    """Return the fixed answer to a fault of ours; the log has the rest under the same request id."""
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"request_id": request_id})
    message = f"Something went wrong on the server; report it with the request id {request_id} if it stays."
    return _status(grpc.StatusCode.INTERNAL, message, [info])


def _status(code: grpc.StatusCode, message: str, details: list[Message]) -> status_pb2.Status:
    status = status_pb2.Status(code=code_pb2.Code.Value(code.name), message=message)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status
