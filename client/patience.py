"""How long to go on opening a stream that keeps being cut."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING, Final

import grpc

from client.errors import DossierError

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG_LIFE_SECONDS: Final = 30.0
_RANDOM: Final = SystemRandom()


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses between attempts: doubled from `first_seconds` up to `cap_seconds`, each shortened by up to a half.

    Attributes:
        attempts: how many failures in a row are borne before the last one is raised.
    """

    first_seconds: float = 0.25
    cap_seconds: float = 5.0
    attempts: int = 8

    def pause_seconds(self, failure_count: int) -> float:
        """Return the pause after the given number of failures in a row, counted from 1."""
        full = min(self.first_seconds * 2.0 ** (failure_count - 1), self.cap_seconds)
        return full * _RANDOM.uniform(0.5, 1.0)


class Patience:
    """Counts the failures of one stream since it last got anywhere."""

    def __init__(self, backoff: Backoff, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._backoff = backoff
        self._clock = clock
        self._failure_count = 0
        self._open_time = clock()
        self._heard = False

    def progressed(self) -> None:
        """Note that something new came, which forgives the failures before it."""
        self._failure_count = 0

    def heard(self) -> None:
        """Note that a message came, though it said nothing new."""
        self._heard = True

    async def wait(self, error: DossierError) -> None:
        """Wait before the next attempt. Raises `error` when another one has no point."""
        if self._heard and self._clock() - self._open_time > _LONG_LIFE_SECONDS:
            self._failure_count = 0  # it stood for long: cut by a proxy or by our own deadline
        self._failure_count += 1
        if not error.cuts_stream or self._failure_count > self._backoff.attempts:
            raise error
        await asyncio.sleep(self._backoff.pause_seconds(self._failure_count))
        self._open_time = self._clock()
        self._heard = False


def ended_early() -> DossierError:
    """Return the error of a stream that ended cleanly before its work was done."""
    return DossierError(grpc.StatusCode.UNAVAILABLE, "", "The server ended the stream too early.")
