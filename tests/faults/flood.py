"""Many clients in one thread: a mix of unary calls over raw HTTP/2, sent by a schedule or as fast as they are answered.

A real client would cost more than the server that it is to overload. Headers are remembered by the server after their
first use, as with every gRPC client; the server is asked not to compress its own, so that statuses can be read.
"""

from __future__ import annotations

import random
import re
import selectors
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.message import Message

from bench import http2

# Below the 256 that servers allow on one connection; a client keeps further calls to itself.
STREAMS = 250
_STATUS = re.compile(rb"grpc-status[\x01\x02](\d{1,2})")
_HEADER_TABLE_SIZE, _INITIAL_WINDOW_SIZE = 0x1, 0x4
_SETTINGS = struct.pack(">HIHI", _HEADER_TABLE_SIZE, 0, _INITIAL_WINDOW_SIZE, 2**20)
_HEADER = struct.Struct(">BHBBI")
_NEVER_SENT = -1
_BROKEN_OFF = -2
OK, CANCELLED, RESOURCE_EXHAUSTED = 0, 1, 8


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of call and its share of all. `make` returns the next message of a player."""

    path: str
    make: Callable[[str], Message]
    weight: float
    signed_in: bool = True


@dataclass
class Tally:
    """What became of the calls that were sent within some seconds.

    Attributes:
        codes: how many ended with each gRPC code; negative ones never left or were broken off.
        latencies: the seconds from when a call was due until its answer, by code.
        good: how many were answered OK within their deadline.
        busy: how many cores the servers had meanwhile; less than there are on a machine with other work.
    """

    seconds: float = 0.0
    offered: int = 0
    good: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    latencies: dict[int, list[float]] = field(default_factory=dict)
    busy: float = 0.0

    @property
    def goodput(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds

    def quantile(self, share: float, *codes: int) -> float:
        """Return the latency that this share of the calls with one of the codes did not exceed, in seconds."""
        ordered = sorted(latency for code in codes for latency in self.latencies.get(code, ()))
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Client:
    """One player's connection."""

    def __init__(
        self,
        address: str,
        player: str,
        token: str,
        *,
        deadline_seconds: float,
        ended: Callable[[float, int], None],
    ) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        usual = (
            (":authority", address),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("grpc-timeout", f"{round(deadline_seconds * 1000)}m"),
        )
        self._headers = {False: usual, True: (*usual, ("authorization", f"Bearer {token}"))}
        self._known: dict[tuple[str, str], int] = {}
        self._player = player
        self._ended = ended
        self.under_way: dict[int, float] = {}
        self._next_stream = 1
        self._unsent: list[bytes] = []
        self._partial = b""
        self._consumed = 0
        self._window = 65_535
        self.socket.sendall(http2.PREFACE + http2.frame(http2.SETTINGS, 0, 0, _SETTINGS) + http2.credit(0, 2**28))

    def begin(self, request: Request, due: float) -> bool:
        """Prepare a call. False: the connection takes no more just now."""
        body = request.make(self._player).SerializeToString()
        if len(self.under_way) >= STREAMS or self._window < len(body) + 5:
            return False
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        self._window -= len(body) + 5
        self.under_way[stream] = due
        block = b"\x83\x86" + b"".join(map(self._field, ((":path", request.path), *self._headers[request.signed_in])))
        self._unsent.append(http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block))
        message = b"\0" + struct.pack(">I", len(body)) + body
        self._unsent.append(http2.frame(http2.DATA, http2.END_STREAM, stream, message))
        return True

    def flush(self) -> None:
        """Send what was prepared."""
        if self._unsent:
            self.socket.sendall(b"".join(self._unsent))
            self._unsent.clear()

    def receive(self) -> None:
        """Take in what has arrived."""
        data = self.socket.recv(256 * 1024)
        if not data:
            raise http2.ConnectionLost("the server closed the connection")
        data = self._partial + data
        position = 0
        while position + 9 <= len(data):
            high, low, kind, flags, stream = _HEADER.unpack_from(data, position)
            end = position + 9 + (high << 16 | low)
            if end > len(data):
                break
            self._take(kind, flags, stream, data[position + 9 : end])
            position = end
        self._partial = data[position:]

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == http2.DATA:
            self._consumed += len(payload)
            if self._consumed > 2**24:
                self._unsent.append(http2.credit(0, self._consumed))
                self._consumed = 0
        elif kind == http2.HEADERS:
            if flags & http2.END_STREAM:
                found = _STATUS.search(payload)
                self._end(stream, int(found[1]) if found else _BROKEN_OFF)
        elif kind == http2.RESET:
            self._end(stream, _BROKEN_OFF)
        elif kind == http2.WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
        elif kind in (http2.SETTINGS, http2.PING) and not flags & http2.ACK:
            self._unsent.append(http2.frame(kind, http2.ACK, 0, payload if kind == http2.PING else b""))
        elif kind == http2.GOAWAY:
            raise http2.ConnectionLost(f"the server broke off: {payload!r}")

    def _end(self, stream: int, code: int) -> None:
        due = self.under_way.pop(stream, None)
        if due is not None:
            self._ended(due, code)

    def _field(self, header: tuple[str, str]) -> bytes:
        if header in self._known:
            return bytes([0x80 | (http2.STATIC_TABLE + len(self._known) - self._known[header])])
        self._known[header] = len(self._known)
        return http2.indexed_literal(header)


class Flood:
    """A connection for each of some players.

    Args:
        tokens: their access tokens by username.
        processor_seconds: returns how much processor time the servers have used.
    """

    def __init__(
        self,
        address: str,
        tokens: Mapping[str, str],
        requests: Sequence[Request],
        *,
        deadline_seconds: float,
        processor_seconds: Callable[[], float],
        seed: int,
    ) -> None:
        self._processor_seconds = processor_seconds
        self._dice = random.Random(seed)
        self._requests = requests
        self._weights = [request.weight for request in requests]
        self._deadline = deadline_seconds
        self._tally = Tally()
        self._since = 0.0
        self._ended_now = 0
        self._turn = 0
        self._selector = selectors.DefaultSelector()
        self._clients = [
            _Client(address, player, token, deadline_seconds=deadline_seconds, ended=self._end)
            for player, token in tokens.items()
        ]
        for client in self._clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def close(self) -> None:
        """Close all connections."""
        self._selector.close()
        for client in self._clients:
            client.socket.close()

    def keep(self, under_way: int, *, seconds: float) -> Tally:
        """Keep so many calls under way: each answer is followed by the next call."""
        missing = under_way

        def due(now: float) -> list[float]:
            nonlocal missing
            count, missing = missing + self._ended_now, 0
            return [now] * count

        return self._run(due, seconds=seconds, wait_seconds=0.1)

    def offer(self, rate: float, *, seconds: float) -> Tally:
        """Send calls at a steady rate, whatever becomes of those before."""
        upcoming = time.perf_counter()

        def due(now: float) -> list[float]:
            nonlocal upcoming
            times = []
            while upcoming <= now:
                times.append(upcoming)
                upcoming += 1 / rate
            return times

        return self._run(due, seconds=seconds, wait_seconds=0.002)

    def _run(self, due: Callable[[float], list[float]], *, seconds: float, wait_seconds: float) -> Tally:
        self._tally = tally = Tally(seconds=seconds)
        self._since = started = time.perf_counter()
        used = self._processor_seconds()
        while (now := time.perf_counter()) < started + seconds:
            for moment in due(now):
                tally.offered += 1
                self._begin(moment)
            self._exchange(wait_seconds)
        tally.busy = (self._processor_seconds() - used) / seconds
        until = time.perf_counter() + 2 * self._deadline
        while time.perf_counter() < until and any(client.under_way for client in self._clients):
            self._exchange(0.1)
        for client in self._clients:
            if client.under_way:
                tally.codes[_BROKEN_OFF] += len(client.under_way)
            client.under_way.clear()
        return tally

    def _exchange(self, wait_seconds: float) -> None:
        for client in self._clients:
            client.flush()
        self._ended_now = 0
        for key, _ in self._selector.select(wait_seconds):
            key.data.receive()

    def _begin(self, due: float) -> None:
        request = self._dice.choices(self._requests, self._weights)[0]
        for _ in self._clients:
            self._turn = (self._turn + 1) % len(self._clients)
            if self._clients[self._turn].begin(request, due):
                return
        self._end(due, _NEVER_SENT)

    def _end(self, due: float, code: int) -> None:
        self._ended_now += 1
        if due < self._since:
            return
        latency = time.perf_counter() - due
        self._tally.codes[code] += 1
        self._tally.latencies.setdefault(code, []).append(latency)
        self._tally.good += code == OK and latency <= self._deadline
