"""Whether a sign-in session still stands."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from runtime import sessions
from runtime.calls import Caller
from runtime.sessions import CACHE_SECONDS, SessionCheck, SessionEnded


def a_caller(session_id: str = "s-1") -> Caller:
    return Caller("a-1", "alice", frozenset(), session_id, datetime.now(UTC), "token")


class Sessions:
    """Knows which sessions have ended, and counts the questions."""

    def __init__(self) -> None:
        self.ended: set[str] = set()
        self.questions = 0

    async def is_live(self, session_id: str) -> bool:
        self.questions += 1
        return session_id not in self.ended


async def test_live_session_is_asked_for_once_in_a_while() -> None:
    """A session seen live a moment ago needs no question."""
    owner = Sessions()
    check = SessionCheck(owner.is_live)
    await check.require_live(a_caller())
    await check.require_live(a_caller())
    assert check.remembers(a_caller())
    assert owner.questions == 1


async def test_ended_session_is_refused_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen live is asked for again before the promise runs out."""
    owner = Sessions()
    check = SessionCheck(owner.is_live)
    await check.require_live(a_caller())
    owner.ended.add("s-1")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + CACHE_SECONDS + 0.01)
    with pytest.raises(SessionEnded) as caught:
        await check.require_live(a_caller())
    assert caught.value.message == "This sign-in session has ended; sign in again."
    assert CACHE_SECONDS < 5


async def test_ended_session_is_asked_for_each_time() -> None:
    """A refusal is not remembered."""
    owner = Sessions()
    owner.ended.add("s-1")
    check = SessionCheck(owner.is_live)
    for _ in range(2):
        with pytest.raises(SessionEnded):
            await check.require_live(a_caller())
    assert owner.questions == 2


async def test_forgotten_session_is_asked_for_at_once() -> None:
    """Signing out here takes effect here without delay."""
    owner = Sessions()
    check = SessionCheck(owner.is_live)
    await check.require_live(a_caller())
    owner.ended.add("s-1")
    check.forget("s-1")
    with pytest.raises(SessionEnded):
        await check.require_live(a_caller())


async def test_remembered_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many sessions do not fill the memory: the one seen longest ago is forgotten first."""
    monkeypatch.setattr(sessions, "CACHE_ENTRIES", 2)
    check = SessionCheck(Sessions().is_live)
    for number in range(3):
        await check.require_live(a_caller(f"s-{number}"))
    assert [check.remembers(a_caller(f"s-{number}")) for number in range(3)] == [False, True, True]


async def test_session_that_nobody_asked_for_can_be_forgotten() -> None:
    """Signing out of a session that was never seen here is no error."""
    SessionCheck(Sessions().is_live).forget("s-9")
