"""Reckons anew what takes long, step by step beside everything else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Protocol

import structlog

from runtime.errors import DomainError

# How long to rest when nothing is left to do, or something failed; a recorded game wakes earlier.
REST_SECONDS = 30.0
# While games keep coming it works for a tenth of the time, since recording them needs the one writer too.
REST_FOR_WORK = 10
_log = structlog.get_logger("replays")


class ReplayStore(Protocol):
    """Where the steps are done."""

    async def step(self) -> bool:
        """Do a part of what is left, in one transaction; return whether there may be more."""


class Replays:
    """Goes on with what is left to reckon until nothing is, and again when it is woken."""

    def __init__(self, store: ReplayStore) -> None:
        self._store = store
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Have it look."""
        self._woken.set()

    async def settle(self) -> None:
        """Go on until nothing is left."""
        while await self._store.step():
            pass

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._woken.clear()
            began = time.monotonic()
            try:
                await self.settle()
            except DomainError as error:
                _log.warning("replay_waits", reason=error.reason)
            except Exception:
                _log.exception("replay_failed")
            rest = min(REST_FOR_WORK * (time.monotonic() - began), REST_SECONDS)
            await asyncio.sleep(rest)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REST_SECONDS - rest):
                    await self._woken.wait()
