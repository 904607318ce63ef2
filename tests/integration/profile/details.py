"""Reads what stands in an error beside its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.statuses import reason_of

M = TypeVar("M", bound=Message)


def detail_of(error: grpc.aio.AioRpcError, kind: type[M]) -> M:
    """Return the detail of a kind; fails when there is none."""
    status: status_pb2.Status | None = rpc_status.from_call(error)
    found = kind()
    assert status is not None
    assert any(detail.Unpack(found) for detail in status.details), status
    return found


@contextmanager
def refused_naming(*fields: str, reason: str = "INVALID_REQUEST") -> Iterator[None]:
    """Expect the call inside to be refused as invalid, with exactly these fields as the bad ones."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    error = caught.value
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, reason), error.details()
    violations = detail_of(error, error_details_pb2.BadRequest).field_violations
    assert [violation.field for violation in violations] == list(fields)


def assert_busy(error: grpc.aio.AioRpcError) -> None:
    """Assert that an error says that there is too much of this, and when to try again."""
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"), error.details()
    assert detail_of(error, error_details_pb2.RetryInfo).retry_delay.ToTimedelta().total_seconds() > 0
