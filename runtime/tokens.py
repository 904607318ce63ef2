"""Access tokens as every part verifies them (RFC 9068: `typ` at+jwt, ES256, key by `kid`)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from runtime.calls import Caller
from runtime.errors import Unauthenticated

ALGORITHM = "ES256"
TYPE = "at+jwt"
ISSUER = "dossier"
AUDIENCE = "dossier"
LEEWAY_SECONDS = 30
MAX_TOKEN_LENGTH = 2048
CACHE_SECONDS = 60
CACHE_ENTRIES = 10_000
_REQUIRED = ["iss", "aud", "sub", "sid", "exp", "iat", "jti"]
# Headers that let a token name its own key or rules (RFC 7515 section 4.1); ours never carry them.
_FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit"})


class TokenExpired(Unauthenticated):
    """The access token's time is over."""

    reason: ClassVar[str] = "TOKEN_EXPIRED"


class KeySource(Protocol):
    """Where public keys come from; answers from memory."""

    def find(self, kid: str) -> EllipticCurvePublicKey | None:
        """Return the key that is named, None when there is no such key."""


class TokenVerifier:
    """Verifies access tokens. A token verified once is remembered for at most a minute and never past its end."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys
        self._verified: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def verify(self, token: str) -> Caller:
        """Return whom the token names. Raises Unauthenticated or TokenExpired."""
        remembered = self._verified.get(token)
        now = time.time()
        if remembered is not None and now < remembered[0]:
            return remembered[1]
        caller = self._decode(token)
        good_until = min(now + CACHE_SECONDS, caller.expire_time.timestamp() + LEEWAY_SECONDS)
        self._verified[token] = (good_until, caller)
        if len(self._verified) > CACHE_ENTRIES:
            self._verified.popitem(last=False)
        return caller

    def _decode(self, token: str) -> Caller:
        if len(token) > MAX_TOKEN_LENGTH:
            raise bad_token()
        try:
            key = self._key(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED},
            )
            return _caller(claims, token)
        except jwt.ExpiredSignatureError as error:
            raise expired_token() from error
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            # A token is a stranger's JSON: nested a thousand deep it ends the parser with RecursionError.
            raise bad_token() from error

    def _key(self, header: Mapping[str, Any]) -> EllipticCurvePublicKey:
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or _FORBIDDEN_HEADERS & header.keys():
            raise bad_token()
        key = self._keys.find(str(header.get("kid")))
        if key is None:
            raise bad_token()
        return key


def _caller(claims: Mapping[str, Any], token: str) -> Caller:
    roles = claims.get("roles", [])
    if not isinstance(roles, list):
        raise bad_token()
    return Caller(
        account_id=str(claims["sub"]),
        username=str(claims["username"]),
        roles=frozenset(map(str, roles)),
        session_id=str(claims["sid"]),
        expire_time=datetime.fromtimestamp(int(claims["exp"]), UTC),
        token=token,
    )


def expired_token() -> TokenExpired:
    """Return what is said of a token that was good once."""
    return TokenExpired("The access token's time is over; refresh it.")


def bad_token() -> Unauthenticated:
    """Return what is said of any other token that opens nothing."""
    return Unauthenticated("The access token is not good here; sign in again.")
