"""Files over HTTP: headers made of a stream's metadata, then its bytes one piece after the other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gateway.http.bindings import Binding
from gateway.http.errors import Headers, Refused
from gateway.http.exchange import Exchange
from runtime.errors import OutOfRange
from runtime.local_calls import LocalCalls

_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
_ETAG = re.compile(rb'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Range:
    """A part of a file that a client wants: from `first` to `last`, or its last bytes when `first` is None."""

    first: int | None
    last: int | None

    def within(self, size: int) -> tuple[int, int] | None:
        """Return offset and length in a file of a size, None when it has no such bytes."""
        if self.first is None:
            length = min(self.last or 0, size)
            return (size - length, length) if length else None
        if self.first >= size:
            return None
        last = size - 1 if self.last is None else min(self.last, size - 1)
        return self.first, last - self.first + 1


def range_of(header: bytes) -> Range | None:
    """Return the one range that a header names; None, the whole file, for several and for what is none."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is not None and last is not None and last < first:
        return None
    return Range(first, last)


def etags_of(header: bytes) -> list[str]:
    """Return the tags of If-None-Match without their quotes; ["*"] for any."""
    if header.strip() == b"*":
        return ["*"]
    return [tag.decode("latin-1") for tag in _ETAG.findall(header)]


def headers_of(metadata: Any, *, has_ranges: bool) -> Headers:
    """Return the headers that a file's metadata is, without its length."""
    headers = [
        (b"etag", etag_of(metadata)),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"authorization"),
        # An address may be a secret itself, so that no page learns of it that is opened from the file.
        (b"referrer-policy", b"no-referrer"),
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
        return b"inline"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}".encode()


class RangeUnsatisfiable(OutOfRange):
    """The file has no such bytes."""

    reason = "OFFSET_OUT_OF_RANGE"


async def send_file(calls: LocalCalls, binding: Binding, request: Any, exchange: Exchange) -> None:
    """Answer with the file that a method streams: whole, a part of it, or that the client has it already.

    Raises:
        grpc.aio.AioRpcError: the method refuses, or breaks off.
        Refused: the file has no such part.
    """
    shape = binding.download
    wanted = range_of(exchange.header(b"range")) if shape is not None and shape.has_ranges else None
    tags = etags_of(exchange.header(b"if-none-match"))
    if shape is not None and shape.has_if_none_match and len(tags) == 1 and tags != ["*"]:
        request.if_none_match = tags[0][:64]
    part = None
    if wanted is not None:
        metadata = await _metadata(calls, binding, request, exchange)
        if exchange.header(b"if-range") in (b"", etag_of(metadata)) and not _is_known(metadata, tags):
            part = wanted.within(metadata.size_bytes)
            if part is None:
                size = metadata.size_bytes
                error = RangeUnsatisfiable(f"The file has {size} bytes; ask for some of these.", size_bytes=str(size))
                raise Refused(416, error, (b"content-range", f"bytes */{size}".encode()))
            request.read_offset, request.read_limit = part
    call = calls.responses(binding.method.path, request.SerializeToString(), exchange.context())
    async with exchange.cancelled_when_gone(), aclosing(call):
        await _send(binding, call, exchange, tags, is_part=part is not None)


async def _send(
    binding: Binding, call: AsyncIterator[bytes], exchange: Exchange, tags: list[str], *, is_part: bool
) -> None:
    parse: Any = binding.method.response.FromString
    metadata = parse(await anext(call)).metadata
    headers = headers_of(metadata, has_ranges=binding.download is not None and binding.download.has_ranges)
    if not is_part and (getattr(metadata, "not_modified", False) or _is_known(metadata, tags)):
        await exchange.answer_empty(304, headers)
        return
    length = getattr(metadata, "read_size_bytes", metadata.size_bytes)
    headers.append((b"content-length", str(length).encode()))
    if is_part:
        first = metadata.read_offset
        headers.append((b"content-range", f"bytes {first}-{first + length - 1}/{metadata.size_bytes}".encode()))
    await exchange.start(206 if is_part else 200, headers)
    if exchange.verb != "HEAD":
        async for message in call:
            await exchange.write(parse(message).chunk)
    await exchange.write(b"", last=True)


async def _metadata(calls: LocalCalls, binding: Binding, request: Any, exchange: Exchange) -> Any:
    """Return a file's metadata, with as few of its bytes as there can be."""
    asked = type(request)()
    asked.CopyFrom(request)
    asked.read_offset, asked.read_limit = 0, 1
    parse: Any = binding.method.response.FromString
    call = calls.responses(binding.method.path, asked.SerializeToString(), exchange.context())
    async with aclosing(call):
        return parse(await anext(call)).metadata


def _is_known(metadata: Any, tags: list[str]) -> bool:
    return metadata.sha256 in tags or tags == ["*"]
