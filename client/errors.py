"""What goes wrong, as one exception that a program can decide by."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.rpc.status_pb2 import Status

NOT_SIGNED_IN: Final = "TOKEN_MISSING"
TOKEN_EXPIRED: Final = "TOKEN_EXPIRED"  # noqa: S105 - the name of a reason, not a token
# Without details it does not come from Dossier but from gRPC, of a call that no handler has taken up.
_NEVER_BEGUN: Final = grpc.StatusCode.CANCELLED
_PASSING_CODES: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
_UNTRUSTED: Final = (
    "CERTIFICATE_UNTRUSTED",
    "The certificate of the server at {} is not signed by an authority that is trusted here.",
)
_OTHER_NAME: Final = ("CERTIFICATE_NAME", "The certificate of the server at {} is for another name.")
# What gRPC's words on a failed connection mean: our reason and sentence for each.
_CERTIFICATE_FAULTS: Final = {
    "certificate has expired": ("CERTIFICATE_EXPIRED", "The certificate of the server at {} has expired."),
    "CERTIFICATE_VERIFY_FAILED": _UNTRUSTED,
    "certificate signature failure": _UNTRUSTED,
    "does not match SSL server name": _OTHER_NAME,
    "Hostname Verification Check failed": _OTHER_NAME,
    "WRONG_VERSION_NUMBER": ("NOT_ENCRYPTED", "The server at {} speaks plain text, not TLS."),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One bad field of a request: its path and what it must be."""

    field: str
    description: str


class DossierError(Exception):
    """A call that was refused or failed.

    Attributes:
        code: the canonical gRPC code.
        reason: name of a value of `dossier.common.v1.ErrorReason` without its prefix, such as "USERNAME_TAKEN"; empty
            when the answer did not come from Dossier, as when the server cannot be reached; CERTIFICATE_EXPIRED,
            CERTIFICATE_UNTRUSTED, CERTIFICATE_NAME or NOT_ENCRYPTED when a secure connection was not to be had.
        message: one sentence for people.
        violations: the bad fields, when the request was malformed.
        metadata: what the reason's comment promises, such as `username`.
        retry_delay: seconds to wait before trying again, when the server said so.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        violations: Sequence[Violation] = (),
        metadata: Mapping[str, str] | None = None,
        retry_delay: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)
        self.metadata = dict(metadata or {})
        self.retry_delay = retry_delay

    def __str__(self) -> str:
        return f"{self.message} ({self.reason or self.code.name})"

    @property
    def cuts_stream(self) -> bool:
        """Whether a stream that ended so may be opened again: the way there failed, not the request."""
        if self.code in _PASSING_CODES or self.reason == TOKEN_EXPIRED:
            return True
        return self.code is grpc.StatusCode.INTERNAL and not self.reason


class DigestMismatch(DossierError):
    """The bytes received are not those that were announced. None of them were kept.

    Attributes:
        expected: SHA-256 or size that was announced.
        actual: SHA-256 or size of what came.
    """

    def __init__(self, message: str, *, expected: str, actual: str) -> None:
        super().__init__(
            grpc.StatusCode.DATA_LOSS,
            "DIGEST_MISMATCH",
            message,
            metadata={"expected": expected, "actual": actual},
        )
        self.expected = expected
        self.actual = actual


def not_signed_in() -> DossierError:
    """Return the error of a call that needs a signed-in caller, made without one."""
    return DossierError(grpc.StatusCode.UNAUTHENTICATED, NOT_SIGNED_IN, "You are not signed in.")


def decode_error(error: grpc.aio.AioRpcError, endpoint: str) -> DossierError:
    """Return the error of a call to `endpoint` with its status details decoded; unknown details are left out."""
    details = _Details()
    with contextlib.suppress(ValueError):  # details that contradict the status line are not to be trusted
        status: Status | None = rpc_status.from_call(error)  # type: ignore[arg-type]
        details.read(status)
    if not details.reason and (fault := _certificate_fault(error)):
        reason, sentence = fault
        return DossierError(grpc.StatusCode.UNAVAILABLE, reason, sentence.format(endpoint))
    never_begun = error.code() is _NEVER_BEGUN and not details.reason
    return DossierError(
        grpc.StatusCode.UNAVAILABLE if never_begun else error.code(),
        details.reason,
        _sentence(error, endpoint, details.reason),
        violations=details.violations,
        metadata=details.metadata,
        retry_delay=details.retry_delay,
    )


def _certificate_fault(error: grpc.aio.AioRpcError) -> tuple[str, str] | None:
    words = error.details() or ""
    return next((fault for mark, fault in _CERTIFICATE_FAULTS.items() if mark in words), None)


def _sentence(error: grpc.aio.AioRpcError, endpoint: str, reason: str) -> str:
    if not reason and error.code() is _NEVER_BEGUN:
        return f"The server at {endpoint} has too much to do just now; try again later."
    if not reason and error.code() is grpc.StatusCode.UNAVAILABLE:
        return f"The server at {endpoint} cannot be reached."  # the cause stands in the exception that this one is from
    if not reason and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"The server at {endpoint} did not answer in time."
    return error.details() or f"The server answered {error.code().name}."


class _Details:
    """The parts of a google.rpc.Status that we read."""

    def __init__(self) -> None:
        self.reason = ""
        self.metadata: dict[str, str] = {}
        self.violations: list[Violation] = []
        self.retry_delay: float | None = None

    def read(self, status: Status | None) -> None:
        """Take in every detail of `status` that is known."""
        for detail in status.details if status else ():
            info = error_details_pb2.ErrorInfo()
            request = error_details_pb2.BadRequest()
            retry = error_details_pb2.RetryInfo()
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(request):
                self.violations = [Violation(bad.field, bad.description) for bad in request.field_violations]
            elif detail.Unpack(retry):
                self.retry_delay = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
