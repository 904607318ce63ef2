"""A gRPC server as every part runs it: limits, health, reflection, and a clean end."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from runtime.reflection import add_reflection

if TYPE_CHECKING:
    from runtime.interceptors import CallInterceptor
    from runtime.workers import Worker

Registration = Callable[[grpc.aio.Server], None]
# The limit of a message: the largest upload chunk (1 MiB) and room for its envelope.
MAX_RECEIVE_BYTES = 1_114_112
# gRPC refuses headers between a soft and a hard limit at random; equal limits make it certain.
MAX_METADATA_BYTES = 16_384
# Of one connection. More than a gateway ever has under way to one replica (gateway.relay, runtime.admission).
MAX_STREAMS = 384
# From the first byte of a connection to the end of its handshake, in both TLS and HTTP/2.
HANDSHAKE_SECONDS = 10.0
# After this a client is told to connect anew, and its calls under way get the grace.
CONNECTION_AGE_SECONDS = 30 * 60.0
CONNECTION_AGE_GRACE_SECONDS = 5 * 60.0
# A client that pings more often than this while it has no calls is sent away at its third ping too many.
PING_SECONDS = 30.0
# A server that stops ends calls that have arrived and not begun with a bare CANCELLED, which clients do not repeat.
# So calls are refused with a better word for a moment, until clients that heed it have nothing more on its way.
PUT_OFF_SECONDS = 0.25
# Not for ever, and not for as long as a client waits that was put off (runtime.errors).
MAX_PUT_OFF_SECONDS = 0.5

_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
    ("grpc.max_metadata_size", MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),
    ("grpc.max_concurrent_streams", MAX_STREAMS),
    # Calls that wait to be taken up at all: beyond these numbers gRPC itself ends some, then all, with CANCELLED and no
    # details. That costs about 40 µs, and a refusal of ours as much as a call served. One connection alone never
    # gets there, with all the streams that it may have.
    ("grpc.server.max_pending_requests", 512),
    ("grpc.server.max_pending_requests_hard_limit", 1024),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)


class PortUnavailable(Exception):
    """The address cannot be served on; its message says which and why."""


class _GenericOnly:
    """Keeps the generated code from registering each method with the core as well.

    grpcio's server waits for one future per registered method at every call; without them a call is 7 % cheaper.
    """

    def __init__(self, handlers: list[grpc.GenericRpcHandler]) -> None:
        self.add_generic_rpc_handlers = handlers.extend

    def add_registered_method_handlers(self, service: str, handlers: object) -> None:
        """Do nothing: the generic handler serves the methods."""


class Server(AbstractAsyncContextManager["Server"]):
    """One listening gRPC server. Entering starts it, leaving drains it; health is SERVING in between when set so.

    To drain is to say NOT_SERVING, to put new calls off for a moment, to tell clients to connect elsewhere, and to
    finish the calls under way within the grace.

    Without credentials (runtime.tls) it speaks plain text. In a worker (runtime.workers) it shares its port.

    Attributes:
        address: where it listens, with the port that was given for port 0; known once entered.
    """

    def __init__(
        self,
        listen: str,
        registrations: Iterable[Registration],
        *,
        service_names: Sequence[str],
        interceptors: Sequence[CallInterceptor],
        with_reflection: bool,
        grace_seconds: float,
        generic_handlers: Sequence[grpc.GenericRpcHandler] = (),
        credentials: grpc.ServerCredentials | None = None,
        worker: Worker | None = None,
    ) -> None:
        self.address = listen
        self._worker = worker
        self._credentials = credentials
        self._grace_seconds = grace_seconds
        self._service_names = service_names
        self._interceptors = interceptors
        options = (*_OPTIONS, *_times(), ("grpc.so_reuseport", int(worker is not None)))
        self._server = grpc.aio.server(interceptors=interceptors, options=options)
        self._handlers: list[grpc.GenericRpcHandler] = []
        for register in registrations:
            register(cast(grpc.aio.Server, _GenericOnly(self._handlers)))
        self._handlers.extend(generic_handlers)
        self._server.add_generic_rpc_handlers(tuple(self._handlers))
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if with_reflection:
            add_reflection(self._server, (*service_names, health.SERVICE_NAME))

    async def __aenter__(self) -> Server:
        host = self.address.rpartition(":")[0]
        if self._worker is None:
            require_free(self.address)
        port = self._add_port()
        self.address = f"{host}:{port}"
        await self.set_serving(serving=False)
        await self._server.start()
        if self._worker is not None:
            self._worker.tell_listening()
        return self

    def _add_port(self) -> int:
        if self._credentials is None:
            return self._server.add_insecure_port(self.address)
        return self._server.add_secure_port(self.address, self._credentials)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.set_serving(serving=False)
        if self._grace_seconds:
            await self._put_off()
        await self._server.stop(self._grace_seconds)

    async def _put_off(self) -> None:
        """Refuse new calls until none has come for a moment."""
        for interceptor in self._interceptors:
            interceptor.drain()
        deadline = time.monotonic() + MAX_PUT_OFF_SECONDS
        before = -1
        while (refused := sum(each.refused_draining for each in self._interceptors)) != before:
            if time.monotonic() > deadline:
                return
            before = refused
            await asyncio.sleep(PUT_OFF_SECONDS)

    async def handler_of(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return what serves a call that did not come by the port, surrounded like any other; None: nothing does."""

        async def find(call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
            found = (each.service(call) for each in self._handlers)
            return next((handler for handler in found if handler is not None), None)

        (interceptor,) = self._interceptors
        return await interceptor.intercept_service(find, call)

    async def announce_when(self, ready: asyncio.Event) -> None:
        """Have health checks say SERVING once `ready` is set."""
        await ready.wait()
        await self.set_serving(serving=True)

    async def set_serving(self, *, serving: bool) -> None:
        """Say to health checks whether calls should come here."""
        status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in ("", *self._service_names):
            await self._health.set(name, status)
        if serving:
            look_for_less_garbage()


def look_for_less_garbage() -> None:
    """Have the garbage collector look at what is made from now on, and more seldom.

    What is there now stays; looking through it at every collection costs 3 % of the calls. What calls make is gone when
    they are; looking for it after each 700 objects costs a tenth of those with many.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)


def _times() -> Iterator[tuple[str, int]]:
    yield "grpc.server_handshake_timeout_ms", int(HANDSHAKE_SECONDS * 1000)
    yield "grpc.max_connection_age_ms", int(CONNECTION_AGE_SECONDS * 1000)
    yield "grpc.max_connection_age_grace_ms", int(CONNECTION_AGE_GRACE_SECONDS * 1000)
    yield "grpc.http2.min_ping_interval_without_data_ms", int(PING_SECONDS * 1000)


def require_free(address: str) -> None:
    """Raise PortUnavailable when the address cannot be listened on; gRPC itself would not say why.

    Whoever starts children before a server asks first, so that none is started in vain.
    """
    listen_on(address).close()


def listen_on(address: str, *, shares_port: bool = False) -> socket.socket:
    """Return a socket that listens there. Raises PortUnavailable."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if int(port) not in range(65536):
            raise ValueError(port)
        return socket.create_server((host.strip("[]"), int(port)), family=family, reuse_port=shares_port)
    except (OSError, ValueError) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not an address and port"
        raise PortUnavailable(
            f"cannot listen on {address}: {why.lower()}; stop the other program or choose another port"
        ) from error
