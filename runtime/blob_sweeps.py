"""Deletes blobs that no row names: those of a process that was killed, or of a delete that failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from datetime import timedelta
from itertools import groupby
from typing import NoReturn, Protocol

import structlog

# A process that finds the wrong database has that long to be stopped.
REST_SECONDS = 3 * 3600.0
# Whoever wrote a younger blob may be about to write its row, in this process or any other.
STRAY_AGE = timedelta(days=1)
# Many strays among few others are no accident of ours, but another installation's files or a lost database.
MANY_STRAYS = 20
_log = structlog.get_logger("blobs")


class Blobs(Protocol):
    """What a sweep needs of the blobs. Each raises Unavailable."""

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete those of the keys that exist."""

    def list_keys(self, *, older_than: timedelta) -> AsyncGenerator[list[str], None]:
        """Yield every key that was written longer ago than that, in pages."""


class Sweeper:
    """Sweeps one service's blobs. Any number of processes may do so at once: what is old and unnamed stays so.

    Args:
        named: returns the keys that rows name below a folder, the first part of a key.
        age: from which on a blob without a row is a stray.
    """

    def __init__(
        self, blobs: Blobs, named: Callable[[str], Awaitable[Collection[str]]], *, age: timedelta = STRAY_AGE
    ) -> None:
        self._blobs = blobs
        self._named = named
        self._age = age

    async def run(self) -> NoReturn:
        """Sweep until cancelled, not at once. Survives every fault of the database and the blobs."""
        while True:
            await asyncio.sleep(REST_SECONDS)
            try:
                await self.sweep()
            except Exception as error:
                _log.warning("sweep_failed", cause=repr(error.__cause__ or error))

    async def sweep(self) -> None:
        """Delete the strays. Raises what the blobs or `named` do; another sweep goes on from there."""
        swept = 0
        async with aclosing(self._blobs.list_keys(older_than=self._age)) as pages:
            async for keys in pages:
                strays = await self._strays(keys)
                if len(strays) > MANY_STRAYS and 2 * len(strays) > len(keys):
                    _log.error("sweep_refused", strays=len(strays), files=len(keys), example=strays[0])
                    break
                await self._blobs.delete(strays)
                swept += len(strays)
        if swept:
            _log.info("strays_swept", files=swept)

    async def _strays(self, keys: Sequence[str]) -> list[str]:
        strays: list[str] = []
        for folder, group in groupby(sorted(keys), key=lambda key: key.partition("/")[0]):
            named = await self._named(folder)
            strays += [key for key in group if key not in named]
        return strays
