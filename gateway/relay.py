"""Forwards calls to the parts that serve them, byte for byte and without knowing the messages.

What passes upstream: the request's bytes, the time that is left, the caller's verified token, the request id and the
trace. What passes back: the response's bytes, and code, sentence, details and trailers of the status. Nothing that may
change anything is sent twice; what comes while a part is away for a moment is sent when it is back. Services of ours
send no initial metadata, so none is forwarded.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import grpc

from gateway.upstream import raise_answer
from runtime import calls
from runtime.admission import Places
from runtime.channels import Patience, origin_metadata
from runtime.contract import Method
from runtime.errors import Draining
from runtime.shielding import is_cancelled
from runtime.uploads import answer_of

# How long a unary call may take when its client does not say.
UNARY_SECONDS = 60.0
# All calls to one replica share one connection, which takes more streams than these together (runtime.server), so that
# none waits there for another to end. A part that answers nobody holds no more than its own of the gateway's places for
# unary calls (runtime.admission), and leaves the rest to the others.
STREAMS = 200
UNARY = 100
# When the gateway stops, a stream that passes nothing for so long waits for something that may take for ever to happen.
STILL_SECONDS = 1.0

Context = grpc.aio.ServicerContext[bytes, bytes]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class _Passage:
    """A stream of responses under way: `count` of them have come, and the client is `taking` the last or has it."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self.count = 0
        self.taking = False
        self.cut_off = False

    def end_when_still(self, count: int = -1) -> None:
        """End it once nothing comes for a while; its client comes again."""
        if self.count == count and not self.taking:
            self.cut_off = self._call.cancel()
        else:
            asyncio.get_running_loop().call_later(STILL_SECONDS, self.end_when_still, self.count)


class Upstream:
    """A part that calls are forwarded to. `name` is what callers are told when it does not answer."""

    def __init__(self, name: str, channel: grpc.aio.Channel) -> None:
        self.name = name
        self.channel = channel
        self.unary = Places(f"calls to the {name}", UNARY)
        self.streams = Places(f"streams of the {name}", STREAMS)
        self.connected = Patience(channel, dependency=name).connected
        self._passages: set[_Passage] = set()
        self._draining = False

    def drain(self) -> None:
        """End the streams of responses that only wait; the gateway stops."""
        self._draining = True
        for passage in self._passages:
            passage.end_when_still()

    @contextmanager
    def passage(self, call: Any) -> Iterator[_Passage]:
        """Count the responses of a call until leaving, which ends it if it has not ended."""
        passage = _Passage(call)
        self._passages.add(passage)
        if self._draining:
            passage.end_when_still()
        try:
            yield passage
        finally:
            self._passages.discard(passage)
            passage.taking = False
            call.cancel()  # Left early, the other part would go on for nobody.


class Relay(grpc.GenericRpcHandler):
    """Serves every public method of the services that have a route; others are unknown here, as internal ones are.

    Args:
        routes: the upstream of each proto package, such as "dossier.report.v1".
    """

    def __init__(self, methods: Iterable[Method], routes: Mapping[str, Upstream]) -> None:
        self._handlers = {
            method.path: _handler(method, upstream)
            for method in methods
            if not method.internal and (upstream := routes.get(method.service.rpartition(".")[0])) is not None
        }
        self._upstreams = frozenset(routes.values())

    def drain(self) -> None:
        """End the streams that only wait for something to happen, such as a watched report to change."""
        for upstream in self._upstreams:
            upstream.drain()

    @property
    def places(self) -> Iterator[Places]:
        """What the calls to each part may hold."""
        for upstream in self._upstreams:
            yield from (upstream.unary, upstream.streams)

    @property
    def service_names(self) -> frozenset[str]:
        """The services that are forwarded."""
        return frozenset(path.split("/")[1] for path in self._handlers)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """Return the handler that forwards the method."""
        return self._handlers.get(handler_call_details.method)


def _handler(method: Method, upstream: Upstream) -> Handler:
    channel, path = upstream.channel, method.path
    match method.client_streaming, method.server_streaming:
        case False, False:
            return grpc.unary_unary_rpc_method_handler(_unary(channel.unary_unary(path), upstream))
        case True, False:
            return grpc.stream_unary_rpc_method_handler(_upload(channel.stream_unary(path), upstream))
        case False, True:
            return grpc.unary_stream_rpc_method_handler(_responses(channel.unary_stream(path), upstream))
        case _:
            return grpc.stream_stream_rpc_method_handler(_responses(channel.stream_stream(path), upstream))


def _unary(forward: Callable[..., Any], upstream: Upstream) -> Callable[..., Any]:
    async def relay(request: bytes, context: Context) -> bytes:
        with upstream.unary.held_by(""):
            await upstream.connected()
            call = forward(request, timeout=_seconds_left(UNARY_SECONDS), metadata=_metadata())
            return await _answer(call, call, context, upstream)

    return relay


def _upload(forward: Callable[..., Any], upstream: Upstream) -> Callable[..., Any]:
    async def relay(requests: AsyncIterator[bytes], context: Context) -> bytes:
        with upstream.streams.held_by(""):
            await upstream.connected()
            call = forward(requests, timeout=_seconds_left(None), metadata=_metadata())
            return await _answer(call, answer_of(call), context, upstream)

    return relay


async def _answer(call: Any, answer: Awaitable[bytes], context: Context, upstream: Upstream) -> bytes:
    try:
        response = await answer
    except grpc.aio.AioRpcError as error:
        raise_answer(error, dependency=upstream.name)
    await _pass_trailers(call, context)
    return response


def _responses(forward: Callable[..., Any], upstream: Upstream) -> Callable[..., Any]:
    async def relay(requests: Any, context: Context) -> AsyncIterator[bytes]:
        with upstream.streams.held_by(""):
            await upstream.connected()
            call = forward(requests, timeout=_seconds_left(None), metadata=_metadata())
            with upstream.passage(call) as passage:
                try:
                    async for response in call:
                        passage.count += 1
                        passage.taking = True
                        yield response
                        passage.taking = False
                except grpc.aio.AioRpcError as error:
                    raise_answer(error, dependency=upstream.name)
                except asyncio.CancelledError:
                    if passage.cut_off and not is_cancelled():
                        raise Draining from None
                    raise
            await _pass_trailers(call, context)

    return relay


async def _pass_trailers(call: Any, context: Context) -> None:
    trailers = tuple(await call.trailing_metadata())
    if trailers:
        context.set_trailing_metadata(trailers)


def _seconds_left(cap: float | None) -> float | None:
    call = calls.current()
    if call is None or call.deadline is None:
        return cap
    return max(0.001, call.deadline - time.monotonic())


def _metadata() -> tuple[tuple[str, str], ...]:
    """Return all that goes upstream beside the bytes: a list of what may, so that a new name never does."""
    call = calls.current()
    if call is None or call.caller is None:
        return origin_metadata()
    return (*origin_metadata(), ("authorization", f"Bearer {call.caller.token}"))
