"""Channels from one part of the installation to another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import grpc

from runtime import calls
from runtime.errors import DeadlineExceeded, Unavailable
from runtime.service_tokens import ServiceTokens

# Responses hold at most one avatar (1 MiB) and 500 games.
_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.max_metadata_size", 16_384),
    ("grpc.absolute_max_metadata_size", 16_384),
    # How much of a stream is taken in before anybody reads it. Left to itself gRPC measures the line and takes in many
    # MiB, which a gateway would hold for each client that stops reading.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 256 * 1024),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
)


@asynccontextmanager
async def open_channel(address: str) -> AsyncIterator[grpc.aio.Channel]:
    """Open the one long-lived channel to a part; closed on leaving. `address` is host:port or a gRPC target."""
    channel = grpc.aio.insecure_channel(address, options=_OPTIONS)
    try:
        yield channel
    finally:
        await channel.close()


def internal_metadata(tokens: ServiceTokens, *, audience: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a call from one part to another: service token and the request id of the call served."""
    authorization = ("authorization", f"Bearer {tokens.mint(audience=audience)}")
    call = calls.current()
    return (authorization,) if call is None else (authorization, ("x-request-id", call.request_id))


def raise_unavailable(error: grpc.aio.AioRpcError, *, dependency: str) -> NoReturn:
    """Raise what a failed internal call means for the caller, when it is no answer of the use case itself."""
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        raise DeadlineExceeded(f"The {dependency} did not answer in time; try again.") from error
    raise Unavailable(f"The {dependency} does not answer; try again later.", dependency=dependency) from error


async def wait_until_ready(channel: grpc.aio.Channel, *, timeout_seconds: float) -> bool:
    """Return whether the channel connected in time."""
    try:
        async with asyncio.timeout(timeout_seconds):
            await channel.channel_ready()
    except TimeoutError:
        return False
    return True
