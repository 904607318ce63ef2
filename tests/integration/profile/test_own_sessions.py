"""What owners do with their sign-in sessions, and how a password is changed."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from grpc import StatusCode

from profile_service import sessions
from profile_service.storage import audit_store
from tests.integration.profile.conftest import PASSWORD, Player, Profile
from tests.integration.profile.test_audit_log import events
from tests.integration.profile.test_credentials import is_live, rotate, sign_in
from tests.integration.profile.test_sign_in_under_way import HeldPasswords, running_with
from tests.statuses import refused

NEW_PASSWORD = "quite another password"


async def sessions_of(profile: Profile, player: Player) -> list[credentials_pb.LiveSession]:
    """Return the player's live sessions."""
    request = credentials_pb.ListSessionsRequest(account_id=player.account_id)
    return list((await profile.credentials.ListSessions(request, metadata=profile.internal)).sessions)


async def change_password(
    profile: Profile, player: Player, *, current: str = PASSWORD, new: str = NEW_PASSWORD
) -> None:
    """Change the player's password, keeping the session of the sign-up."""
    request = credentials_pb.ChangePasswordRequest(
        account_id=player.account_id, session_id=player.session_id, current_password=current, new_password=new
    )
    await profile.credentials.ChangePassword(request, metadata=profile.internal)


async def revoke(profile: Profile, player: Player, session_id: str) -> None:
    """End one of the player's sessions."""
    request = credentials_pb.RevokeSessionRequest(account_id=player.account_id, session_id=session_id)
    await profile.credentials.RevokeSession(request, metadata=profile.internal)


async def test_sessions_are_listed_with_the_one_used_last_first(profile: Profile) -> None:
    """An owner sees each device, since when, and when it was last there."""
    anna = await profile.sign_up("anna")
    await profile.sign_up("boris")
    profile.clock.advance(hours=1)
    request = credentials_pb.OpenSessionRequest(username="anna", password=PASSWORD, device_name="Anna's phone")
    phone = (await profile.credentials.OpenSession(request, metadata=profile.internal)).session
    first, second = await sessions_of(profile, anna)
    assert (first.session_id, first.device_name) == (phone.session_id, "Anna's phone")
    assert second.session_id == anna.session_id
    profile.clock.advance(hours=1)
    await rotate(profile, anna.refresh_token)
    first, second = await sessions_of(profile, anna)
    assert first.session_id == anna.session_id
    assert first.last_seen_time.seconds - first.create_time.seconds in range(7190, 7210)
    assert second.last_seen_time.seconds - second.create_time.seconds < 10


async def test_session_is_not_listed_when_it_is_over(profile: Profile) -> None:
    """What cannot be continued is no session any more."""
    anna = await profile.sign_up("anna")
    profile.clock.advance(days=31)
    assert await sessions_of(profile, anna) == []


async def test_revoked_session_cannot_be_continued(profile: Profile) -> None:
    """A lost phone is locked out; the session that ended it goes on."""
    anna = await profile.sign_up("anna")
    phone = await sign_in(profile, "anna", PASSWORD)
    await revoke(profile, anna, phone.session_id)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, phone.refresh_token)
    assert await rotate(profile, anna.refresh_token)


async def test_session_is_not_found_whether_ended_foreign_or_absent(profile: Profile) -> None:
    """Nobody learns about, or ends, the sessions of others."""
    anna, boris = await profile.sign_up("anna"), await profile.sign_up("boris")
    phone = await sign_in(profile, "anna", PASSWORD)
    await revoke(profile, anna, phone.session_id)
    for session_id in (phone.session_id, boris.session_id, str(uuid.uuid4())):
        with refused(StatusCode.NOT_FOUND, "SESSION_NOT_FOUND"):
            await revoke(profile, anna, session_id)
    assert await is_live(profile, boris.session_id)


async def test_signing_out_everywhere_ends_all_sessions_of_the_account_only(profile: Profile) -> None:
    """Every device of the owner has to sign in again, and nobody else's."""
    anna, boris = await profile.sign_up("anna"), await profile.sign_up("boris")
    phone = await sign_in(profile, "anna", PASSWORD)
    request = credentials_pb.CloseSessionsRequest(account_id=anna.account_id)
    await profile.credentials.CloseSessions(request, metadata=profile.internal)
    assert not await is_live(profile, anna.session_id)
    assert not await is_live(profile, phone.session_id)
    assert await is_live(profile, boris.session_id)


async def test_changed_password_ends_the_other_sessions(profile: Profile) -> None:
    """Whoever knew the old password is out; the session that changed it stays."""
    anna = await profile.sign_up("anna")
    phone = await sign_in(profile, "anna", PASSWORD)
    await change_password(profile, anna)
    assert await is_live(profile, anna.session_id)
    assert not await is_live(profile, phone.session_id)
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await sign_in(profile, "anna", PASSWORD)
    assert await sign_in(profile, "anna", NEW_PASSWORD)


async def test_password_is_not_changed_without_the_current_one(profile: Profile) -> None:
    """A borrowed session is not enough to take an account over."""
    anna = await profile.sign_up("anna")
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await change_password(profile, anna, current="not the password")
    assert await sign_in(profile, "anna", PASSWORD)


@pytest.mark.parametrize("new", ["password1", "anna-maria"])
async def test_password_is_not_changed_to_an_easy_one(profile: Profile, new: str) -> None:
    """A new password keeps the rules of the first, and the answer names the field."""
    anna = await profile.sign_up("anna-maria")
    with refused(StatusCode.INVALID_ARGUMENT, "PASSWORD_TOO_COMMON"):
        await change_password(profile, anna, new=new)


async def test_one_of_two_changes_at_once_holds(profile: Profile) -> None:
    """Two changes with the same current password: one wins, the other is told that its password is wrong."""
    anna = await profile.sign_up("anna")
    wishes = [change_password(profile, anna, new=f"{NEW_PASSWORD} {number}") for number in range(4)]
    outcomes = await asyncio.gather(*wishes, return_exceptions=True)
    [number] = [number for number, outcome in enumerate(outcomes) if outcome is None]
    assert await sign_in(profile, "anna", f"{NEW_PASSWORD} {number}")


async def test_sign_in_with_the_old_password_is_refused_when_it_changes_meanwhile(tmp_path: Path) -> None:
    """A sign-in whose password was right when it began opens no session once it is another."""
    passwords = HeldPasswords()
    async with running_with(passwords, tmp_path) as profile:
        anna = await profile.sign_up("anna")
        signing_in = asyncio.create_task(sign_in(profile, "anna", PASSWORD))
        await passwords.checked.wait()
        await change_password(profile, anna)
        passwords.released.set()
        with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
            await signing_in


async def test_rows_of_who_signs_in_and_out_without_end_are_bounded(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often sessions are opened and ended, as many ended ones are kept as there can be live ones."""
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 3)
    await profile.sign_up("anna")
    for _ in range(6):
        session = await sign_in(profile, "anna", PASSWORD)
        close = credentials_pb.CloseSessionRequest(session_id=session.session_id)
        await profile.credentials.CloseSession(close, metadata=profile.internal)
    await sign_in(profile, "anna", PASSWORD)
    query = "SELECT COUNT(end_time) AS ended, COUNT(*) AS all_of_them FROM sessions"
    [row] = await profile.execute(query)
    assert (row["all_of_them"], row["ended"]) == (5, 3)


async def test_events_that_an_owner_causes_are_bounded(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs in without end has to wait for an hour; sessions go on, other accounts too, and nothing is logged."""
    monkeypatch.setattr(audit_store, "MAX_EVENTS", 4)
    anna, _ = await profile.sign_up("anna"), await profile.sign_up("boris")
    for _ in range(2):
        await sign_in(profile, "anna", PASSWORD)
    for attempt in (sign_in(profile, "anna", PASSWORD), change_password(profile, anna)):
        with refused(StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_ATTEMPTS"):
            await attempt
    assert len([event for event in await events(profile) if event[2] == "anna"]) == 4
    assert await rotate(profile, anna.refresh_token)
    assert await sign_in(profile, "boris", PASSWORD)
    profile.clock.advance(hours=1)
    assert await sign_in(profile, "anna", PASSWORD)


async def test_session_unused_for_longest_ends_when_there_are_too_many(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that signs in without end keeps the sessions that it uses."""
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 3)
    boris, anna = await profile.sign_up("boris"), await profile.sign_up("anna")
    forgotten = await sign_in(profile, "anna", PASSWORD)
    profile.clock.advance(seconds=1)
    await rotate(profile, anna.refresh_token)
    newest = [await sign_in(profile, "anna", PASSWORD) for _ in range(2)]
    assert not await is_live(profile, forgotten.session_id)
    kept = {session.session_id for session in await sessions_of(profile, anna)}
    assert kept == {anna.session_id, *(session.session_id for session in newest)}
    assert await is_live(profile, boris.session_id)
