"""Copies files from one store to another, and reads them to the end to see whether they are what rows say."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from tempfile import SpooledTemporaryFile

from runtime.blobs import BlobMissing, Blobs
from runtime.stored import StoredFile

# A store in the network answers many requests at once, each after some milliseconds.
_AT_ONCE = 16
_IN_MEMORY_BYTES = 1024 * 1024
# Progress is told in steps of so many files.
_STEP = 250


async def copy_files(files: Iterable[StoredFile], source: Blobs, target: Blobs, *, done: Callable[[int], None]) -> None:
    """Copy files that the target lacks; those that the source lacks too are left out. Raises Unavailable."""

    async def copy(file: StoredFile) -> None:
        with SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as content:
            try:
                async for chunk in source.stream(file.key, offset=0, length=file.size_bytes):
                    content.write(chunk)
            except BlobMissing:
                return
            content.seek(0)
            await target.put_file(file.key, content)

    await _each(files, copy, done)


async def faulty_files(
    files: Iterable[StoredFile], blobs: Blobs, *, done: Callable[[int], None] = lambda _count: None
) -> list[StoredFile]:
    """Return the files that are missing or have other bytes than their rows say. Raises Unavailable."""
    faulty: list[StoredFile] = []

    async def check(file: StoredFile) -> None:
        sha256 = hashlib.sha256()
        try:
            async for chunk in blobs.stream(file.key, offset=0, length=file.size_bytes):
                sha256.update(chunk)
        except BlobMissing:
            faulty.append(file)
        else:
            if sha256.hexdigest() != file.sha256:
                faulty.append(file)

    await _each(files, check, done)
    return faulty


async def _each(
    files: Iterable[StoredFile], work: Callable[[StoredFile], Awaitable[None]], done: Callable[[int], None]
) -> None:
    waiting = iter(files)
    count = 0

    async def worker() -> None:
        nonlocal count
        for file in waiting:
            await work(file)
            count += 1
            if count % _STEP == 0:
                done(_STEP)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(worker(), name="file")
    if count % _STEP:
        done(count % _STEP)
