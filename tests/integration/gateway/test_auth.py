"""Signing up, in and out through the gateway."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from pathlib import Path

import grpc
import pytest
from dossier.access.v1 import access_pb2
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc

from gateway.app import open_server
from runtime import channels
from runtime.channels import open_channel
from runtime.errors import Unavailable
from runtime.jwks_client import RemoteKeys
from runtime.settings import Secret
from runtime.tokens import TokenVerifier
from tests.eventually import eventually
from tests.integration.gateway.conftest import Club, settings_for
from tests.signing import bearer
from tests.statuses import refused

TIMEOUT = 10.0
PASSWORD = "correct horse battery staple"


def auth(club: Club) -> auth_rpc.AuthServiceAsyncStub:
    return auth_rpc.AuthServiceStub(club.channel)


async def signed_up(club: Club, username: str = "alice") -> auth_pb.Tokens:
    request = auth_pb.SignUpRequest(username=username, password=PASSWORD)
    return (await auth(club).SignUp(request, timeout=TIMEOUT)).tokens


async def test_signing_up_signs_in(club: Club) -> None:
    """The tokens of a new account open what needs a caller."""
    tokens = await signed_up(club)
    who = await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=bearer(tokens.access_token))
    assert who.username == "alice"
    assert who.expire_time == tokens.access_expire_time
    assert 590 < tokens.access_expire_time.seconds - time.time() <= 600
    assert tokens.refresh_expire_time.seconds == 2_000_000_000


async def test_username_that_is_taken_is_the_services_answer(club: Club) -> None:
    """The reason for a refusal arrives from where it was decided."""
    await signed_up(club)
    with refused(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
        await signed_up(club)


async def test_wrong_password_is_the_services_answer(club: Club) -> None:
    """The refusal of a sign-in passes unchanged, and is the same for an unknown username."""
    await signed_up(club)
    answers = []
    for username in ("alice", "nobody"):
        request = auth_pb.SignInRequest(username=username, password="wrong")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await auth(club).SignIn(request, timeout=TIMEOUT)
        error = caught.value
        answers.append((error.code(), error.details(), tuple(error.trailing_metadata() or ())))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (grpc.StatusCode.UNAUTHENTICATED, "Username or password is wrong.")
    with refused(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await auth(club).SignIn(auth_pb.SignInRequest(username="alice", password="wrong"), timeout=TIMEOUT)


@pytest.mark.parametrize("field", ["username", "password"])
async def test_bad_field_is_refused_before_anybody_is_asked(club: Club, field: str) -> None:
    """The gateway's own service checks its own requests."""
    request = auth_pb.SignUpRequest(username="alice", password=PASSWORD)
    setattr(request, field, "!")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await auth(club).SignUp(request, timeout=TIMEOUT)
    assert club.credentials.visits.count == 0


async def test_roles_of_the_account_are_in_its_tokens(club: Club) -> None:
    """What an account may do shows in who it is."""
    club.credentials.roles = [access_pb2.ROLE_REFEREE]
    tokens = await signed_up(club)
    who = await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=bearer(tokens.access_token))
    assert list(who.roles) == [access_pb2.ROLE_REFEREE]


async def test_api_key_is_exchanged_for_tokens_of_its_holder(club: Club) -> None:
    """A program that shows a key is told whose it is, and gets tokens that say the same."""
    request = auth_pb.SignInWithApiKeyRequest(api_key="a key", device_name="table 1")
    answer = await auth(club).SignInWithApiKey(request, timeout=TIMEOUT)
    caller = TokenVerifier(club.keys).verify(answer.tokens.access_token)
    assert answer.username == caller.username == "holder of a key"
    assert club.credentials.device_names[caller.session_id] == "table 1"


async def test_refreshing_gives_new_tokens_of_the_same_session(club: Club) -> None:
    """A session goes on with a new access token, without the old one."""
    tokens = await signed_up(club)
    request = auth_pb.RefreshTokensRequest(refresh_token=tokens.refresh_token)
    renewed = (await auth(club).RefreshTokens(request, timeout=TIMEOUT)).tokens
    verifier = TokenVerifier(club.keys)
    old, new = verifier.verify(tokens.access_token), verifier.verify(renewed.access_token)
    assert old.session_id == new.session_id
    assert old.token != new.token


async def test_signing_out_ends_the_session_at_once(club: Club) -> None:
    """The access token of an ended session opens nothing more at this gateway."""
    metadata = bearer((await signed_up(club)).access_token)
    await auth(club).SignOut(auth_pb.SignOutRequest(), timeout=TIMEOUT, metadata=metadata)
    assert not club.credentials.live
    with refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=metadata)
    with refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await report_rpc.ReportServiceStub(club.channel).ListReports(
            report_pb.ListReportsRequest(), timeout=TIMEOUT, metadata=metadata
        )


async def test_service_token_and_request_id_go_with_internal_calls(club: Club) -> None:
    """profile_service knows that the gateway asks, and for which request."""
    request = auth_pb.SignUpRequest(username="alice", password=PASSWORD)
    await auth(club).SignUp(request, timeout=TIMEOUT, metadata=(("x-request-id", "r-7"),))
    seen = club.credentials.visits.metadata
    assert seen["x-request-id"] == ["r-7"]
    assert str(seen["authorization"][0]).startswith("Bearer ")


async def test_deadline_of_a_sign_in_ends_the_question(club: Club) -> None:
    """profile_service does not hash for a client that has gone."""
    request = auth_pb.SignInRequest(username="waiting", password="x")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await auth(club).SignIn(request, timeout=0.5)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    async with asyncio.timeout(5):
        await club.credentials.visits.cancelled.wait()
    assert club.credentials.visits.seconds_left is not None
    assert club.credentials.visits.seconds_left < 0.5


async def test_keys_are_enough_to_verify_tokens_elsewhere(club: Club) -> None:
    """A service that fetched the key set reads the gateway's tokens."""
    async with open_channel(club.server.address) as channel:
        keys = RemoteKeys(channel)
        fetching = asyncio.create_task(keys.keep_fresh())
        async with asyncio.timeout(5):
            await keys.ready.wait()
        fetching.cancel()
    assert TokenVerifier(keys).verify(club.token("s-1")).username == "alice"
    (key,) = (await auth(club).GetJwks(auth_pb.GetJwksRequest(), timeout=TIMEOUT)).keys
    assert (key.kty, key.crv, key.alg, key.use) == ("EC", "P-256", "ES256", "sig")
    assert key.kid == club.keys.signer.kid


async def test_token_is_not_refused_for_good_before_the_keys_are_known(club: Club) -> None:
    """A service that has just started asks to come again; that the token is bad it cannot know."""
    with pytest.raises(Unavailable):
        TokenVerifier(RemoteKeys(club.channel)).verify(club.token("s-1"))


async def test_keys_are_served_without_anybody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that wait for the keys can start after the gateway."""
    monkeypatch.setattr(channels, "ABSENCE_SECONDS", 0.2)
    async with (
        open_server(settings_for(tmp_path)) as (server, _),
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        stub = auth_rpc.AuthServiceStub(channel)
        assert (await stub.GetJwks(auth_pb.GetJwksRequest(), timeout=TIMEOUT)).keys
        with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            await stub.SignIn(auth_pb.SignInRequest(username="alice", password="x"), timeout=TIMEOUT)


async def test_secret_that_differs_between_parts_is_not_blamed_on_the_caller(club: Club) -> None:
    """A service token that is refused is the installation's trouble, not a bad password."""
    other = dataclasses.replace(club.settings, internal_secret=Secret(b"another secret of the same installation"))
    async with open_server(other) as (server, _), grpc.aio.insecure_channel(server.address) as channel:
        with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            await auth_rpc.AuthServiceStub(channel).SignIn(
                auth_pb.SignInRequest(username="alice", password="x"), timeout=TIMEOUT
            )


async def test_session_that_nobody_can_judge_is_not_let_in(club: Club) -> None:
    """While profile_service cannot say whether a session stands, a signed-in call is unavailable, not admitted."""
    metadata = club.sign_in()
    club.credentials.broken = True
    with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
        await profile_rpc.ProfileServiceStub(club.channel).GetUser(
            profile_pb.GetUserRequest(username="alice"), timeout=TIMEOUT, metadata=metadata
        )
    club.credentials.broken = False

    async def admitted() -> bool:
        await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=metadata)
        return True

    await eventually(admitted, within_seconds=2)


async def signed_in(club: Club, *, device_name: str = "", user_agent: str = "") -> tuple[tuple[str, str], ...]:
    """Sign alice in and return the metadata of her calls."""
    request = auth_pb.SignInRequest(username="alice", password=PASSWORD, device_name=device_name)
    options = (("grpc.primary_user_agent", user_agent), ("grpc.use_local_subchannel_pool", 1))
    async with grpc.aio.insecure_channel(club.server.address, options=options if user_agent else ()) as channel:
        answer = await auth_rpc.AuthServiceStub(channel).SignIn(request, timeout=TIMEOUT)
    return bearer(answer.tokens.access_token)


@pytest.mark.parametrize(
    ("given", "user_agent", "shown"),
    [
        ("Anna's phone", "", "Anna's phone"),
        ("", "club-app/2.1 on a phone", "club-app/2.1"),
        ("", "x" * 300, "x" * 100),
    ],
)
async def test_session_is_called_what_its_client_calls_itself(
    club: Club, given: str, user_agent: str, shown: str
) -> None:
    """A session has the name that was asked for, or else that of the program, cut to what the contract allows."""
    await signed_up(club)
    metadata = await signed_in(club, device_name=given, user_agent=user_agent)
    answer = await auth(club).ListSessions(auth_pb.ListSessionsRequest(), timeout=TIMEOUT, metadata=metadata)
    [own] = [session for session in answer.sessions if session.current]
    assert own.device_name == shown
    assert len(answer.sessions) == 2


async def test_revoked_session_is_refused_at_once(club: Club) -> None:
    """A session that its owner ended from elsewhere opens nothing more at this gateway; the other goes on."""
    await signed_up(club)
    own, lost = await signed_in(club), await signed_in(club)
    answer = await auth(club).ListSessions(auth_pb.ListSessionsRequest(), timeout=TIMEOUT, metadata=lost)
    [session] = [session for session in answer.sessions if session.current]
    request = auth_pb.RevokeSessionRequest(session_id=session.session_id)
    await auth(club).RevokeSession(request, timeout=TIMEOUT, metadata=own)
    with refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=lost)
    await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=own)


async def test_signing_out_everywhere_ends_the_own_session_at_once(club: Club) -> None:
    """Who signs out everywhere is signed out here too."""
    await signed_up(club)
    metadata = await signed_in(club)
    await auth(club).SignOutEverywhere(auth_pb.SignOutEverywhereRequest(), timeout=TIMEOUT, metadata=metadata)
    with refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await auth(club).GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=metadata)


async def test_password_is_changed_for_the_account_and_session_of_the_token(club: Club) -> None:
    """Whose password it is, and which session stays, is the token's word and not the request's."""
    await signed_up(club)
    metadata = await signed_in(club)
    caller = TokenVerifier(club.keys).verify(metadata[0][1].removeprefix("Bearer "))
    request = auth_pb.ChangePasswordRequest(current_password=PASSWORD, new_password="another good password")
    await auth(club).ChangePassword(request, timeout=TIMEOUT, metadata=metadata)
    change = club.credentials.change
    assert (change.account_id, change.session_id) == (caller.account_id, caller.session_id)
    assert (change.current_password, change.new_password) == (PASSWORD, "another good password")


@pytest.mark.parametrize(("trusted_proxies", "network"), [(0, "127.0.0.0/24"), (1, "198.51.100.0/24")])
async def test_client_network_is_told_as_far_as_it_can_be_believed(
    club: Club, trusted_proxies: int, network: str
) -> None:
    """profile_service learns the address of who connects, or what the trusted proxies say, never what a client says."""
    settings = dataclasses.replace(club.settings, trusted_proxies=trusted_proxies)
    forwarded = (("x-forwarded-for", "192.0.2.66, 198.51.100.7"),)
    async with open_server(settings) as (server, _), grpc.aio.insecure_channel(server.address) as channel:
        stub = auth_rpc.AuthServiceStub(channel)
        sign_up = auth_pb.SignUpRequest(username="alice", password=PASSWORD)
        await stub.SignUp(sign_up, timeout=TIMEOUT, metadata=forwarded)
        sign_in = auth_pb.SignInRequest(username="alice", password=PASSWORD)
        tokens = (await stub.SignIn(sign_in, timeout=TIMEOUT, metadata=forwarded)).tokens
        refresh = auth_pb.RefreshTokensRequest(refresh_token=tokens.refresh_token)
        await stub.RefreshTokens(refresh, timeout=TIMEOUT, metadata=forwarded)
        change = auth_pb.ChangePasswordRequest(current_password=PASSWORD, new_password="another good password")
        await stub.ChangePassword(change, timeout=TIMEOUT, metadata=(*forwarded, *bearer(tokens.access_token)))
        reset = auth_pb.ResetPasswordRequest(token="from a mail", new_password="another good password")
        await stub.ResetPassword(reset, timeout=TIMEOUT, metadata=forwarded)
        undelete = auth_pb.UndeleteAccountRequest(username="alice", password=PASSWORD)
        await stub.UndeleteAccount(undelete, timeout=TIMEOUT, metadata=forwarded)
    assert club.credentials.client_addresses == [network] * 6
