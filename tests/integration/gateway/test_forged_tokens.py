"""Access tokens that are not ours, sent to the real door."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from tests.integration.gateway.calling import TIMEOUT
from tests.integration.gateway.conftest import Club
from tests.signing import bearer
from tests.statuses import reason_of

AT_ONCE = 32


class Forger:
    """Makes tokens as the gateway does, with what it is told otherwise. It signs with the gateway's own key."""

    def __init__(self, club: Club) -> None:
        self.key = club.keys.signer.key
        self.session_id = str(uuid.uuid4())
        club.credentials.live[self.session_id] = "alice"
        now = int(time.time())
        self.claims: dict[str, Any] = {
            "iss": "dossier",
            "aud": "dossier",
            "sub": "a-1",
            "username": "alice",
            "sid": self.session_id,
            "roles": [],
            "iat": now,
            "exp": now + 600,
            "jti": "j-1",
        }
        self.headers = {"typ": "at+jwt", "kid": club.keys.signer.kid}

    def token(self, **changes: Any) -> str:
        """Return a token whose claims differ by these changes; None takes a claim away."""
        return self.headed(claims=self.claims | changes)

    def headed(self, *, claims: dict[str, Any] | None = None, **headers: Any) -> str:
        """Return a token whose headers differ."""
        payload = {name: value for name, value in (claims or self.claims).items() if value is not None}
        return jwt.encode(payload, self.key, algorithm="ES256", headers=self.headers | headers)

    def unsigned(self, algorithm: str, sign: Callable[[bytes], bytes] = lambda _signed: b"") -> str:
        """Return a token that names another algorithm, signed by hand."""
        header = json.dumps({**self.headers, "alg": algorithm}).encode()
        signed = b".".join(map(_base64url, (header, json.dumps(self.claims).encode())))
        return b".".join((signed, _base64url(sign(signed)))).decode()

    def public_key(self, encoding: Encoding) -> bytes:
        """Return the public key as its bytes, which everybody has."""
        return self.key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _stranger(forger: Forger) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(forger.claims, key, algorithm="ES256", headers=forger.headers)


def _hmac_by(encoding: Encoding) -> Callable[[Forger], str]:
    def forge(forger: Forger) -> str:
        secret = forger.public_key(encoding)
        return forger.unsigned("HS256", lambda signed: hmac.digest(secret, signed, hashlib.sha256))

    return forge


def _own_jwk(forger: Forger) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return jwt.encode(forger.claims, key, algorithm="ES256", headers=forger.headers | {"jwk": jwk})


def _swapped_claims(forger: Forger) -> str:
    head, _, signature = forger.token().split(".")
    claims = json.dumps(forger.claims | {"roles": ["admin"]}).encode()
    return ".".join((head, _base64url(claims).decode(), signature))


URL = "https://mallory.example/keys"
FORGED: dict[str, Callable[[Forger], str]] = {
    "signed by a stranger": _stranger,
    "claims of another": _swapped_claims,
    "alg none": lambda forger: forger.unsigned("none"),
    "alg None": lambda forger: forger.unsigned("None"),
    "alg nOnE, signed": lambda forger: forger.unsigned("nOnE", lambda _signed: b"x" * 64),
    "alg ES256 without a signature": lambda forger: forger.unsigned("ES256"),
    "alg ES256 with zeros": lambda forger: forger.unsigned("ES256", lambda _signed: bytes(64)),
    "alg HS256 by the public key as PEM": _hmac_by(Encoding.PEM),
    "alg HS256 by the public key as DER": _hmac_by(Encoding.DER),
    "alg HS256 by an empty key": lambda forger: forger.unsigned(
        "HS256", lambda signed: hmac.digest(b"", signed, hashlib.sha256)
    ),
    "alg ES384": lambda forger: forger.unsigned("ES384", lambda _signed: b"x" * 96),
    "crit": lambda forger: forger.headed(crit=["exp"]),
    "crit of nothing": lambda forger: forger.headed(crit=[]),
    "jku": lambda forger: forger.headed(jku=URL),
    "x5u": lambda forger: forger.headed(x5u=URL),
    "x5c": lambda forger: forger.headed(x5c=["MIIB"]),
    "jwk": _own_jwk,
    "no kid": lambda forger: forger.headed(kid=""),
    "another kid": lambda forger: forger.headed(kid="x" * 43),
    "kid of a path": lambda forger: forger.headed(kid="../../dev/null"),
    "typ JWT": lambda forger: forger.headed(typ="JWT"),
    "typ of a service token": lambda forger: forger.headed(typ="svc+jwt"),
    "no typ": lambda forger: forger.headed(typ=None),
    "another audience": lambda forger: forger.token(aud="profile_service"),
    "no audience": lambda forger: forger.token(aud=None),
    "another issuer": lambda forger: forger.token(iss="https://mallory.example"),
    "no issuer": lambda forger: forger.token(iss=None),
    "no end": lambda forger: forger.token(exp=None),
    "no subject": lambda forger: forger.token(sub=None),
    "no session": lambda forger: forger.token(sid=None),
    "no id": lambda forger: forger.token(jti=None),
    "made in an hour": lambda forger: forger.token(iat=int(time.time()) + 3600),
    "not before an hour": lambda forger: forger.token(nbf=int(time.time()) + 3600),
    "roles that are a text": lambda forger: forger.token(roles="admin"),
}


async def verdict(club: Club, token: str) -> tuple[grpc.StatusCode, str]:
    """Return how the door answers a token."""
    try:
        await auth_rpc.AuthServiceStub(club.channel).GetCaller(
            auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=bearer(token)
        )
    except grpc.aio.AioRpcError as error:
        return error.code(), reason_of(error)
    return grpc.StatusCode.OK, ""


REFUSED = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")


@pytest.mark.parametrize("kind", FORGED)
async def test_forged_token_is_refused(club: Club, kind: str) -> None:
    """Whatever is not exactly a token of ours is none."""
    assert await verdict(club, FORGED[kind](Forger(club))) == REFUSED


async def test_token_made_as_the_gateway_makes_them_is_let_in(club: Club) -> None:
    """The forgeries above differ from a good token by nothing but their fault."""
    assert await verdict(club, Forger(club).token()) == (grpc.StatusCode.OK, "")


async def test_token_whose_time_is_over_is_told_apart(club: Club) -> None:
    """A client whose token ended refreshes it instead of signing in."""
    now = int(time.time())
    token = Forger(club).token(iat=now - 700, exp=now - 60)
    assert await verdict(club, token) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED")


async def test_token_cut_off_at_any_byte_is_refused(club: Club) -> None:
    """No beginning of a token is a token (CVE-2026-27840)."""
    token = Forger(club).token()
    cut = [token[:length] for length in range(len(token))]
    verdicts = []
    for start in range(0, len(cut), AT_ONCE):
        verdicts += await asyncio.gather(*(verdict(club, piece) for piece in cut[start : start + AT_ONCE]))
    assert verdicts == [REFUSED] * len(token)
