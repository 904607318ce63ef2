"""The tokens by which the parts know each other."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from runtime.errors import Unauthenticated
from runtime.service_tokens import LIFETIME_SECONDS, ServiceTokens
from tests.signing import INTERNAL_SECRET, TestKeys

PROFILE = ServiceTokens(INTERNAL_SECRET, issuer="profile_service")


def sign(secret: bytes = INTERNAL_SECRET, *, typ: str = "svc+jwt", **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": "gateway", "aud": "profile_service", "iat": now, "exp": now + 60, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, secret, algorithm="HS256", headers={"typ": typ})


def mint(audience: str) -> str:
    """Return a token of a gateway that has just started."""
    return ServiceTokens(INTERNAL_SECRET, issuer="gateway").mint(audience=audience)


def test_token_names_the_part_that_made_it() -> None:
    """The receiver learns who calls."""
    assert PROFILE.verify(mint("profile_service")) == "gateway"


def test_token_for_another_part_is_refused() -> None:
    """A part cannot pass a token on to a third."""
    with pytest.raises(Unauthenticated):
        PROFILE.verify(mint("report_service"))


def test_access_token_is_no_service_token() -> None:
    """A player's token opens no internal method."""
    with pytest.raises(Unauthenticated):
        PROFILE.verify(TestKeys().sign(account_id="a", username="alice", session_id="s"))


def test_token_of_no_part_of_ours_is_refused() -> None:
    """The secret alone is not enough: the name has to be that of a part, or the operator's."""
    with pytest.raises(Unauthenticated):
        PROFILE.verify(sign(iss="dossier"))


@pytest.mark.parametrize(
    "token",
    [
        sign(b"another secret of thirty-two byte"),
        sign(typ="at+jwt"),
        sign(typ="JWT"),
        sign(exp=int(time.time()) - 60),
        sign(exp=None),
        sign(iss=None),
        sign(aud=None),
        sign(iat=None),
        sign(aud="profile"),
        jwt.encode({"iss": "gateway", "aud": "profile_service"}, "", algorithm="none", headers={"typ": "svc+jwt"}),
        "",
        "a.b.c",
        sign()[:-1],
        "W" * 12_000 + ".e30.x",
    ],
    ids=["secret", "at", "jwt", "expired", "exp", "iss", "aud", "iat", "part", "none", "empty", "abc", "cut", "nested"],
)
def test_bad_token_is_refused(token: str) -> None:
    """Anything but a fresh token of ours, for us, is refused in the same words."""
    with pytest.raises(Unauthenticated) as caught:
        PROFILE.verify(token)
    assert caught.value.message == "This method is for other parts of the installation only."


def test_token_has_every_promised_claim() -> None:
    """Who made it, for whom, and for a minute; no more and no fewer."""
    token = mint("profile_service")
    claims = jwt.decode(token, INTERNAL_SECRET, algorithms=["HS256"], audience="profile_service")
    assert claims.keys() == {"iss", "aud", "iat", "exp"}
    assert (claims["iss"], claims["aud"]) == ("gateway", "profile_service")
    assert claims["exp"] - claims["iat"] == LIFETIME_SECONDS == 60
    assert abs(claims["iat"] - time.time()) < 5
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "svc+jwt"}


def test_clocks_of_two_parts_may_differ_a_little() -> None:
    """A token that ended within the last five seconds is still good."""
    now = int(time.time())
    assert PROFILE.verify(sign(iat=now - 60, exp=now - 2)) == "gateway"
    with pytest.raises(Unauthenticated):
        PROFILE.verify(sign(iat=now - 60, exp=now - 6))


def test_each_part_is_given_a_token_of_its_own() -> None:
    """What is kept for one audience is not given to another."""
    tokens = ServiceTokens(INTERNAL_SECRET, issuer="gateway")
    first = tokens.mint(audience="report_service")
    assert PROFILE.verify(tokens.mint(audience="profile_service")) == "gateway"
    assert tokens.mint(audience="report_service") == first


def test_token_is_made_anew_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is used again for half its life and never near its end."""
    tokens = ServiceTokens(INTERNAL_SECRET, issuer="gateway")
    first = tokens.mint(audience="profile_service")
    now = time.time()
    assert tokens.mint(audience="profile_service") == first
    monkeypatch.setattr(time, "time", lambda: now + LIFETIME_SECONDS / 2 - 1)
    assert tokens.mint(audience="profile_service") == first
    monkeypatch.setattr(time, "time", lambda: now + LIFETIME_SECONDS / 2 + 1)
    assert tokens.mint(audience="profile_service") != first


def test_short_secret_is_refused() -> None:
    """A secret that could be guessed is no secret."""
    with pytest.raises(ValueError, match="at least 32 bytes"):
        ServiceTokens(b"x" * 31, issuer="gateway")
    assert ServiceTokens(b"x" * 32, issuer="gateway")
