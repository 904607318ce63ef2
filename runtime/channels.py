"""Channels from one part of the installation to another."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import grpc

from runtime import calls
from runtime.contract import Method
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
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
# A read that a replica was at when it died is another's a moment later. When more than a few of them fail, it is no
# single replica that is away, and repeating makes it worse. Source of the form: gRFC A6, client retries.
_RETRIES = {"maxAttempts": 3, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 3}
_THROTTLING = {"maxTokens": 10, "tokenRatio": 0.1}
# A part that restarts is away for two seconds, and for many times that where it must share a processor with others.
ABSENCE_SECONDS = 20.0
# A quarter of the unary calls that a process takes at once. Calls to one part come from up to three places in a gateway
# (relay, sign-ins, session checks); the last quarter is for calls that need another part.
WAITING_CALLS = 64


@asynccontextmanager
async def open_channel(
    address: str, credentials: grpc.ChannelCredentials | None = None, *, repeats: Iterable[Method] = ()
) -> AsyncIterator[grpc.aio.Channel]:
    """Open the one long-lived channel to a part; closed on leaving. Plain text without credentials (runtime.tls).

    Args:
        address: host:port or a gRPC target, such as dns:///host:port; calls go to each of its replicas in turn.
        repeats: the part's methods, of which those that change nothing are sent again when a replica is lost under way.
            With any, only replicas that say SERVING get calls.
    """
    options = (*_OPTIONS, ("grpc.service_config", json.dumps(_service_config(repeats))))
    if credentials is None:
        channel = grpc.aio.insecure_channel(address, options=options)
    else:
        channel = grpc.aio.secure_channel(address, credentials, options=options)
    try:
        yield channel
    finally:
        await channel.close()


def _service_config(repeats: Iterable[Method]) -> dict[str, Any]:
    config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
    names = [
        {"service": method.service, "method": method.path.rpartition("/")[2]}
        for method in repeats
        if method.changes_nothing
    ]
    if names:
        policy = {**_RETRIES, "retryableStatusCodes": ["UNAVAILABLE"]}
        config["methodConfig"] = [{"name": names, "retryPolicy": policy}]
        config["retryThrottling"] = _THROTTLING
        config["healthCheckConfig"] = {"serviceName": ""}
    return config


class Patience:
    """Has calls wait while the part that they are for is away for a moment, as at a restart.

    They wait before anything of them is sent: what may have been carried out is never sent again. When the part stays
    away, they are told at once.
    """

    def __init__(self, channel: grpc.aio.Channel, *, dependency: str) -> None:
        self._channel = channel
        self._dependency = dependency
        self._missing_since = 0.0
        self._missed_last = -ABSENCE_SECONDS
        self._waiting = 0

    async def connected(self) -> None:
        """Return when the channel is connected, mostly at once. Raises Unavailable, before the caller's deadline."""
        if self._channel.get_state() is not grpc.ChannelConnectivity.READY and not await self._back_in_time():
            raise Unavailable(f"The {self._dependency} does not answer; try again later.", dependency=self._dependency)
        self._missed_last = -ABSENCE_SECONDS

    async def _back_in_time(self) -> bool:
        now = time.monotonic()
        if now - self._missed_last >= ABSENCE_SECONDS:  # It may have come and gone without a call that saw it.
            self._missing_since = now
        self._missed_last = now
        left = self._missing_since + ABSENCE_SECONDS - now
        if self._waiting >= WAITING_CALLS or left <= 0:
            self._channel.get_state(try_to_connect=True)
            return False
        self._waiting += 1
        try:
            return await wait_until_ready(self._channel, timeout_seconds=calls.seconds_left(left))
        finally:
            self._waiting -= 1
            self._missed_last = time.monotonic()


def internal_metadata(tokens: ServiceTokens, *, audience: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a call from one part to another: service token and what call it is part of."""
    return (("authorization", f"Bearer {tokens.mint(audience=audience)}"), *origin_metadata())


def origin_metadata() -> tuple[tuple[str, str], ...]:
    """Return the metadata that make an outbound call part of the call served."""
    call = calls.current()
    if call is None:
        return ()
    told = (("x-request-id", call.request_id),) if call.request_id else ()
    return (*told, ("traceparent", call.traceparent)) if call.traceparent else told


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
