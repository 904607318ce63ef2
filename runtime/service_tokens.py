"""Short-lived tokens by which the parts of one installation know each other.

They are signed with a secret that all parts share (HS256, `typ` svc+jwt) and name one audience each, so that they can
never pass for a player's access token, nor one of those for them.
"""

from __future__ import annotations

import time
from typing import Final

import jwt

from runtime.errors import Unauthenticated

ALGORITHM: Final = "HS256"
TYPE: Final = "svc+jwt"
LIFETIME_SECONDS: Final = 60
MIN_SECRET_BYTES: Final = 32
# Who makes tokens: the parts, and the operator on the server's own machine. All have the same secret, so a name is no
# more than its maker's own word (ADR 2).
ISSUERS: Final = ("gateway", "profile_service", "report_service", "operator")


class ServiceTokens:
    """Makes and checks service tokens. `issuer` is the name of the part that uses it."""

    def __init__(self, secret: bytes, *, issuer: str) -> None:
        if len(secret) < MIN_SECRET_BYTES:
            raise ValueError(f"the internal secret must have at least {MIN_SECRET_BYTES} bytes")
        self._secret = secret
        self._issuer = issuer
        self._minted: dict[str, tuple[float, str]] = {}

    def mint(self, *, audience: str) -> str:
        """Return a token for calls to `audience`, good for half a minute at least."""
        now = time.time()
        renew_time, token = self._minted.get(audience, (0.0, ""))
        if now >= renew_time:
            claims = {
                "iss": self._issuer,
                "aud": audience,
                "iat": int(now),
                "exp": int(now) + LIFETIME_SECONDS,
            }
            token = jwt.encode(claims, self._secret, algorithm=ALGORITHM, headers={"typ": TYPE})
            self._minted[audience] = (now + LIFETIME_SECONDS / 2, token)
        return token

    def verify(self, token: str) -> str:
        """Return which part made the token for us. Raises Unauthenticated."""
        try:
            if jwt.get_unverified_header(token).get("typ") != TYPE:
                raise _bad()
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=self._issuer,
                issuer=ISSUERS,
                leeway=5,
                options={"require": ["iss", "aud", "exp", "iat"]},
            )
            return str(claims["iss"])
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _bad() from error


def _bad() -> Unauthenticated:
    return Unauthenticated("This method is for other parts of the installation only.")
