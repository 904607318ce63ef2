"""Keeps a server busy with one call, from several connections, for as long as it is told to."""

from __future__ import annotations

import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from bench.http2 import Connection


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked over and over.

    Attributes:
        answer_bytes: how many bytes of messages, with five more for each, a good answer has.
    """

    address: str
    path: str
    message: bytes
    answer_bytes: int
    metadata: Sequence[tuple[str, str]] = ()


class WrongAnswer(Exception):
    """The server answered with other bytes than it should, or with an error."""


class Load:
    """A request kept in flight `streams` times on each of a few connections. Single-threaded."""

    def __init__(self, request: Request, *, connections: int, streams: int) -> None:
        self._request = request
        self._streams = streams
        self._selector = selectors.DefaultSelector()
        self._connections: list[Connection] = []
        self._count = connections
        self._ended = 0
        self.answers = 0

    def __enter__(self) -> Load:
        request = self._request
        for _ in range(self._count):
            connection = Connection(
                request.address, request.path, request.message, metadata=request.metadata, ended=self._end
            )
            self._connections.append(connection)
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.request(self._streams)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for connection in self._connections:
            connection.close()

    @property
    def received_bytes(self) -> int:
        """How many bytes of messages came so far, in answers under way too."""
        return sum(connection.data_bytes for connection in self._connections)

    def run(self, seconds: float) -> None:
        """Go on for a while. Raises WrongAnswer, ConnectionLost."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            for key, _ in self._selector.select(left):
                self._ended = 0
                key.data.receive()
                if self._ended:
                    key.data.request(self._ended)

    def _end(self, received_bytes: int) -> None:
        if received_bytes != self._request.answer_bytes:
            raise WrongAnswer(f"{self._request.path}: {received_bytes} bytes, not {self._request.answer_bytes}")
        self._ended += 1
        self.answers += 1
