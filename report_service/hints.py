"""Hints: "look at this report". One may be lost, doubled or late; the row's alarm makes up for it.

The transport in this module stays inside one process; `amqp_hints` has the one between processes. Both keep the same
promises.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from report_service.errors import HintNotSent
from runtime.calls import NO_CALL, Origin

QUEUE_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint in a worker's hands, until exactly one of `accept` and `give_back` was awaited.

    Attributes:
        redelivered: somebody had it before and did not accept it, so perhaps died at it.
        origin: the call that asked for the report, as far as the hint tells; the row knows better.
    """

    report_id: str
    redelivered: bool
    accept: Callable[[], Awaitable[None]]
    give_back: Callable[[], Awaitable[None]]
    origin: Origin = NO_CALL


class HintSender(Protocol):
    """Where the dispatcher puts hints.

    Attributes:
        ready: set while hints can be sent; a sender that is not ready refuses at once.
        forgotten: whether hints that were sent before may be lost, so that they should be sent again. The sender raises
            this flag, whoever sees to it lowers it first.
    """

    ready: asyncio.Event
    forgotten: bool

    async def send(self, report_id: str, origin: Origin = NO_CALL) -> None:
        """Return when the hint is in safe hands. Raises HintNotSent."""


class HintReceiver(Protocol):
    """Where a worker takes hints from."""

    async def take(self) -> Hint:
        """Wait for a hint. The receiver hands out no more at a time than it was told to."""

    async def stop(self) -> None:
        """Hand out no more; give back those that nobody has taken yet. Taken ones can still be settled."""


class InProcessHints:
    """Sender and receiver at once, for an API and a worker in one process."""

    def __init__(self, length: int = QUEUE_LENGTH) -> None:
        self._length = length
        self._waiting: deque[tuple[str, Origin]] = deque()
        self._known: dict[str, bool] = {}  # Of each that waits: whether it was given back.
        self._taken = asyncio.Event()
        self._stopped = False
        self.forgotten = False
        self.ready = asyncio.Event()
        self.ready.set()

    async def send(self, report_id: str, origin: Origin = NO_CALL) -> None:
        """See `HintSender`. A hint that still waits is not queued a second time."""
        if report_id in self._known:
            return
        if len(self._waiting) >= self._length:
            self.ready.clear()
            raise HintNotSent("the queue is full")
        self._put(report_id, origin, redelivered=False)

    async def take(self) -> Hint:
        """See `HintReceiver`."""
        while self._stopped or not self._waiting:
            self._taken.clear()
            await self._taken.wait()
        report_id, origin = self._waiting.popleft()
        redelivered = self._known.pop(report_id)
        # Not at the first gap, or a full queue would wake the dispatcher once for each hint.
        if len(self._waiting) <= self._length // 2:
            self.ready.set()

        async def accept() -> None:
            return None

        async def give_back() -> None:
            self._put(report_id, origin, redelivered=True)

        return Hint(report_id, redelivered, accept, give_back, origin)

    async def stop(self) -> None:
        """See `HintReceiver`."""
        self._stopped = True

    def _put(self, report_id: str, origin: Origin, *, redelivered: bool) -> None:
        if report_id not in self._known:
            self._waiting.append((report_id, origin))
        self._known[report_id] = redelivered
        self._taken.set()
