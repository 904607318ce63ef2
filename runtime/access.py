"""The door: who is calling, and whether the method's declared rule lets them in. Metadata alone decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from dossier.access.v1 import access_pb2

from runtime.calls import Call
from runtime.contract import Method, powers_of
from runtime.errors import RoleMissing, Unauthenticated
from runtime.service_tokens import ServiceTokens
from runtime.sessions import SessionCheck
from runtime.tokens import TokenVerifier

_SCHEME = "bearer "


class TokenMissing(Unauthenticated):
    """The method needs a signed-in caller and no token was sent."""

    reason: ClassVar[str] = "TOKEN_MISSING"


class Door:
    """Admits calls. Default deny: what cannot be proved is refused before the body is read."""

    def __init__(
        self, verifier: TokenVerifier, *, sessions: SessionCheck, service_tokens: ServiceTokens | None = None
    ) -> None:
        self._verifier = verifier
        self._sessions = sessions
        self._service_tokens = service_tokens

    async def admit(self, call: Call, method: Method, metadata: Iterable[tuple[str, str | bytes]]) -> None:
        """Fill in the call's caller. Raises Unauthenticated or RoleMissing when the method's rule refuses."""
        token = _bearer_token(metadata)
        if method.internal:
            call.peer_service = self._admit_service(token)
            return
        if token is not None:
            call.caller = self._verifier.verify(token)
            await self.require_live(call)
        _require(method, call)

    async def require_live(self, call: Call) -> None:
        """Return while the session of the call's caller stands, if there is one. Raises as `SessionCheck`."""
        if call.caller is not None and not self._sessions.remembers(call.caller):
            await self._sessions.require_live(call.caller)

    def _admit_service(self, token: str | None) -> str:
        if self._service_tokens is None or token is None:
            raise TokenMissing("This method is for other parts of the installation only.")
        return self._service_tokens.verify(token)


def _require(method: Method, call: Call) -> None:
    if method.audience == access_pb2.AUDIENCE_ANYONE:
        return
    if call.caller is None:
        raise token_missing()
    if method.audience == access_pb2.AUDIENCE_ROLE and not method.roles & powers_of(call.caller.roles):
        raise RoleMissing(" or ".join(sorted(method.roles)))


def token_missing() -> TokenMissing:
    """Return what is said to who must be signed in and sends no token."""
    return TokenMissing("Sign in first and send the access token as 'authorization: Bearer ...'.")


def _bearer_token(metadata: Iterable[tuple[str, str | bytes]]) -> str | None:
    """Return the one bearer token. What is present but not a bearer token is bad, never anonymous."""
    values = [value for key, value in metadata if key == "authorization"]
    if not values:
        return None
    value = values[0]
    if len(values) > 1 or not isinstance(value, str) or value[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("Send exactly one 'authorization: Bearer <access token>'.")
    return value[len(_SCHEME) :].strip()
