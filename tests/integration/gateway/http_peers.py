"""A client that speaks HTTP byte by byte, so that it can be as slow or rude as it likes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from tests.integration.gateway.calling import TIMEOUT
from tests.integration.gateway.conftest import Club

REPORT = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"


@dataclass
class Peer:
    """One connection, spoken to byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def say(self, verb: str, path: str, body: bytes = b"", **headers: str) -> None:
        """Send a request, or the part of it that is given."""
        self.writer.write(request(verb, path, body, **headers))

    async def head(self) -> tuple[int, dict[str, str]]:
        """Return an answer's status and headers."""
        async with asyncio.timeout(TIMEOUT):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), headers

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return a whole answer that says how long it is."""
        status, headers = await self.head()
        async with asyncio.timeout(TIMEOUT):
            return status, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def is_closed(self) -> bool:
        """Whether the server hangs up, whatever it still says."""
        async with asyncio.timeout(TIMEOUT):
            with suppress(ConnectionResetError):
                await self.reader.read()
        return True

    async def is_closed_in_spite_of(self, drops: bytes) -> bool:
        """Whether the server hangs up while these are sent, over and over, in no hurry."""
        async with asyncio.timeout(TIMEOUT):
            with suppress(ConnectionResetError):
                while not self.reader.at_eof():
                    self.writer.write(drops)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.02):
                            await self.reader.read()
        return True


def request(verb: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return a request as it is sent."""
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{verb} {path} HTTP/1.1\r\nhost: club\r\n{named}\r\n".encode() + body


@asynccontextmanager
async def connected(
    port: int, *, source: str = "127.0.0.1", trust: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    """Open a connection, from one of the addresses that loop back, and encrypted if there is something to trust."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), ssl=trust)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()


def token_of(club: Club) -> str:
    """Return the header of a signed-in alice."""
    ((_, token),) = club.sign_in()
    return token
