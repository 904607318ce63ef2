"""Accounts of programs, and their API keys."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2, visibility_pb2
from grpc import StatusCode

from profile_service import service_accounts
from tests.integration.profile.conftest import Player, Profile
from tests.integration.profile.test_avatars import a_picture, upload
from tests.integration.profile.test_bans import ban
from tests.integration.profile.test_credentials import is_live, rotate, sign_in
from tests.integration.profile.test_roles import ADMIN, MANAGER
from tests.provision.databases import contents
from tests.statuses import refused


@pytest.fixture
async def ada(profile: Profile) -> Player:
    """An admin who has opened an account for the program at table 1."""
    admin = await profile.with_role("ada", ADMIN)
    await profile.admin.CreateServiceAccount(
        admin_pb.CreateServiceAccountRequest(username="table-1"), metadata=admin.metadata
    )
    return admin


async def make_key(
    profile: Profile, actor: Player, name: str = "blue laptop", username: str = "table-1"
) -> admin_pb.CreateApiKeyResponse:
    request = admin_pb.CreateApiKeyRequest(username=username, display_name=name)
    answer: admin_pb.CreateApiKeyResponse = await profile.admin.CreateApiKey(request, metadata=actor.metadata)
    return answer


async def revoke(profile: Profile, actor: Player, api_key_id: str) -> None:
    request = admin_pb.RevokeApiKeyRequest(api_key_id=api_key_id)
    await profile.admin.RevokeApiKey(request, metadata=actor.metadata)


async def keys_of(profile: Profile, actor: Player, username: str = "table-1") -> list[Any]:
    request = admin_pb.ListApiKeysRequest(username=username)
    return list((await profile.admin.ListApiKeys(request, metadata=actor.metadata)).api_keys)


async def enter(profile: Profile, key: str) -> credentials_pb.Session:
    request = credentials_pb.OpenSessionWithApiKeyRequest(api_key=key)
    answer = await profile.credentials.OpenSessionWithApiKey(request, metadata=profile.internal)
    session: credentials_pb.Session = answer.session
    return session


async def test_operators_service_account_signs_in_by_its_key_and_is_no_player(profile: Profile) -> None:
    """A program's account has the service role, does not appear among the players, and has no password."""
    request = credentials_pb.CreateServiceAccountRequest(username="game-server")
    key = (await profile.credentials.CreateServiceAccount(request, metadata=profile.internal)).secret
    session = await enter(profile, key)
    assert (session.username, list(session.roles)) == ("game-server", [access_pb2.ROLE_SERVICE])
    assert (await rotate(profile, session.refresh_token)).session_id == session.session_id
    assert not (await profile.profiles.ListUsers(profile_pb.ListUsersRequest())).users
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await sign_in(profile, "game-server", key)


async def test_key_opens_sessions_until_it_is_revoked(profile: Profile, ada: Player) -> None:
    """Revoking one key ends its sessions and no others, and it opens none any more."""
    blue, red = await make_key(profile, ada), await make_key(profile, ada, "red laptop")
    by_blue, by_red = await enter(profile, blue.secret), await enter(profile, red.secret)
    await revoke(profile, ada, blue.api_key.api_key_id)
    with refused(StatusCode.UNAUTHENTICATED, "API_KEY_INVALID"):
        await enter(profile, blue.secret)
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, by_blue.refresh_token)
    assert not await is_live(profile, by_blue.session_id)
    assert await is_live(profile, by_red.session_id)
    assert [key.display_name for key in await keys_of(profile, ada)] == ["red laptop"]
    with refused(StatusCode.NOT_FOUND, "API_KEY_NOT_FOUND"):
        await revoke(profile, ada, blue.api_key.api_key_id)


async def test_key_list_tells_when_each_was_used(profile: Profile, ada: Player) -> None:
    """A key that nobody uses can be told from one that is used, and no list has a secret."""
    await make_key(profile, ada, "idle")
    used = await make_key(profile, ada, "used")
    await enter(profile, used.secret)
    first, second = await keys_of(profile, ada)
    assert (first.display_name, first.HasField("last_use_time")) == ("idle", False)
    assert (second.display_name, second.HasField("last_use_time")) == ("used", True)
    assert used.secret not in str((first, second))


async def test_key_is_kept_nowhere_in_the_clear(profile: Profile, ada: Player) -> None:
    """Whoever steals the database has no key, and neither the log nor another table tells one."""
    secret = (await make_key(profile, ada)).secret
    dump = str(await contents(profile.rows))
    assert secret.startswith("dossier_key_")
    assert "api_keys" in dump
    assert secret.removeprefix("dossier_key_") not in dump


@pytest.mark.parametrize("key", ["dossier_key_", "x", "dossier_key_" + "A" * 43, "ключ"])
async def test_key_that_is_not_ours_is_refused(profile: Profile, ada: Player, key: str) -> None:
    """Whatever is sent as a key, there is one answer to what is none."""
    await make_key(profile, ada)
    with refused(StatusCode.UNAUTHENTICATED, "API_KEY_INVALID"):
        await enter(profile, key)


async def test_key_cut_or_changed_anywhere_is_refused(profile: Profile, ada: Player) -> None:
    """A key that lacks its end or has one other character is no key."""
    secret = (await make_key(profile, ada)).secret
    bad = [secret[:length] for length in range(1, len(secret))]
    bad += [secret[:i] + ("A" if secret[i] != "A" else "B") + secret[i + 1 :] for i in range(len(secret))]
    for candidate in bad:
        with refused(StatusCode.UNAUTHENTICATED, "API_KEY_INVALID"):
            await enter(profile, candidate)
    assert await enter(profile, secret)


async def test_key_of_a_banned_program_opens_nothing(profile: Profile, ada: Player) -> None:
    """A ban holds for programs as for people."""
    secret = (await make_key(profile, ada)).secret
    session = await enter(profile, secret)
    await ban(profile, ada, "table-1")
    assert not await is_live(profile, session.session_id)
    with refused(StatusCode.PERMISSION_DENIED, "ACCOUNT_BANNED"):
        await enter(profile, secret)


async def test_program_has_no_profile_to_change(profile: Profile, ada: Player) -> None:
    """What a person says about themselves a program cannot say, nor delete itself; its own account it can read."""
    program = profile.player(await enter(profile, (await make_key(profile, ada)).secret), "service")
    update = profile_pb.UpdateUserRequest(username="table-1", user=user_pb2.User(city="Kyiv"))
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await profile.profiles.UpdateUser(update, metadata=program.metadata)
    with refused(StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
        await upload(profile, program, a_picture())
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        public = account_pb.SetVisibilityRequest(visibility=visibility_pb2.Visibility(city=1))
        await profile.accounts.SetVisibility(public, metadata=program.metadata)
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        delete = account_pb.DeleteAccountRequest(username="table-1", password="any password")
        await profile.accounts.DeleteAccount(delete, metadata=program.metadata)
    export = lifecycle_pb.ReadAccountRequest(account_id=program.account_id, export_id=str(uuid.uuid4()))
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await anext(aiter(profile.lifecycle.ReadAccount(export, metadata=profile.internal)))
    account = (await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=program.metadata)).account
    assert account.username == "table-1"


async def test_keys_are_for_programs_only(profile: Profile, ada: Player) -> None:
    """A person has a password; an unknown name is answered alike."""
    await profile.sign_up("anna")
    for username in ("anna", "nobody"):
        with refused(StatusCode.NOT_FOUND, "SERVICE_ACCOUNT_NOT_FOUND"):
            await make_key(profile, ada, username=username)
        with refused(StatusCode.NOT_FOUND, "SERVICE_ACCOUNT_NOT_FOUND"):
            await keys_of(profile, ada, username)


async def test_keys_of_one_account_are_bounded(profile: Profile, ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that has as many keys as one may gets no more before one is revoked."""
    monkeypatch.setattr(service_accounts, "MAX_KEYS", 2)
    first, _ = await make_key(profile, ada), await make_key(profile, ada)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "API_KEY_QUOTA"):
        await make_key(profile, ada)
    await revoke(profile, ada, first.api_key.api_key_id)
    assert await make_key(profile, ada)


async def test_service_account_with_taken_username_is_refused(profile: Profile, ada: Player) -> None:
    """A username belongs to one account, whichever kind."""
    request = admin_pb.CreateServiceAccountRequest(username="ada")
    with refused(StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
        await profile.admin.CreateServiceAccount(request, metadata=ada.metadata)


async def test_key_rpcs_of_who_was_admin_a_moment_ago_are_refused(profile: Profile, ada: Player) -> None:
    """Keys are given by what the giver is at that moment, not by what a token says that was good seconds ago."""
    bea = await profile.with_role("bea", ADMIN)
    made = await make_key(profile, bea)  # so that her session is remembered as live
    take = admin_pb.SetRolesRequest(username="bea", take=[ADMIN])
    await profile.admin.SetRoles(take, metadata=ada.metadata)
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        await make_key(profile, bea, "red laptop")
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        await revoke(profile, bea, made.api_key.api_key_id)
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        program = admin_pb.CreateServiceAccountRequest(username="table-2")
        await profile.admin.CreateServiceAccount(program, metadata=bea.metadata)
    assert [key.display_name for key in await keys_of(profile, ada)] == ["blue laptop"]


async def test_service_accounts_are_not_for_managers(profile: Profile) -> None:
    """Keys are the business of admins."""
    maria = await profile.with_role("maria", MANAGER)
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        await make_key(profile, maria)
