"""Just enough of an HTTP/1.1 client to load a server, as bench.http2 is for gRPC."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Mapping
from types import TracebackType

from bench.load import WrongAnswer

_RECEIVE_BYTES = 256 * 1024
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class HttpLoad:
    """One GET kept in flight on each of some connections. Single-threaded.

    Args:
        answer_bytes: how long the body of a good answer is.

    Attributes:
        answers: how many came whole.
        received_bytes: how many bytes of bodies came.
    """

    def __init__(
        self, address: str, path: str, headers: Mapping[str, str], *, answer_bytes: int, connections: int
    ) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._request = f"GET {path} HTTP/1.1\r\nhost: {address}\r\n{lines}\r\n".encode()
        self._address = address
        self._answer_bytes = answer_bytes
        self._count = connections
        self._selector = selectors.DefaultSelector()
        self._left: dict[socket.socket, int] = {}
        self.answers = 0
        self.received_bytes = 0

    def __enter__(self) -> HttpLoad:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._selector.close()

    def run(self, seconds: float) -> None:
        """Go on for a while, by connections of its own: a server closes those that nobody uses. Raises WrongAnswer."""
        self._connect()
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            for key, _ in self._selector.select(left):
                self._receive(key)
        self._close()

    def _connect(self) -> None:
        host, _, port = self._address.rpartition(":")
        for _ in range(self._count):
            connection = socket.create_connection((host, int(port)))
            self._selector.register(connection, selectors.EVENT_READ, bytearray())
            self._left[connection] = -1
            connection.sendall(self._request)

    def _close(self) -> None:
        for connection in self._left:
            self._selector.unregister(connection)
            connection.close()
        self._left.clear()

    def _receive(self, key: selectors.SelectorKey) -> None:
        connection = key.fileobj
        assert isinstance(connection, socket.socket)
        data = connection.recv(_RECEIVE_BYTES)
        if not data:
            raise WrongAnswer(f"{self._address} closed the connection")
        if self._left[connection] < 0:
            data = self._body_of(connection, key.data, data)
        self.received_bytes += len(data)
        self._left[connection] -= len(data) if self._left[connection] >= 0 else 0
        if self._left[connection] == 0:
            self.answers += 1
            self._left[connection] = -1
            connection.sendall(self._request)

    def _body_of(self, connection: socket.socket, head: bytearray, data: bytes) -> bytes:
        """Return what of the data belongs to the body, when the head is there as a whole."""
        head += data
        lines, end, body = bytes(head).partition(_HEAD_END)
        if not end:
            return b""
        head.clear()
        length = int(lines.lower().partition(_LENGTH)[2].partition(b"\r\n")[0])
        if not lines.startswith((b"HTTP/1.1 200", b"HTTP/1.1 206")) or length != self._answer_bytes:
            raise WrongAnswer(f"{self._address}: {lines[:200]!r}")
        self._left[connection] = length
        return body
