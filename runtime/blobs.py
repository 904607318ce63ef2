"""Bytes under write-once keys, in a local directory or any S3-compatible store. Rows carry size and digest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import obstore
from obstore.store import LocalStore, ObjectStore

from runtime.errors import DataLoss, DomainError, Unavailable

CHUNK_BYTES = 256 * 1024


class BlobMissing(DataLoss):
    """A row names a blob that the store does not have."""

    reason = "FILE_DAMAGED"


class Blobs:
    """One service's blobs."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, data: bytes) -> None:
        """Store `data` under a key that was never used. Raises Unavailable when it cannot be stored."""
        try:
            await obstore.put_async(self._store, key, data, mode="create")
        except (OSError, obstore.exceptions.GenericError) as error:
            raise Unavailable("The file cannot be stored just now; try again later.", dependency="blobs") from error

    async def get(self, key: str) -> bytes:
        """Return the whole blob, for small ones. Raises BlobMissing."""
        try:
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())
        except FileNotFoundError as error:
            raise BlobMissing("The stored file is gone.") from error

    async def stream(self, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        """Return the bytes from `offset` on in pieces of about 256 KiB. Raises BlobMissing."""
        if length == 0:
            return
        try:
            options: obstore.GetOptions = {"range": (offset, offset + length)}
            result = await obstore.get_async(self._store, key, options=options)
            async for piece in result.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(piece)
        except FileNotFoundError as error:
            raise BlobMissing("The stored file is gone.") from error
        except (OSError, obstore.exceptions.GenericError) as error:
            raise await self._read_fault(key, end=offset + length) from error

    async def _read_fault(self, key: str, *, end: int) -> DomainError:
        """Return what a failed read means: a blob that is shorter than its row says is damaged, all else may pass."""
        with suppress(OSError, obstore.exceptions.GenericError):
            if (await obstore.head_async(self._store, key))["size"] < end:
                return BlobMissing("The stored file is damaged.")
        return Unavailable("The file cannot be read just now; try again later.", dependency="blobs")

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete those of the keys that exist."""
        for key in keys:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, key)

    async def delete_all(self, prefix: str) -> None:
        """Delete every blob below `prefix`. Succeeds when there is none."""
        async for page in obstore.list(self._store, prefix=prefix):
            await obstore.delete_async(self._store, [entry["path"] for entry in page])


def local_blobs(folder: Path) -> Blobs:
    """Return the blobs kept in `folder`, which is made when it is missing."""
    return Blobs(LocalStore(folder, automatic_cleanup=True, mkdir=True))
