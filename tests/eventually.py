"""Waits for what must come true."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(holds: Callable[[], Awaitable[bool]], *, within_seconds: float) -> None:
    """Return as soon as `holds` says so; fail when it does not in time."""
    deadline = time.monotonic() + within_seconds
    while not await holds():
        assert time.monotonic() < deadline, f"not within {within_seconds} s"
        await asyncio.sleep(0.02)
