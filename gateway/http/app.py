"""Answers HTTP requests by calls to the gRPC server of this process, so that every call comes in by the one door.

What a request cannot be made of is sent all the same, as bytes that are no message: the door speaks first, as it does
over gRPC, and only who is let in is told what is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import Final, ParamSpec, TypeVar

import grpc
import structlog
from google.protobuf.message import Message

from gateway.http import cookies
from gateway.http.bindings import Binding, Routes, bindings_of
from gateway.http.downloads import send_file
from gateway.http.errors import Failure, PathUnknown, Refused, failure_for, failure_of
from gateway.http.exchange import Exchange, Receive, Scope, Send, json_of
from gateway.http.requests import request_of
from gateway.http.site import Site
from gateway.http.uploads import messages_of
from gateway.relay import UNARY_SECONDS
from runtime.contract import Method
from runtime.errors import InvalidInput
from runtime.local_calls import LocalCalls
from runtime.statuses import internal_status

# No message of the contract begins like this.
_NO_MESSAGE: Final = b"\xff"
# JSON of more than this, or messages that become it, takes milliseconds.
_LARGE_BYTES: Final = 8_192
_JSON: Final = (b"content-type", b"application/json")
_NO_STORE: Final = (b"cache-control", b"no-store")
_log = structlog.get_logger("http")
_P = ParamSpec("_P")
_R = TypeVar("_R")


class HttpFace:
    """An ASGI application for the methods that have a `google.api.http`."""

    def __init__(self, methods: Iterable[Method], calls: LocalCalls, site: Site) -> None:
        self._routes = Routes(bindings_of(methods))
        self._site = site
        self._calls = calls

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
        except Exception as error:
            _log.error("http_failed", request_id=exchange.request_id, exc_info=error)
            if exchange.started:
                raise
            await exchange.fail(Failure(500, internal_status(exchange.request_id)))

    async def _answer(self, exchange: Exchange) -> None:
        found = self._routes.find("GET" if exchange.verb == "HEAD" else exchange.verb, exchange.path)
        if found is None:
            if not await self._site.answers(exchange):
                raise self._not_found(exchange)
            return
        binding, fields = found
        body = b"" if binding.upload else await exchange.body()
        try:
            request = await _aside(len(body), request_of, binding, fields, exchange.query, body)
        except InvalidInput as error:
            await self._refuse(binding, exchange, error)
            return
        cookies.fill(request, exchange)
        if binding.upload:
            await self._take_file(binding, request, exchange)
        elif binding.download is not None:
            await self._send_file(binding, request, exchange)
        elif binding.method.server_streaming:
            await self._send_stream(binding, request, exchange)
        else:
            await self._send_answer(binding, request.SerializeToString(), exchange)

    def _not_found(self, exchange: Exchange) -> Refused:
        verbs = self._routes.verbs(exchange.path)
        if not verbs:
            return Refused(404, PathUnknown())
        allowed = ", ".join(verbs)
        return Refused(405, InvalidInput(f"This path takes {allowed} only."), (b"allow", allowed.encode()))

    async def _refuse(self, binding: Binding, exchange: Exchange, error: InvalidInput) -> None:
        """Say what is wrong with a request, if the door lets it in at all."""
        context = exchange.context(seconds=UNARY_SECONDS)
        try:
            if binding.method.server_streaming:
                async with aclosing(self._calls.responses(binding.method.path, _NO_MESSAGE, context)) as responses:
                    await anext(responses, None)
            else:
                await self._calls.answer(binding.method.path, _NO_MESSAGE, context)
        except grpc.aio.AioRpcError as answer:
            failure = failure_of(answer)
            if failure.reason() != "MALFORMED_REQUEST":
                await exchange.fail(failure)
                return
        await exchange.fail(failure_for(error))

    async def _send_answer(self, binding: Binding, request: bytes, exchange: Exchange) -> None:
        answer = await self._calls.answer(binding.method.path, request, exchange.context(seconds=UNARY_SECONDS))
        await self._send_message(binding, answer, exchange)

    async def _send_file(self, binding: Binding, request: Message, exchange: Exchange) -> None:
        try:
            await send_file(self._calls, binding, request, exchange)
        except grpc.aio.AioRpcError as error:
            if exchange.started:
                raise
            await exchange.fail(failure_of(error).of_file())

    async def _take_file(self, binding: Binding, first: Message, exchange: Exchange) -> None:
        requests = messages_of(first, exchange)
        answer = await self._calls.answer(binding.method.path, requests, exchange.context())
        await self._send_message(binding, answer, exchange)

    async def _send_message(self, binding: Binding, answer: bytes, exchange: Exchange) -> None:
        message = binding.method.response.FromString(answer)
        headers = [_JSON, _NO_STORE, *cookies.taken_from(message, exchange, path=binding.method.path)]
        body = await _aside(len(answer), json_of, message, binding.response_body)
        await exchange.answer(200, headers, body)

    async def _send_stream(self, binding: Binding, request: Message, exchange: Exchange) -> None:
        """Send each message when it comes: as an event for who asks for events, else as a line of JSON."""
        events = b"text/event-stream" in exchange.header(b"accept")
        kind = b"text/event-stream" if events else b"application/x-ndjson"
        parse = binding.method.response.FromString
        call = self._calls.responses(binding.method.path, request.SerializeToString(), exchange.context())
        async with exchange.cancelled_when_gone(), aclosing(call) as responses:
            message = await anext(responses, None)
            await exchange.start(200, [(b"content-type", kind), _NO_STORE, (b"x-accel-buffering", b"no")])
            try:
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
