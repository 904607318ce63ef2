"""The `dossier admin` commands of managers and admins, as processes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from dossier.access.v1 import access_pb2 as access_pb
from dossier.admin.v1 import audit_event_pb2 as audit_pb
from dossier.admin.v1 import managed_account_pb2 as account_pb

from tests.integration.client.command import Command
from tests.integration.client.fake_admin import KEY
from tests.integration.client.fakes import GAME_ID, FakeServer


def last(fake: FakeServer, method: str) -> Any:
    return fake.requests(method)[-1]


def is_about(moment: datetime, days: float) -> bool:
    return abs(moment - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)


async def test_users_are_found_over_all_pages(signed_in: Command, fake: FakeServer) -> None:
    """The search shows roles, and until when somebody is banned or can come back."""
    result = await signed_in("admin", "users", "an", "--state", "banned", "--role", "manager")
    assert result.out == (
        "anna\t\t\treferee manager\t\t\nben\t\tben@example.org\t\tfor good\t\n"
        "cho\t\t\t\t2026-01-01T12:00:00Z\t2026-01-01T12:00:00Z\n"
    )
    request = last(fake, "SearchUsers")
    assert (request.prefix, request.page_token) == ("an", "next")
    assert (request.state, request.role) == (account_pb.ACCOUNT_STATE_BANNED, access_pb.ROLE_MANAGER)
    await signed_in("admin", "users", "--state", "leaving")
    assert last(fake, "SearchUsers").state == account_pb.ACCOUNT_STATE_LEAVING


async def test_set_roles_gives_and_takes_several(signed_in: Command, fake: FakeServer) -> None:
    """Both options may be repeated, and the answer says what the account has then."""
    result = await signed_in("admin", "set-roles", "Anna", "--give", "referee", "--give", "admin", "--take", "manager")
    assert result.err == "anna has referee and admin.\n"
    request = last(fake, "SetRoles")
    assert list(request.give) == [access_pb.ROLE_REFEREE, access_pb.ROLE_ADMIN]
    assert list(request.take) == [access_pb.ROLE_MANAGER]


async def test_ban_is_for_good_or_for_days(signed_in: Command, fake: FakeServer) -> None:
    """A ban has a reason, and an end when days are given; it is lifted by name."""
    assert (await signed_in("admin", "ban", "ben")).code == 2
    assert (await signed_in("admin", "ban", "ben", "--reason", "rude")).err == "ben is banned.\n"
    assert not last(fake, "BanUser").HasField("expire_time")
    assert (await signed_in("admin", "ban", "ben", "--reason", "rude", "--days", "14")).code == 0
    assert is_about(last(fake, "BanUser").expire_time.ToDatetime(UTC), 14)
    assert (await signed_in("admin", "unban", "BEN")).code == 0
    assert last(fake, "UnbanUser").username == "ben"


async def test_audit_log_is_shown_over_all_pages(signed_in: Command, fake: FakeServer) -> None:
    """The log is told by account, kind and age; a kind that is none is refused with those that there are."""
    result = await signed_in("admin", "audit", "--user", "Anna", "--kind", "role_given", "--days", "7")
    assert result.out == "2026-01-01T12:00:00Z\trole_given\tanna\t\t192.0.2.0/24\trole=referee\n" * 2
    request = last(fake, "ListAuditEvents")
    assert (request.username, request.kind) == ("anna", audit_pb.AUDIT_EVENT_KIND_ROLE_GIVEN)
    assert is_about(request.start_time.ToDatetime(UTC), -7)
    wrong = await signed_in("admin", "audit", "--kind", "nonsense")
    assert wrong.code == 2
    assert "role_given" in wrong.err


async def test_keys_are_made_listed_and_revoked(signed_in: Command, fake: FakeServer) -> None:
    """A new key is all that stdout gets; its id is said beside it."""
    made = await signed_in("admin", "create-api-key", "table-1", "--name", "blue laptop")
    assert made.out == f"{KEY}\n"
    assert GAME_ID in made.err
    assert last(fake, "CreateApiKey").display_name == "blue laptop"
    [key] = json.loads((await signed_in("admin", "list-api-keys", "table-1", "--json")).out)
    assert key["display_name"] == "blue laptop"
    assert (await signed_in("admin", "revoke-api-key", GAME_ID)).code == 0
    assert last(fake, "RevokeApiKey").api_key_id == GAME_ID


async def test_signed_in_admin_opens_an_account_for_a_program(signed_in: Command, fake: FakeServer) -> None:
    """Without the server's own computer, the account and its first key are made by the signed-in admin."""
    made = await signed_in("admin", "create-service-account", "table-1", "--signed-in")
    assert made.out == f"{KEY}\n"
    assert fake.service_tokens == []


async def test_program_signs_in_with_its_key(command: Command, fake: FakeServer) -> None:
    """The key comes from standard input and goes to the server; the account's name comes back."""
    result = await command("sign-in-with-key", "--key-stdin", stdin=f"{KEY}\n")
    assert "as table-1." in result.err
    assert last(fake, "SignInWithApiKey").api_key == KEY
    assert KEY not in command.credentials.read_text()
