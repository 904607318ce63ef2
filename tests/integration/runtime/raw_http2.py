"""A client of HTTP/2 frames, for what no client library would send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.http2 import ACK, END_HEADERS, GOAWAY, HEADERS, PREFACE, SETTINGS, frame, indexed_literal

CONTINUATION = 0x9
REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 0x7, 0x8, 0xB
PATH = "/dossier.profile.v1.ProfileService/GetUser"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Frame:
    """One frame that the server sent."""

    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def error(self) -> int:
        """The error code of RST_STREAM or GOAWAY."""
        return int.from_bytes(self.payload[4:8] if self.kind == GOAWAY else self.payload[:4], "big")


class RawConnection:
    """One TCP connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(b"".join(parts))
        await self._writer.drain()

    async def greet(self) -> None:
        """Say what begins every connection, and acknowledge the server's settings."""
        await self.send(PREFACE, frame(SETTINGS, 0, 0, b""))
        await self.until(SETTINGS)
        await self.send(frame(SETTINGS, ACK, 0, b""))

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield what the server sends until it closes the connection or PATIENCE_SECONDS have passed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    head = await self._reader.readexactly(9)
                    payload = await self._reader.readexactly(int.from_bytes(head[:3], "big"))
                except (asyncio.IncompleteReadError, ConnectionError):
                    return
                yield Frame(head[3], head[4], int.from_bytes(head[5:9], "big"), payload)

    async def until(self, kind: int) -> Frame:
        """Return the next frame of a kind; fail when the connection ends before."""
        async for got in self.frames():
            if got.kind == kind:
                return got
        raise AssertionError(f"the connection ended without a frame of kind {kind}")

    async def closed(self) -> None:
        """Return once the server has closed the connection."""
        async for _ in self.frames():
            pass


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[RawConnection]:
    """Connect to host:port, and say nothing yet."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield RawConnection(reader, writer)
    finally:
        writer.close()


def request_headers(*more: tuple[str, str], path: str = PATH) -> bytes:
    """Return the header block of a call."""
    usual = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost")]
    return block([*usual, ("te", "trailers"), ("content-type", "application/grpc"), *more])


def block(headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a header block that says everything in full."""
    return b"".join(map(indexed_literal, headers))


def headers_in_pieces(stream: int, content: bytes, *, size: int = 16_384, flags: int = 0) -> Sequence[bytes]:
    """Return HEADERS and as many CONTINUATIONs as a header block needs."""
    pieces = [content[start : start + size] for start in range(0, len(content), size)] or [b""]
    return [
        frame(
            CONTINUATION if number else HEADERS,
            (END_HEADERS if number == len(pieces) - 1 else 0) | (0 if number else flags),
            stream,
            piece,
        )
        for number, piece in enumerate(pieces)
    ]
