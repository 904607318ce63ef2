"""Files over HTTP: headers made of a stream's metadata, then its bytes one piece after the other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

from gateway.http.bindings import Binding
from gateway.http.errors import Headers, Refused
from gateway.http.exchange import Exchange
from gateway.http.headers import Range, etags_of, range_of
from runtime.errors import OutOfRange
from runtime.local_calls import LocalCall, LocalCalls


def headers_of(metadata: Any, *, has_ranges: bool) -> Headers:
    """Return the headers that a file's metadata is, without its length."""
    headers = [
        (b"etag", etag_of(metadata)),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"authorization"),
        (b"accept-ranges", b"bytes" if has_ranges else b"none"),
        (b"content-disposition", _disposition(getattr(metadata, "file_name", ""))),
    ]
    if metadata.content_type:
        headers.append((b"content-type", metadata.content_type.encode("latin-1", "replace")))
    return headers


def etag_of(metadata: Any) -> bytes:
    """Return the strong tag: the file's digest."""
    return f'"{metadata.sha256}"'.encode()


def _disposition(file_name: str) -> bytes:
    if not file_name:
        return b"attachment"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}".encode()


class RangeUnsatisfiable(OutOfRange):
    """The file has no such bytes."""

    reason = "OFFSET_OUT_OF_RANGE"


async def send_file(calls: LocalCalls, call: LocalCall, binding: Binding, request: Any, exchange: Exchange) -> None:
    """Answer with the file that a method streams: whole, a part of it, or that the client has it already.

    Args:
        call: one of the method that was let in; for a part there is another one.

    Raises:
        grpc.aio.AioRpcError: the method refuses, or breaks off.
        Refused: the file has no such part.
    """
    shape = binding.download
    tags = etags_of(exchange.header(b"if-none-match"))
    if shape is not None and shape.has_if_none_match and len(tags) == 1 and tags != ["*"]:
        request.if_none_match = tags[0][:64]
    wanted = range_of(exchange.header(b"range")) if exchange.verb == "GET" else None
    part = None
    if shape is not None and shape.has_ranges and (wanted or tags or exchange.verb == "HEAD"):
        metadata = await _metadata(binding, call, request)
        if exchange.verb == "HEAD" or _is_known(metadata, tags):
            await _answer_without_bytes(metadata, exchange, tags, has_ranges=True)
            return
        if wanted is not None and exchange.header(b"if-range") in (b"", etag_of(metadata)):
            part = request.read_offset, request.read_limit = _within(wanted, metadata.size_bytes)
        call = await calls.open(binding.method.path, exchange.context())
    async with aclosing(call.responses(request.SerializeToString())) as responses:
        await _send(binding, responses, exchange, tags, part)


def _within(wanted: Range, size: int) -> tuple[int, int]:
    part = wanted.within(size)
    if part is None:
        error = RangeUnsatisfiable(f"The file has {size} bytes; ask for some of these.", size_bytes=str(size))
        raise Refused(416, error, (b"content-range", f"bytes */{size}".encode()))
    return part


async def _send(
    binding: Binding,
    responses: AsyncIterator[bytes],
    exchange: Exchange,
    tags: list[str],
    part: tuple[int, int] | None,
) -> None:
    parse: Any = binding.method.response.FromString
    metadata = parse(await anext(responses)).metadata
    has_ranges = binding.download is not None and binding.download.has_ranges
    if exchange.verb == "HEAD" or (part is None and _is_known(metadata, tags)):
        async for _ in responses:  # A small file; a call that is left before its end counts as one that failed.
            pass
        await _answer_without_bytes(metadata, exchange, tags, has_ranges=has_ranges)
        return
    headers = headers_of(metadata, has_ranges=has_ranges)
    first, length = part or (0, metadata.size_bytes)
    headers.append((b"content-length", str(length).encode()))
    if part is not None:
        headers.append((b"content-range", f"bytes {first}-{first + length - 1}/{metadata.size_bytes}".encode()))
    await exchange.start(206 if part else 200, headers)
    async for message in responses:
        await exchange.write(parse(message).chunk)
    await exchange.write(b"", last=True)


async def _answer_without_bytes(metadata: Any, exchange: Exchange, tags: list[str], *, has_ranges: bool) -> None:
    """Say what there is, or that the client has it."""
    headers = headers_of(metadata, has_ranges=has_ranges)
    if _is_known(metadata, tags):
        await exchange.answer_empty(304, headers)
    else:
        await exchange.answer_empty(200, [*headers, (b"content-length", str(metadata.size_bytes).encode())])


async def _metadata(binding: Binding, call: LocalCall, request: Any) -> Any:
    """Return a file's metadata, with as few of its bytes as there can be."""
    asked = type(request)()
    asked.CopyFrom(request)
    asked.read_offset, asked.read_limit = 0, 1
    parse: Any = binding.method.response.FromString
    found = [parse(response) async for response in call.responses(asked.SerializeToString())]
    return found[0].metadata


def _is_known(metadata: Any, tags: list[str]) -> bool:
    return getattr(metadata, "not_modified", False) or metadata.sha256 in tags or tags == ["*"]
