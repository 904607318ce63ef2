"""One channel to the server: a deadline and, where needed, the session's token on each call; one repeat where safe."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc
from dossier.admin.v1 import admin_service_pb2_grpc as admin_rpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from dossier.report.v1 import share_service_pb2_grpc as share_rpc
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from client.errors import TOKEN_EXPIRED, DossierError, decode_error
from client.patience import Backoff
from client.tokens import TokenKeeper
from runtime.uploads import answer_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from client.credentials import CredentialStore
    from client.endpoints import Transport

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Metadata = tuple[tuple[str, str], ...]

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
REFRESH_TIMEOUT_SECONDS: Final = 8.0
STREAM_TIMEOUT_SECONDS: Final = 300.0
REPEAT_PAUSE_SECONDS: Final = 0.3
MAX_REPEAT_PAUSE_SECONDS: Final = 5.0

# A role that was just granted shows in the tokens from the next refresh on, so a refusal for want of it is worth one.
_STALE_TOKEN_REASONS: Final = frozenset({TOKEN_EXPIRED, "ROLE_MISSING"})

_LOOPBACK: Final = ("localhost:", "127.", "[::1]:")
_CHANNEL_OPTIONS: Final[list[tuple[str, Any]]] = [
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Shorter than REPEAT_PAUSE_SECONDS, so that the repeat meets a new connection attempt and not the old refusal.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # in spite of its name, how long one connection attempt may take
    ("grpc.max_reconnect_backoff_ms", 2_000),
]


@dataclass(frozen=True, slots=True)
class Stubs:
    """The services of the server."""

    auth: auth_rpc.AuthServiceAsyncStub
    profiles: profile_rpc.ProfileServiceAsyncStub
    accounts: account_rpc.AccountServiceAsyncStub
    avatars: avatar_rpc.AvatarServiceAsyncStub
    games: game_rpc.GameServiceAsyncStub
    stats: stats_rpc.StatsServiceAsyncStub
    reports: report_rpc.ReportServiceAsyncStub
    shares: share_rpc.ShareServiceAsyncStub
    admin: admin_rpc.AdminServiceAsyncStub

    @classmethod
    def of(cls, channel: grpc.aio.Channel) -> Stubs:
        """Return the stubs of all services on `channel`."""
        return cls(
            auth=auth_rpc.AuthServiceStub(channel),
            profiles=profile_rpc.ProfileServiceStub(channel),
            accounts=account_rpc.AccountServiceStub(channel),
            avatars=avatar_rpc.AvatarServiceStub(channel),
            games=game_rpc.GameServiceStub(channel),
            stats=stats_rpc.StatsServiceStub(channel),
            reports=report_rpc.ReportServiceStub(channel),
            shares=share_rpc.ShareServiceStub(channel),
            admin=admin_rpc.AdminServiceStub(channel),
        )


def open_channel(endpoint: str, transport: Transport) -> grpc.aio.Channel:
    """Return a channel that connects when it is first used. Raises OSError when the root CA cannot be read."""
    options = list(_CHANNEL_OPTIONS)
    if endpoint.startswith(_LOOPBACK):
        options.append(("grpc.enable_http_proxy", 0))  # gRPC would ask the proxy of http_proxy even for this computer
    if not transport.tls and transport.root_ca is None:
        return grpc.aio.insecure_channel(endpoint, options=options)
    roots = transport.root_ca.read_bytes() if transport.root_ca else None
    return grpc.aio.secure_channel(endpoint, grpc.ssl_channel_credentials(roots), options=options)


class Connection:
    """Sends calls. Made inside the running event loop; whoever makes it closes it."""

    def __init__(
        self,
        endpoint: str,
        transport: Transport,
        *,
        store: CredentialStore,
        timeout_seconds: float,
        backoff: Backoff,
    ) -> None:
        self._endpoint = endpoint
        self._channel = open_channel(endpoint, transport)
        self._timeout_seconds = timeout_seconds
        self.backoff = backoff
        self.stubs = Stubs.of(self._channel)
        self.tokens = TokenKeeper(store, endpoint, exchange=self._exchange)

    async def close(self) -> None:
        """Wait for a token refresh under way and close the channel."""
        await self.tokens.close()
        await self._channel.close()

    async def unary(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        *,
        signed_in: bool = False,
        repeatable: bool = False,
        timeout_seconds: float | None = None,
    ) -> _Response:
        """Return the answer to `request`. Raises DossierError.

        `repeatable` allows one repeat when the server could not be reached or is going down.
        """
        timeout = timeout_seconds or self._timeout_seconds

        def send(metadata: _Metadata) -> Awaitable[_Response]:
            return method(request, metadata=metadata, timeout=timeout)

        return await self._send(send, signed_in=signed_in, repeatable=repeatable)

    async def read(self, method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response], request: _Request) -> _Response:
        """Return the answer of a method that is open to anyone, as the signed-in account may see it, if there is one.

        Whose session has ended is answered as a stranger. Raises DossierError.
        """
        if self.tokens.peek() is not None:
            try:
                return await self.unary(method, request, signed_in=True, repeatable=True)
            except DossierError as error:
                if error.code is not grpc.StatusCode.UNAUTHENTICATED:
                    raise
        return await self.unary(method, request, repeatable=True)

    async def upload(
        self,
        method: grpc.aio.StreamUnaryMultiCallable[_Request, _Response],
        messages: Callable[[], AsyncIterator[_Request]],
        *,
        timeout_seconds: float,
    ) -> _Response:
        """Return the answer to a stream of messages, which is made anew for the one repeat. Raises DossierError."""

        def send(metadata: _Metadata) -> Awaitable[_Response]:
            return answer_of(method(messages(), metadata=metadata, timeout=timeout_seconds))

        return await self._send(send, signed_in=True, repeatable=True)

    async def stream(
        self,
        method: grpc.aio.UnaryStreamMultiCallable[_Request, _Response],
        request: _Request,
        *,
        signed_in: bool = False,
        timeout_seconds: float = STREAM_TIMEOUT_SECONDS,
    ) -> AsyncGenerator[_Response, None]:
        """Yield the messages of one answer; close the iterator to cancel the call. Raises DossierError.

        A token that was refused before the first message is refreshed once; nothing else is repeated.
        """
        may_repeat = signed_in
        while True:
            token = await self.tokens.access_token() if signed_in else ""
            call = method(request, metadata=metadata_of(token), timeout=timeout_seconds)
            try:
                async for message in call:
                    may_repeat = False
                    yield message
                return
            except grpc.aio.AioRpcError as error:
                refusal = decode_error(error, self._endpoint)
                if refusal.reason == TOKEN_EXPIRED:
                    await self.tokens.renew(token)
                if refusal.reason != TOKEN_EXPIRED or not may_repeat:
                    raise refusal from error
                may_repeat = False
            finally:
                call.cancel()

    async def _send(
        self,
        send: Callable[[_Metadata], Awaitable[_Response]],
        *,
        signed_in: bool,
        repeatable: bool,
    ) -> _Response:
        may_renew = signed_in
        while True:
            token = await self.tokens.access_token() if signed_in else ""
            try:
                return await decoded(send(metadata_of(token)), self._endpoint)
            except DossierError as error:
                if may_renew and error.reason in _STALE_TOKEN_REASONS:
                    may_renew = False
                    await self.tokens.renew(token)
                elif repeatable and error.code is grpc.StatusCode.UNAVAILABLE:
                    repeatable = False
                    await asyncio.sleep(min(error.retry_delay or REPEAT_PAUSE_SECONDS, MAX_REPEAT_PAUSE_SECONDS))
                else:
                    raise

    async def _exchange(self, refresh_token: str) -> auth_pb.Tokens:
        request = auth_pb.RefreshTokensRequest(refresh_token=refresh_token)
        answer = await self.unary(
            self.stubs.auth.RefreshTokens, request, repeatable=True, timeout_seconds=REFRESH_TIMEOUT_SECONDS
        )
        return answer.tokens


def metadata_of(token: str) -> _Metadata:
    """Return the metadata that carries a token, or none."""
    return (("authorization", f"Bearer {token}"),) if token else ()


async def decoded(call: Awaitable[_Response], endpoint: str) -> _Response:
    """Return the answer of a call, or raise its error as DossierError."""
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise decode_error(error, endpoint) from error
