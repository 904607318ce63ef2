"""Who may give and take which role, and that a club is never left without an admin."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.stats.v1 import game_service_pb2 as game_pb
from grpc import StatusCode
from grpc.aio import AioRpcError

from tests.integration.profile.conftest import PASSWORD, Player, Profile, a_game
from tests.integration.profile.test_credentials import is_live, sign_in
from tests.statuses import reason_of, refused

REFEREE, SERVICE, MANAGER, ADMIN = (
    access_pb2.ROLE_REFEREE,
    access_pb2.ROLE_SERVICE,
    access_pb2.ROLE_MANAGER,
    access_pb2.ROLE_ADMIN,
)


async def set_roles(
    profile: Profile, actor: Player, username: str, *, give: tuple[Any, ...] = (), take: tuple[Any, ...] = ()
) -> list[Any]:
    request = admin_pb.SetRolesRequest(username=username, give=give, take=take)
    return list((await profile.admin.SetRoles(request, metadata=actor.metadata)).roles)


async def search(profile: Profile, actor: Player, **fields: Any) -> admin_pb.SearchUsersResponse:
    request = admin_pb.SearchUsersRequest(**fields)
    answer: admin_pb.SearchUsersResponse = await profile.admin.SearchUsers(request, metadata=actor.metadata)
    return answer


async def admins(profile: Profile, actor: Player) -> list[str]:
    return [account.username for account in (await search(profile, actor, role=ADMIN)).accounts]


async def test_set_roles_by_manager_makes_referees_only(profile: Profile) -> None:
    """A manager gives and takes the role of referee, and no other, not even their own."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna")
    assert await set_roles(profile, maria, "anna", give=(REFEREE,)) == [REFEREE]
    assert await set_roles(profile, maria, "anna", take=(REFEREE,)) == []
    for role in (MANAGER, ADMIN, SERVICE):
        with refused(StatusCode.PERMISSION_DENIED, "ROLE_NOT_GRANTABLE"):
            await set_roles(profile, maria, "anna", give=(REFEREE, role))
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_NOT_GRANTABLE"):
        await set_roles(profile, maria, "maria", take=(MANAGER,))
    assert list((await sign_in(profile, "anna", PASSWORD)).roles) == []


async def test_set_roles_by_admin_gives_and_takes_all(profile: Profile) -> None:
    """An admin gives every role and takes it again, several at once."""
    ada = await profile.with_role("ada", ADMIN)
    await profile.sign_up("anna")
    everything = (REFEREE, SERVICE, MANAGER, ADMIN)
    assert await set_roles(profile, ada, "anna", give=everything) == list(everything)
    assert await set_roles(profile, ada, "anna", take=(SERVICE, ADMIN)) == [REFEREE, MANAGER]


async def test_program_is_given_no_role_of_a_person(profile: Profile) -> None:
    """A program records games and no more: neither an admin nor the operator makes it a manager or an admin."""
    ada = await profile.with_role("ada", ADMIN)
    program = admin_pb.CreateServiceAccountRequest(username="table-1")
    await profile.admin.CreateServiceAccount(program, metadata=ada.metadata)
    for role in (MANAGER, ADMIN):
        with refused(StatusCode.FAILED_PRECONDITION, "ROLE_NOT_FOR_PROGRAMS"):
            await set_roles(profile, ada, "table-1", give=(REFEREE, role))
        with refused(StatusCode.FAILED_PRECONDITION, "ROLE_NOT_FOR_PROGRAMS"):
            grant = credentials_pb.GrantRoleRequest(username="table-1", role=role)
            await profile.credentials.GrantRole(grant, metadata=profile.internal)
    assert await set_roles(profile, ada, "table-1", give=(REFEREE,)) == [REFEREE, SERVICE]


async def test_program_does_not_count_as_an_admin_that_is_left(profile: Profile) -> None:
    """A program that has the role from before there was a rule is none to leave a club to."""
    ada = await profile.with_role("ada", ADMIN)
    program = admin_pb.CreateServiceAccountRequest(username="table-1")
    await profile.admin.CreateServiceAccount(program, metadata=ada.metadata)
    await profile.execute("UPDATE users SET roles = 'admin service' WHERE username = 'table-1'")
    with refused(StatusCode.FAILED_PRECONDITION, "LAST_ADMIN"):
        await set_roles(profile, ada, "ada", take=(ADMIN,))


async def test_set_roles_ends_the_sessions_only_when_a_role_is_taken(profile: Profile) -> None:
    """A role that is given, or was not there to take, ends nothing; one that is taken leaves no session that has it."""
    ada = await profile.with_role("ada", ADMIN)
    anna = await profile.sign_up("anna")
    await set_roles(profile, ada, "anna", give=(REFEREE,), take=(MANAGER,))
    assert await is_live(profile, anna.session_id)
    await set_roles(profile, ada, "anna", take=(REFEREE,))
    assert not await is_live(profile, anna.session_id)


@pytest.mark.parametrize(
    ("give", "take"), [((), ()), ((REFEREE,), (REFEREE,)), ((access_pb2.ROLE_UNSPECIFIED,), ()), ((99,), ())]
)
async def test_set_roles_that_mean_nothing_are_refused(
    profile: Profile, give: tuple[Any, ...], take: tuple[Any, ...]
) -> None:
    """A request names roles that exist, and none both to give and to take."""
    ada = await profile.with_role("ada", ADMIN)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await set_roles(profile, ada, "ada", give=give, take=take)


async def test_set_roles_of_unknown_username_is_not_found(profile: Profile) -> None:
    """A role needs somebody to have it."""
    ada = await profile.with_role("ada", ADMIN)
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await set_roles(profile, ada, "nobody", give=(REFEREE,))


async def test_set_roles_of_the_last_admin_is_refused_to_anyone(profile: Profile) -> None:
    """Neither the last admin nor the operator takes the last admin's role; with two, one may go."""
    ada = await profile.with_role("ada", ADMIN)
    with refused(StatusCode.FAILED_PRECONDITION, "LAST_ADMIN"):
        await set_roles(profile, ada, "ada", take=(ADMIN,))
    operator = credentials_pb.RevokeRoleRequest(username="ada", role=ADMIN)
    with refused(StatusCode.FAILED_PRECONDITION, "LAST_ADMIN"):
        await profile.credentials.RevokeRole(operator, metadata=profile.internal)
    await profile.sign_up("bea")
    await set_roles(profile, ada, "bea", give=(ADMIN,))
    assert await set_roles(profile, ada, "ada", take=(ADMIN,)) == []


async def test_banned_admin_does_not_count_as_one_that_is_left(profile: Profile) -> None:
    """An admin who cannot sign in is none to leave a club to."""
    ada = await profile.with_role("ada", ADMIN)
    await profile.with_role("bea", ADMIN)
    ban = admin_pb.BanUserRequest(username="bea", reason="away")
    await profile.admin.BanUser(ban, metadata=ada.metadata)
    with refused(StatusCode.FAILED_PRECONDITION, "LAST_ADMIN"):
        await set_roles(profile, ada, "ada", take=(ADMIN,))


async def test_admins_who_depose_each_other_at_once_leave_one(profile: Profile) -> None:
    """However many admins take each other's role in one moment, whoever is first stays, and the others are told."""
    names = [f"admin-{number}" for number in range(6)]
    people = [await profile.with_role(name, ADMIN) for name in names]
    attempts = [
        set_roles(profile, actor, name, take=(ADMIN,)) for actor in people for name in names if name != actor.username
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    reasons = {reason_of(outcome) for outcome in outcomes if isinstance(outcome, AioRpcError)}
    assert reasons <= {"ROLE_NOT_GRANTABLE", "SESSION_ENDED"}
    judge = await profile.with_role("judge", MANAGER)
    assert len(await admins(profile, judge)) == 1


async def test_admins_who_resign_at_once_leave_one(profile: Profile) -> None:
    """Of admins who all give their own role up in one moment, the last one is kept."""
    people = [await profile.with_role(f"admin-{number}", ADMIN) for number in range(6)]
    attempts = [set_roles(profile, person, person.username, take=(ADMIN,)) for person in people]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, AioRpcError)]
    assert reason_of(refusal) == "LAST_ADMIN"
    judge = await profile.with_role("judge", MANAGER)
    assert len(await admins(profile, judge)) == 1


async def test_role_that_was_taken_counts_no_more_for_a_token_that_has_it(profile: Profile) -> None:
    """Roles are given by what the giver is at that moment, not by what an old token says."""
    ada = await profile.with_role("ada", ADMIN)
    bea = await profile.with_role("bea", ADMIN)
    await search(profile, bea)  # so that her session is remembered as live
    await set_roles(profile, ada, "bea", take=(ADMIN,))
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_NOT_GRANTABLE"):
        await set_roles(profile, bea, "bea", give=(ADMIN,))


async def test_search_finds_by_the_beginning_of_names_and_email(profile: Profile) -> None:
    """An admin finds accounts by how username, display name or e-mail address begin, in any case."""
    maria = await profile.with_role("maria", ADMIN)
    await profile.sign_up("anna", display_name="Zoë Ёлкина", email="Post@example.org")
    await profile.sign_up("annabel", display_name="50% off_")
    for prefix, expected in {
        "ann": ["anna", "annabel"],
        "ZOË": ["anna"],
        "post@EX": ["anna"],
        "nna": [],
        "50%": ["annabel"],
        "5_": [],
    }.items():
        answer = await search(profile, maria, prefix=prefix)
        assert [account.username for account in answer.accounts] == expected, prefix
    [anna] = (await search(profile, maria, prefix="zoë")).accounts
    assert (anna.email, anna.display_name, anna.service_account) == ("Post@example.org", "Zoë Ёлкина", False)


async def test_search_of_a_manager_knows_no_email(profile: Profile) -> None:
    """Managers are neither shown an address nor told by the search whose it is."""
    maria = await profile.with_role("maria", MANAGER)
    await profile.sign_up("anna", email="post@example.org")
    assert not (await search(profile, maria, prefix="post@")).accounts
    [anna] = (await search(profile, maria, prefix="anna")).accounts
    assert anna.email == ""


async def test_search_goes_on_page_by_page_and_filters_by_role(profile: Profile) -> None:
    """Pages follow each other without gap or repeat, and a role leaves out who does not have it."""
    maria = await profile.with_role("maria", MANAGER)
    for number in range(5):
        await profile.with_role(f"ref-{number}", REFEREE)
    found, token = [], ""
    while True:
        page = await search(profile, maria, role=REFEREE, page_size=2, page_token=token)
        found += [account.username for account in page.accounts]
        token = page.next_page_token
        if not token:
            break
    assert found == [f"ref-{number}" for number in range(5)]
    with refused(StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"):
        first = await search(profile, maria, page_size=2)
        await search(profile, maria, role=REFEREE, page_token=first.next_page_token)


async def test_admin_records_games_as_a_referee_does(profile: Profile) -> None:
    """What a role includes counts at the door: a manager is not let in where a referee is asked for, an admin is."""
    names = [(await profile.sign_up(f"player-{number}")).username for number in range(10)]
    request = game_pb.RecordGameRequest(game=a_game(names))
    maria, ada = await profile.with_role("maria", MANAGER), await profile.with_role("ada", ADMIN)
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        await profile.games.RecordGame(request, metadata=maria.metadata)
    await profile.games.RecordGame(request, metadata=ada.metadata)
