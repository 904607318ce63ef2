"""Password hashing (argon2id), off the event loop and bounded."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from profile_service.errors import PasswordTooCommon
from runtime.errors import Exhausted

# The floor of the OWASP Password Storage Cheat Sheet for argon2id: 19 MiB, 2 passes, 1 lane. About 20 ms a hash.
_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1
QUEUE_LIMIT = 32
RETRY_AFTER_SECONDS = 1.0

T = TypeVar("T")
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])


class Passwords:
    """Hashes and checks passwords in a few threads. Whoever opens it closes it."""

    def __init__(self, *, threads: int | None = None) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        workers = threads or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._limit = workers + QUEUE_LIMIT
        self._under_way = 0
        # Checked for usernames that do not exist, so that they take as long as those that do.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def close(self) -> None:
        """Stop the threads; work that has begun is finished."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Return the hash to keep. Raises Exhausted when too many are waiting."""
        return await self._run(self._hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Return whether the password is the one that was hashed; None for `stored` takes as long and is never so."""
        return await self._run(self._verify, password, stored or self._nobody) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Return whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def _run(self, work: Callable[..., T], *args: str) -> T:
        if self._under_way >= self._limit:
            raise Exhausted(
                "Too many sign-ins at once; try again in a moment.", retry_after_seconds=RETRY_AFTER_SECONDS
            )
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._under_way -= 1

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def require_uncommon(password: str, *, username: str) -> None:
    """Raise PasswordTooCommon when the password is one of the 30,000 most used, or the username."""
    lowered = password.lower()
    if lowered in _COMMON or lowered == username:
        raise PasswordTooCommon()
