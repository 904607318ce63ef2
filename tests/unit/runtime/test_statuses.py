"""What errors become on the wire."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import grpc
import pytest
from dossier.common.v1 import error_reason_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

import gateway
import runtime
from runtime import errors
from runtime.errors import DomainError, Draining, Exhausted, InvalidInput, QuotaExceeded, Unavailable, Violation
from runtime.statuses import MAX_VIOLATIONS, code_of, internal_status, status_of

CODES = {
    "InvalidInput": grpc.StatusCode.INVALID_ARGUMENT,
    "Unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "NotAllowed": grpc.StatusCode.PERMISSION_DENIED,
    "RoleMissing": grpc.StatusCode.PERMISSION_DENIED,
    "NotFound": grpc.StatusCode.NOT_FOUND,
    "AlreadyExists": grpc.StatusCode.ALREADY_EXISTS,
    "Conflict": grpc.StatusCode.ABORTED,
    "WrongState": grpc.StatusCode.FAILED_PRECONDITION,
    "OutOfRange": grpc.StatusCode.OUT_OF_RANGE,
    "DataLoss": grpc.StatusCode.DATA_LOSS,
    "Exhausted": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "QuotaExceeded": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "Unavailable": grpc.StatusCode.UNAVAILABLE,
    "Draining": grpc.StatusCode.UNAVAILABLE,
    "DeadlineExceeded": grpc.StatusCode.DEADLINE_EXCEEDED,
}


def error_classes(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for package in (runtime, gateway):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for child in kind.__subclasses__():
        yield child
        yield from error_classes(child)


def details(status: status_pb2.Status, kind: type) -> list:  # type: ignore[type-arg]
    return [message for detail in status.details if detail.Unpack(message := kind())]


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_every_class_has_its_code(name: str, code: grpc.StatusCode) -> None:
    """The table of the guide is the table of the code, for a class and for what is derived from it."""
    kind = getattr(errors, name)
    derived = type("Derived", (kind,), {"reason": "INTERNAL"})
    for each in (kind, derived):
        assert code_of(each.__new__(each)) is code


def test_every_class_of_errors_is_in_the_table() -> None:
    """A new kind of error cannot be forgotten."""
    defined = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, DomainError)}
    assert defined - {"DomainError"} == CODES.keys()


def test_every_reason_stands_in_the_contract() -> None:
    """No reason is sent that a client cannot look up."""
    known = {name.removeprefix("ERROR_REASON_") for name, _ in error_reason_pb2.ErrorReason.items()}
    used = {kind.reason for kind in error_classes() if hasattr(kind, "reason")}
    assert used
    assert used <= known


def test_status_has_one_error_info_with_domain_reason_and_metadata() -> None:
    """Programs decide by exactly one ErrorInfo."""
    status = status_of(Unavailable("Gone.", dependency="blobs"))
    (info,) = details(status, error_details_pb2.ErrorInfo)
    assert (info.domain, info.reason, dict(info.metadata)) == (
        "dossier",
        "DEPENDENCY_UNAVAILABLE",
        {"dependency": "blobs"},
    )
    assert (status.code, status.message) == (code_pb2.UNAVAILABLE, "Gone.")


def test_bad_fields_are_named_up_to_a_limit() -> None:
    """BadRequest names the fields, and a request cannot choose how large the answer is."""
    violations = [Violation(f"field_{number}", "must be good") for number in range(50)]
    status = status_of(InvalidInput("Bad.", *violations))
    (bad,) = details(status, error_details_pb2.BadRequest)
    assert [item.field for item in bad.field_violations] == [f"field_{number}" for number in range(MAX_VIOLATIONS)]
    assert status.ByteSize() < 4096
    assert len(details(status, error_details_pb2.ErrorInfo)) == 1


def test_delay_is_told_when_waiting_helps() -> None:
    """RetryInfo carries the delay, and is left out when there is none."""
    (retry,) = details(status_of(Exhausted("Busy.", retry_after_seconds=1.5)), error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToMilliseconds() == 1500
    assert not details(status_of(Exhausted("Full.")), error_details_pb2.RetryInfo)


@pytest.mark.parametrize("error", [Unavailable("Gone.", dependency="blobs"), Draining()])
def test_delay_is_told_when_something_is_away_for_a_moment(error: DomainError) -> None:
    """A client that heeds it comes again when a server that drains has let go of its connections."""
    (retry,) = details(status_of(error), error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToMilliseconds() == 1000


def test_quota_is_named() -> None:
    """QuotaFailure says which limit was reached."""

    class Quota(QuotaExceeded):
        reason = "REPORT_QUOTA"

    (quota,) = details(status_of(Quota("Too many.", subject="reports kept")), error_details_pb2.QuotaFailure)
    assert [item.subject for item in quota.violations] == ["reports kept"]


def test_fault_of_ours_says_only_its_request_id() -> None:
    """An unknown error is a fixed sentence."""
    status = internal_status("r-1")
    (info,) = details(status, error_details_pb2.ErrorInfo)
    assert (info.reason, dict(info.metadata)) == ("INTERNAL", {"request_id": "r-1"})
    assert status.code == code_pb2.INTERNAL
