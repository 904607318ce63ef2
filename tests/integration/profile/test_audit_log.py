"""The audit log: what it holds, and that nobody changes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from dossier.access.v1 import access_pb2
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from grpc import StatusCode

from tests.integration.profile.conftest import PASSWORD, Profile
from tests.integration.profile.test_credentials import rotate
from tests.statuses import refused


def connect(profile: Profile) -> sqlite3.Connection:
    return sqlite3.connect(profile.data_dir / "profile.db", isolation_level=None, timeout=5)


def events(profile: Profile) -> list[tuple[str, str, str]]:
    """Return kind, actor and subject of every event, oldest first, accounts by their usernames."""
    query = """
        SELECT audit_events.kind, COALESCE(actor.username, ''), subject.username
        FROM audit_events
        LEFT JOIN users AS actor ON actor.account_id = actor_id
        JOIN users AS subject ON subject.account_id = subject_id
        ORDER BY event_time, event_id
    """
    with closing(connect(profile)) as database:
        return database.execute(query).fetchall()


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
    assert events(profile) == [
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
    assert events(profile)[8:] == [
        ("session_revoked", "anna", "anna"),
        ("sign_out_everywhere", "boris", "boris"),
        ("account_deleted", "chloe", "chloe"),
        ("refresh_reused", "", "daria"),
    ]


async def test_service_account_is_made_by_nobody_who_is_signed_in(profile: Profile) -> None:
    """An account that the operator opens has no actor in the log."""
    request = credentials_pb.CreateServiceAccountRequest(username="table-1")
    await profile.credentials.CreateServiceAccount(request, metadata=profile.internal)
    assert events(profile) == [("service_account_made", "", "table-1")]


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
    before = events(profile)
    with closing(connect(profile)) as database, pytest.raises(sqlite3.IntegrityError, match="never"):
        database.execute(statement)
    assert events(profile) == before


async def test_event_is_blanked_when_its_account_is_purged(profile: Profile) -> None:
    """What is personal in an event can be taken out, and the event stays."""
    await profile.sign_up("anna")
    before = events(profile)
    with closing(connect(profile)) as database:
        database.execute("UPDATE audit_events SET address = '', details = ''")
        assert database.execute("SELECT DISTINCT details FROM audit_events").fetchall() == [("",)]
    assert events(profile) == before


async def test_network_of_sign_up_and_sign_in_stands_in_the_log(profile: Profile) -> None:
    """Where an account was opened, and where its sessions were, can be read later."""
    await profile.sign_up("anna", client_address="203.0.113.0/24")
    request = credentials_pb.OpenSessionRequest(username="anna", password=PASSWORD, client_address="198.51.100.0/24")
    await profile.credentials.OpenSession(request, metadata=profile.internal)
    with closing(connect(profile)) as database:
        rows = database.execute("SELECT kind, address FROM audit_events ORDER BY event_time, event_id").fetchall()
    assert rows == [("sign_up", "203.0.113.0/24"), ("sign_in", "203.0.113.0/24"), ("sign_in", "198.51.100.0/24")]
