"""The audit log: what it holds, and that nobody changes it."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable
from typing import Any

import asyncpg
import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import audit_event_pb2
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from profile_service.audit import Kind
from profile_service.guessing import ONE_ACCOUNT, ONE_SOURCE
from tests.integration.profile.conftest import PASSWORD, Player, Profile
from tests.integration.profile.test_credentials import rotate
from tests.integration.profile.test_guessing_limits import guess
from tests.statuses import refused


async def events(profile: Profile) -> list[tuple[str, str, str]]:
    """Return kind, actor and subject of every event, oldest first, accounts by their usernames."""
    query = """
        SELECT audit_events.kind, COALESCE(actor.username, '') AS actor, subject.username
        FROM audit_events
        LEFT JOIN users AS actor ON actor.account_id = actor_id
        JOIN users AS subject ON subject.account_id = subject_id
        ORDER BY event_time, event_id
    """
    return [tuple(row) for row in await profile.execute(query)]


async def addresses(profile: Profile, kind: str) -> list[str]:
    """Return where the events of a kind came from, oldest first."""
    query = "SELECT address FROM audit_events WHERE kind = ? ORDER BY event_time, event_id"
    return [row["address"] for row in await profile.execute(query, kind)]


async def details(profile: Profile, kind: str) -> list[str]:
    """Return what the events of a kind tell, oldest first."""
    query = "SELECT details FROM audit_events WHERE kind = ? ORDER BY event_time, event_id"
    return [row["details"] for row in await profile.execute(query, kind)]


async def test_life_of_an_account_is_told_by_the_log(profile: Profile) -> None:
    """Each thing that happens to an account adds one event; what changes nothing adds none."""
    anna = await profile.sign_up("anna")
    role = {"username": "anna", "role": access_pb2.ROLE_REFEREE}
    for _ in range(2):
        await profile.credentials.GrantRole(credentials_pb.GrantRoleRequest(**role), metadata=profile.internal)
    change = credentials_pb.ChangePasswordRequest(
        account_id=anna.account_id, session_id=anna.session_id, current_password=PASSWORD, new_password=PASSWORD * 2
    )
    await profile.credentials.ChangePassword(change, metadata=profile.internal)
    for _ in range(2):
        close = credentials_pb.CloseSessionRequest(session_id=anna.session_id)
        await profile.credentials.CloseSession(close, metadata=profile.internal)
    await profile.credentials.RevokeRole(credentials_pb.RevokeRoleRequest(**role), metadata=profile.internal)
    assert await events(profile) == [
        ("sign_up", "anna", "anna"),
        ("sign_in", "anna", "anna"),
        ("role_given", "", "anna"),
        ("password_changed", "anna", "anna"),
        ("sign_out", "anna", "anna"),
        ("role_taken", "", "anna"),
    ]


async def test_ends_of_sessions_are_told_apart_by_the_log(profile: Profile) -> None:
    """The log says whether a session was revoked, its token came back, or its account ended."""
    anna, boris, chloe, daria = [await profile.sign_up(name) for name in ("anna", "boris", "chloe", "daria")]
    revoke = credentials_pb.RevokeSessionRequest(account_id=anna.account_id, session_id=anna.session_id)
    await profile.credentials.RevokeSession(revoke, metadata=profile.internal)
    everywhere = credentials_pb.CloseSessionsRequest(account_id=boris.account_id)
    await profile.credentials.CloseSessions(everywhere, metadata=profile.internal)
    delete = account_pb.DeleteAccountRequest(username="chloe", password=PASSWORD)
    await profile.accounts.DeleteAccount(delete, metadata=chloe.metadata)
    await rotate(profile, daria.refresh_token)
    profile.clock.advance(seconds=21)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
        await rotate(profile, daria.refresh_token)
    assert (await events(profile))[8:] == [
        ("session_revoked", "anna", "anna"),
        ("sign_out_everywhere", "boris", "boris"),
        ("deletion_scheduled", "chloe", "chloe"),
        ("refresh_reused", "", "daria"),
    ]


async def test_service_account_is_made_by_nobody_who_is_signed_in(profile: Profile) -> None:
    """An account that the operator opens has no actor in the log."""
    request = credentials_pb.CreateServiceAccountRequest(username="table-1")
    await profile.credentials.CreateServiceAccount(request, metadata=profile.internal)
    assert await events(profile) == [("service_account_made", "", "table-1"), ("api_key_made", "", "table-1")]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_events",
        "UPDATE audit_events SET kind = 'sign_out'",
        "UPDATE audit_events SET actor_id = ''",
        "UPDATE audit_events SET subject_id = 'somebody'",
        "UPDATE audit_events SET event_time = event_time + 1",
        "UPDATE audit_events SET event_id = 'another'",
        "UPDATE audit_events SET details = 'other words'",
        "UPDATE audit_events SET address = '192.0.2.0/24'",
    ],
)
async def test_event_is_neither_deleted_nor_changed_by_the_database_itself(profile: Profile, statement: str) -> None:
    """The log refuses what would rewrite it, whoever asks."""
    await profile.sign_up("anna")
    before = await events(profile)
    with pytest.raises((sqlite3.IntegrityError, asyncpg.RaiseError), match="never"):
        await profile.execute(statement)
    assert await events(profile) == before


async def test_event_is_blanked_when_its_account_is_purged(profile: Profile) -> None:
    """What is personal in an event can be taken out, and the event stays."""
    await profile.sign_up("anna")
    before = await events(profile)
    await profile.execute("UPDATE audit_events SET address = '', details = ''")
    assert [row["details"] for row in await profile.execute("SELECT DISTINCT details FROM audit_events")] == [""]
    assert await events(profile) == before


async def test_network_of_sign_up_and_sign_in_stands_in_the_log(profile: Profile) -> None:
    """Where an account was opened, and where its sessions were, can be read later."""
    await profile.sign_up("anna", client_address="203.0.113.0/24")
    request = credentials_pb.OpenSessionRequest(username="anna", password=PASSWORD, client_address="198.51.100.0/24")
    await profile.credentials.OpenSession(request, metadata=profile.internal)
    rows = await profile.execute("SELECT kind, address FROM audit_events ORDER BY event_time, event_id")
    assert [tuple(row) for row in rows] == [
        ("sign_up", "203.0.113.0/24"),
        ("sign_in", "203.0.113.0/24"),
        ("sign_in", "198.51.100.0/24"),
    ]


async def test_network_of_what_is_done_with_credentials_stands_in_the_log(profile: Profile) -> None:
    """Changing a password, coming back with a used-up token and bringing an account back leave the network there."""
    anna, boris = await profile.sign_up("anna"), await profile.sign_up("boris")
    change = credentials_pb.ChangePasswordRequest(
        account_id=anna.account_id,
        session_id=anna.session_id,
        current_password=PASSWORD,
        new_password=PASSWORD * 2,
        client_address="192.0.2.0/24",
    )
    await profile.credentials.ChangePassword(change, metadata=profile.internal)
    await rotate(profile, boris.refresh_token)
    profile.clock.advance(seconds=21)
    replay = credentials_pb.RotateSessionRequest(refresh_token=boris.refresh_token, client_address="198.51.100.0/24")
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
        await profile.credentials.RotateSession(replay, metadata=profile.internal)
    delete = account_pb.DeleteAccountRequest(username="anna", password=PASSWORD * 2)
    await profile.accounts.DeleteAccount(delete, metadata=anna.metadata)
    undelete = credentials_pb.UndeleteAccountRequest(
        username="anna", password=PASSWORD * 2, client_address="203.0.113.0/24"
    )
    await profile.credentials.UndeleteAccount(undelete, metadata=profile.internal)
    rows = await profile.execute("SELECT kind, address, details FROM audit_events ORDER BY event_time, event_id")
    assert [tuple(row) for row in rows[4:]] == [
        ("password_changed", "192.0.2.0/24", ""),
        ("refresh_reused", "198.51.100.0/24", f"session_id={boris.session_id}"),
        ("deletion_scheduled", "", f"mode=ANONYMISE_SEAT session_id={anna.session_id}"),
        ("undeleted", "203.0.113.0/24", ""),
    ]


async def list_events(profile: Profile, actor: Player, **fields: Any) -> admin_pb.ListAuditEventsResponse:
    request = admin_pb.ListAuditEventsRequest(**fields)
    answer: admin_pb.ListAuditEventsResponse = await profile.admin.ListAuditEvents(request, metadata=actor.metadata)
    return answer


def words(events: Iterable[Any]) -> list[tuple[str, str, str]]:
    name = audit_event_pb2.AuditEventKind.Name
    return [(name(e.kind).removeprefix("AUDIT_EVENT_KIND_"), e.actor_username, e.subject_username) for e in events]


async def test_log_tells_admins_who_did_what_to_whom(profile: Profile) -> None:
    """What managers and admins do is told with their names, newest first, and with what it was about."""
    ada = await profile.with_role("ada", access_pb2.ROLE_ADMIN)
    await profile.sign_up("anna")
    roles = admin_pb.SetRolesRequest(username="anna", give=[access_pb2.ROLE_REFEREE])
    await profile.admin.SetRoles(roles, metadata=ada.metadata)
    ban = admin_pb.BanUserRequest(username="anna", reason="swore at the judge")
    await profile.admin.BanUser(ban, metadata=ada.metadata)
    await profile.admin.UnbanUser(admin_pb.UnbanUserRequest(username="anna"), metadata=ada.metadata)
    program = admin_pb.CreateServiceAccountRequest(username="table-1")
    await profile.admin.CreateServiceAccount(program, metadata=ada.metadata)
    key = admin_pb.CreateApiKeyRequest(username="table-1", display_name="blue laptop")
    made = await profile.admin.CreateApiKey(key, metadata=ada.metadata)
    revoke = admin_pb.RevokeApiKeyRequest(api_key_id=made.api_key.api_key_id)
    await profile.admin.RevokeApiKey(revoke, metadata=ada.metadata)
    told = (await list_events(profile, ada)).events
    assert words(told)[:6] == [
        ("API_KEY_REVOKED", "ada", "table-1"),
        ("API_KEY_MADE", "ada", "table-1"),
        ("SERVICE_ACCOUNT_MADE", "ada", "table-1"),
        ("UNBANNED", "ada", "anna"),
        ("BANNED", "ada", "anna"),
        ("ROLE_GIVEN", "ada", "anna"),
    ]
    assert told[4].details == "reason=swore at the judge"
    assert told[5].details == "role=referee"
    assert told[5].actor_account_id == ada.account_id


async def test_log_is_filtered_by_account_kind_and_time(profile: Profile) -> None:
    """An admin finds what happened to an account or what it did, of one kind, or between two moments."""
    ada = await profile.with_role("ada", access_pb2.ROLE_ADMIN)
    await profile.sign_up("anna")
    profile.clock.advance(hours=1)
    start = Timestamp(seconds=profile.clock() // 1_000_000)
    ban = admin_pb.BanUserRequest(username="anna", reason="away")
    await profile.admin.BanUser(ban, metadata=ada.metadata)
    sign_ups = await list_events(profile, ada, kind=audit_event_pb2.AUDIT_EVENT_KIND_SIGN_UP)
    assert words(sign_ups.events) == [("SIGN_UP", "anna", "anna"), ("SIGN_UP", "ada", "ada")]
    of_anna = await list_events(profile, ada, username="anna")
    assert [word[0] for word in words(of_anna.events)] == ["BANNED", "SIGN_IN", "SIGN_UP"]
    of_ada = await list_events(profile, ada, username="ada")
    assert [word[0] for word in words(of_ada.events)] == ["BANNED", "ROLE_GIVEN", "SIGN_IN", "SIGN_UP"]
    assert words((await list_events(profile, ada, start_time=start)).events) == [("BANNED", "ada", "anna")]
    assert len((await list_events(profile, ada, end_time=start)).events) == 5
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await list_events(profile, ada, username="nobody")


async def test_log_goes_on_page_by_page_while_it_grows(profile: Profile) -> None:
    """Pages follow each other without gap or repeat, whatever is added meanwhile."""
    ada = await profile.with_role("ada", access_pb2.ROLE_ADMIN)
    for number in range(4):
        await profile.sign_up(f"player-{number}")
    everything = [event.event_id for event in (await list_events(profile, ada)).events]
    paged, token = [], ""
    while True:
        page = await list_events(profile, ada, page_size=3, page_token=token)
        paged += [event.event_id for event in page.events]
        token = page.next_page_token
        if not token:
            break
        await profile.sign_up(f"late-{len(paged)}")
    assert paged == everything


async def test_log_keeps_what_a_deleted_account_did_without_its_name(profile: Profile) -> None:
    """The events of a hidden account are still found by its name, and show it no more."""
    ada, anna = await profile.with_role("ada", access_pb2.ROLE_ADMIN), await profile.sign_up("anna")
    delete = account_pb.DeleteAccountRequest(username="anna", password=PASSWORD)
    await profile.accounts.DeleteAccount(delete, metadata=anna.metadata)
    told = (await list_events(profile, ada, username="anna")).events
    assert words(told) == [("DELETION_SCHEDULED", "", ""), ("SIGN_IN", "", ""), ("SIGN_UP", "", "")]
    assert {event.subject_account_id for event in told} == {anna.account_id}


async def own_events(profile: Profile, player: Player) -> dict[str, tuple[str, bool, bool]]:
    """Return what an export tells of each kind of event: details, whether by the account and whether to it."""
    request = lifecycle_pb.ReadAccountRequest(account_id=player.account_id, export_id=str(uuid.uuid4()))
    return {
        event.kind: (event.details, event.done_by_owner, event.done_to_owner)
        async for part in profile.lifecycle.ReadAccount(request, metadata=profile.internal)
        for event in part.audit_events
    }


async def test_export_tells_nobody_what_others_are_told(profile: Profile) -> None:
    """The banned read why; who banned them exports that they did, and neither whom nor why nor how a key is called."""
    ada, anna = await profile.with_role("ada", access_pb2.ROLE_ADMIN), await profile.sign_up("anna")
    ban = admin_pb.BanUserRequest(username="anna", reason="swore at the judge")
    await profile.admin.BanUser(ban, metadata=ada.metadata)
    program = admin_pb.CreateServiceAccountRequest(username="table-1")
    await profile.admin.CreateServiceAccount(program, metadata=ada.metadata)
    key = admin_pb.CreateApiKeyRequest(username="table-1", display_name="blue laptop")
    await profile.admin.CreateApiKey(key, metadata=ada.metadata)
    assert (await own_events(profile, anna))["banned"] == ("reason=swore at the judge", False, True)
    by_ada = await own_events(profile, ada)
    assert (by_ada["banned"], by_ada["api_key_made"]) == (("", True, False), ("", True, False))
    assert by_ada["role_given"] == ("role=admin", False, True)


async def test_export_is_told_by_the_log(profile: Profile) -> None:
    """That somebody's data were taken along, and under which id, is there for admins to read, once for each export."""
    ada, anna = await profile.with_role("ada", access_pb2.ROLE_ADMIN), await profile.sign_up("anna")
    request = lifecycle_pb.ReadAccountRequest(account_id=anna.account_id, export_id=str(uuid.uuid4()))
    for _ in range(2):
        assert [part async for part in profile.lifecycle.ReadAccount(request, metadata=profile.internal)]
    [event] = (await list_events(profile, ada, kind=audit_event_pb2.AUDIT_EVENT_KIND_EXPORT_MADE)).events
    assert (event.subject_username, event.details) == ("anna", f"export={request.export_id}")


def test_every_kind_of_the_code_is_one_of_the_contract() -> None:
    """What the log can hold, its readers can name."""
    kinds = {name.removeprefix("AUDIT_EVENT_KIND_").lower() for name in audit_event_pb2.AuditEventKind.keys()}  # noqa: SIM118
    assert {kind.value for kind in Kind} <= kinds


async def test_guesses_that_have_to_wait_are_told_once_an_hour(profile: Profile) -> None:
    """The log says where from, for accounts that exist, and does not grow with the guesses."""
    profile.clock.stop()
    await profile.sign_up("anna")
    for name in ("anna", "nobody"):
        await guess(profile, name, ONE_SOURCE.free + 5, network="198.51.100.0/24")
    [(kind, actor, subject)] = [event for event in await events(profile) if event[0] == "sign_in_limited"]
    assert (actor, subject) == ("", "anna")
    assert await addresses(profile, kind) == ["198.51.100.0/24"]
    assert await details(profile, kind) == ["limit=source"]
    for _ in range(3):
        profile.clock.advance(minutes=16)
        await guess(profile, "anna", 1, network="198.51.100.0/24")
    assert len(await addresses(profile, kind)) == 1
    profile.clock.advance(minutes=16)
    await guess(profile, "anna", ONE_SOURCE.free, network="198.51.100.0/24")
    assert len(await addresses(profile, kind)) == 2


async def test_guesses_from_everywhere_are_told_as_such(profile: Profile) -> None:
    """What many networks do together is another event than what one does."""
    profile.clock.stop()
    await profile.sign_up("anna")
    for number in range(ONE_ACCOUNT.free):
        await guess(profile, "anna", 1, network=f"10.0.{number}.0/24")
    assert await details(profile, "sign_in_limited") == ["limit=account"]


async def test_guesses_out_of_a_session_are_told_with_it(profile: Profile) -> None:
    """Who stole a session and tries passwords in it is seen to, and which session it was."""
    anna = await profile.sign_up("anna")
    who = {"account_id": anna.account_id, "session_id": anna.session_id}
    for number in range(ONE_SOURCE.free):
        change = credentials_pb.ChangePasswordRequest(
            current_password=f"guess {number}", new_password=PASSWORD * 2, **who
        )
        with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
            await profile.credentials.ChangePassword(change, metadata=profile.internal)
    assert ("sign_in_limited", "anna", "anna") in await events(profile)
    assert await details(profile, "sign_in_limited") == [f"limit=source session_id={anna.session_id}"]
