"""What surrounds every call on every server of ours: request id, door, validation, error mapping and one log line.

One interceptor does it in a fixed order, because each further grpc.aio interceptor costs as much as all of this
together. Health and reflection, which are not of the contract, pass untouched.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

import grpc
import structlog
import uuid_utils
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2
from grpc_status import rpc_status

from runtime import calls, tracing
from runtime.access import Door
from runtime.addresses import network_of
from runtime.admission import Admission, Places
from runtime.calls import Call, Origin
from runtime.contract import Method
from runtime.errors import DeadlineExceeded, DomainError, Draining, InvalidInput, Unavailable
from runtime.metrics import CallMetrics
from runtime.shielding import is_cancelled
from runtime.statuses import Forwarded, code_of, internal_status, status_of
from runtime.validation import validate

Context = grpc.aio.ServicerContext[Any, Any]
# How long a client may stand still in the middle of a stream, sending or taking.
IDLE_SECONDS = 30.0
# How often a stream of responses looks whether its caller's session still stands, which is remembered for a while.
LOOK_SECONDS = 1.0
_log = structlog.get_logger("rpc")


class MalformedRequest(InvalidInput):
    """The bytes are not the method's request message."""

    reason = "MALFORMED_REQUEST"


class _Malformed:
    """Stands in for a request, or a stream of them, that is none, until there is a context to refuse it with."""


MALFORMED = _Malformed()


class Refusal(grpc.RpcMethodHandler):  # type: ignore[type-arg]
    """Ends a call that the door, or a lack of room, keeps out.

    It takes a stream, whatever the method does: such a handler gets its context before the body is read.
    """

    request_streaming, response_streaming = True, False
    request_deserializer, response_serializer = None, None
    unary_unary, unary_stream, stream_stream = None, None, None

    def __init__(self, error: BaseException) -> None:
        self._error = error

    async def stream_unary(  # type: ignore[override]
        self, _requests: AsyncIterator[Any], context: Context
    ) -> None:
        """End the call. Raises grpc.aio.AbortError."""
        call = _call()
        try:
            await _translate(call, context, self._error)
        finally:
            _log_call(call)


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Surrounds the handlers of the contract's methods. `methods` is `contract.methods()` or a part of it."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        door: Door,
        *,
        admission: Admission | None = None,
        metrics: CallMetrics | None = None,
    ) -> None:
        self._methods = methods
        self._door = door
        self._admission = admission or Admission()
        self._metrics = metrics or CallMetrics()
        self._metrics.watch(*self._admission.kinds)
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
        self._places = {path: self._admission.places_for(method) for path, method in methods.items()}
        self._draining = False
        self.refused_draining = 0

    def drain(self) -> None:
        """Refuse every further call with Draining, and count them; those under way go on."""
        self._draining = True

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return the surrounded handler, or one that refuses the call without reading its body."""
        path: str = handler_call_details.method
        method = self._methods.get(path)
        if method is None:
            return await continuation(handler_call_details)
        handler = self._wrapped.get(path)
        if handler is None:
            inner = await continuation(handler_call_details)
            if inner is None:
                return inner
            handler = self._wrapped[path] = _wrap(inner, self._door, self._admission, self._places[path])
        metadata = handler_call_details.invocation_metadata or ()
        origin = _origin(metadata)
        request_id = origin.request_id or str(uuid_utils.uuid7())
        call = Call(path, request_id, origin.traceparent, ended=self._metrics.count)
        tracing.follow(call)
        calls.enter(call)
        if self._draining:
            self.refused_draining += 1
            return Refusal(Draining())
        try:
            # A place is taken later: one that waits for the rest of a slow client's request would be lost to others.
            self._places[path].require_room()
            await self._door.admit(call, method, metadata)
        except (Exception, asyncio.CancelledError) as error:
            # Raised on, it would end the call as UNKNOWN with the name of its class, or not at all.
            return Refusal(error)
        return handler


def _origin(metadata: Iterable[tuple[str, str | bytes]]) -> Origin:
    request_id: str | bytes = ""
    traceparent: str | bytes = ""
    for key, value in metadata:
        if key == "x-request-id":
            request_id = value
        elif key == "traceparent":
            traceparent = value
    return calls.origin_of(request_id, traceparent)


def _wrap(inner: Any, door: Door, admission: Admission, places: Places) -> grpc.RpcMethodHandler[Any, Any]:
    build: Callable[..., grpc.RpcMethodHandler[Any, Any]]
    match bool(inner.request_streaming), bool(inner.response_streaming):
        case False, False:
            behaviour = _answering(inner.unary_unary, _checked, admission, places)
            build = grpc.unary_unary_rpc_method_handler
        case False, True:
            behaviour = _streaming(inner.unary_stream, _checked, door, admission, places)
            build = grpc.unary_stream_rpc_method_handler
        case True, False:
            behaviour = _answering(inner.stream_unary, _checked_stream, admission, places)
            build = grpc.stream_unary_rpc_method_handler
        case _:
            behaviour = _streaming(inner.stream_stream, _checked_stream, door, admission, places)
            build = grpc.stream_stream_rpc_method_handler
    return build(
        behaviour,
        request_deserializer=_tolerant(inner.request_deserializer),
        response_serializer=inner.response_serializer,
    )


def _tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    if deserialize is None:
        return None

    def decode(data: bytes) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return MALFORMED

    return decode


def _checked(request: Any) -> Any:
    if isinstance(request, Message):
        validate(request)
    elif request is MALFORMED:
        raise MalformedRequest("The request's bytes are not this method's message; check the client's stubs.")
    return request


def _checked_stream(requests: Any) -> AsyncIterator[Any]:
    return _each_checked(_checked(requests))


async def _each_checked(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                request = await anext(requests)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise DeadlineExceeded(f"Nothing arrived for {IDLE_SECONDS:.0f} seconds; send it again.") from error
        yield _checked(request)


def _answering(
    behaviour: Callable[..., Awaitable[Any]], admit_request: Callable[[Any], Any], admission: Admission, places: Places
) -> Callable[..., Any]:
    async def answer(request: Any, context: Context) -> Any:
        call = _begin(context)
        who = _who(call, context, admission)
        try:
            with places.held_by(who):
                return await _in_time(call, behaviour(admit_request(request), context))
        except BaseException as error:
            return await _translate(call, context, error)
        finally:
            _log_call(call)

    return answer


async def _in_time(call: Call, work: Awaitable[Any]) -> Any:
    """Await `work`, but not for longer than the client does, so that it is told more than gRPC alone would tell it."""
    if call.deadline is None:
        return await work
    left = call.deadline - time.monotonic()
    try:
        async with asyncio.timeout(left - min(left / 2, calls.RETURN_SECONDS)) as limit:
            return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise DeadlineExceeded("This took longer than the call's deadline allows; try again.") from error


def _streaming(
    behaviour: Callable[..., AsyncGenerator[Any, None]],
    admit_request: Callable[[Any], Any],
    door: Door,
    admission: Admission,
    places: Places,
) -> Callable[..., Any]:
    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        call = _begin(context)
        who = _who(call, context, admission)
        next_look = time.monotonic() + LOOK_SECONDS
        try:
            with places.held_by(who):
                async with aclosing(behaviour(admit_request(request), context)) as responses:
                    async for response in responses:
                        if time.monotonic() >= next_look:
                            known = await _look_again(door, call)
                            next_look = time.monotonic() + (LOOK_SECONDS if known else IDLE_SECONDS)
                        stalled = _cut_off_later(call)
                        try:
                            yield response
                        finally:
                            stalled.cancel()
        except BaseException as error:
            await _translate(call, context, error)
        finally:
            _log_call(call)

    return stream


async def _look_again(door: Door, call: Call) -> bool:
    """Raise SessionEnded when the caller's session was ended since. False: nobody can say, and the stream goes on."""
    try:
        await door.require_live(call)
    except Unavailable:
        return False
    return True


def _cut_off_later(call: Call) -> asyncio.TimerHandle:
    """Cancel this task when the client does not take what is about to be written. Its own deadline tells the client:
    no status can be sent while a message is waiting to be taken."""
    task = asyncio.current_task()

    def cut_off() -> None:
        _log.warning("reader_stalled", method=call.method, request_id=call.request_id)
        if task is not None:
            task.cancel()

    return asyncio.get_running_loop().call_later(IDLE_SECONDS, cut_off)


def _who(call: Call, context: Context, admission: Admission) -> str:
    """Return whose share the call counts against: the account's, or that of the network of an anonymous client."""
    if call.caller is not None:
        return call.caller.account_id
    return network_of(context, trusted_proxies=admission.trusted_proxies) if admission.at_the_edge else ""


def _call() -> Call:
    call = calls.current()
    if call is None:
        raise RuntimeError("no call was entered; the server lacks its CallInterceptor")
    return call


def _begin(context: Context) -> Call:
    call = _call()
    left = context.time_remaining()
    if left is not None:
        call.deadline = time.monotonic() + left
    return call


async def _translate(call: Call, context: Context, error: BaseException) -> None:
    """End the call with the status that `error` stands for, or raise it again when that is not ours to decide."""
    if isinstance(error, grpc.aio.AbortError):
        call.code = getattr(context.code(), "name", str(context.code()))
        raise error
    if isinstance(error, asyncio.CancelledError):
        if is_cancelled():
            call.code = "CANCELLED"
            raise error
        # Not the client's doing. Raised on, it would leave the client without any status (grpc/grpc issue 29248).
        await _abort(call, context, Unavailable("The work was interrupted; try again.", dependency="server"))
    if isinstance(error, GeneratorExit):
        call.code = "CANCELLED"  # The client went away while a response was being written.
        raise error
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error
    if isinstance(error, DomainError):
        await _abort(call, context, error)
    if isinstance(error, Forwarded):
        call.code = error.code.name
        await context.abort(error.code, error.details, error.trailing_metadata)
    await _abort_internal(call, context, error)


async def _abort(call: Call, context: Context, error: DomainError) -> None:
    call.code = code_of(error).name
    if isinstance(error, Unavailable) and error.__cause__ is not None:
        _log.warning("dependency_failed", request_id=call.request_id, cause=repr(error.__cause__))
    await _end(context, status_of(error))


async def _abort_internal(call: Call, context: Context, error: BaseException) -> None:
    call.code = "INTERNAL"
    _log.error("rpc_failed", method=call.method, request_id=call.request_id, exc_info=error)
    await _end(context, internal_status(call.request_id))


async def _end(context: Context, status: status_pb2.Status) -> None:
    rich = rpc_status.to_status(status)
    await context.abort(rich.code, rich.details, rich.trailing_metadata)


def _log_call(call: Call) -> None:
    call.ended(call)
    if not _log.is_enabled_for(logging.INFO):
        return
    _log.info(
        "rpc",
        method=call.method,
        code=call.code,
        duration_ms=round((time.perf_counter() - call.started) * 1000, 2),
        request_id=call.request_id,
        caller=call.caller.account_id if call.caller else call.peer_service,
    )
