"""Where and how passwords are hashed."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from profile_service import passwords as module
from profile_service.errors import PasswordTooCommon, UsernameTaken
from profile_service.passwords import Passwords, require_uncommon
from profile_service.usernames import require_free


class Hasher:
    """Takes as long as the test says, and tells on which thread it ran."""

    def __init__(self, **_parameters: int) -> None:
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.ended = 0

    def hash(self, password: str) -> str:
        if threading.current_thread() is threading.main_thread():
            return "hash of nobody"
        self.begun.release()
        assert self.may_end.wait(timeout=10)
        self.ended += 1
        return threading.current_thread().name


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hasher]:
    """Stand in for what costs time."""
    hasher = Hasher()
    monkeypatch.setattr(module, "PasswordHasher", lambda **_parameters: hasher)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    yield hasher
    hasher.may_end.set()


@pytest.mark.parametrize(("threads", "at_once"), [(1, 1), (2, 2), (None, 3)])
async def test_so_many_passwords_are_hashed_at_once_as_there_are_threads(
    hasher: Hasher, threads: int | None, at_once: int
) -> None:
    """By default one for each core; the others wait, and the event loop does not."""
    passwords = Passwords(threads=threads)
    waiting = [asyncio.ensure_future(passwords.hash("secret")) for _ in range(at_once + 1)]
    for _ in range(at_once):
        assert await asyncio.to_thread(hasher.begun.acquire, timeout=10)
    assert not await asyncio.to_thread(hasher.begun.acquire, timeout=0.1)
    hasher.may_end.set()
    names = await asyncio.gather(*waiting)
    assert {name.rpartition("_")[0] for name in names} == {"argon2"}
    passwords.close()


async def test_close_finishes_what_has_begun_and_nothing_else(hasher: Hasher) -> None:
    """A process that ends leaves no thread behind, and does not work off what waits."""
    passwords = Passwords(threads=1)
    first, second = (asyncio.ensure_future(passwords.hash("secret")) for _ in range(2))
    assert await asyncio.to_thread(hasher.begun.acquire, timeout=10)
    closing = asyncio.ensure_future(asyncio.to_thread(passwords.close))
    await asyncio.wait([second])
    assert second.cancelled()
    assert not closing.done()
    hasher.may_end.set()
    await closing
    assert hasher.ended == 1
    await first


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
async def test_hashing_yields_to_other_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of sign-ins slows nothing but sign-ins."""
    passwords = Passwords(threads=1)
    try:
        monkeypatch.setattr(
            passwords, "_hash", lambda _password: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        )
        assert await passwords.hash("secret") == 10
    finally:
        passwords.close()


def test_easy_password_is_refused_by_the_name_of_its_field() -> None:
    """The list knows no case, and an account's name is on everybody's list."""
    for password in ("password1", "PassWord1", "annabella"):
        with pytest.raises(PasswordTooCommon) as refusal:
            require_uncommon(password, username="annabella")
        assert [violation.field for violation in refusal.value.violations] == ["password"]
    require_uncommon("annabella", username="boris-the-second")


def test_reserved_username_is_taken_by_its_own_name() -> None:
    """The answer is that of any taken name."""
    with pytest.raises(UsernameTaken, match="'adm1n'"):
        require_free("adm1n")
