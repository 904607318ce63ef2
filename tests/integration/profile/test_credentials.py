"""Accounts, sign-in sessions, roles, and the end of an account."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from dossier.access.v1 import access_pb2
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from grpc import StatusCode

from tests.integration.profile.conftest import PASSWORD, Profile, running
from tests.statuses import refused


async def rotate(profile: Profile, token: str) -> credentials_pb.Session:
    request = credentials_pb.RotateSessionRequest(refresh_token=token)
    answer: credentials_pb.RotateSessionResponse = await profile.credentials.RotateSession(
        request, metadata=profile.internal
    )
    return answer.session


async def is_live(profile: Profile, session_id: str) -> bool:
    request = credentials_pb.GetSessionRequest(session_id=session_id)
    return bool((await profile.credentials.GetSession(request, metadata=profile.internal)).live)


async def sign_in(profile: Profile, username: str, password: str) -> credentials_pb.Session:
    request = credentials_pb.OpenSessionRequest(username=username, password=password)
    answer: credentials_pb.OpenSessionResponse = await profile.credentials.OpenSession(
        request, metadata=profile.internal
    )
    return answer.session


async def test_create_account_with_taken_username_is_refused(profile: Profile) -> None:
    """A username belongs to one account."""
    await profile.sign_up("anna")
    with refused(StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
        await profile.sign_up("anna")


async def test_create_account_twice_at_once_opens_one(profile: Profile) -> None:
    """Of many sign-ups for one username at the same moment, one succeeds."""
    outcomes = await asyncio.gather(*(profile.sign_up("anna") for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1


@pytest.mark.parametrize("password", ["password1", "Anna-Maria"])
async def test_create_account_with_easy_password_is_refused(profile: Profile, password: str) -> None:
    """A much used password, or the username itself, is no password."""
    request = credentials_pb.CreateAccountRequest(username="anna-maria", password=password)
    with refused(StatusCode.INVALID_ARGUMENT, "PASSWORD_TOO_COMMON"):
        await profile.credentials.CreateAccount(request, metadata=profile.internal)


@pytest.mark.parametrize(("username", "password"), [("anna", "not her password"), ("nobody", PASSWORD)])
async def test_open_session_with_wrong_credentials_is_refused_alike(
    profile: Profile, username: str, password: str
) -> None:
    """A wrong password and an unknown username cannot be told apart."""
    await profile.sign_up("anna")
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await sign_in(profile, username, password)


async def test_open_session_with_right_password_continues_by_refresh_token(profile: Profile) -> None:
    """A session goes on with each new refresh token and stays the same session."""
    await profile.sign_up("anna")
    session = await sign_in(profile, "anna", PASSWORD)
    following = await rotate(profile, session.refresh_token)
    assert following.refresh_token != session.refresh_token
    assert (following.session_id, following.username) == (session.session_id, "anna")
    assert (await rotate(profile, following.refresh_token)).refresh_token != following.refresh_token


async def test_rotate_session_many_times_at_once_gives_one_successor(profile: Profile) -> None:
    """Clients that refresh with one token at the same moment all get the same next token."""
    anna = await profile.sign_up("anna")
    sessions = await asyncio.gather(*(rotate(profile, anna.refresh_token) for _ in range(50)))
    assert len({session.refresh_token for session in sessions}) == 1
    assert await is_live(profile, anna.session_id)


async def test_rotate_session_replayed_after_the_window_ends_the_session(profile: Profile) -> None:
    """A token that comes back 20 seconds after its exchange ends the session, and the end stays."""
    anna = await profile.sign_up("anna")
    following = await rotate(profile, anna.refresh_token)
    profile.clock.advance(seconds=21)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
        await rotate(profile, anna.refresh_token)
    assert not await is_live(profile, anna.session_id)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, following.refresh_token)


async def test_rotate_session_two_steps_behind_ends_the_session(profile: Profile) -> None:
    """Only the last exchange can be repeated."""
    anna = await profile.sign_up("anna")
    second = await rotate(profile, anna.refresh_token)
    await rotate(profile, second.refresh_token)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
        await rotate(profile, anna.refresh_token)


async def test_rotate_session_cut_or_changed_anywhere_is_refused(profile: Profile) -> None:
    """A token that lacks its end or has one other character is no token, and does no harm to the session."""
    token = (await profile.sign_up("anna")).refresh_token
    bad = [token[:length] for length in range(1, len(token))]
    bad += [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token))]
    for candidate in bad:
        with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
            await rotate(profile, candidate)
    assert await rotate(profile, token)


async def test_rotate_session_unused_for_thirty_days_is_over(profile: Profile) -> None:
    """A session ends when nobody continues it for thirty days."""
    anna = await profile.sign_up("anna")
    profile.clock.advance(days=30, seconds=1)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, anna.refresh_token)


async def test_rotate_session_used_daily_is_over_after_ninety_days(profile: Profile) -> None:
    """A session ends ninety days after signing in however often it is continued."""
    token = (await profile.sign_up("anna")).refresh_token
    for _ in range(4):
        profile.clock.advance(days=22)
        token = (await rotate(profile, token)).refresh_token
    profile.clock.advance(days=3)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, token)


async def test_close_session_ends_it_for_its_tokens(profile: Profile) -> None:
    """After signing out neither the refresh token nor the access token opens anything."""
    anna = await profile.sign_up("anna")
    for _ in range(2):
        request = credentials_pb.CloseSessionRequest(session_id=anna.session_id)
        await profile.credentials.CloseSession(request, metadata=profile.internal)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, anna.refresh_token)
    with refused(StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=anna.metadata)


async def test_internal_methods_with_a_players_token_are_refused(profile: Profile) -> None:
    """An access token opens no internal method, and no token opens none either."""
    anna = await profile.sign_up("anna")
    request = credentials_pb.GrantRoleRequest(username="anna", role=access_pb2.ROLE_REFEREE)
    with refused(StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"):
        await profile.credentials.GrantRole(request, metadata=anna.metadata)
    with refused(StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await profile.credentials.GrantRole(request)


async def test_grant_role_shows_in_the_next_session_and_revoke_ends_all(profile: Profile) -> None:
    """A role comes with the next refresh; taking it away ends the sessions that have it."""
    anna = await profile.sign_up("anna")
    grant = credentials_pb.GrantRoleRequest(username="anna", role=access_pb2.ROLE_REFEREE)
    await profile.credentials.GrantRole(grant, metadata=profile.internal)
    session = await rotate(profile, anna.refresh_token)
    assert list(session.roles) == [access_pb2.ROLE_REFEREE]
    revoke = credentials_pb.RevokeRoleRequest(username="anna", role=access_pb2.ROLE_REFEREE)
    await profile.credentials.RevokeRole(revoke, metadata=profile.internal)
    assert not await is_live(profile, anna.session_id)
    assert list((await sign_in(profile, "anna", PASSWORD)).roles) == []


async def test_grant_role_to_unknown_username_is_not_found(profile: Profile) -> None:
    """A role needs somebody to have it."""
    grant = credentials_pb.GrantRoleRequest(username="nobody", role=access_pb2.ROLE_REFEREE)
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await profile.credentials.GrantRole(grant, metadata=profile.internal)


async def test_get_account_shows_the_owner_their_email(profile: Profile) -> None:
    """The private side of an account is read by its owner."""
    anna = await profile.sign_up("anna", email="anna@example.org")
    answer = await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=anna.metadata)
    assert answer.account.email == "anna@example.org"


async def test_delete_account_removes_the_player_and_keeps_the_name_taken(profile: Profile) -> None:
    """A deleted account is gone from reads and lists, cannot be signed in to, and leaves its username unusable."""
    anna = await profile.sign_up("anna", email="anna@example.org")
    request = account_pb.DeleteAccountRequest(username="anna", password=PASSWORD)
    await profile.accounts.DeleteAccount(request, metadata=anna.metadata)
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await profile.profiles.GetUser(profile_pb.GetUserRequest(username="anna"))
    assert not (await profile.profiles.ListUsers(profile_pb.ListUsersRequest())).users
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await sign_in(profile, "anna", PASSWORD)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, anna.refresh_token)
    with refused(StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
        await profile.sign_up("anna")


async def test_delete_account_with_wrong_password_or_name_is_refused(profile: Profile) -> None:
    """Only the owner, who knows the password and says the name, deletes an account."""
    anna = await profile.sign_up("anna")
    await profile.sign_up("boris")
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        request = account_pb.DeleteAccountRequest(username="anna", password="wrong password")
        await profile.accounts.DeleteAccount(request, metadata=anna.metadata)
    with refused(StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
        request = account_pb.DeleteAccountRequest(username="boris", password=PASSWORD)
        await profile.accounts.DeleteAccount(request, metadata=anna.metadata)
    assert (await profile.profiles.ListUsers(profile_pb.ListUsersRequest())).users


async def test_rotate_session_verdicts_are_the_same_after_a_restart(tmp_path: Path) -> None:
    """What makes a token a repeat, a replay or of no use is in the database alone (CVE-2026-9802)."""
    async with running(tmp_path) as profile:
        anna, boris, clara = [await profile.sign_up(name) for name in ("anna", "boris", "clara")]
        successors = [await rotate(profile, player.refresh_token) for player in (anna, boris, clara)]
        newest = await rotate(profile, successors[2].refresh_token)
    async with running(tmp_path) as profile:
        assert (await rotate(profile, anna.refresh_token)).refresh_token == successors[0].refresh_token
        with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
            await rotate(profile, clara.refresh_token)
        profile.clock.advance(seconds=21)
        with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
            await rotate(profile, boris.refresh_token)
    async with running(tmp_path) as profile:
        assert await is_live(profile, anna.session_id)
        for token in (successors[1].refresh_token, newest.refresh_token):
            with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
                await rotate(profile, token)
