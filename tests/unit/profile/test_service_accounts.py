"""Accounts of programs and the keys that open them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from profile_service.audit import NOBODY
from profile_service.bans import Ban
from profile_service.credentials import NewAccount
from profile_service.errors import AccountBanned, ApiKeyInvalid, ApiKeyNotFound, ServiceAccountNotFound
from profile_service.roles import Standing
from profile_service.service_accounts import MAX_KEYS, ActorCheck, ApiKey, KeyHolder, NewKey, ServiceAccounts
from profile_service.sessions import OpenSession
from runtime.errors import RoleMissing

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Club:
    """The store of keys and the sessions, for one program called tally."""

    def __init__(self) -> None:
        self.accounts: list[tuple[NewAccount, str]] = []
        self.keys: list[tuple[str, NewKey, str]] = []
        self.ban: Ban | None = None
        self.tried: list[str] = []
        self.opened: list[tuple[str, str, str, str]] = []
        self.revoked_meanwhile = False
        ids: Iterator[str] = (f"id-{number}" for number in range(1, 100))
        self.programs = ServiceAccounts(self, self, limits=self, new_id=lambda: next(ids))  # type: ignore[arg-type]

    async def reserve_token(self, network: str) -> None:
        self.tried.append(network)

    async def forgive_token(self, network: str) -> None:
        self.tried.remove(network)

    def check_actor(self, actor_id: str, check: ActorCheck) -> None:
        check(Standing(actor_id, frozenset({"admin"} if actor_id == "admin-id" else {"manager"}), banned=False))

    async def create_service_account(self, account: NewAccount, *, actor_id: str, check: ActorCheck) -> None:
        self.check_actor(actor_id, check)
        self.accounts.append((account, actor_id))

    async def create_key(self, username: str, key: NewKey, *, actor_id: str, check: ActorCheck, most: int) -> ApiKey:
        assert most == MAX_KEYS == 20
        self.check_actor(actor_id, check)
        self.keys.append((username, key, actor_id))
        return ApiKey(key.api_key_id, key.display_name, NOW, None)

    async def list_keys(self, username: str) -> list[ApiKey]:
        if username != "tally":
            raise ServiceAccountNotFound(username)
        return [ApiKey("k-1", "first key", NOW, None)]

    async def revoke_key(self, api_key_id: str, *, actor_id: str, check: ActorCheck) -> None:
        self.check_actor(actor_id, check)
        if api_key_id != "k-1":
            raise ApiKeyNotFound()

    async def find_key(self, digest: str) -> KeyHolder | None:
        known = digest in (key.digest for _, key, _ in self.keys)
        return KeyHolder("tally-id", "k-1", self.ban) if known else None

    async def open_with_key(
        self, account_id: str, *, api_key_id: str, device_name: str, network: str
    ) -> OpenSession | None:
        self.opened.append((account_id, api_key_id, device_name, network))
        if self.revoked_meanwhile:
            return None
        return OpenSession(account_id, "tally", frozenset({"service"}), "s-1", "v1.token", NOW)


@pytest.fixture
def club() -> Club:
    """An installation with one program."""
    return Club()


async def test_account_of_a_program_has_no_password(club: Club) -> None:
    """It is a service, by its role and kind, and nothing but a key opens it."""
    await club.programs.create("tally-10", display_name="The tally", actor_id="admin-id")
    [(account, actor)] = club.accounts
    assert account == NewAccount(
        account_id="id-1",
        username="tally-10",
        look="tally-lo",
        kind="service",
        display_name="The tally",
        email="",
        password_hash="",
        roles=frozenset({"service"}),
        network="",
    )
    assert actor == "admin-id"


async def test_program_without_a_name_for_the_eye_is_called_by_its_username(club: Club) -> None:
    """Lists always have something to show."""
    await club.programs.create("tally", display_name="", actor_id="admin-id")
    assert club.accounts[0][0].display_name == "tally"


async def test_nobody_but_admins_and_the_operator_keeps_programs(club: Club) -> None:
    """What counts is what the actor is in the transaction; the operator is nobody who signs in."""
    for work in (
        club.programs.create("tally", display_name="", actor_id="boris-id"),
        club.programs.create_key("tally", display_name="", actor_id="boris-id"),
        club.programs.revoke_key("k-1", actor_id="boris-id"),
    ):
        with pytest.raises(RoleMissing):
            await work
    assert (club.accounts, club.keys) == ([], [])
    await club.programs.create("tally", display_name="", actor_id=NOBODY)


async def test_secret_of_a_key_is_told_once(club: Club) -> None:
    """What is kept is its digest."""
    secret, _ = await club.programs.create_key("tally", display_name="first key", actor_id="admin-id")
    [(_, key, _)] = club.keys
    assert key.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in repr(key)


async def test_keys_are_long_secrets_that_show_what_they_are(club: Club) -> None:
    """256 random bits, each time others, behind a word that scanners of leaked secrets know."""
    made = [await club.programs.create_key("tally", display_name="blue", actor_id="admin-id") for _ in range(2)]
    assert len({secret for secret, _ in made}) == 2
    for (secret, known), (username, key, actor) in zip(made, club.keys, strict=True):
        assert secret.startswith("dossier_key_")
        assert len(secret) == len("dossier_key_") + 43
        assert (username, actor, known.display_name, known.api_key_id) == ("tally", "admin-id", "blue", key.api_key_id)


async def test_key_opens_a_session_of_its_program(club: Club) -> None:
    """The session knows by which key, from where and on what it was opened."""
    secret, _ = await club.programs.create_key("tally", display_name="blue", actor_id="admin-id")
    session = await club.programs.open_session(secret, device_name="robot", network="203.0.113.0/24")
    assert session.account_id == "tally-id"
    assert club.opened == [("tally-id", "k-1", "robot", "203.0.113.0/24")]


async def test_unknown_key_opens_nothing(club: Club) -> None:
    """Neither a guess nor a part of a good key."""
    secret, _ = await club.programs.create_key("tally", display_name="blue", actor_id="admin-id")
    for guess in ("dossier_key_of_nobody", secret[:-1], ""):
        with pytest.raises(ApiKeyInvalid):
            await club.programs.open_session(guess, device_name="robot", network="203.0.113.0/24")
    assert club.opened == []


async def test_key_of_a_banned_program_opens_nothing(club: Club) -> None:
    """Whoever holds the key is told of the ban and its end."""
    secret, _ = await club.programs.create_key("tally", display_name="blue", actor_id="admin-id")
    club.ban = Ban("made results up", NOW, NOW)
    with pytest.raises(AccountBanned) as refusal:
        await club.programs.open_session(secret, device_name="robot", network="203.0.113.0/24")
    assert club.opened == []
    assert str(refusal.value) == str(AccountBanned(NOW))


async def test_key_revoked_in_the_same_moment_opens_nothing(club: Club) -> None:
    """The transaction that opens the session has the last word."""
    secret, _ = await club.programs.create_key("tally", display_name="blue", actor_id="admin-id")
    club.revoked_meanwhile = True
    with pytest.raises(ApiKeyInvalid):
        await club.programs.open_session(secret, device_name="robot", network="203.0.113.0/24")


async def test_keys_are_those_of_a_program_that_there_is(club: Club) -> None:
    """An account of a person has none, and is answered like an absent one."""
    assert [key.api_key_id for key in await club.programs.keys_of("tally")] == ["k-1"]
    with pytest.raises(ServiceAccountNotFound, match="'anna'"):
        await club.programs.keys_of("anna")


async def test_absent_key_cannot_be_revoked(club: Club) -> None:
    """Nobody takes a slip of the pen for a key that is gone."""
    await club.programs.revoke_key("k-1", actor_id="admin-id")
    with pytest.raises(ApiKeyNotFound):
        await club.programs.revoke_key("k-2", actor_id="admin-id")
