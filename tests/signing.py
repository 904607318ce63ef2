"""Signs access tokens for tests that have no gateway."""

from __future__ import annotations

import time
import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from runtime import tokens

INTERNAL_SECRET = b"internal-secret-of-the-tests-0123456789"


class TestKeys:
    """One key that signs, and is found by its id."""

    __test__ = False
    kid = "test-key"

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    def find(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        """See `runtime.tokens.KeySource`."""
        return self._private.public_key() if kid == self.kid else None

    def sign(self, *, account_id: str, username: str, session_id: str, roles: tuple[str, ...] = ()) -> str:
        """Return an access token that is good for a minute."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": tokens.ISSUER,
            "aud": tokens.AUDIENCE,
            "sub": account_id,
            "username": username,
            "sid": session_id,
            "roles": list(roles),
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(
            claims, self._private, algorithm=tokens.ALGORITHM, headers={"typ": tokens.TYPE, "kid": self.kid}
        )


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata that carries a token."""
    return (("authorization", f"Bearer {token}"),)
