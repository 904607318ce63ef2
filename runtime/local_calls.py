"""Calls to a server from within its own process: past its port, by the same interceptor and the same handlers.

There is one door, whichever way a call comes. A call runs in the task that makes it: cancelling the task is what going
away is to a client of the port, and a response is made when the last one was taken.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import grpc

from runtime.interceptors import MALFORMED, Refusal

Metadata = Sequence[tuple[str, str | bytes]]
FindHandler: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]]"


class LocalContext:
    """What handlers see of a call: the part of grpc.aio.ServicerContext that those of ours use.

    Args:
        peer: who calls, as gRPC names them: "ipv4:203.0.113.7:4711".
        seconds: how long the call may take; None for as long as it likes.
    """

    def __init__(self, peer: str, metadata: Metadata, *, seconds: float | None = None) -> None:
        self._peer = peer
        self._metadata = metadata
        self._until = None if seconds is None else time.monotonic() + seconds
        self._code: grpc.StatusCode | None = None
        self._details = ""
        self._trailers: Metadata = ()

    def peer(self) -> str:
        """Return who calls."""
        return self._peer

    def invocation_metadata(self) -> Metadata:
        """Return what the call was sent with."""
        return self._metadata

    def time_remaining(self) -> float | None:
        """Return how many seconds are left, None when there is no end."""
        return None if self._until is None else max(0.0, self._until - time.monotonic())

    def code(self) -> grpc.StatusCode | None:
        """Return what the call was aborted with."""
        return self._code

    def set_trailing_metadata(self, trailers: Metadata) -> None:
        """Keep what goes along with the status; an abort has its own."""
        self._trailers = trailers

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()) -> NoReturn:
        """End the call with a status."""
        self._code, self._details, self._trailers = code, details, trailing_metadata
        raise grpc.aio.AbortError

    def error(self) -> grpc.aio.AioRpcError:
        """Return what a client of the port would have raised."""
        trailers = grpc.aio.Metadata(*self._trailers)
        return grpc.aio.AioRpcError(
            self._code or grpc.StatusCode.UNKNOWN, grpc.aio.Metadata(), trailers, details=self._details
        )


@dataclass(frozen=True, slots=True)
class _Details:
    """What an interceptor is told of a call before there is a context."""

    method: str
    invocation_metadata: Metadata


class LocalCall:
    """A call that was let in and waits for its request."""

    def __init__(self, handler: Any, context: LocalContext) -> None:
        self._handler = handler
        self._context = context

    async def answer(self, requests: bytes | AsyncIterator[bytes]) -> bytes:
        """Return the serialized response to one request, or to a stream of them. Raises grpc.aio.AioRpcError."""
        try:
            response = await _behaviour(self._handler)(_decoded(self._handler, requests), self._context)
        except grpc.aio.AbortError:
            raise self._context.error() from None
        return _encoded(self._handler, response)

    async def responses(self, request: bytes) -> AsyncGenerator[bytes, None]:
        """Yield the serialized responses to one request; close it to end the call. Raises grpc.aio.AioRpcError."""
        try:
            async with aclosing(
                _behaviour(self._handler)(_decoded(self._handler, request), self._context)
            ) as responses:
                async for response in responses:
                    yield _encoded(self._handler, response)
        except grpc.aio.AbortError:
            raise self._context.error() from None

    async def refuse(self) -> None:
        """End the call as one whose bytes are no request, so that it is counted and logged.

        Raises:
            grpc.aio.AioRpcError: it ends for another reason, such as that there is no room.
        """
        call = _behaviour(self._handler)(MALFORMED, self._context)
        try:
            if self._handler.response_streaming:
                async with aclosing(call) as responses:
                    await anext(responses, None)
            else:
                await call
        except grpc.aio.AbortError:
            if self._context.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                raise self._context.error() from None


class LocalCalls:
    """Makes calls by what `find_handler` returns for them: a server's `handler_of`."""

    def __init__(self, find_handler: FindHandler) -> None:
        self._find_handler = find_handler

    async def open(self, path: str, context: LocalContext) -> LocalCall:
        """Return a call that the door lets in, before there need be a request. Raises grpc.aio.AioRpcError."""
        details: Any = _Details(path, context.invocation_metadata())
        handler = await self._find_handler(details)
        if handler is None:
            raise LookupError(f"nothing serves {path}")
        if isinstance(handler, Refusal):
            with suppress(grpc.aio.AbortError):
                await _behaviour(handler)(None, context)
            raise context.error()
        return LocalCall(handler, context)


def _behaviour(handler: Any) -> Any:
    return handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream


def _decoded(handler: Any, requests: Any) -> Any:
    decode = handler.request_deserializer or _same
    if not handler.request_streaming:
        return decode(requests)
    return (decode(request) async for request in requests)


def _encoded(handler: Any, response: Any) -> bytes:
    data: bytes = (handler.response_serializer or _same)(response)
    return data


def _same(data: Any) -> Any:
    return data
