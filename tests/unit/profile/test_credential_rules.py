"""Accounts and whose password opens them: opened, changed, deleted."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from profile_service.bans import Ban
from profile_service.credentials import CredentialRules, Credentials, NewAccount
from profile_service.errors import (
    AccountBanned,
    CredentialsWrong,
    NotOwner,
    PasswordTooCommon,
    TooManyAttempts,
    UsernameTaken,
)
from profile_service.guessing import Attempt
from profile_service.sessions import OpenSession
from runtime.calls import Caller

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HOME = "203.0.113.0/24"
PASSWORD, NEW_PASSWORD = "a long and unusual password", "quite another password"
ANNA = Caller("id-1", "anna", frozenset(), "s-1", NOW, "token")


class Club:
    """Everything around the rules: it keeps one account, anna's, and writes down what it is asked."""

    def __init__(self) -> None:
        self.password_hash = f"hash of {PASSWORD}"
        self.ban: Ban | None = None
        self.created: list[NewAccount] = []
        self.changes: list[tuple[str, str, str, str]] = []
        self.opened: list[tuple[str, str, str, str]] = []
        self.tried: list[Attempt] = []
        self.forgiven: list[Attempt] = []
        self.known: list[Attempt] = []
        self.signed_up_from: list[str] = []
        self.too_often = False
        self.stale_times = 0
        self.rules = CredentialRules(
            self,
            self,  # type: ignore[arg-type]
            limits=self,  # type: ignore[arg-type]
            sessions=self,  # type: ignore[arg-type]
            new_id=lambda: "id-1",
        )

    # The store.

    async def create_account(self, account: NewAccount) -> None:
        self.created.append(account)

    async def find_credentials(self, username: str) -> Credentials | None:
        return Credentials("id-1", "anna", self.password_hash, self.ban) if username == "anna" else None

    async def get_credentials(self, account_id: str) -> Credentials | None:
        return Credentials("id-1", "anna", self.password_hash, self.ban) if account_id == "id-1" else None

    async def renew_password_hash(self, account_id: str, *, old: str, new: str) -> None:
        assert (account_id, old) == ("id-1", self.password_hash)
        self.password_hash = new

    async def change_password_hash(
        self, account_id: str, *, old: str, new: str, kept_session_id: str, network: str
    ) -> bool:
        self.changes.append((account_id, old, new, kept_session_id))
        self.stale_times -= 1
        return self.stale_times < 0

    async def find_returning(self, username: str) -> Credentials | None:
        return Credentials("id-1", "anna", self.password_hash, self.ban) if username == "anna" else None

    # The passwords.

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def matches(self, password: str, stored: str | None) -> bool:
        return stored is not None and stored.removeprefix("weak ") == f"hash of {password}"

    def is_outdated(self, stored: str) -> bool:
        return stored.startswith("weak ")

    # The limits.

    async def reserve(self, attempt: Attempt) -> None:
        if self.too_often:
            raise TooManyAttempts(NOW - NOW)
        self.tried.append(attempt)

    async def forgive(self, attempt: Attempt) -> None:
        self.forgiven.append(attempt)

    async def know(self, attempt: Attempt) -> None:
        self.known.append(attempt)

    async def reserve_sign_up(self, network: str) -> None:
        if self.too_often:
            raise TooManyAttempts(NOW - NOW)
        self.signed_up_from.append(network)

    # The sessions.

    async def open(self, account_id: str, *, password_hash: str, device_name: str, network: str) -> OpenSession | None:
        self.opened.append((account_id, password_hash, device_name, network))
        self.stale_times -= 1
        return OpenSession("id-1", "anna", frozenset(), "s-2", "refresh", NOW) if self.stale_times < 0 else None


@pytest.fixture
def club() -> Club:
    return Club()


async def sign_up(
    club: Club,
    username: str = "anna",
    *,
    password: str = PASSWORD,
    name: str = "Anna",
    email: str = "anna@example.org",
) -> OpenSession:
    return await club.rules.create_account(
        username, password, display_name=name, email=email, device_name="phone", network=HOME
    )


async def test_account_is_opened_with_all_that_was_said_and_signed_in(club: Club) -> None:
    """The row has every field, the password only as its hash; the sign-up was counted first."""
    assert (await sign_up(club)).refresh_token == "refresh"
    account = NewAccount(
        account_id="id-1",
        username="anna",
        look="anna",
        kind="person",
        display_name="Anna",
        email="anna@example.org",
        password_hash=f"hash of {PASSWORD}",
        roles=frozenset(),
        network=HOME,
    )
    assert club.created == [account]
    assert club.opened == [("id-1", f"hash of {PASSWORD}", "phone", HOME)]
    assert club.signed_up_from == [HOME]


async def test_account_without_a_name_is_called_by_its_username(club: Club) -> None:
    """Everybody is shown under some name."""
    await sign_up(club, "1il", name="")
    assert club.created[0].display_name == "1il"


@pytest.mark.parametrize(
    ("username", "password", "error"),
    [
        ("anna", "password1", PasswordTooCommon),
        ("anna-maria", "anna-maria", PasswordTooCommon),
        ("admin", PASSWORD, UsernameTaken),
    ],
)
async def test_account_with_an_easy_password_or_reserved_name_is_not_opened(
    club: Club, username: str, password: str, error: type[Exception]
) -> None:
    """And nothing is counted for it."""
    with pytest.raises(error):
        await sign_up(club, username, password=password)
    assert (club.created, club.signed_up_from) == ([], [])


async def test_account_is_not_opened_from_where_too_many_are(club: Club) -> None:
    """Nothing is hashed or kept."""
    club.too_often = True
    with pytest.raises(TooManyAttempts):
        await sign_up(club)
    assert club.created == []


async def test_account_that_is_gone_before_its_first_session_is_refused(club: Club) -> None:
    """As when it was deleted in the same moment."""
    club.stale_times = 1
    with pytest.raises(CredentialsWrong):
        await sign_up(club)


async def test_sign_in_is_counted_forgiven_and_opens_a_session(club: Club) -> None:
    """The right password opens a session for the hash that was checked."""
    opened = await club.rules.open_session("anna", PASSWORD, device_name="phone", network=HOME)
    assert opened.session_id == "s-2"
    assert club.opened == [("id-1", f"hash of {PASSWORD}", "phone", HOME)]
    assert club.tried == club.forgiven == [Attempt("anna", network=HOME)]


@pytest.mark.parametrize(("username", "password"), [("anna", NEW_PASSWORD), ("nobody", PASSWORD)])
async def test_wrong_sign_in_is_counted_and_not_forgiven(club: Club, username: str, password: str) -> None:
    """Nothing is opened."""
    with pytest.raises(CredentialsWrong):
        await club.rules.open_session(username, password, device_name="", network=HOME)
    assert club.tried == [Attempt(username, network=HOME)]
    assert (club.forgiven, club.opened) == ([], [])


async def test_sign_in_too_often_is_not_looked_at(club: Club) -> None:
    """The right password makes no difference."""
    club.too_often = True
    with pytest.raises(TooManyAttempts):
        await club.rules.open_session("anna", PASSWORD, device_name="", network=HOME)
    assert club.opened == []


async def test_banned_account_is_told_only_to_who_knows_its_password(club: Club) -> None:
    """A guesser learns nothing of a ban; the owner does, and no session is opened."""
    club.ban = Ban("cheated", NOW, NOW)
    with pytest.raises(CredentialsWrong):
        await club.rules.open_session("anna", NEW_PASSWORD, device_name="", network=HOME)
    with pytest.raises(AccountBanned, match="until 2026-05-01T00:00:00Z"):
        await club.rules.open_session("anna", PASSWORD, device_name="", network=HOME)
    assert club.opened == []


async def test_sign_in_with_a_weak_hash_renews_it(club: Club) -> None:
    """The session is opened for the hash of today."""
    club.password_hash = f"weak hash of {PASSWORD}"
    await club.rules.open_session("anna", PASSWORD, device_name="", network=HOME)
    assert club.password_hash == club.opened[0][1] == f"hash of {PASSWORD}"


@pytest.mark.parametrize(("stale_times", "let_in"), [(1, True), (2, False)])
async def test_sign_in_begins_anew_once_when_the_hash_changed_meanwhile(
    club: Club, stale_times: int, *, let_in: bool
) -> None:
    """Twice in a row is no chance any more."""
    club.stale_times = stale_times
    if let_in:
        assert await club.rules.open_session("anna", PASSWORD, device_name="", network="")
    else:
        with pytest.raises(CredentialsWrong):
            await club.rules.open_session("anna", PASSWORD, device_name="", network="")
    assert len(club.opened) == 2


async def test_password_is_changed_with_the_current_one(club: Club) -> None:
    """For the hash that was checked, keeping the session that asks, and counted for that session."""
    await club.rules.change_password("id-1", PASSWORD, NEW_PASSWORD, session_id="s-1", network="")
    assert club.changes == [("id-1", f"hash of {PASSWORD}", f"hash of {NEW_PASSWORD}", "s-1")]
    assert club.tried == club.forgiven == [Attempt("id-1", session_id="s-1")]


@pytest.mark.parametrize("new", ["password1", "ANNA"])
async def test_password_is_not_changed_to_an_easy_one(club: Club, new: str) -> None:
    """The field that is bad is named."""
    with pytest.raises(PasswordTooCommon) as caught:
        await club.rules.change_password("id-1", PASSWORD, new, session_id="s-1", network="")
    assert [violation.field for violation in caught.value.violations] == ["new_password"]
    assert club.changes == []


@pytest.mark.parametrize(("account_id", "current"), [("id-1", NEW_PASSWORD), ("id-2", PASSWORD)])
async def test_password_is_not_changed_without_the_current_one(club: Club, account_id: str, current: str) -> None:
    """A stolen session changes nothing, and its tries are counted."""
    with pytest.raises(CredentialsWrong):
        await club.rules.change_password(account_id, current, NEW_PASSWORD, session_id="s-1", network="")
    assert (club.changes, club.forgiven) == ([], [])
    assert club.tried == [Attempt(account_id, session_id="s-1")]


async def test_password_that_changes_meanwhile_is_checked_once_more(club: Club) -> None:
    """And then no more."""
    club.stale_times = 2
    with pytest.raises(CredentialsWrong):
        await club.rules.change_password("id-1", PASSWORD, NEW_PASSWORD, session_id="s-1", network="")
    assert len(club.changes) == 2


async def test_owner_is_who_has_the_name_and_shows_the_password(club: Club) -> None:
    """The password is that of the token's account, tried out of the token's session."""
    await club.rules.require_owner(ANNA, "anna", PASSWORD)
    assert club.tried == [Attempt("id-1", session_id="s-1")]


async def test_owner_who_was_banned_a_moment_ago_is_refused(club: Club) -> None:
    """A session that is remembered as live for a few seconds more opens nothing that asks for the password."""
    club.ban = Ban("swore at the judge", NOW, NOW)
    with pytest.raises(AccountBanned, match="until 2026-05-01T00:00:00Z"):
        await club.rules.require_owner(ANNA, "anna", PASSWORD)


async def test_somebody_else_is_no_owner(club: Club) -> None:
    """Not by a name, nor with its password; and nobody learns whether the password was right."""
    mallory = dataclasses.replace(ANNA, account_id="id-2", username="mallory")
    for username, error in (("anna", NotOwner), ("mallory", CredentialsWrong)):
        with pytest.raises(error):
            await club.rules.require_owner(mallory, username, PASSWORD)
    with pytest.raises(CredentialsWrong):
        await club.rules.require_owner(ANNA, "anna", NEW_PASSWORD)


async def test_account_is_brought_back_with_its_password_alone(club: Club) -> None:
    """It is counted as a sign-in from the same network is, and refused alike."""
    assert await club.rules.require_returning("anna", PASSWORD, network=HOME) == "id-1"
    assert club.tried == club.forgiven == [Attempt("anna", network=HOME)]
    for username, password in (("anna", NEW_PASSWORD), ("nobody", PASSWORD)):
        with pytest.raises(CredentialsWrong):
            await club.rules.require_returning(username, password, network=HOME)
    assert len(club.tried) == 3
