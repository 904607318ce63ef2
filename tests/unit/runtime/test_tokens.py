"""What the verifier of access tokens refuses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from runtime import tokens
from runtime.errors import Unauthenticated
from runtime.service_tokens import ServiceTokens
from runtime.tokens import LEEWAY_SECONDS, MAX_TOKEN_LENGTH, TokenExpired, TokenVerifier
from tests.signing import INTERNAL_SECRET

KEY = ec.generate_private_key(ec.SECP256R1())
KID = "k1"


class Keys:
    """A key source that counts its questions."""

    def __init__(self) -> None:
        self.questions = 0

    def find(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        self.questions += 1
        return KEY.public_key() if kid == KID else None


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    all_claims = {
        "iss": "dossier",
        "aud": "dossier",
        "sub": "a-1",
        "username": "alice",
        "sid": "s-1",
        "iat": now,
        "exp": now + 600,
        "jti": "j-1",
        "roles": ["referee"],
    }
    all_claims.update(changes)
    return {name: value for name, value in all_claims.items() if value is not None}


def sign(payload: dict[str, Any], **headers: Any) -> str:
    return jwt.encode(payload, KEY, algorithm="ES256", headers={"typ": "at+jwt", "kid": KID, **headers})


def by_hand(header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes, signature: bytes = b"") -> str:
    parts = [json.dumps(part).encode() if isinstance(part, dict) else part for part in (header, payload)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


def refuse(token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        TokenVerifier(Keys()).verify(token)
    assert caught.value.reason == "TOKEN_INVALID"
    assert caught.value.message == "The access token is not good here; sign in again."


def test_good_token_is_read() -> None:
    """All that a caller is comes from the token."""
    caller = TokenVerifier(Keys()).verify(sign(claims()))
    assert (caller.account_id, caller.username, caller.session_id) == ("a-1", "alice", "s-1")
    assert caller.roles == {"referee"}
    assert caller.expire_time.tzinfo is UTC
    assert "Bearer" not in repr(caller)
    assert caller.token not in repr(caller)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS256", "RS256", "ES384", "EdDSA", "", None, 5, ["ES256"]]
)
def test_other_algorithm_is_refused(algorithm: Any) -> None:
    """Only ES256 counts, whatever the header says and even without a signature."""
    good = sign(claims()).rsplit(".", 1)[1]
    signature = base64.urlsafe_b64decode(good + "==")
    header = {"typ": "at+jwt", "kid": KID, "alg": algorithm}
    refuse(by_hand(header, claims()))
    refuse(by_hand(header, claims(), signature))


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_token_signed_with_the_public_key_is_refused(algorithm: str, encoding: serialization.Encoding) -> None:
    """The public key is no secret to sign with (CVE-2022-29217)."""
    public = KEY.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    unsigned = by_hand({"typ": "at+jwt", "kid": KID, "alg": algorithm}, claims()).rsplit(".", 1)[0]
    signature = hmac.new(public, unsigned.encode(), hashlib.sha256).digest()
    refuse(unsigned + "." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode())


@pytest.mark.parametrize("typ", ["JWT", "svc+jwt", "at+JWT2", "", None])
def test_token_of_another_type_is_refused(typ: str | None) -> None:
    """A token made for another purpose is no access token."""
    refuse(sign(claims(), typ=typ))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "exp", "iat", "jti", "username"])
def test_token_without_a_claim_is_refused(name: str) -> None:
    """Every claim must be there."""
    refuse(sign(claims(**{name: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "profile_service"},
        {"aud": ["other"]},
        {"sub": 7},
        {"exp": "soon"},
        {"exp": 1e300},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"roles": "referee"},
        {"jti": 5},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_token_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    """A claim of the wrong value or type is bad, not ignored."""
    refuse(sign(claims(**changes)))


@pytest.mark.parametrize("header", ["jku", "jwk", "x5u", "x5c", "crit"])
def test_token_that_brings_its_own_key_or_rules_is_refused(header: str) -> None:
    """Headers that point to keys or rules are never ours (CVE-2026-32597)."""
    refuse(sign(claims(), **{header: ["b64"] if header in {"crit", "x5c"} else "https://example.org/keys"}))


@pytest.mark.parametrize("kid", ["k2", "", "../k1", "K1"])
def test_token_of_an_unknown_key_is_refused(kid: str) -> None:
    """The key must be one of ours, by its exact id."""
    refuse(sign(claims(), kid=kid))


def test_token_of_another_key_under_a_known_id_is_refused() -> None:
    """Naming our key does not help without having it."""
    stranger = ec.generate_private_key(ec.SECP256R1())
    refuse(jwt.encode(claims(), stranger, algorithm="ES256", headers={"typ": "at+jwt", "kid": KID}))


def test_token_cut_at_any_byte_is_refused() -> None:
    """No part of a token is a token."""
    token = sign(claims())
    for length in range(len(token)):
        refuse(token[:length])


def test_token_with_one_changed_character_in_its_claims_is_refused() -> None:
    """Every character of header and claims is signed."""
    token = sign(claims())
    for place in range(token.rindex(".")):
        changed = "A" if token[place] != "A" else "B"
        refuse(token[:place] + changed + token[place + 1 :])


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b.c", "\0", "é.é.é", " ", "null", "[]", "e30.e30.e30", "x" * (MAX_TOKEN_LENGTH + 1)],
)
def test_rubbish_is_refused(token: str) -> None:
    """Whatever is sent as a token ends in the same refusal."""
    refuse(token)


def test_token_with_a_deeply_nested_header_is_refused() -> None:
    """A header that would exhaust the parser's stack is a bad token, not a fault of ours."""
    refuse(by_hand(b'{"a":' + b"[" * 1100, claims()))
    refuse(by_hand(b"[" * 1400, b"{}"))


def test_expired_token_is_told_apart() -> None:
    """A token whose time is over asks for a refresh rather than a new sign-in."""
    now = int(time.time())
    with pytest.raises(TokenExpired) as caught:
        TokenVerifier(Keys()).verify(sign(claims(iat=now - 700, exp=now - LEEWAY_SECONDS - 1)))
    assert caught.value.reason == "TOKEN_EXPIRED"
    assert caught.value.message == "The access token's time is over; refresh it."


def test_clocks_may_differ_by_the_leeway() -> None:
    """A token just over its time is still good."""
    now = int(time.time())
    assert TokenVerifier(Keys()).verify(sign(claims(iat=now - 600, exp=now - LEEWAY_SECONDS + 5)))


def test_verified_token_is_remembered_but_not_past_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look costs nothing; after the end of the token it is looked at anew."""
    keys = Keys()
    verifier = TokenVerifier(keys)
    now = time.time()
    token = sign(claims(exp=int(now) + 5))
    verifier.verify(token)
    verifier.verify(token)
    assert keys.questions == 1
    monkeypatch.setattr(time, "time", lambda: now + 5 + LEEWAY_SECONDS + 0.01)
    verifier.verify(token)
    assert keys.questions == 2


def test_verified_token_is_remembered_for_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was withdrawn is noticed within a minute."""
    keys = Keys()
    verifier = TokenVerifier(keys)
    token = sign(claims())
    verifier.verify(token)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    verifier.verify(token)
    assert keys.questions == 2


def test_remembered_tokens_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tokens do not fill the memory: the one remembered longest is forgotten first."""
    monkeypatch.setattr(tokens, "CACHE_ENTRIES", 2)
    keys = Keys()
    verifier = TokenVerifier(keys)
    first, second, third = (sign(claims(jti=str(number))) for number in range(3))
    for token in (first, second, third):
        verifier.verify(token)
    verifier.verify(third)
    assert keys.questions == 3
    verifier.verify(first)
    assert keys.questions == 4


def test_service_token_is_no_access_token() -> None:
    """The parts' own tokens do not open a player's account."""
    refuse(ServiceTokens(INTERNAL_SECRET, issuer="gateway").mint(audience="dossier"))


def test_token_without_roles_names_a_caller_without_roles() -> None:
    """Roles are what a token adds; none are none."""
    assert TokenVerifier(Keys()).verify(sign(claims(roles=None))).roles == frozenset()


def test_longest_token_that_is_allowed_is_read() -> None:
    """The limit itself is within it; one letter more is not looked at."""
    length = next(n for n in range(2000) if len(sign(claims(jti="j" * n))) >= MAX_TOKEN_LENGTH)
    longest = sign(claims(jti="j" * length))
    if len(longest) == MAX_TOKEN_LENGTH:
        assert TokenVerifier(Keys()).verify(longest)
    refuse(sign(claims(jti="j" * (length + 2))))
