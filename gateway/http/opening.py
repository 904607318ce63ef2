"""Opens the HTTP face where a setting asks for it; without one, nothing of it is even imported."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING

from runtime.contract import Method
from runtime.tls import Identity

if TYPE_CHECKING:
    from gateway.http.server import HttpServer


def open_http(
    listen: str,
    methods: Iterable[Method],
    *,
    identity: Identity | None,
    trusted_proxies: int,
    grace_seconds: float,
    shares_port: bool = False,
) -> AbstractAsyncContextManager[HttpServer | None]:
    """Return the HTTP face, to enter before the gRPC server and to start after it; None when `listen` is empty."""
    if not listen:
        return nullcontext()
    from gateway.http.server import HttpServer

    return HttpServer(
        listen,
        methods,
        identity=identity,
        trusted_proxies=trusted_proxies,
        grace_seconds=grace_seconds,
        shares_port=shares_port,
    )
