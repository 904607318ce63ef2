"""Password hashing (argon2id), off the event loop. The servers bound how many calls wait for it (runtime.admission)."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from profile_service.errors import PasswordTooCommon

# The floor of the OWASP Password Storage Cheat Sheet for argon2id: 19 MiB, 2 passes, 1 lane. About 20 ms a hash.
_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1
# See nice(2): a thread of this one gets about a tenth of what others get.
_NICENESS = 10

T = TypeVar("T")
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])


class Passwords:
    """Hashes and checks passwords in a few threads. Whoever opens it closes it."""

    def __init__(self, *, threads: int | None = None) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        workers = threads or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2", initializer=_yield_to_calls)
        # Checked for usernames that do not exist, so that they take as long as those that do.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def close(self) -> None:
        """Stop the threads; work that has begun is finished."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return await self._run(self._hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Return whether the password is the one that was hashed; None for `stored` takes as long and is never so."""
        return await self._run(self._verify, password, stored or self._nobody) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Return whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def _run(self, work: Callable[..., T], *args: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _yield_to_calls() -> None:
    """Give this thread a smaller share of a busy processor, so that a flood of sign-ins slows nothing but sign-ins."""
    if sys.platform == "linux":  # Elsewhere threads have no priority of their own.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def require_uncommon(password: str, *, username: str, field: str = "password") -> None:
    """Raise PasswordTooCommon, naming the request's field, for one of the 30,000 most used or the username."""
    lowered = password.lower()
    if lowered in _COMMON or lowered == username:
        raise PasswordTooCommon(field)
