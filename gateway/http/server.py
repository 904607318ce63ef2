"""The HTTP server beside the gRPC one, in the same process and event loop."""

from __future__ import annotations

import asyncio
import math
import resource
import socket
import ssl
from asyncio import sslproto
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType

import structlog
import uvicorn

from gateway.http.app import HttpFace
from gateway.http.connections import Connection
from gateway.http.site import Site, files_in
from runtime.admission import Places
from runtime.contract import Method
from runtime.errors import Exhausted
from runtime.local_calls import LocalCalls
from runtime.server import HANDSHAKE_SECONDS, Server, listen_on, require_free
from runtime.tls import Identity, TlsFilesUnusable

# As many as gRPC has streams and unary calls at once (runtime.admission), and some that do nothing.
MAX_CONNECTIONS = 2_000
# Of one network, among them many who share an address, each with six connections or less.
MAX_CONNECTIONS_PER_NETWORK = 500
# That are told that there is no place, each for as long as it takes to say so. The others are cut off.
MAX_FAREWELLS = 64
# Clients that wait to be let in.
BACKLOG = 1024
ACCEPT_AGAIN_SECONDS = 1.0
RELOAD_SECONDS = 30
# Of each connection with TLS, for what is read at once. A record has 16 KiB, and asyncio sets 256 aside.
sslproto.SSLProtocol.max_size = 32_768
WEB = Path(__file__).parent / "web"
_log = structlog.get_logger("http")


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own signals, for the process has one way to stop, and with an entrance of its own.

    There a client takes its place before TLS, for which asyncio sets much memory aside.
    """

    def __init__(self, config: uvicorn.Config, connect: Callable[..., Connection]) -> None:
        super().__init__(config)
        self._connect = partial(connect, config, self.server_state)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen at one socket."""
        [self._listener] = list(sockets or ())
        self._listener.setblocking(False)
        self._listener.listen(BACKLOG)
        self.servers = []
        self.started = True

    async def main_loop(self) -> None:
        """Let clients in until told to stop, or until a fault."""
        with self._listener:
            async with asyncio.TaskGroup() as tasks:
                entrance = tasks.create_task(self._let_in(), name="http entrance")
                await super().main_loop()
                entrance.cancel()

    async def _let_in(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as handshakes:
            while True:
                try:
                    client, address = await loop.sock_accept(self._listener)
                except OSError as error:
                    _log.error("http_accept_failed", problem=str(error), again_after_seconds=ACCEPT_AGAIN_SECONDS)
                    await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                else:
                    handshakes.create_task(self._shake_hands(client, address[0]), name="http handshake")
                    await asyncio.sleep(0)  # However many come at once, others have their turn.

    async def _shake_hands(self, client: socket.socket, address: str) -> None:
        try:
            connection = self._connect(address)
        except Exhausted:
            client.close()
            return
        loop, tls = asyncio.get_running_loop(), self.config.ssl
        seconds = HANDSHAKE_SECONDS if tls else None
        try:
            # As in asyncio's own servers, a handshake that fails is its client's concern alone.
            with suppress(Exception):
                await loop.connect_accepted_socket(lambda: connection, client, ssl=tls, ssl_handshake_timeout=seconds)
        finally:
            if connection.transport is None:
                connection.place.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class HttpServer:
    """Listens for HTTP beside a gRPC server, by which it answers.

    Enter it before the gRPC server, `start` it when that one serves, and `drain` it before that one does.

    Args:
        trusted_proxies: how many proxies clients come through; see runtime.addresses. With one, no connection is a
            client's own.

    Attributes:
        connections: the places that these have.

    Raises:
        PortUnavailable: the address cannot be listened on.
        TlsFilesUnusable: there is no showing the certificate.
    """

    def __init__(
        self,
        listen: str,
        methods: Iterable[Method],
        *,
        identity: Identity | None,
        trusted_proxies: int,
        grace_seconds: float,
        shares_port: bool = False,
    ) -> None:
        self.address = listen
        total = _room()
        share = 0 if trusted_proxies else min(MAX_CONNECTIONS_PER_NETWORK, total // 4 or 1)
        self.connections = Places("connections", total, per_caller=share)
        self._methods = tuple(methods)
        self._identity = identity
        self._grace_seconds = grace_seconds
        self._shares_port = shares_port
        self._server: _Uvicorn | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> HttpServer:
        if not self._shares_port:
            require_free(self.address)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain()
        if self._serving is not None:
            await asyncio.wait([self._serving])

    def start(self, server: Server, tasks: asyncio.TaskGroup) -> None:
        """Listen and answer from now on, as one of the process's tasks."""
        self._server = self._uvicorn(LocalCalls(server.handler_of))
        listener = listen_on(self.address, shares_port=self._shares_port)
        # asyncio sets it on sockets of its own; without it an answer's body waits 40 ms for the receipt of its head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.address = f"{self.address.rpartition(':')[0]}:{listener.getsockname()[1]}"
        self._serving = tasks.create_task(self._server.serve([listener]), name="http")
        _log.info("http_listening", address=self.address)

    def drain(self) -> None:
        """Take no more connections, and end each one after the answer under way."""
        if self._server is not None:
            self._server.should_exit = True

    def _uvicorn(self, calls: LocalCalls) -> _Uvicorn:
        connect = partial(Connection, places=self.connections, farewells=Places("farewells", MAX_FAREWELLS))
        config = uvicorn.Config(
            HttpFace(self._methods, calls, Site(dict(files_in(WEB)))),
            http="httptools",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=math.ceil(self._grace_seconds) + 1,
        )
        config.load()
        if self._identity is not None:
            config.ssl = _context(self._identity)
            config.callback_notify = self._reload
            config.timeout_notify = RELOAD_SECONDS
        return _Uvicorn(config, connect)

    async def _reload(self) -> None:
        """Show certificates that were renewed; connections that there are live on."""
        if self._server is None or self._server.config.ssl is None or self._identity is None:
            return
        try:
            _context(self._identity)  # Tried on another first: one that fails half-way would show the wrong key.
            self._server.config.ssl.load_cert_chain(self._identity.certificate, self._identity.key)
        except (TlsFilesUnusable, OSError) as error:
            _log.warning("certificate_kept", problem=str(error))


def _room() -> int:
    """Return how many connections there may be: half of the files that this process may open are for other things."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY or files // 2 >= MAX_CONNECTIONS:
        return MAX_CONNECTIONS
    _log.warning(
        "http_connections_few", connections=files // 2, open_files=files, wanted_open_files=2 * MAX_CONNECTIONS
    )
    return files // 2


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
