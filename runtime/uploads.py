"""Calls with a stream of requests: the answer to one that is refused before all of it was sent."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc

_NO_REFUSALS = frozenset({grpc.StatusCode.OK, grpc.StatusCode.INTERNAL})
_Response = TypeVar("_Response")
_Value = TypeVar("_Value")


async def answer_of(call: grpc.aio.StreamUnaryCall[Any, _Response]) -> _Response:
    """Return the answer to an upload, or raise the other side's own error.

    grpcio 1.85 puts INTERNAL in the place of a status that has already come when a message under way then cannot be
    sent any more (`_write` in grpc/aio/_call.py). The status that came first is the true one.

    Raises grpc.aio.AioRpcError.
    """
    first: list[grpc.aio.AioRpcError] = []
    call.add_done_callback(lambda ended: first.append(_status_of(ended)))
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.INTERNAL and first and first[0].code() not in _NO_REFUSALS:
            raise first[0] from error
        raise


def _status_of(ended: Any) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(
        _at_once(ended.code()),
        _at_once(ended.initial_metadata()),
        _at_once(ended.trailing_metadata()),
        _at_once(ended.details()),
    )


def _at_once(ready: Coroutine[Any, Any, _Value]) -> _Value:
    """Return what a coroutine comes to that has nothing to wait for, as those about a call that has ended."""
    try:
        ready.send(None)
    except StopIteration as end:
        value: _Value = end.value
        return value
    ready.close()
    raise RuntimeError("a call that ended has no status")
