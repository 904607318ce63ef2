"""What one connection may take: headers of a size and in time, and a client that takes what it asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import uuid_utils
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.http.errors import Refused
from gateway.http.exchange import ALWAYS
from runtime.errors import InvalidInput
from runtime.interceptors import IDLE_SECONDS
from runtime.server import HANDSHAKE_SECONDS, MAX_METADATA_BYTES

# For a client to read its last answer and close.
LINGER_SECONDS = 2.0


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with the limits that gRPC's have."""

    _waiting: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _problem: Refused | None = None
    _lingers = False

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

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or a too large one, and hang up."""
        problem = self._problem or Refused(400, InvalidInput("This is not an HTTP request; check the client."))
        headers, body = problem.failure.answer(accept=b"", with_token=False)
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close"), *ALWAYS]
        headers.append((b"x-request-id", str(uuid_utils.uuid7()).encode()))
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[problem.failure.code] + lines + b"\r\n" + body)
        self._linger()

    def data_received(self, data: bytes) -> None:
        """Read on, or throw away what comes after the last answer."""
        if not self._lingers:
            super().data_received(data)

    def on_response_complete(self) -> None:
        """Await the next request, or the rest of a body that nobody wants any more."""
        super().on_response_complete()
        if self.cycle.more_body:
            self._abort_after(HANDSHAKE_SECONDS)

    def _linger(self) -> None:
        """Close without a reset, which would take the answer from a client that is still sending."""
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self._lingers = True
        self.transport.write_eof()
        self._abort_after(LINGER_SECONDS)

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
            self._problem = Refused(431, InvalidInput(f"Path and headers are larger than {MAX_METADATA_BYTES} bytes."))
            raise ValueError("stop parsing")

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
