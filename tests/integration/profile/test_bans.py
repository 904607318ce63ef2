"""Bans: what they cut, what they leave, and who may pronounce them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import managed_account_pb2
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc import StatusCode
from grpc.aio import AioRpcError
from grpc_status import rpc_status

from tests.integration.profile.conftest import PASSWORD, Player, Profile
from tests.integration.profile.test_credentials import is_live, rotate, sign_in
from tests.integration.profile.test_roles import ADMIN, MANAGER, REFEREE, search
from tests.integration.profile.test_sign_in_under_way import HeldPasswords, running_with
from tests.statuses import reason_of, refused


async def ban(profile: Profile, actor: Player, username: str, **fields: Any) -> None:
    request = admin_pb.BanUserRequest(username=username, **{"reason": "cheated at cards", **fields})
    await profile.admin.BanUser(request, metadata=actor.metadata)


async def unban(profile: Profile, actor: Player, username: str) -> None:
    await profile.admin.UnbanUser(admin_pb.UnbanUserRequest(username=username), metadata=actor.metadata)


def in_days(days: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime((datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0))
    return moment


async def test_ban_cuts_the_sessions_and_lets_nobody_in(profile: Profile) -> None:
    """Refresh tokens and sessions of the banned are dead at once, and the right password says why."""
    maria, anna = await profile.with_role("maria", MANAGER), await profile.sign_up("anna")
    await ban(profile, maria, "anna")
    assert not await is_live(profile, anna.session_id)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, anna.refresh_token)
    with refused(StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
        await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=anna.metadata)
    with refused(StatusCode.PERMISSION_DENIED, "ACCOUNT_BANNED"):
        await sign_in(profile, "anna", PASSWORD)


async def test_ban_is_not_told_to_who_does_not_know_the_password(profile: Profile) -> None:
    """A wrong password is answered for a banned account in the very words that it is for any other."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    answers = []
    for banned in (False, True):
        if banned:
            await ban(profile, maria, "anna")
        with pytest.raises(AioRpcError) as caught:
            await sign_in(profile, "anna", "not her password")
        answers.append((caught.value.code(), caught.value.details(), rpc_status.from_call(caught.value)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("days", [None, 3])
async def test_ban_tells_its_end_and_never_its_reason(profile: Profile, days: int | None) -> None:
    """The banned one is told until when, if there is an end, and nothing of what managers wrote."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    end = None if days is None else in_days(days)
    await ban(profile, maria, "anna", expire_time=end)
    with pytest.raises(AioRpcError) as caught:
        await sign_in(profile, "anna", PASSWORD)
    status = rpc_status.from_call(caught.value)
    info = error_details_pb2.ErrorInfo()
    assert status is not None
    assert status.details[0].Unpack(info)
    assert dict(info.metadata) == ({} if end is None else {"expire_time": end.ToJsonString()})
    assert "cheated" not in str(status)


async def test_ban_ends_by_itself(profile: Profile) -> None:
    """A ban with an end is over then, without anybody's doing."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    await ban(profile, maria, "anna", expire_time=in_days(3))
    profile.clock.advance(days=3, seconds=1)
    assert await sign_in(profile, "anna", PASSWORD)
    [account] = (await search(profile, await profile.with_role("mona", MANAGER), prefix="anna")).accounts
    assert not account.HasField("ban")


async def test_unban_lets_in_again_and_old_sessions_stay_dead(profile: Profile) -> None:
    """After a ban is lifted one signs in anew; lifting none changes nothing."""
    maria, anna = await profile.with_role("maria", MANAGER), await profile.sign_up("anna")
    await ban(profile, maria, "anna")
    for _ in range(2):
        await unban(profile, maria, "anna")
    assert await sign_in(profile, "anna", PASSWORD)
    assert not await is_live(profile, anna.session_id)


async def test_banned_players_profile_stays_as_it_is(profile: Profile) -> None:
    """A ban says nothing to the public."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    request = profile_pb.GetUserRequest(username="anna")
    before = await profile.profiles.GetUser(request)
    await ban(profile, maria, "anna")
    assert await profile.profiles.GetUser(request) == before


async def test_ban_is_seen_by_managers_and_replaced_by_the_next(profile: Profile) -> None:
    """The search shows who is banned, why and until when; a second ban takes the place of the first."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    await ban(profile, maria, "anna", expire_time=in_days(3))
    await ban(profile, maria, "anna", reason="and swore")
    [account] = (await search(profile, maria, state=managed_account_pb2.ACCOUNT_STATE_BANNED)).accounts
    assert (account.username, account.ban.reason, account.ban.HasField("expire_time")) == ("anna", "and swore", False)
    [active] = (await search(profile, maria, state=managed_account_pb2.ACCOUNT_STATE_ACTIVE)).accounts
    assert active.username == "maria"


@pytest.mark.parametrize(
    ("actor", "subject", "allowed"),
    [
        (MANAGER, REFEREE, True),
        (MANAGER, access_pb2.ROLE_SERVICE, True),
        (MANAGER, MANAGER, False),
        (MANAGER, ADMIN, False),
        (ADMIN, MANAGER, True),
        (ADMIN, ADMIN, True),
    ],
)
async def test_ban_of_somebody_with_a_role_is_for_those_above(
    profile: Profile, actor: Any, subject: Any, allowed: bool
) -> None:
    """Managers ban whom they manage, admins everybody; who may not ban may not unban either."""
    judge = await profile.with_role("judge", actor)
    anna = await profile.with_role("anna", subject)
    for attempt in (ban, unban):
        if allowed:
            await attempt(profile, judge, "anna")
            continue
        with refused(StatusCode.PERMISSION_DENIED, "BAN_NOT_ALLOWED"):
            await attempt(profile, judge, "anna")
    assert await is_live(profile, anna.session_id) is not allowed


@pytest.mark.parametrize("role", [MANAGER, ADMIN])
async def test_ban_of_oneself_is_refused(profile: Profile, role: Any) -> None:
    """Nobody locks themselves out."""
    judge = await profile.with_role("judge", role)
    with refused(StatusCode.PERMISSION_DENIED, "BAN_NOT_ALLOWED"):
        await ban(profile, judge, "judge")


@pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "a\nb"}, {"expire_time": in_days(-1)}])
async def test_ban_without_reason_or_with_an_end_in_the_past_is_refused(
    profile: Profile, fields: dict[str, Any]
) -> None:
    """A ban has a reason, and an end that is still to come."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await ban(profile, maria, "anna", **fields)
    assert await sign_in(profile, "anna", PASSWORD)


async def test_ban_of_unknown_username_is_not_found(profile: Profile) -> None:
    """A ban needs somebody to ban."""
    maria = await profile.with_role("maria", MANAGER)
    for attempt in (ban, unban):
        with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
            await attempt(profile, maria, "nobody")


async def test_admins_who_ban_each_other_at_once_leave_one(profile: Profile) -> None:
    """Of admins who ban each other in one moment, whoever is first stays."""
    ada, bea = await profile.with_role("ada", ADMIN), await profile.with_role("bea", ADMIN)
    outcomes = await asyncio.gather(ban(profile, ada, "bea"), ban(profile, bea, "ada"), return_exceptions=True)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, AioRpcError)]
    assert reason_of(refusal) in {"BAN_NOT_ALLOWED", "SESSION_ENDED"}


async def test_ban_among_refreshes_leaves_no_session(profile: Profile) -> None:
    """However many refreshes are under way when a ban comes, the session is dead and no successor continues it."""
    maria, anna = await profile.with_role("maria", MANAGER), await profile.sign_up("anna")
    refreshes = [asyncio.create_task(rotate(profile, anna.refresh_token)) for _ in range(20)]
    await asyncio.gather(ban(profile, maria, "anna"), *refreshes, return_exceptions=True)
    assert not await is_live(profile, anna.session_id)
    for refresh in refreshes:
        if refresh.exception() is None:
            with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
                await rotate(profile, refresh.result().refresh_token)


async def test_ban_during_a_sign_in_opens_no_session(tmp_path: Path) -> None:
    """A sign-in whose password was checked before the ban is refused like one after it."""
    passwords = HeldPasswords()
    async with running_with(passwords, tmp_path) as profile:
        maria = await profile.with_role("maria", MANAGER)
        await profile.sign_up("anna")
        signing_in = asyncio.create_task(sign_in(profile, "anna", PASSWORD))
        await passwords.checked.wait()
        await ban(profile, maria, "anna")
        passwords.released.set()
        with refused(StatusCode.PERMISSION_DENIED, "ACCOUNT_BANNED"):
            await signing_in
