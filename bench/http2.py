"""Just enough of an HTTP/2 client to load a gRPC server: Python's own would be slower than what it measures.

It sends one request over and over and only counts what comes back. Headers are sent in full once and then by their
number in the compression table, as every gRPC client does.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Sequence

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0x0, 0x1, 0x3, 0x4, 0x6, 0x7, 0x8
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
INITIAL_WINDOW_SIZE, _MAX_FRAME_SIZE = 0x4, 0x5
_STREAM_WINDOW = 8 * 1024 * 1024
_CONNECTION_WINDOW = 2**30
_FRAME_BYTES = 1024 * 1024
_RECEIVE_BYTES = 256 * 1024
DEFAULT_WINDOW = 65_535
# RFC 7541, appendix A: the last number of the static table, and those of ":method: POST" and ":scheme: http".
STATIC_TABLE, _POST, _HTTP = 61, 3, 6
POST_HTTP = bytes([0x80 | _POST, 0x80 | _HTTP])


class ConnectionLost(Exception):
    """The server closed the connection or broke a stream off."""


class Connection:
    """One connection that repeats one unary request, or one request for a stream.

    Args:
        path: the method, such as "/dossier.report.v1.ReportService/DownloadReport".
        message: the serialized request.
        ended: called with the number of message bytes, five for each message's frame included, of each stream that
            ended. One that was refused has none.

    Attributes:
        data_bytes: how many of them arrived in all, on streams under way too.
    """

    def __init__(
        self,
        address: str,
        path: str,
        message: bytes,
        *,
        metadata: Sequence[tuple[str, str]],
        ended: Callable[[int], None],
    ) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ended = ended
        self._body = b"\0" + struct.pack(">I", len(message)) + message
        headers = [(":path", path), (":authority", address), *USUAL_HEADERS, _DEADLINE, *metadata]
        self._first_headers = POST_HTTP + b"".join(map(indexed_literal, headers))
        self._headers = POST_HTTP + _references(len(headers))
        self._next_stream = 1
        self.data_bytes = 0
        self._received: dict[int, int] = {}
        self._partial = b""
        self._skip = 0
        self._consumed = 0
        self._send_window = DEFAULT_WINDOW
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0, _SETTINGS_PAYLOAD) + credit(0, _CONNECTION_WINDOW))

    def request(self, count: int) -> None:
        """Send the request `count` times, each on a stream of its own."""
        sent = []
        for _ in range(count):
            headers = self._headers if self._next_stream > 1 else self._first_headers
            sent.append(frame(HEADERS, END_HEADERS, self._next_stream, headers))
            sent.append(frame(DATA, END_STREAM, self._next_stream, self._body))
            self._received[self._next_stream] = 0
            self._next_stream += 2
        self._send_window -= count * len(self._body)
        if self._send_window < 0:
            raise ConnectionLost("the server grants no more bytes; use more connections")
        self.socket.sendall(b"".join(sent))

    def receive(self) -> None:
        """Take in what has arrived, waiting for something. Raises ConnectionLost."""
        data = self.socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionLost("the server closed the connection")
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        data = self._partial + data
        position = 0
        while position + 9 <= len(data):
            high, low, kind, flags, stream = _HEADER.unpack_from(data, position)
            length = high << 16 | low
            end = position + 9 + length
            if kind == DATA:
                self._count(stream, length, flags)
                if end > len(data):
                    self._skip = end - len(data)
            elif end > len(data):
                break
            elif kind == HEADERS:
                if flags & END_STREAM:
                    self._ended(self._received.pop(stream))
            else:
                self._control(kind, flags, stream, data[position + 9 : end])
            position = end
        self._partial = data[position:]

    def close(self) -> None:
        """Close the connection, whatever is under way."""
        self.socket.close()

    def _count(self, stream: int, length: int, flags: int) -> None:
        total = self._received[stream] = self._received[stream] + length
        self._consumed += length
        self.data_bytes += length
        granted = b""
        if total // _GRANT_BYTES != (total - length) // _GRANT_BYTES:
            granted = credit(stream, _GRANT_BYTES)
        if self._consumed >= _CONNECTION_WINDOW // 2:
            granted += credit(0, self._consumed)
            self._consumed = 0
        if granted:
            self.socket.sendall(granted)
        if flags & END_STREAM:
            self._ended(self._received.pop(stream))

    def _control(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == SETTINGS and not flags & ACK:
            self.socket.sendall(frame(SETTINGS, ACK, 0, b""))
        elif kind == PING and not flags & ACK:
            self.socket.sendall(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE and stream == 0:
            self._send_window += int.from_bytes(payload, "big")
        elif kind in (GOAWAY, RESET):
            raise ConnectionLost(f"the server broke off: {payload!r}")


_GRANT_BYTES = 1024 * 1024
_HEADER = struct.Struct(">BHBBI")
_SETTINGS_PAYLOAD = struct.pack(">HIHI", INITIAL_WINDOW_SIZE, _STREAM_WINDOW, _MAX_FRAME_SIZE, _FRAME_BYTES)
USUAL_HEADERS = (
    ("te", "trailers"),
    ("content-type", "application/grpc"),
    ("user-agent", "grpc-bench/1"),
)
_DEADLINE = ("grpc-timeout", "30S")


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return _HEADER.pack(len(payload) >> 16, len(payload) & 0xFFFF, kind, flags, stream) + payload


def credit(stream: int, size: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", size))


def indexed_literal(header: tuple[str, str]) -> bytes:
    """Return a header that the server is to remember (RFC 7541, section 6.2.1)."""
    return b"\x40" + b"".join(_number(len(text), prefix_bits=7) + text.encode() for text in header)


def _references(count: int) -> bytes:
    """Return the `count` remembered headers by number (section 6.1); the one remembered last comes first."""
    numbers = (STATIC_TABLE + count - position for position in range(count))
    return b"".join(bytes([0x80 | number]) for number in numbers)


def _number(value: int, *, prefix_bits: int) -> bytes:
    """Return an integer as section 5.1 has it, for a prefix whose other bits are 0."""
    most = 2**prefix_bits - 1
    if value < most:
        return bytes([value])
    value -= most
    rest = bytearray([most])
    while value >= 0x80:
        rest.append(value & 0x7F | 0x80)
        value >>= 7
    rest.append(value)
    return bytes(rest)
