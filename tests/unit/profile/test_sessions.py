"""How sign-in sessions are opened, continued and ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from profile_service import refresh_tokens
from profile_service.errors import RefreshTokenInvalid, RefreshTokenReused, SessionNotFound
from profile_service.refresh_tokens import Verdict
from profile_service.sessions import MAX_SESSIONS, ListedSession, NewSession, OpenSession, SessionRow, Sessions

SECRET = b"s" * 32
SESSION_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
ABSENT_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7082"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROLES = frozenset({"referee"})


class OneSession:
    """A store with one session, which carries verdicts out as the database does."""

    def __init__(self) -> None:
        self.opened: tuple[NewSession, timedelta, int] | None = None
        self.refuses = False
        self.ended_all_of: list[str] = []
        self.row = SessionRow(
            SESSION_ID, "a-1", "anna", ROLES, b"salt" * 4, 7, NOW, NOW, NOW + timedelta(days=30), False, NOW
        )

    async def open_session(self, new: NewSession, *, lifetime: timedelta, keep: int) -> SessionRow | None:
        self.opened = (new, lifetime, keep)
        if self.refuses:
            return None
        return dataclasses.replace(self.row, session_id=new.session_id, salt=new.salt, counter=1)

    async def find_session(self, session_id: str) -> SessionRow | None:
        return self.row if session_id == SESSION_ID else None

    async def rotate_session(
        self, session_id: str, decide: Callable[[SessionRow], tuple[Verdict, datetime]], *, network: str
    ) -> tuple[Verdict, SessionRow] | None:
        if session_id != SESSION_ID:
            return None
        verdict, expire_time = decide(self.row)
        if verdict is Verdict.REUSED:
            self.row = dataclasses.replace(self.row, ended=True)
        elif verdict is Verdict.ROTATE:
            self.row = dataclasses.replace(
                self.row, counter=self.row.counter + 1, rotate_time=self.row.now, expire_time=expire_time
            )
        return verdict, self.row

    async def list_sessions(self, account_id: str, *, limit: int) -> list[ListedSession]:
        assert (account_id, limit) == ("a-1", MAX_SESSIONS)
        return [ListedSession(SESSION_ID, "phone", NOW, NOW, NOW, None)]

    async def end_session(self, session_id: str) -> None:
        await self.end_session_of("a-1", session_id)

    async def end_session_of(self, account_id: str, session_id: str) -> bool:
        if (account_id, session_id) != ("a-1", SESSION_ID):
            return False
        self.row = dataclasses.replace(self.row, ended=True)
        return True

    async def end_sessions_of(self, account_id: str) -> None:
        self.ended_all_of.append(account_id)

    def later(self, **length: float) -> None:
        """Let time pass."""
        self.row = dataclasses.replace(self.row, now=self.row.now + timedelta(**length))


@pytest.fixture
def store() -> OneSession:
    return OneSession()


@pytest.fixture
def sessions(store: OneSession) -> Sessions:
    return Sessions(store, secret=SECRET, new_id=lambda: ABSENT_ID)


def token(number: int, *, secret: bytes = SECRET, session_id: str = SESSION_ID, account_id: str = "a-1") -> str:
    return refresh_tokens.issue(secret, session_id=session_id, salt=b"salt" * 4, counter=number, account_id=account_id)


async def test_session_is_opened_with_all_that_was_said(store: OneSession, sessions: Sessions) -> None:
    """The store is told who and where, the checked hash, a fresh salt, how long it lasts and how many are kept."""
    opened = await sessions.open("a-1", password_hash="hash", device_name="phone", network="203.0.113.0/24")
    assert store.opened is not None
    new, lifetime, keep = store.opened
    assert (new.session_id, new.account_id, new.password_hash) == (ABSENT_ID, "a-1", "hash")
    assert (new.device_name, new.network) == ("phone", "203.0.113.0/24")
    assert (lifetime, keep, len(new.salt)) == (timedelta(days=30), 200, 16)
    expected = refresh_tokens.issue(SECRET, session_id=ABSENT_ID, salt=new.salt, counter=1, account_id="a-1")
    assert opened == OpenSession("a-1", "anna", ROLES, ABSENT_ID, expected, store.row.expire_time)
    await sessions.open("a-1", password_hash="hash", device_name="", network="")
    assert store.opened[0].salt != new.salt


async def test_session_is_opened_with_an_api_key(store: OneSession, sessions: Sessions) -> None:
    """The store is told which key was shown, and that no password was."""
    opened = await sessions.open_with_key("a-1", api_key_id="k-1", device_name="table", network="203.0.113.0/24")
    assert store.opened is not None
    new, lifetime, keep = store.opened
    assert (new.session_id, new.account_id, new.api_key_id, new.device_name) == (ABSENT_ID, "a-1", "k-1", "table")
    assert (new.password_hash, new.network, len(new.salt)) == ("", "203.0.113.0/24", 16)
    assert (lifetime, keep) == (timedelta(days=30), 200)
    assert opened is not None
    assert opened.session_id == ABSENT_ID


async def test_session_is_not_opened_for_a_password_of_yesterday(store: OneSession, sessions: Sessions) -> None:
    """What the store refuses is no session."""
    store.refuses = True
    assert await sessions.open("a-1", password_hash="old", device_name="", network="") is None


async def test_newest_token_is_exchanged_for_its_successor(store: OneSession, sessions: Sessions) -> None:
    """The session goes on for thirty days from now."""
    store.later(days=3)
    session = await sessions.continue_session(token(7), network="")
    assert session == OpenSession("a-1", "anna", ROLES, SESSION_ID, token(8), NOW + timedelta(days=33))


async def test_session_never_lasts_longer_than_ninety_days(store: OneSession, sessions: Sessions) -> None:
    """However often it is continued."""
    store.later(days=80)
    store.row = dataclasses.replace(store.row, expire_time=NOW + timedelta(days=85))
    assert (await sessions.continue_session(token(7), network="")).refresh_expire_time == NOW + timedelta(days=90)


async def test_token_that_was_just_exchanged_gives_the_same_successor(store: OneSession, sessions: Sessions) -> None:
    """A lost answer or two clients at once do no harm."""
    first = await sessions.continue_session(token(7), network="")
    store.later(seconds=20)
    assert await sessions.continue_session(token(7), network="") == first


@pytest.mark.parametrize("number", [5, 6, 8, 0])
async def test_token_of_another_number_ends_the_session(store: OneSession, sessions: Sessions, number: int) -> None:
    """What was exchanged long ago, or never issued, is a theft; the session is over although the call failed."""
    store.later(seconds=20.001)
    with pytest.raises(RefreshTokenReused):
        await sessions.continue_session(token(number), network="")
    assert not await sessions.is_live(SESSION_ID)
    with pytest.raises(RefreshTokenInvalid):
        await sessions.continue_session(token(7), network="")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "v1.x.1.y",
        token(7, secret=b"t" * 32),
        token(7, account_id="a-2"),
        token(7, session_id=ABSENT_ID),
        token(5, secret=b"t" * 32),
    ],
    ids=["empty", "no shape", "another secret", "another account", "another session", "a false old one"],
)
async def test_token_that_is_not_ours_changes_nothing(store: OneSession, sessions: Sessions, bad: str) -> None:
    """Nobody ends a session without having had a token of it."""
    before = store.row
    with pytest.raises(RefreshTokenInvalid):
        await sessions.continue_session(bad, network="")
    assert store.row == before


@pytest.mark.parametrize("number", [5, 7])
async def test_session_whose_time_is_over_is_not_continued(store: OneSession, sessions: Sessions, number: int) -> None:
    """On the very moment it ends, and whatever token of it comes."""
    store.later(days=30)
    before = store.row
    with pytest.raises(RefreshTokenInvalid):
        await sessions.continue_session(token(number), network="")
    assert store.row == before
    assert not await sessions.is_live(SESSION_ID)


async def test_session_is_live_until_it_ends(store: OneSession, sessions: Sessions) -> None:
    """An absent one never is; one that was signed out is no more."""
    assert await sessions.is_live(SESSION_ID)
    assert not await sessions.is_live(ABSENT_ID)
    await sessions.end(SESSION_ID)
    assert not await sessions.is_live(SESSION_ID)


async def test_owner_lists_and_ends_sessions(store: OneSession, sessions: Sessions) -> None:
    """Only one's own can be ended; what is foreign or absent is not found."""
    assert [listed.session_id for listed in await sessions.live_of("a-1")] == [SESSION_ID]
    for account_id, session_id in (("a-2", SESSION_ID), ("a-1", ABSENT_ID)):
        with pytest.raises(SessionNotFound):
            await sessions.revoke(account_id, session_id)
    assert await sessions.is_live(SESSION_ID)
    await sessions.revoke("a-1", SESSION_ID)
    assert not await sessions.is_live(SESSION_ID)
    await sessions.end_all("a-1")
    assert store.ended_all_of == ["a-1"]
