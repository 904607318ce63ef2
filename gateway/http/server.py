"""The HTTP server beside the gRPC one, in the same process and event loop."""

from __future__ import annotations

import asyncio
import math
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import grpc
import structlog
import uvicorn

from gateway.http.app import HttpFace
from gateway.http.connections import Connection
from gateway.http.site import Site, files_in
from runtime.channels import open_channel
from runtime.contract import Method
from runtime.server import require_free
from runtime.tls import Identity, TlsFilesUnusable

# As many as gRPC has streams and unary calls at once (runtime.admission), and some that do nothing.
MAX_CONNECTIONS = 2_000
RELOAD_SECONDS = 30
WEB = Path(__file__).parent / "web"
_log = structlog.get_logger("http")


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own signals: the process has one way to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class HttpServer:
    """Listens for HTTP and calls the gRPC server by `door`, a socket that is this user's alone.

    Enter it before the gRPC server, which must listen at `door` too; `start` it when that one serves, and `drain` it
    before that one does. Who calls by the door is believed about the client's address (runtime.addresses).

    Raises:
        PortUnavailable: the address cannot be listened on.
        TlsFilesUnusable: there is no showing the certificate.
    """

    def __init__(
        self, listen: str, methods: Iterable[Method], *, identity: Identity | None, grace_seconds: float
    ) -> None:
        self.address = listen
        self.door = ""
        self._methods = tuple(methods)
        self._identity = identity
        self._grace_seconds = grace_seconds
        self._stack = AsyncExitStack()
        self._server: _Uvicorn | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> HttpServer:
        require_free(self.address)
        folder = Path(tempfile.mkdtemp(prefix="dossier-"))
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        self.door = f"unix:{folder / 'door'}"
        channel = await self._stack.enter_async_context(open_channel(self.door))
        self._server = self._uvicorn(channel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain()
        if self._serving is not None:
            await self._serving
        await self._stack.aclose()

    def start(self) -> None:
        """Listen and answer from now on."""
        if self._server is None:
            raise RuntimeError("enter the HTTP server before it is started")
        host, _, port = self.address.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=1024)
        self.address = f"{host}:{listener.getsockname()[1]}"
        self._serving = asyncio.create_task(self._server.serve([listener]), name="http")
        _log.info("http_listening", address=self.address)

    def drain(self) -> None:
        """Take no more connections, and end each one after the answer under way."""
        if self._server is not None:
            self._server.should_exit = True

    def _uvicorn(self, channel: grpc.aio.Channel) -> _Uvicorn:
        config = uvicorn.Config(
            HttpFace(self._methods, channel, Site(dict(files_in(WEB)))),
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=math.ceil(self._grace_seconds) + 1,
        )
        config.load()
        if self._identity is not None:
            config.ssl = _context(self._identity)
            config.callback_notify = self._reload
            config.timeout_notify = RELOAD_SECONDS
        return _Uvicorn(config)

    async def _reload(self) -> None:
        """Show certificates that were renewed; connections that there are live on."""
        if self._server is None or self._server.config.ssl is None or self._identity is None:
            return
        try:
            _context(self._identity)  # Tried on another first: one that fails half-way would show the wrong key.
            self._server.config.ssl.load_cert_chain(self._identity.certificate, self._identity.key)
        except TlsFilesUnusable as error:
            _log.warning("certificate_kept", problem=str(error))


def _context(identity: Identity) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(identity.certificate, identity.key)
    except OSError as error:
        raise TlsFilesUnusable(
            f"cannot use the certificate {identity.certificate} with the key {identity.key}; "
            "give PEM files that belong together"
        ) from error
    return context
