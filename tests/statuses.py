"""Reads errors as a client sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """Return the reason of an error's ErrorInfo; fails unless there is exactly one."""
    infos = []
    status: status_pb2.Status | None = rpc_status.from_call(error)
    assert status is not None, f"{error.code()} {error.details()!r} carries no status details"
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            infos.append(info)
    assert len(infos) == 1, infos
    assert infos[0].domain == "dossier"
    return str(infos[0].reason)


@contextmanager
def refused(code: grpc.StatusCode, reason: str) -> Iterator[None]:
    """Expect the call inside to fail with exactly this code and reason."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    assert (caught.value.code(), reason_of(caught.value)) == (code, reason), caught.value.details()
