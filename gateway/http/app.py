"""Answers HTTP requests by calls to the gRPC server of this process, so that every call comes in by the one door.

The door speaks first, as it does over gRPC: before a body is read, and before anything is said of a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing, nullcontext
from typing import Final, ParamSpec, TypeVar

import grpc
import structlog
from google.protobuf.message import Message

from gateway.http import cookies
from gateway.http.bindings import Binding, Routes, bindings_of
from gateway.http.downloads import send_file
from gateway.http.errors import Failure, PathUnknown, Refused, failure_of
from gateway.http.exchange import Exchange, Receive, Scope, Send, json_of
from gateway.http.headers import names
from gateway.http.requests import request_of
from gateway.http.site import Site
from gateway.http.uploads import describe, messages_of
from gateway.relay import UNARY_SECONDS
from runtime import calls
from runtime.admission import Places
from runtime.contract import Method
from runtime.errors import Draining, Exhausted, InvalidInput
from runtime.local_calls import LocalCall, LocalCalls
from runtime.server import MAX_RECEIVE_BYTES
from runtime.statuses import internal_status

# A body of who has not signed in is a name, a password, or a token.
STRANGERS_BYTES: Final = 16_384
# Larger bodies that are read and taken apart at once, of all callers and of one.
LARGE_BODIES, LARGE_BODIES_OF_ONE = 32, 4
# JSON of more than this, or messages that become it, takes milliseconds.
_LARGE_BYTES: Final = 8_192
_JSON: Final = (b"content-type", b"application/json")
_NO_STORE: Final = (b"cache-control", b"no-store")
_log = structlog.get_logger("http")
_P = ParamSpec("_P")
_R = TypeVar("_R")


class HttpFace:
    """An ASGI application for the methods that have a `google.api.http`."""

    def __init__(self, methods: Iterable[Method], local_calls: LocalCalls, site: Site) -> None:
        self._routes = Routes(bindings_of(methods))
        self._site = site
        self._calls = local_calls
        self._large_bodies = Places("large bodies", LARGE_BODIES, per_caller=LARGE_BODIES_OF_ONE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send)
        try:
            await self._answer(exchange)
        except Refused as refused:
            await exchange.fail(refused.failure, *refused.headers)
        except grpc.aio.AioRpcError as error:
            if exchange.started:  # The client sees that the length it was told has not come.
                raise
            await exchange.fail(failure_of(error))
        except asyncio.CancelledError:
            if not exchange.started and not exchange.is_gone:
                await exchange.fail(Refused(503, Draining()).failure)
            raise
        except Exception as error:
            _log.error("http_failed", request_id=exchange.request_id, exc_info=error)
            if exchange.started:
                raise
            await exchange.fail(Failure(500, internal_status(exchange.request_id)))

    async def _answer(self, exchange: Exchange) -> None:
        if await self._site.sends_on(exchange):
            return
        found = self._routes.find("GET" if exchange.verb == "HEAD" else exchange.verb, exchange.path)
        if found is None:
            if not await self._site.answers(exchange):
                raise self._not_found(exchange)
            return
        binding, fields = found
        lasts = binding.upload or binding.method.server_streaming
        context = exchange.context(seconds=None if lasts else UNARY_SECONDS)
        call = await self._calls.open(binding.method.path, context)
        try:
            request = await self._request(binding, fields, exchange)
        except Refused:
            await call.refuse()
            raise
        if binding.upload:
            await self._take_file(binding, call, request, exchange)
            return
        async with exchange.cancelled_when_gone():
            if binding.download is not None:
                await self._send_file(binding, call, request, exchange)
            elif lasts:
                await self._send_stream(binding, call, request, exchange)
            else:
                answer = await call.answer(request.SerializeToString())
                await self._send_message(binding, answer, exchange)

    async def _request(self, binding: Binding, fields: Mapping[str, str], exchange: Exchange) -> Message:
        call = calls.current()
        caller = call.caller if call else None
        is_large = caller is not None and not 0 <= exchange.length <= STRANGERS_BYTES
        try:
            with self._large_bodies.held_by(caller.account_id) if caller and is_large else nullcontext():
                body = b"" if binding.upload else await exchange.body(MAX_RECEIVE_BYTES if caller else STRANGERS_BYTES)
                request = await _aside(len(body), request_of, binding, fields, exchange.query, body)
        except InvalidInput as error:
            raise Refused(400, error) from error
        except Exhausted as error:
            raise Refused(429, error) from error
        cookies.fill(request, exchange)
        if binding.upload:
            describe(request, exchange)
        return request

    def _not_found(self, exchange: Exchange) -> Refused:
        verbs = self._routes.verbs(exchange.path)
        if not verbs:
            return Refused(404, PathUnknown())
        allowed = ", ".join(verbs)
        return Refused(405, InvalidInput(f"This path takes {allowed} only."), (b"allow", allowed.encode()))

    async def _send_file(self, binding: Binding, call: LocalCall, request: Message, exchange: Exchange) -> None:
        try:
            await send_file(self._calls, call, binding, request, exchange)
        except grpc.aio.AioRpcError as error:
            if exchange.started:
                raise
            await exchange.fail(failure_of(error).of_file())

    async def _take_file(self, binding: Binding, call: LocalCall, first: Message, exchange: Exchange) -> None:
        answer = await call.answer(messages_of(first, exchange))
        await self._send_message(binding, answer, exchange)

    async def _send_message(self, binding: Binding, answer: bytes, exchange: Exchange) -> None:
        message = binding.method.response.FromString(answer)
        headers = [_JSON, _NO_STORE, *cookies.taken_from(message, exchange, path=binding.method.path)]
        body = await _aside(len(answer), json_of, message, binding.response_body)
        await exchange.answer(200, headers, body)

    async def _send_stream(self, binding: Binding, call: LocalCall, request: Message, exchange: Exchange) -> None:
        """Send each message when it comes: as an event for who asks for events, else as a line of JSON."""
        events = names(exchange.header(b"accept"), b"text/event-stream")
        kind = b"text/event-stream" if events else b"application/x-ndjson"
        parse = binding.method.response.FromString
        beats = exchange.beating(b":\n\n") if events else nullcontext()
        async with aclosing(call.responses(request.SerializeToString())) as responses:
            message = await anext(responses, None)
            await exchange.start(200, [(b"content-type", kind), _NO_STORE, (b"x-accel-buffering", b"no")])
            try:
                async with beats:
                    while message is not None and exchange.verb != "HEAD":
                        await exchange.write(_piece(json_of(parse(message), binding.response_body), events=events))
                        message = await anext(responses, None)
            except grpc.aio.AioRpcError as error:
                failure = failure_of(error).answer(accept=b"", with_token=False)[1]
                await exchange.write(b"event: error\ndata: %b\n\n" % failure if events else b'{"error":%b}\n' % failure)
            await exchange.write(b"", last=True)


async def _aside(size: int, work: Callable[_P, _R], *arguments: _P.args, **options: _P.kwargs) -> _R:
    """Do what takes long because it is large in a thread, so that other calls go on meanwhile."""
    return await asyncio.to_thread(work, *arguments, **options) if size > _LARGE_BYTES else work(*arguments, **options)


def _piece(data: bytes, *, events: bool) -> bytes:
    return b"data: %b\n\n" % data if events else data + b"\n"
