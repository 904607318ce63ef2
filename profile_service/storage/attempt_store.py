"""Runs the queries about tries at passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from profile_service.errors import TooManyAttempts
from profile_service.guessing import Attempt, Counter
from profile_service.storage.audit_store import record_limit
from profile_service.storage.parts import ATTEMPTS
from runtime.database import Database, Session
from runtime.times import MICRO

# More counters than this would be somebody's attempt to fill the disk; each has about 100 bytes.
MAX_COUNTERS = 100_000
# Old counters are looked for once in so many tries, each of which adds three counters at most.
_TRIES_PER_SWEEP = 256
_KNOWN_FOR = timedelta(days=90)


class AttemptStore:
    """Implements `guessing.AttemptStore`."""

    def __init__(self, database: Database, *, keep: int = MAX_COUNTERS) -> None:
        self._database = database
        self._keep = keep
        self._tries = 0

    async def reserve(self, counters: Sequence[Counter], attempt: Attempt | None = None) -> None:
        """See `guessing.AttemptStore`."""
        async with self._database.write(ATTEMPTS) as session:
            known = False
            for counter in counters:
                if known and counter.rule.spares_known:
                    continue
                counted = await _count_try(session, counter)
                known = known or counted.known
                if counted.waits and counter.rule.is_told and attempt is not None:
                    await record_limit(session, attempt, counter.rule.name)
            await self._sweep(session)

    async def forgive(self, source: Counter, network: Counter | None) -> None:
        """See `guessing.AttemptStore`."""
        async with self._database.write(ATTEMPTS) as session:
            was_known = await session.one("is_known", counter=source.key) is not None
            await _know(session, source)
            if network is not None and not was_known:  # a known source has not counted there
                await _take_back(session, network)

    async def clear(self, counter: Counter) -> None:
        """See `guessing.AttemptStore`."""
        async with self._database.write(ATTEMPTS) as session:
            await session.all("clear_tries", counter=counter.key)

    async def know(self, source: Counter) -> None:
        """See `guessing.AttemptStore`."""
        async with self._database.write(ATTEMPTS) as session:
            await _know(session, source)

    async def take_back(self, counter: Counter) -> None:
        """See `guessing.AttemptStore`."""
        async with self._database.write(ATTEMPTS) as session:
            await _take_back(session, counter)

    async def _sweep(self, session: Session) -> None:
        if self._tries % _TRIES_PER_SWEEP == 0:
            await session.all("delete_idle_attempts")
            await session.all("delete_surplus_attempts", keep=self._keep)
        self._tries += 1


async def _take_back(session: Session, counter: Counter) -> None:
    forgotten_after = counter.rule.forgotten_after // MICRO
    await session.all("take_try_back", counter=counter.key, forgotten_after=forgotten_after)


async def _know(session: Session, source: Counter) -> None:
    await session.all("know_source", counter=source.key, known_for=_KNOWN_FOR // MICRO)


class _Counted(NamedTuple):
    """A try that was counted: whether its source is known, and whether the next one has to wait."""

    known: bool
    waits: bool


async def _count_try(session: Session, counter: Counter) -> _Counted:
    """Count a try. Raises TooManyAttempts, which undoes the transaction."""
    forgotten_after = counter.rule.forgotten_after // MICRO
    [row] = await session.all("count_try", counter=counter.key, forgotten_after=forgotten_after)
    if row["wait"] > 0:
        raise TooManyAttempts(row["wait"] * MICRO)
    wait = counter.rule.wait_after(row["tries"])
    if wait:
        await session.all("set_wait", counter=counter.key, wait=wait // MICRO)
    return _Counted(bool(row["known"]), bool(wait))
