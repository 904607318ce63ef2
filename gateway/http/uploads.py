"""A file that a request's body is: the method's first message is its metadata, then come its bytes as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from gateway.http.errors import Refused
from gateway.http.exchange import Exchange
from gateway.http.shapes import CHUNK
from runtime.errors import InvalidInput

CHUNK_BYTES = 262_144


def describe(first: Any, exchange: Exchange) -> None:
    """Put the size that the request states into the first message. Raises Refused when it states none."""
    if not exchange.header(b"content-length"):
        raise Refused(411, InvalidInput("Say how many bytes the file has by Content-Length."))
    first.metadata.size_bytes = min(exchange.length, 2**63 - 1)


async def messages_of(first: Any, exchange: Exchange) -> AsyncIterator[bytes]:
    """Yield the serialized messages of an upload, of which the first is the file's description."""
    yield first.SerializeToString()
    kind = type(first)
    async for piece in exchange.pieces():
        for start in range(0, len(piece), CHUNK_BYTES):
            yield kind(**{CHUNK: piece[start : start + CHUNK_BYTES]}).SerializeToString()
