"""A TCP proxy that spoils a link: slow, narrow, sliced, stalled, cut or reset, changed while it runs."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

# Which way bytes flow: UP from who connected to the proxy, DOWN from what it leads to.
UP, DOWN = "up", "down"
_READ_BYTES = 64 * 1024


@dataclass(slots=True)
class Spoil:
    """What is wrong with a link. Holds for connections that stand and those to come.

    Attributes:
        latency_seconds: every piece of bytes is that late, in each direction.
        stalled: the directions in which nothing passes; the bytes wait. Both make a black hole.
        slice_bytes: pieces are forwarded that small; 0 as they come.
        bytes_per_second: as fast in each direction of each connection; 0 without limit.
        cut_after_bytes: a connection is reset when so many bytes came down it; 0 never.
        refused: whether new connections are reset at once.
    """

    latency_seconds: float = 0.0
    stalled: frozenset[str] = frozenset()
    slice_bytes: int = 0
    bytes_per_second: int = 0
    cut_after_bytes: int = 0
    refused: bool = False


@dataclass(eq=False, slots=True)
class _Link:
    """One connection through the proxy."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    pumps: list[asyncio.Task[None]] = field(default_factory=list)
    came_down: int = 0

    def cut(self) -> None:
        """Close both ends as a process that exits does (FIN)."""
        for end in self.ends:
            end.close()

    def reset(self) -> None:
        """Close both ends as a firewall or a crash does (RST)."""
        for end in self.ends:
            sock = end.get_extra_info("socket")
            if sock is not None:
                with suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()


class Proxy:
    """One spoilt link to a port of 127.0.0.1, or to several, in turn, of which any that answers will do.

    Made by `open_proxy`.
    """

    def __init__(self, *target_ports: int) -> None:
        self._target_ports = deque(target_ports)
        self._links: set[_Link] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()
        self._spoil = Spoil()
        self.port = 0

    @property
    def address(self) -> str:
        """Where to connect to, host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def connection_count(self) -> int:
        """How many connections stand."""
        return len(self._links)

    def spoil(self, spoil: Spoil) -> None:
        """Spoil the link from now on, instead of what spoiled it before."""
        self._spoil = spoil
        self._changed.set()
        self._changed = asyncio.Event()

    def heal(self) -> None:
        """Let everything pass; what was stalled goes on."""
        self.spoil(Spoil())

    def cut(self) -> None:
        """Close the connections that stand."""
        for link in tuple(self._links):
            link.cut()

    def reset(self) -> None:
        """Reset the connections that stand."""
        for link in tuple(self._links):
            link.reset()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward a new connection until either end closes."""
        # One that closes while its peer reads nothing stays open, and is not a link any more.
        self._ends = {end for end in self._ends if not _closed(end.transport)}
        self._ends.add(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._spoil.refused:
            _Link((writer, writer)).reset()
            return
        try:
            down_reader, up_writer = await self._connect()
        except OSError:
            _Link((writer, writer)).reset()
            return
        self._ends.add(up_writer)
        await self._forward(_Link((writer, up_writer)), reader, down_reader)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the next port that answers. Raises OSError."""
        for _ in range(len(self._target_ports) - 1):
            with suppress(OSError):
                return await self._connect_to_next()
        return await self._connect_to_next()

    async def _connect_to_next(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._target_ports.rotate(-1)
        return await asyncio.open_connection("127.0.0.1", self._target_ports[0])

    async def _forward(self, link: _Link, from_client: asyncio.StreamReader, from_target: asyncio.StreamReader) -> None:
        client, target = link.ends
        self._links.add(link)
        link.pumps = [
            asyncio.create_task(self._pump(link, from_client, target, UP)),
            asyncio.create_task(self._pump(link, from_target, client, DOWN)),
        ]
        try:
            await asyncio.wait(link.pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            for pump in link.pumps:
                pump.cancel()
            await asyncio.wait(link.pumps)
            link.cut()

    async def _pump(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(_READ_BYTES):
                await self._pass(way)
                for piece in self._pieces(data):
                    await self._pass(way)
                    if self._spoil.bytes_per_second:
                        await asyncio.sleep(len(piece) / self._spoil.bytes_per_second)
                    writer.write(piece)
                    await writer.drain()
                    if way == DOWN:
                        link.came_down += len(piece)
                    if 0 < self._spoil.cut_after_bytes <= link.came_down:
                        link.reset()
                        return
            # The end of one direction is told only where the other may tell it too.
            await self._pass(way, late=False)

    async def _pass(self, way: str, *, late: bool = True) -> None:
        if late and self._spoil.latency_seconds:
            await asyncio.sleep(self._spoil.latency_seconds)
        while way in self._spoil.stalled:
            await self._changed.wait()

    def _pieces(self, data: bytes) -> list[bytes]:
        size = self._spoil.slice_bytes or len(data)
        if self._spoil.bytes_per_second:
            size = min(size, max(1, self._spoil.bytes_per_second // 20))
        return [data[start : start + size] for start in range(0, len(data), size)]

    async def close(self) -> None:
        """Reset what stands and wait until nothing is forwarded."""
        self.heal()
        self.reset()
        for task in tuple(self._serving):
            task.cancel()
        if self._serving:
            await asyncio.wait(tuple(self._serving))
        for end in self._ends:
            end.transport.abort()
        await asyncio.sleep(0)


def _closed(transport: asyncio.WriteTransport) -> bool:
    return transport.is_closing() and not transport.get_write_buffer_size()


@asynccontextmanager
async def open_proxy(*target_ports: int, port: int = 0) -> AsyncIterator[Proxy]:
    """Open a link to local ports that may be closed yet; `port` 0 lets the system choose."""
    proxy = Proxy(*target_ports)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", port)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
        await server.wait_closed()
