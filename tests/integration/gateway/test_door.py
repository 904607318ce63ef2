"""Who is let in at the gateway, and who is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import grpc
import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc

from runtime import contract
from runtime.service_tokens import ServiceTokens
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.upstreams import CHUNK
from tests.signing import INTERNAL_SECRET, TestKeys, bearer
from tests.statuses import refused

TIMEOUT = 10.0
METHODS = contract.methods()
INTERNAL = sorted(path for path, method in METHODS.items() if method.internal)
CLOSED = sorted(path for path, method in METHODS.items() if not method.internal and method.audience != 1)


def stranger(_club: Club) -> str:
    return "Bearer " + TestKeys().sign(account_id="a", username="alice", session_id="s")


def service(_club: Club) -> str:
    return "Bearer " + ServiceTokens(INTERNAL_SECRET, issuer="gateway").mint(audience="profile_service")


BAD: dict[str, Callable[[Club], str]] = {
    "no token": lambda club: "",
    "no scheme": lambda club: club.token("s"),
    "another scheme": lambda club: "Basic YWxpY2U6eA==",
    "only the scheme": lambda club: "Bearer",
    "an empty token": lambda club: "Bearer ",
    "a cut token": lambda club: f"Bearer {club.token('s')[:-1]}",
    "two tokens": lambda club: f"Bearer {club.token('s')} {club.token('s')}",
    "a list of tokens": lambda club: f"Bearer {club.token('s')}, Bearer {club.token('s')}",
    "a token of another key": stranger,
    "a service token": service,
    "rubbish": lambda club: "Bearer " + "." * 3000,
    "a nested token": lambda club: "Bearer " + "W1tb" * 450 + ".e30.x",
}


@pytest.mark.parametrize("path", INTERNAL)
async def test_internal_method_does_not_exist_here(club: Club, path: str) -> None:
    """What is for the parts alone is unknown at the gateway, with whatever token."""
    for value in ("", service(club), club.sign_in()[0][1]):
        metadata = (("authorization", value),) if value else ()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await club.channel.unary_unary(path)(b"", timeout=TIMEOUT, metadata=metadata)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert club.credentials.visits.count == 0


@pytest.mark.parametrize(
    "path",
    [
        "/dossier.profile.v1.ProfileService/Nothing",
        "/dossier.profile.v1.Nothing/GetUser",
        "/dossier.profile.v1.ProfileService/GetUser/",
        "//dossier.profile.v1.ProfileService/GetUser",
        "/dossier.profile.v1.profileservice/getuser",
        "/dossier.profile.v1.CredentialsService/../ProfileService/GetUser",
        "/",
    ],
)
async def test_path_that_is_no_method_is_unimplemented(club: Club, path: str) -> None:
    """No spelling but the method's own reaches anything (CVE-2026-33186)."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await club.channel.unary_unary(path)(b"", timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert club.profiles.visits.count == 0


@pytest.mark.parametrize("path", CLOSED)
async def test_anonymous_caller_is_asked_to_sign_in(club: Club, path: str) -> None:
    """Every method that is not for everyone needs a token."""
    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await club.channel.unary_unary(path)(b"", timeout=TIMEOUT)


async def test_anonymous_upload_is_refused_without_reading_it(club: Club) -> None:
    """Bytes of somebody who may not send any are not taken in, by the gateway or by the service."""
    sent = 0

    async def upload() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1
            yield avatar_pb.UploadAvatarRequest(chunk=CHUNK)

    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await avatar_rpc.AvatarServiceStub(club.channel).UploadAvatar(upload(), timeout=TIMEOUT)
    assert sent * len(CHUNK) < 32 * 1024 * 1024
    assert club.avatars.visits.count == 0


@pytest.mark.parametrize("kind", BAD)
async def test_bad_token_is_refused_even_where_none_is_needed(club: Club, kind: str) -> None:
    """What is sent as a proof and is none never makes an anonymous caller (CVE-2026-25748)."""
    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"):
        await profile_rpc.ProfileServiceStub(club.channel).GetUser(
            profile_pb.GetUserRequest(username="alice"),
            timeout=TIMEOUT,
            metadata=(("authorization", BAD[kind](club)),),
        )
    assert club.profiles.visits.count == 0


async def test_two_tokens_are_refused_even_when_both_are_good(club: Club) -> None:
    """It must be clear who calls."""
    signed_in = club.sign_in()
    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"):
        await profile_rpc.ProfileServiceStub(club.channel).GetUser(
            profile_pb.GetUserRequest(username="alice"), timeout=TIMEOUT, metadata=(*signed_in, *club.sign_in())
        )


async def test_token_of_an_ended_session_is_refused_where_none_is_needed(club: Club) -> None:
    """Signed out is signed out everywhere."""
    with refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await profile_rpc.ProfileServiceStub(club.channel).GetUser(
            profile_pb.GetUserRequest(username="alice"),
            timeout=TIMEOUT,
            metadata=bearer(club.token("00000000-0000-4000-8000-000000000000")),
        )


async def test_caller_without_the_role_is_refused(club: Club) -> None:
    """Recording games takes a role; without one the caller is known and not allowed."""
    games = game_rpc.GameServiceStub(club.channel)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        await games.RecordGame(game_pb.RecordGameRequest(), timeout=TIMEOUT, metadata=club.sign_in("emperor"))


async def test_caller_with_one_of_the_roles_is_let_through(club: Club) -> None:
    """One role of those that the rule names is enough; the call then reaches the service."""
    games = game_rpc.GameServiceStub(club.channel)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await games.RecordGame(game_pb.RecordGameRequest(), timeout=TIMEOUT, metadata=club.sign_in("referee"))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED  # The stand-in does not serve games.


async def test_scheme_is_read_without_regard_to_case(club: Club) -> None:
    """ "bearer" and "BEARER" are the same scheme (RFC 7235)."""
    value = club.sign_in()[0][1].replace("Bearer", "bEARER")
    await profile_rpc.ProfileServiceStub(club.channel).GetUser(
        profile_pb.GetUserRequest(username="alice"), timeout=TIMEOUT, metadata=(("authorization", value),)
    )
    assert club.profiles.visits.count == 1


async def test_huge_metadata_is_an_error_at_once(club: Club) -> None:
    """More metadata than is allowed is refused by gRPC itself, and does not hang."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await profile_rpc.ProfileServiceStub(club.channel).GetUser(
            profile_pb.GetUserRequest(username="alice"), timeout=TIMEOUT, metadata=(("x-huge", "x" * 20_000),)
        )
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert club.profiles.visits.count == 0


async def test_huge_message_is_an_error_at_once(club: Club) -> None:
    """A message over the limit is refused without being forwarded."""
    call = club.channel.unary_unary("/dossier.profile.v1.ProfileService/GetUser")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(b"x" * 2_000_000, timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert club.profiles.visits.count == 0
