"""Bytes under write-once keys, in a local directory or any S3-compatible store. Rows carry size and digest."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.store import LocalStore, ObjectStore

from runtime.errors import DataLoss, DomainError, Unavailable
from runtime.s3_store import open_store, require_usable
from runtime.s3_urls import S3Credentials, S3Url

# What a reader who stalls costs is a read, and a chunk in each of the forms that it takes on its way: under 1 MiB.
CHUNK_BYTES = 128 * 1024
READ_BYTES = 2 * CHUNK_BYTES
# How long one call of the store may take, and the storing of a whole file.
CALL_SECONDS = 12.0
FILE_SECONDS = 25.0
# As many as S3 lists, and deletes, in one request.
PAGE_KEYS = 1000


class BlobMissing(DataLoss):
    """A row names a blob that the store does not have."""

    reason = "FILE_DAMAGED"


class Blobs:
    """One service's blobs."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, data: bytes) -> None:
        """Store `data` under a key that was never used. Raises Unavailable when it cannot be stored."""
        async with _reached():
            await obstore.put_async(self._store, key, data, mode="create")

    async def put_file(self, key: str, content: IO[bytes]) -> None:
        """Store what `content` holds from its position on, under a key that was never used. Raises Unavailable.

        A few MiB of it are in memory at a time.
        """
        async with _reached(FILE_SECONDS):
            # Not the store's own check, for which it would read the whole file into memory.
            with suppress(FileNotFoundError):
                await obstore.head_async(self._store, key)
                raise _unavailable()
            await obstore.put_async(self._store, key, content, max_concurrency=1)

    async def get(self, key: str) -> bytes:
        """Return the whole blob, for small ones. Raises BlobMissing or Unavailable."""
        async with _found():
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    async def stream(self, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `offset` on in chunks of at most 128 KiB, READ_BYTES of them in memory at a time.

        Raises BlobMissing, also when the blob is shorter than `offset` + `length` or is deleted meanwhile, or
        Unavailable.
        """
        end = offset + length
        for start in range(offset, end, READ_BYTES):
            stop = min(start + READ_BYTES, end)
            piece = memoryview(await self._range(key, start, stop))
            for position in range(0, len(piece), CHUNK_BYTES):
                yield bytes(piece[position : position + CHUNK_BYTES])

    async def _range(self, key: str, start: int, stop: int) -> Any:
        """Read one range whole: three times as fast from a local file as the store's own streaming."""
        try:
            async with _found():
                data = await obstore.get_range_async(self._store, key, start=start, end=stop)
        except Unavailable as error:
            raise await self._read_fault(key, error, end=stop) from error.__cause__
        if len(data) != stop - start:
            raise BlobMissing("The stored file is damaged.")
        return data

    async def _read_fault(self, key: str, error: Unavailable, *, end: int) -> DomainError:
        """Return what a failed read means: a blob that is shorter than its row says is damaged, all else may pass."""
        if not isinstance(error.__cause__, OSError):
            with suppress(DomainError):
                async with _found():
                    if (await obstore.head_async(self._store, key))["size"] < end:
                        return BlobMissing("The stored file is damaged.")
        return error

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete those of the keys that exist. Raises Unavailable."""
        for start in range(0, len(keys), PAGE_KEYS):
            async with _reached():
                await obstore.delete_async(self._store, list(keys[start : start + PAGE_KEYS]))

    async def list_keys(self, *, older_than: timedelta | None = None) -> AsyncGenerator[list[str], None]:
        """Yield every key, or those that were written longer ago than that, in pages. Raises Unavailable."""
        before = None if older_than is None else datetime.now(UTC) - older_than
        async for page in self._pages(None, before=before):
            yield page

    async def delete_all(self, prefix: str) -> None:
        """Delete every blob below `prefix`, which ends with a slash, if there is any. Raises Unavailable."""
        async for page in self._pages(prefix, before=None):
            await self.delete(page)

    async def _pages(self, prefix: str | None, *, before: datetime | None) -> AsyncGenerator[list[str], None]:
        pages = obstore.list(self._store, prefix=prefix, chunk_size=PAGE_KEYS)
        while True:
            async with _reached():
                page = await anext(pages, None)
            if page is None:
                return
            yield [entry["path"] for entry in page if before is None or entry["last_modified"] <= before]


class _LocalBlobs(Blobs):
    """Deletes also what the store never lists: files that a killed process left half written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(LocalStore(folder, automatic_cleanup=True, mkdir=True))
        self._folder = folder

    async def delete(self, keys: Sequence[str]) -> None:
        """See `Blobs.delete`. One by one, as the first that does not exist ends the deletion of several."""
        for key in keys:
            async with _reached():
                with suppress(FileNotFoundError):
                    await obstore.delete_async(self._store, key)

    async def delete_all(self, prefix: str) -> None:
        """See `Blobs.delete_all`. The prefix is a folder."""
        async with _reached():
            with suppress(FileNotFoundError):
                await asyncio.to_thread(shutil.rmtree, self._folder / prefix)


@asynccontextmanager
async def _reached(seconds: float | None = None) -> AsyncGenerator[None, None]:
    """Bound a call of the store and turn its errors into Unavailable."""
    try:
        async with asyncio.timeout(CALL_SECONDS if seconds is None else seconds):
            yield
    except (OSError, obstore.exceptions.BaseError) as error:
        raise _unavailable() from error


@asynccontextmanager
async def _found() -> AsyncGenerator[None, None]:
    """Do the same, and tell apart a blob that does not exist. Its bucket is there as long as nobody deletes it."""
    try:
        async with _reached():
            yield
    except Unavailable as error:
        cause = error.__cause__
        if isinstance(cause, FileNotFoundError) and "NoSuchBucket" not in str(cause):
            raise BlobMissing("The stored file is gone.") from cause
        raise


def _unavailable() -> Unavailable:
    return Unavailable("The files cannot be reached just now; try again later.", dependency="blobs")


def local_blobs(folder: Path) -> Blobs:
    """Return the blobs kept in `folder`, which is made when it is missing."""
    return _LocalBlobs(folder)


def s3_blobs(url: S3Url, credentials: S3Credentials | None) -> Blobs:
    """Return the blobs kept in a bucket, which must exist; without credentials, those are used that AWS gives."""
    return Blobs(open_store(url, credentials))


async def open_blobs(url: S3Url | None, folder: Path, credentials: S3Credentials | None = None) -> Blobs:
    """Return the blobs below the URL, in a prefix that is named as the folder is, or in the folder itself.

    Several services may share a URL, but not several installations. Raises BlobStoreUnusable.
    """
    if url is None:
        return local_blobs(folder)
    url = url.below(folder.name)
    store = open_store(url, credentials)
    await require_usable(store, url)
    return Blobs(store)
