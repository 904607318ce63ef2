"""What one connection may take: headers of a size and in time, and a client that takes what it asked for."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runtime.interceptors import IDLE_SECONDS
from runtime.server import HANDSHAKE_SECONDS, MAX_METADATA_BYTES


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with the limits that gRPC's have."""

    _waiting: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._abort_after(HANDSHAKE_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._go_on()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count the headers of a request."""
        self._header_bytes = 0
        self._abort_after(HANDSHAKE_SECONDS)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the path."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Have the request answered."""
        self._go_on()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Cut a client off that takes nothing for long."""
        self._abort_after(IDLE_SECONDS)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on with a client that takes again."""
        self._go_on()
        super().resume_writing()

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAX_METADATA_BYTES:
            raise ValueError("the headers are too large")  # Becomes a 400.

    def _abort_after(self, seconds: float) -> None:
        self._go_on()
        self._waiting = self.loop.call_later(seconds, self._abort)

    def _go_on(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _abort(self) -> None:
        transport: Any = self.transport
        transport.abort()
