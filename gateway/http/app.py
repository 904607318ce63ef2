"""Answers HTTP requests by calling the server's own gRPC port, so that every call comes in by the one door.

What a request cannot be made of is sent all the same, as bytes that are no message: the door speaks first, as it does
over gRPC, and only who is let in is told what is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

import grpc
import structlog
from google.protobuf.message import Message

from gateway.http.bindings import Binding, Routes, bindings_of
from gateway.http.downloads import Range, etag_of, etags_of, headers_of, range_of
from gateway.http.errors import Failure, PathUnknown, Refused, failure_for, failure_of
from gateway.http.exchange import Exchange, Receive, Scope, Send, json_of
from gateway.http.requests import request_of
from gateway.http.site import Site
from gateway.relay import UNARY_SECONDS
from runtime.contract import Method
from runtime.errors import InvalidInput
from runtime.statuses import internal_status

# No message of the contract begins like this.
_NO_MESSAGE: Final = b"\xff"
_JSON: Final = (b"content-type", b"application/json")
_NO_STORE: Final = (b"cache-control", b"no-store")
_log = structlog.get_logger("http")


class HttpFace:
    """An ASGI application for the methods that have a `google.api.http`. `channel` leads to the server itself."""

    def __init__(self, methods: Iterable[Method], channel: grpc.aio.Channel, site: Site) -> None:
        self._routes = Routes(bindings_of(methods))
        self._site = site
        self._channel = channel

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
            if exchange.started:
                raise
            _log.error("http_failed", request_id=exchange.request_id, exc_info=error)
            await exchange.fail(Failure(500, internal_status(exchange.request_id)))

    async def _answer(self, exchange: Exchange) -> None:
        found = self._routes.find("GET" if exchange.verb == "HEAD" else exchange.verb, exchange.path)
        if found is None:
            file = self._site.find(exchange)
            if file is None:
                raise self._not_found(exchange)
            await self._site.send(file, exchange)
            return
        binding, fields = found
        body = await exchange.body()
        try:
            request = request_of(binding, fields, exchange.query, body)
        except InvalidInput as error:
            await self._refuse(binding, exchange, error)
            return
        if binding.download is not None:
            await self._send_file(binding, request, exchange)
        elif binding.method.server_streaming:
            await self._send_stream(binding, request, exchange)
        else:
            await self._send_answer(binding, request, exchange)

    def _not_found(self, exchange: Exchange) -> Refused:
        verbs = self._routes.verbs(exchange.path)
        if not verbs:
            return Refused(404, PathUnknown())
        allowed = ", ".join(verbs)
        return Refused(405, InvalidInput(f"This path takes {allowed} only."), (b"allow", allowed.encode()))

    async def _refuse(self, binding: Binding, exchange: Exchange, error: InvalidInput) -> None:
        """Say what is wrong with a request, if the door lets it in at all."""
        try:
            if binding.method.server_streaming:
                async for _ in self._stream(binding.method, _NO_MESSAGE, exchange):
                    break
            else:
                await self._call(binding.method, _NO_MESSAGE, exchange)
        except grpc.aio.AioRpcError as answer:
            failure = failure_of(answer)
            if failure.reason() != "MALFORMED_REQUEST":
                await exchange.fail(failure)
                return
        await exchange.fail(failure_for(error))

    def _call(self, method: Method, request: bytes, exchange: Exchange) -> Any:
        begin: Any = self._channel.unary_unary(method.path)
        return begin(request, metadata=exchange.metadata(), timeout=UNARY_SECONDS)

    def _stream(self, method: Method, request: bytes, exchange: Exchange) -> Any:
        begin: Any = self._channel.unary_stream(method.path, response_deserializer=method.response.FromString)
        return begin(request, metadata=exchange.metadata())

    async def _send_answer(self, binding: Binding, request: Message, exchange: Exchange) -> None:
        answer = await self._call(binding.method, request.SerializeToString(), exchange)
        body = json_of(binding.method.response.FromString(answer), binding.response_body)
        await exchange.answer(200, [_JSON, _NO_STORE], body)

    async def _send_stream(self, binding: Binding, request: Message, exchange: Exchange) -> None:
        """Send each message when it comes: as an event for who asks for events, else as a line of JSON."""
        events = b"text/event-stream" in exchange.header(b"accept")
        kind = b"text/event-stream" if events else b"application/x-ndjson"
        async with _until_gone(self._stream(binding.method, request.SerializeToString(), exchange), exchange) as call:
            first = await _first(call)
            await exchange.start(200, [(b"content-type", kind), _NO_STORE, (b"x-accel-buffering", b"no")])
            try:
                if first is not None:
                    await exchange.write(_piece(json_of(first, binding.response_body), events=events))
                async for message in call:
                    await exchange.write(_piece(json_of(message, binding.response_body), events=events))
            except grpc.aio.AioRpcError as error:
                failure = failure_of(error).answer(accept=b"", with_token=False)[1]
                await exchange.write(b"event: error\ndata: %b\n\n" % failure if events else b'{"error":%b}\n' % failure)
            await exchange.write(b"", last=True)

    async def _send_file(self, binding: Binding, request: Any, exchange: Exchange) -> None:
        shape = binding.download
        wanted = range_of(exchange.header(b"range")) if shape is not None and shape.has_ranges else None
        tags = etags_of(exchange.header(b"if-none-match"))
        if shape is not None and shape.has_if_none_match and len(tags) == 1 and tags != ["*"]:
            request.if_none_match = tags[0][:64]
        if wanted is not None:
            metadata = await self._metadata(binding, request, exchange)
            unchanged = exchange.header(b"if-range") in (b"", etag_of(metadata))
            if unchanged and metadata.sha256 not in tags:
                await self._send_part(binding, request, exchange, wanted, metadata)
                return
        await self._send_whole(binding, request, exchange, tags)

    async def _metadata(self, binding: Binding, request: Any, exchange: Exchange) -> Any:
        """Return a file's metadata, with as few of its bytes as there can be."""
        asked = type(request)()
        asked.CopyFrom(request)
        asked.read_offset, asked.read_limit = 0, 1
        call = self._stream(binding.method, asked.SerializeToString(), exchange)
        try:
            return (await _required(aiter(call))).metadata
        finally:
            call.cancel()

    async def _send_whole(self, binding: Binding, request: Message, exchange: Exchange, tags: list[str]) -> None:
        async with _until_gone(self._stream(binding.method, request.SerializeToString(), exchange), exchange) as call:
            metadata = (await _required(call)).metadata
            has_ranges = binding.download is not None and binding.download.has_ranges
            headers = headers_of(metadata, has_ranges=has_ranges)
            if getattr(metadata, "not_modified", False) or metadata.sha256 in tags or tags == ["*"]:
                await exchange.answer_empty(304, headers)
                return
            length = getattr(metadata, "read_size_bytes", metadata.size_bytes)
            await self._pour(call, exchange, 200, [*headers, (b"content-length", str(length).encode())])

    async def _send_part(
        self, binding: Binding, request: Any, exchange: Exchange, wanted: Range, metadata: Any
    ) -> None:
        size = metadata.size_bytes
        part = wanted.within(size)
        if part is None:
            error = InvalidInput("The file has no such bytes.", size_bytes=str(size))
            raise Refused(416, error, (b"content-range", f"bytes */{size}".encode()))
        request.read_offset, request.read_limit = part
        async with _until_gone(self._stream(binding.method, request.SerializeToString(), exchange), exchange) as call:
            metadata = (await _required(call)).metadata
            first, length = metadata.read_offset, metadata.read_size_bytes
            headers = [
                *headers_of(metadata, has_ranges=True),
                (b"content-range", f"bytes {first}-{first + length - 1}/{metadata.size_bytes}".encode()),
                (b"content-length", str(length).encode()),
            ]
            await self._pour(call, exchange, 206, headers)

    async def _pour(self, call: Any, exchange: Exchange, code: int, headers: list[tuple[bytes, bytes]]) -> None:
        await exchange.start(code, headers)
        if exchange.verb != "HEAD":
            async for message in call:
                await exchange.write(message.chunk)
        await exchange.write(b"", last=True)


@asynccontextmanager
async def _until_gone(call: Any, exchange: Exchange) -> AsyncIterator[Any]:
    """Cancel the call on leaving, and as soon as the client goes away."""

    async def watch() -> None:
        while (await exchange.receive())["type"] != "http.disconnect":
            pass
        call.cancel()

    watching = asyncio.create_task(watch(), name="client gone")
    try:
        yield aiter(call)
    except asyncio.CancelledError:
        if not watching.done():
            raise
    finally:
        watching.cancel()
        call.cancel()


async def _first(call: Any) -> Message | None:
    return await anext(call, None)


async def _required(call: Any) -> Any:
    message = await _first(call)
    if message is None:
        raise RuntimeError("a file's stream ended without metadata")
    return message


def _piece(data: bytes, *, events: bool) -> bytes:
    return b"data: %b\n\n" % data if events else data + b"\n"
