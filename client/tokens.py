"""Keeps one session's tokens fresh, with one refresh at a time in this process and in all others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from client.credentials import Credentials
from client.errors import DossierError, not_signed_in

if TYPE_CHECKING:
    from dossier.auth.v1 import auth_service_pb2 as auth_pb

    from client.credentials import CredentialStore

REFRESH_EARLY_SECONDS: Final = 60.0
_SESSION_OVER: Final = frozenset({"REFRESH_TOKEN_INVALID", "REFRESH_TOKEN_REUSED"})

Exchange = Callable[[str], Awaitable["auth_pb.Tokens"]]
"""Sends a refresh token and returns the pair that follows it."""


class TokenKeeper:
    """Hands out an access token that is good for a while yet."""

    def __init__(
        self,
        store: CredentialStore,
        endpoint: str,
        *,
        exchange: Exchange,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._endpoint = endpoint
        self._exchange = exchange
        self._clock = clock
        self._current: Credentials | None = None
        self._renewal: asyncio.Task[Credentials] | None = None
        self._lock = asyncio.Lock()

    def peek(self) -> Credentials | None:
        """Return the session as it is kept, without asking the server; None when nobody is signed in."""
        if self._current is None:
            self._current = self._store.load(self._endpoint)
        return self._current

    async def access_token(self) -> str:
        """Return an access token, refreshed when it ends within a minute. Raises DossierError."""
        held = self.peek()
        if held is None:
            raise not_signed_in()
        return await self.renew(held.access_token) if self._ends_soon(held) else held.access_token

    async def renew(self, refused_token: str) -> str:
        """Return a newer access token than `refused_token`. Raises DossierError.

        However many calls ask at once, one refresh is made. It goes on when a caller is cancelled: an exchange whose
        answer is thrown away would leave a used-up refresh token behind and end the session.
        """
        held = self.peek()
        if held is not None and held.access_token != refused_token:
            return held.access_token
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(refused_token), name="dossier token refresh")
        return (await asyncio.shield(self._renewal)).access_token

    async def adopt(self, username: str, tokens: auth_pb.Tokens) -> None:
        """Keep the tokens of a new session in place of the old one's."""
        async with self._lock, self._store.exclusive():
            self._keep(username, tokens)

    async def forget(self) -> None:
        """Remove the session's tokens from the store."""
        async with self._lock, self._store.exclusive():
            self._drop()

    async def close(self) -> None:
        """Wait for a refresh under way, so that its tokens are kept."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal})
            if not self._renewal.cancelled():
                self._renewal.exception()  # whoever waited for it has had it; nobody else needs to hear of it

    async def _renew(self, refused_token: str) -> Credentials:
        async with self._lock, self._store.exclusive():
            stored = self._store.load(self._endpoint)
            if stored is None or (self._current and self._current.username != stored.username):
                raise not_signed_in()  # signed out meanwhile, or somebody else signed in
            if stored.access_token != refused_token and not self._ends_soon(stored):
                self._current = stored  # another process was quicker
                return stored
            try:
                tokens = await self._exchange(stored.refresh_token)
            except DossierError as error:
                if error.reason in _SESSION_OVER:
                    self._drop()
                raise
            return self._keep(stored.username, tokens)

    def _keep(self, username: str, tokens: auth_pb.Tokens) -> Credentials:
        self._current = Credentials(
            username=username,
            access_token=tokens.access_token,
            access_expire_seconds=tokens.access_expire_time.seconds,
            refresh_token=tokens.refresh_token,
        )
        self._store.save(self._endpoint, self._current)
        return self._current

    def _drop(self) -> None:
        self._current = None
        self._store.clear(self._endpoint)

    def _ends_soon(self, held: Credentials) -> bool:
        return held.access_expire_seconds - self._clock() < REFRESH_EARLY_SECONDS
