"""Who uses one of a few things, such as database connections, and who waits for one: numbers that a scrape reads."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


class Pool:
    """A few things of one kind, counted on the event loop.

    Attributes:
        size: how many there are at most.
        taken_count: how often one was asked for, in vain or not; `wait_seconds` is how long that took in all.
    """

    __slots__ = ("in_use", "kind", "size", "taken_count", "wait_seconds", "waiting")

    def __init__(self, kind: str, size: int) -> None:
        self.kind = kind
        self.size = size
        self.in_use = 0
        self.waiting = 0
        self.taken_count = 0
        self.wait_seconds = 0.0

    @asynccontextmanager
    async def using(self, taking: Awaitable[T]) -> AsyncIterator[T]:
        """Await one of them and yield it. Whoever took it gives it back."""
        thing = await self.taken(taking)
        try:
            yield thing
        finally:
            self.given_back()

    async def taken(self, taking: Awaitable[T]) -> T:
        """Await one of them, which counts as used until `given_back`."""
        began = time.perf_counter()
        self.waiting += 1
        try:
            thing = await taking
        finally:
            self.waiting -= 1
            self.taken_count += 1
            self.wait_seconds += time.perf_counter() - began
        self.in_use += 1
        return thing

    def given_back(self) -> None:
        """Count one of them as free."""
        self.in_use -= 1
