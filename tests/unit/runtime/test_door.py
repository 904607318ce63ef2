"""The door: who is let in to which method, by metadata alone."""

from __future__ import annotations

from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.profile.v1 import profile_service_pb2 as profile_pb

from runtime.access import Door, TokenMissing
from runtime.calls import Call
from runtime.contract import Method
from runtime.errors import RoleMissing, Unauthenticated
from runtime.service_tokens import ServiceTokens
from runtime.sessions import SessionCheck, SessionEnded
from runtime.tokens import TokenVerifier
from tests.signing import INTERNAL_SECRET, TestKeys, bearer

KEYS = TestKeys()
FOR_PARTS = "This method is for other parts of the installation only."
SIGN_IN_FIRST = "Sign in first and send the access token as 'authorization: Bearer ...'."
ONE_TOKEN = "Send exactly one 'authorization: Bearer <access token>'."


def a_method(audience: int, *roles: str) -> Method:
    return Method(
        path="/dossier.test.v1.TestService/Test",
        service="dossier.test.v1.TestService",
        client_streaming=False,
        server_streaming=False,
        audience=audience,
        roles=frozenset(roles),
        hashes_password=False,
        changes_nothing=False,
        request=profile_pb.GetUserRequest,
        response=profile_pb.GetUserResponse,
    )


ANYONE = a_method(access_pb2.AUDIENCE_ANYONE)
SIGNED_IN = a_method(access_pb2.AUDIENCE_SIGNED_IN)
REFEREES = a_method(access_pb2.AUDIENCE_ROLE, "service", "referee")
INTERNAL = a_method(access_pb2.AUDIENCE_INTERNAL)


class Stage:
    """A door, and the sessions that have ended behind it."""

    def __init__(self, *, with_service_tokens: bool = True) -> None:
        self.ended: set[str] = set()
        self.questions = 0
        tokens = ServiceTokens(INTERNAL_SECRET, issuer="profile_service") if with_service_tokens else None
        self._door = Door(TokenVerifier(KEYS), sessions=SessionCheck(self._is_live), service_tokens=tokens)

    async def _is_live(self, session_id: str) -> bool:
        self.questions += 1
        return session_id not in self.ended

    async def admit(self, method: Method, *metadata: tuple[str, Any]) -> Call:
        """Return the call when it is let in."""
        call = Call(method.path, "r-1")
        await self._door.admit(call, method, metadata)
        return call


def a_token(*roles: str) -> str:
    return KEYS.sign(account_id="a-1", username="alice", session_id="s-1", roles=roles)


def signed_in(*roles: str) -> tuple[tuple[str, str], ...]:
    return bearer(a_token(*roles))


def service(audience: str = "profile_service", *, secret: bytes = INTERNAL_SECRET) -> tuple[tuple[str, str], ...]:
    return bearer(ServiceTokens(secret, issuer="gateway").mint(audience=audience))


async def test_anonymous_caller_is_let_in_where_everyone_is() -> None:
    """No token makes no caller, and other metadata makes none either."""
    call = await Stage().admit(ANYONE, ("x-user-id", "alice"), ("authorization-bin", b"Bearer x"))
    assert (call.caller, call.peer_service) == (None, "")


@pytest.mark.parametrize("method", [ANYONE, SIGNED_IN])
async def test_caller_is_whom_the_token_names(method: Method) -> None:
    """The call knows account and roles from the token; whether the session stands is asked once."""
    stage = Stage()
    for _ in range(2):
        call = await stage.admit(method, ("x-other", "1"), *signed_in("player"))
        assert call.caller is not None
        assert (call.caller.account_id, call.caller.username, call.caller.roles) == ("a-1", "alice", {"player"})
        assert call.peer_service == ""
    assert stage.questions == 1


@pytest.mark.parametrize("method", [SIGNED_IN, REFEREES])
async def test_anonymous_caller_is_asked_to_sign_in(method: Method) -> None:
    """Where a caller is needed, none is not enough."""
    with pytest.raises(TokenMissing) as caught:
        await Stage().admit(method)
    assert caught.value.message == SIGN_IN_FIRST


async def test_session_that_has_ended_is_refused_everywhere() -> None:
    """A good token of an ended session lets nobody in, also where everyone is."""
    stage = Stage()
    stage.ended.add("s-1")
    for method in (ANYONE, SIGNED_IN, REFEREES):
        with pytest.raises(SessionEnded) as caught:
            await stage.admit(method, *signed_in("referee"))
        assert caught.value.message == "This sign-in session has ended; sign in again."


async def test_caller_with_one_of_the_roles_is_let_in() -> None:
    """One role of those that the rule names is enough."""
    assert (await Stage().admit(REFEREES, *signed_in("player", "referee"))).caller is not None


@pytest.mark.parametrize("roles", [(), ("player",), ("Referee",)])
async def test_caller_without_the_roles_is_told_which(roles: tuple[str, ...]) -> None:
    """The refusal says what to ask for."""
    with pytest.raises(RoleMissing) as caught:
        await Stage().admit(REFEREES, *signed_in(*roles))
    wanted = "This needs the role referee or service; ask the club's operator for it, then sign in again."
    assert caught.value.message == wanted


async def test_internal_method_is_for_parts_only() -> None:
    """The part is known by name and no account is; nobody else is let in."""
    call = await Stage().admit(INTERNAL, *service())
    assert (call.peer_service, call.caller) == ("gateway", None)


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ((), TokenMissing),
        (signed_in("service"), Unauthenticated),
        (service("gateway"), Unauthenticated),
        (service(secret=b"another secret of thirty-two bytes"), Unauthenticated),
    ],
    ids=["no token", "a player", "another audience", "another secret"],
)
async def test_internal_method_is_closed_to_all_others(
    metadata: tuple[tuple[str, str], ...], kind: type[Unauthenticated]
) -> None:
    """Neither strangers nor players nor parts that mean somebody else are let in."""
    with pytest.raises(kind) as caught:
        await Stage().admit(INTERNAL, *metadata)
    assert type(caught.value) is kind
    assert caught.value.message == FOR_PARTS


async def test_internal_method_is_closed_where_no_part_is_known() -> None:
    """A gateway, which knows no service tokens, lets nobody in to what is internal."""
    with pytest.raises(TokenMissing) as caught:
        await Stage(with_service_tokens=False).admit(INTERNAL, *service())
    assert caught.value.message == FOR_PARTS


async def test_service_token_makes_no_caller() -> None:
    """A part that calls a public method without a player's token is refused as a bad token."""
    with pytest.raises(Unauthenticated):
        await Stage().admit(ANYONE, *service())


@pytest.mark.parametrize(
    "values",
    [["", "Bearer {}"], ["Bearer {}", "Bearer {}"], ["{}"], ["Basic {}"], ["Bearer{}"], ["Bearer"], [""]],
    ids=["empty and good", "twice", "no scheme", "another scheme", "no space", "only the scheme", "empty"],
)
async def test_authorization_that_is_not_one_bearer_token_is_bad(values: list[str]) -> None:
    """What is present and no proof is refused, never taken for an anonymous caller."""
    token = a_token()
    with pytest.raises(Unauthenticated) as caught:
        await Stage().admit(ANYONE, *(("authorization", value.format(token)) for value in values))
    assert caught.value.message == ONE_TOKEN


async def test_authorization_in_bytes_is_bad() -> None:
    """Only text is a bearer token."""
    with pytest.raises(Unauthenticated) as caught:
        await Stage().admit(ANYONE, ("authorization", f"Bearer {a_token()}".encode()))
    assert caught.value.message == ONE_TOKEN


@pytest.mark.parametrize("value", ["bEARER {}", "Bearer   {} "])
async def test_case_of_the_scheme_and_spaces_do_not_matter(value: str) -> None:
    """As RFC 7235 has it."""
    assert (await Stage().admit(SIGNED_IN, ("authorization", value.format(a_token())))).caller is not None
