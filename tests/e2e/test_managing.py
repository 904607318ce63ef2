"""Managers and admins at work, through the gateway in every shape of the installation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import audit_event_pb2 as audit_pb
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from grpc.aio import AioRpcError

from client import DossierClient, DossierError
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.test_story import bare_channel, becomes_dead, refused_with, signed_in
from tests.eventually import eventually
from tests.statuses import reason_of


async def test_banned_player_is_out_everywhere_within_five_seconds(club: Club) -> None:
    """A ban cuts every session of the banned, at each service, and only the right password is told of it."""
    manager, anna = await club.manager(), await club.player("anna")
    username = anna.own_username()
    async with bare_channel(club) as channel:
        phone, laptop = [await signed_in(channel, username) for _ in range(2)]
        reports = report_rpc.ReportServiceStub(channel)

        async def is_refused() -> bool:
            try:
                await reports.ListReports(report_pb.ListReportsRequest(), metadata=phone)
            except AioRpcError as error:
                return reason_of(error) == "SESSION_ENDED"
            return False

        assert not await is_refused()
        await manager.ban_user(username, reason="rude", expire_time=datetime.now(UTC) + timedelta(days=1))
        await asyncio.gather(becomes_dead(channel, laptop), eventually(is_refused, within_seconds=5.5))
    visitor = await club.visitor()
    with refused_with("CREDENTIALS_WRONG"):
        await visitor.sign_in(username, "not her password")
    with pytest.raises(DossierError) as caught:
        await visitor.sign_in(username, PASSWORD)
    assert (caught.value.reason, "expire_time" in caught.value.metadata) == ("ACCOUNT_BANNED", True)
    assert (await visitor.get_user(username)).username == username
    await manager.unban_user(username)
    await visitor.sign_in(username, PASSWORD)


async def test_manager_makes_a_referee_and_no_more(club: Club) -> None:
    """A manager says who records games; who is a manager is for admins to say, and players say nothing."""
    admin, manager, player = await club.admin(), await club.manager(), await club.player()
    username = player.own_username()
    with refused_with("ROLE_MISSING"):
        await player.set_roles(username, give=[access_pb2.ROLE_REFEREE])
    assert await manager.set_roles(username, give=[access_pb2.ROLE_REFEREE]) == [access_pb2.ROLE_REFEREE]
    with refused_with("ROLE_NOT_GRANTABLE"):
        await manager.set_roles(username, give=[access_pb2.ROLE_MANAGER])
    await admin.set_roles(username, give=[access_pb2.ROLE_MANAGER])
    [found] = [account async for account in manager.search_users(username)]
    assert list(found.roles) == [access_pb2.ROLE_REFEREE, access_pb2.ROLE_MANAGER]


async def test_admin_keeps_the_keys_of_a_program_and_reads_the_log(club: Club) -> None:
    """A program comes in by its key until that is revoked, and the log tells all of it to admins alone."""
    admin, manager, program = await club.admin(), await club.manager(), await club.visitor()
    username = f"table-{admin.own_username()}"[:32]
    await admin.create_service_account(username)
    made = await admin.create_api_key(username, display_name="blue laptop")
    assert await program.sign_in_with_api_key(made.secret) == username
    [key] = await admin.list_api_keys(username)
    assert key.HasField("last_use_time")
    await admin.revoke_api_key(key.api_key_id)
    with refused_with("API_KEY_INVALID"):
        await program.sign_in_with_api_key(made.secret)
    assert await kinds(admin, username) == ["API_KEY_REVOKED", "SIGN_IN", "API_KEY_MADE", "SERVICE_ACCOUNT_MADE"]
    with refused_with("ROLE_MISSING"):
        await kinds(manager, username)


async def kinds(client: DossierClient, username: str) -> list[str]:
    """Return what happened to an account, newest first."""
    name = audit_pb.AuditEventKind.Name
    events = client.list_audit_events(username=username)
    return [name(event.kind).removeprefix("AUDIT_EVENT_KIND_") async for event in events]
