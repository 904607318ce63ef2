"""What one connection may take: a place, heads of a size and in time, and one answer at once that a client takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httptools
import uuid_utils
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.http.errors import Refused
from gateway.http.exchange import ALWAYS
from runtime.addresses import network_around
from runtime.admission import Places
from runtime.calls import origin_of
from runtime.errors import Exhausted, InvalidInput
from runtime.interceptors import IDLE_SECONDS
from runtime.server import HANDSHAKE_SECONDS, MAX_METADATA_BYTES

# For a client to ask again.
KEEP_ALIVE_SECONDS = 5.0
# For a client to read its last answer and close.
LINGER_SECONDS = 2.0
# What a header costs beside its bytes, here as in HTTP/2. Source: RFC 9113 6.5.2, by which gRPC counts, too.
HEADER_BYTES = 32


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with the limits that gRPC's have, which answers one request after the other.

    Args:
        address: the client's.
        places: for connections that are served.
        farewells: for those whose first request is told that there is no place.

    Attributes:
        place: what is to be closed if the client goes away before this is its connection.

    Raises:
        Exhausted: not even that.
    """

    def __init__(
        self, config: Config, server_state: ServerState, address: str, *, places: Places, farewells: Places
    ) -> None:
        super().__init__(config, server_state, app_state={})
        self.place = ExitStack()
        self._refusal: Refused | None = None
        try:
            self.place.enter_context(places.held_by(network_around(address)))
        except Exhausted as error:
            self.place.enter_context(farewells.held_by(""))
            self._refusal = Refused(503, error)
        self._sends = _Patience()
        self._takes = _Patience()
        self._in_head = self._in_body = False
        self._head_bytes = 0
        # Of reads that brought neither the end of a head nor a part of a body.
        self._idle_bytes = 0
        self._has_moved = False
        self._deaf = self._has_said_all = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not for ever. Who has asked nothing yet expects no refusal."""
        super().connection_made(transport)
        self._sends.wait(HANDSHAKE_SECONDS if self._refusal is None else LINGER_SECONDS, self._close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back, and wait for nothing more."""
        self.place.close()
        self._sends.stop()
        self._takes.stop()
        if self.cycle is not None:
            self.cycle.transport = self.transport
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. What nobody listens to is read as well, so that whoever goes away is noticed."""
        if self._deaf:
            return
        if self._refusal is not None:
            self._refuse(self._refusal)
        else:
            self._read(data)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Have who has sent a whole request answered, if that begins soon: who has gone away looks the same."""
        is_stream = self._is_answering and self.cycle.response_started and self.cycle.chunked_encoding is not False
        if not self._is_answering or self._in_body or is_stream or not self.transport.can_write_eof():
            return False
        self._has_said_all = True
        self.cycle.keep_alive = False
        self._sends.wait(LINGER_SECONDS, self._close)
        return True

    def _read(self, data: bytes) -> None:
        self._has_moved = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # Nothing else is spoken here. The parser has left the request's body out and may hear no more at all.
            head = self._head_without_upgrade()
            self.parser = httptools.HttpRequestParser(self)
            self._read(head + data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            problem = error.__context__
            self._refuse(problem if isinstance(problem, Refused) else _bad("This is not an HTTP request"))
        else:
            self._idle_bytes = 0 if self._has_moved else self._idle_bytes + len(data)
            if self._idle_bytes > MAX_METADATA_BYTES:
                self._refuse(_too_large())

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        """Begin to count the head of a request."""
        if self._is_answering:
            raise _bad("A request came before the answer to the last one")
        self._in_head = True
        self._head_bytes = 0
        self._sends.wait(HANDSHAKE_SECONDS, self._close)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the path."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header. What comes after a body, where proxies do not look, is none."""
        if self._in_head:
            self._count(len(name) + len(value) + HEADER_BYTES)
            super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_METADATA_BYTES:
            raise _too_large()

    def on_headers_complete(self) -> None:
        """Have the request answered."""
        self._in_head, self._has_moved = False, True
        version = self.parser.get_http_version()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if version not in ("1.0", "1.1"):
            raise Refused(505, InvalidInput("This server speaks HTTP/1.1; send that."))
        if hosts != 1 and (hosts or version == "1.1"):
            raise _bad("A request has one Host header")
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise _bad("This server is no proxy")
            return
        self._sends.stop()
        super().on_headers_complete()
        self._in_body = True
        cycle: Any = self.cycle
        cycle.transport = self
        if version == "1.0":
            _answer_without_chunks(cycle)

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on."""
        self._has_moved = True
        super().on_body(body)

    def on_chunk_header(self) -> None:
        """Note that the body goes on."""
        self._has_moved = True

    def on_message_complete(self) -> None:
        """Note that the request has come whole."""
        self._in_body, self._has_moved = False, True
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Await the rest of a body that nobody wants any more, or the next request."""
        if not self.cycle.keep_alive:
            return
        self.flow.resume_reading()
        self._sends.wait(HANDSHAKE_SECONDS if self._in_body else KEEP_ALIVE_SECONDS, self._close)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, problem: Refused) -> None:
        """Read no further, and hang up. An answer under way goes out first; without one the client is told why."""
        self._deaf = True
        if self._is_answering and (self.cycle.response_started or not self._in_body):
            self.cycle.keep_alive = False
            return
        if self._is_answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self._is_answering or not self._in_body:
            self._tell(problem)
        self._linger()

    def _tell(self, problem: Refused) -> None:
        told = dict(self.headers or ())
        headers, body = problem.failure.answer(accept=told.get(b"accept", b""), with_token=False)
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close"), *ALWAYS]
        request_id = origin_of(told.get(b"x-request-id", b"").decode("latin-1"), "").request_id
        headers.append((b"x-request-id", (request_id or str(uuid_utils.uuid7())).encode()))
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[problem.failure.code] + lines + b"\r\n" + body)

    # What uvicorn answers by, in the place of the transport.

    def write(self, data: bytes) -> None:
        """Write. Who takes it is still there."""
        if self._has_said_all:
            self._sends.wait(LINGER_SECONDS, self._close)
        self.transport.write(data)

    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""
        return self.transport.is_closing()

    def close(self) -> None:
        """Hang up after the last answer."""
        if self._deaf or self._in_body:
            self._linger()
        else:
            self._close()

    def _linger(self) -> None:
        """Close without a reset, which would take the answer from a client that is still sending."""
        if not self.transport.can_write_eof():
            self._close()
            return
        self._deaf = True
        self.flow.resume_reading()
        self.transport.write_eof()
        self._sends.wait(LINGER_SECONDS, self._close)

    def _close(self) -> None:
        """Close when everything was taken, or nothing is for long."""
        self.transport.close()
        self._takes.wait(IDLE_SECONDS, self.transport.abort)

    def pause_writing(self) -> None:
        """Cut a client off that takes nothing for long."""
        self._takes.wait(IDLE_SECONDS, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on with a client that takes again."""
        if not self.transport.is_closing():
            self._takes.stop()
        super().resume_writing()


class _Patience:
    """Has something done when nothing else happens for long."""

    _timer: asyncio.TimerHandle | None = None

    def wait(self, seconds: float, then: Callable[[], None]) -> None:
        """Wait so long from now on."""
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _answer_without_chunks(cycle: Any) -> None:
    """Have an answer end with its connection: HTTP/1.0 knows no chunks."""
    send, wants_body = cycle.send, cycle.scope["method"] != "HEAD"

    async def send_bare(message: dict[str, Any]) -> None:
        cycle.scope = {**cycle.scope, "method": "HEAD"}  # uvicorn frames nothing of such an answer.
        if wants_body and not cycle.disconnected:
            cycle.transport.write(message.get("body", b""))
        await send({**message, "body": b""})

    cycle.send = send_bare


def _bad(why: str) -> Refused:
    return Refused(400, InvalidInput(f"{why}; check the client."))


def _too_large() -> Refused:
    return Refused(431, InvalidInput(f"Path and headers are larger than {MAX_METADATA_BYTES} bytes."))
