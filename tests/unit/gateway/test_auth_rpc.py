"""AuthService: for whom it asks, and whose tokens it signs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.auth_rpc import AuthRpc
from gateway.tokens import KeyRing, TokenIssuer, new_key
from runtime import calls
from runtime.calls import Call, Caller
from runtime.errors import Unauthenticated
from runtime.sessions import SessionCheck
from runtime.tokens import TokenVerifier

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANNA = Caller("anna-id", "anna", frozenset({"referee", "admin"}), "s-1", NOW, "token")
SESSION = credentials_pb.Session(
    account_id="anna-id",
    username="anna",
    session_id="s-1",
    roles=[access_pb2.ROLE_REFEREE],
    refresh_token="v1.refresh",
    refresh_expire_time=Timestamp(seconds=2_000_000_000),
)
LISTED = [
    credentials_pb.LiveSession(
        session_id=f"s-{number}",
        device_name=f"phone {number}",
        create_time=Timestamp(seconds=number),
        last_seen_time=Timestamp(seconds=number + 10),
        expire_time=Timestamp(seconds=number + 20),
    )
    for number in (1, 2)
]


class Credentials:
    """Writes down what profile_service would be asked, and answers each question about a session with SESSION."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def ask(*args: Any, **kwargs: Any) -> Any:
            self.asked.append((name, args, kwargs))
            return LISTED if name == "list_sessions" else SESSION

        return ask


class Context:
    """A call from 203.0.113.7, with this metadata."""

    def __init__(self, *metadata: tuple[str, str | bytes]) -> None:
        self._metadata = metadata

    def invocation_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return self._metadata

    def peer(self) -> str:
        return "ipv4:203.0.113.7:5000"


class House:
    """The servicer, with what it asks and remembers."""

    def __init__(self, *, trusted_proxies: int = 0) -> None:
        self.credentials = Credentials()
        self.keys = KeyRing([new_key()])
        self.looked_up: list[str] = []
        self.sessions = SessionCheck(self.is_live)
        self.rpc = AuthRpc(
            self.credentials,  # type: ignore[arg-type]
            keys=self.keys,
            issuer=TokenIssuer(self.keys),
            sessions=self.sessions,
            trusted_proxies=trusted_proxies,
        )

    async def is_live(self, session_id: str) -> bool:
        self.looked_up.append(session_id)
        return True


@pytest.fixture
def house() -> House:
    return House()


def enter(caller: Caller | None) -> None:
    """Have the test's task serve a call of this caller."""
    calls.enter(Call("/test", "r-1", caller=caller))


HOME = {"device_name": "phone", "client_address": "203.0.113.0/24"}


@pytest.mark.parametrize(
    ("method", "request_", "asked"),
    [
        (
            "SignUp",
            auth_pb.SignUpRequest(
                username="anna", password="secret", display_name="Anna", email="a@example.org", device_name="phone"
            ),
            (
                "create_account",
                (),
                {"username": "anna", "password": "secret", "display_name": "Anna", "email": "a@example.org", **HOME},
            ),
        ),
        (
            "SignIn",
            auth_pb.SignInRequest(username="anna", password="secret", device_name="phone"),
            ("open_session", (), {"username": "anna", "password": "secret", **HOME}),
        ),
        (
            "SignInWithApiKey",
            auth_pb.SignInWithApiKeyRequest(api_key="dossier_key_1", device_name="phone"),
            ("open_session_with_api_key", ("dossier_key_1",), HOME),
        ),
        (
            "RefreshTokens",
            auth_pb.RefreshTokensRequest(refresh_token="v1.old"),
            ("rotate_session", ("v1.old",), {"client_address": "203.0.113.0/24"}),
        ),
    ],
)
async def test_tokens_are_those_of_the_session_that_was_opened(
    house: House, method: str, request_: Any, asked: tuple[Any, ...]
) -> None:
    """Whatever the request says of names, the token says what profile_service answered."""
    answer = await getattr(house.rpc, method)(request_, Context())
    assert house.credentials.asked == [asked]
    tokens = answer.tokens
    caller = TokenVerifier(house.keys).verify(tokens.access_token)
    assert (caller.account_id, caller.username, caller.session_id) == ("anna-id", "anna", "s-1")
    assert caller.roles == {"referee"}
    assert int(caller.expire_time.timestamp()) == tokens.access_expire_time.seconds
    assert 590 < tokens.access_expire_time.seconds - time.time() <= 601
    assert (tokens.refresh_token, tokens.refresh_expire_time.seconds) == ("v1.refresh", 2_000_000_000)
    assert getattr(answer, "username", "anna") == "anna"


OWN: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "SignOut": (auth_pb.SignOutRequest(), ("close_session", ("s-1",), {})),
    "SignOutEverywhere": (auth_pb.SignOutEverywhereRequest(), ("close_sessions", ("anna-id",), {})),
    "ListSessions": (auth_pb.ListSessionsRequest(), ("list_sessions", ("anna-id",), {})),
    "RevokeSession": (
        auth_pb.RevokeSessionRequest(session_id="s-2"),
        ("revoke_session", ("anna-id", "s-2"), {}),
    ),
    "ChangePassword": (
        auth_pb.ChangePasswordRequest(current_password="old", new_password="new"),
        (
            "change_password",
            (ANNA,),
            {"current_password": "old", "new_password": "new", "client_address": "203.0.113.0/24"},
        ),
    ),
}


@pytest.mark.parametrize("method", OWN)
async def test_account_that_is_asked_about_is_the_tokens(house: House, method: str) -> None:
    """Nobody names another account; without a caller nothing is asked."""
    request, asked = OWN[method]
    enter(None)
    with pytest.raises(Unauthenticated):
        await getattr(house.rpc, method)(request, Context())
    assert house.credentials.asked == []
    enter(ANNA)
    await getattr(house.rpc, method)(request, Context())
    assert house.credentials.asked == [asked]


@pytest.mark.parametrize(
    ("method", "ended"), [("SignOut", "s-1"), ("SignOutEverywhere", "s-1"), ("RevokeSession", "s-2")]
)
async def test_session_that_was_ended_is_asked_for_anew(house: House, method: str, ended: str) -> None:
    """The door does not go on believing what it remembers of it."""
    caller = Caller("anna-id", "anna", frozenset(), ended, NOW, "token")
    await house.sessions.require_live(caller)
    await house.sessions.require_live(caller)
    assert house.looked_up == [ended]
    enter(ANNA)
    await getattr(house.rpc, method)(OWN[method][0], Context())
    await house.sessions.require_live(caller)
    assert house.looked_up == [ended, ended]


async def test_own_sessions_are_listed_and_the_callers_is_marked(house: House) -> None:
    """Every field arrives."""
    enter(ANNA)
    listed = (await house.rpc.ListSessions(auth_pb.ListSessionsRequest(), Context())).sessions  # type: ignore[arg-type]
    assert [
        (each.session_id, each.device_name, each.create_time.seconds, each.last_seen_time.seconds, each.current)
        for each in listed
    ] == [("s-1", "phone 1", 1, 11, True), ("s-2", "phone 2", 2, 12, False)]
    assert [each.expire_time.seconds for each in listed] == [21, 22]


async def test_caller_is_told_who_they_are(house: House) -> None:
    """By the verified token alone."""
    enter(ANNA)
    who = await house.rpc.GetCaller(auth_pb.GetCallerRequest(), Context())  # type: ignore[arg-type]
    assert (who.username, who.expire_time.ToDatetime(UTC)) == ("anna", NOW)
    assert list(who.roles) == sorted([access_pb2.ROLE_REFEREE, access_pb2.ROLE_ADMIN])


@pytest.mark.parametrize(
    ("method", "request_", "asked"),
    [
        (
            "RequestPasswordReset",
            auth_pb.RequestPasswordResetRequest(login="anna"),
            ("request_password_reset", ("anna",), {"client_address": "198.51.100.0/24"}),
        ),
        (
            "ResetPassword",
            auth_pb.ResetPasswordRequest(token="good", new_password="new"),
            ("reset_password", ("good", "new"), {"client_address": "198.51.100.0/24"}),
        ),
        (
            "UndeleteAccount",
            auth_pb.UndeleteAccountRequest(username="anna", password="secret"),
            (
                "undelete_account",
                (),
                {"username": "anna", "password": "secret", "client_address": "198.51.100.0/24"},
            ),
        ),
    ],
)
async def test_limits_count_for_the_network_that_the_proxy_names(
    method: str, request_: Any, asked: tuple[Any, ...]
) -> None:
    """Where one is trusted, its word on the client's address counts, and nothing before it."""
    house = House(trusted_proxies=1)
    context = Context(("x-forwarded-for", "192.0.2.1, 198.51.100.9"), ("x-real-ip", "192.0.2.2"))
    await getattr(house.rpc, method)(request_, context)
    assert house.credentials.asked == [asked]


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ((), ""),
        ((("user-agent", "dossier-cli/1.2 grpc-python/1.85"),), "dossier-cli/1.2"),
        ((("x-other", "robot"), ("user-agent", "robot\x07\u200b"), ("user-agent", "second")), "robot"),
        ((("user-agent", b"robot"),), ""),
        ((("user-agent", "r" * 300),), "r" * 100),
    ],
)
async def test_session_is_named_by_the_clients_own_word(
    house: House, metadata: tuple[tuple[str, str | bytes], ...], name: str
) -> None:
    """Without a device name it is the product of the user agent, as far as it can be shown."""
    await house.rpc.SignIn(auth_pb.SignInRequest(username="anna"), Context(*metadata))  # type: ignore[arg-type]
    assert house.credentials.asked[0][2]["device_name"] == name


async def test_public_keys_are_those_that_sign(house: House) -> None:
    """Each with all that a verifier asks for."""
    answer = await house.rpc.GetJwks(auth_pb.GetJwksRequest(), Context())  # type: ignore[arg-type]
    [key], [public] = answer.keys, house.keys.public_keys
    assert (key.kid, key.x, key.y) == (public.kid, public.x, public.y)
    assert (key.kty, key.crv, key.alg, key.use) == ("EC", "P-256", "ES256", "sig")
