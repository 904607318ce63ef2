"""Blobs in a real directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.blobs import CHUNK_BYTES, BlobMissing, Blobs, local_blobs
from runtime.errors import Unavailable

DATA = bytes(range(256)) * 5000


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    """A store in an empty folder."""
    return local_blobs(tmp_path / "blobs")


async def read(blobs: Blobs, key: str, *, offset: int, length: int) -> list[bytes]:
    return [chunk async for chunk in blobs.stream(key, offset=offset, length=length)]


@pytest.mark.parametrize(
    ("offset", "length"), [(0, len(DATA)), (0, 0), (len(DATA), 0), (1, CHUNK_BYTES), (CHUNK_BYTES * 2 - 1, 2), (7, 100)]
)
async def test_stream_is_the_range_in_small_chunks(blobs: Blobs, offset: int, length: int) -> None:
    """Any range comes whole, in chunks of at most 128 KiB."""
    await blobs.put("a/b", DATA)
    chunks = await read(blobs, "a/b", offset=offset, length=length)
    assert b"".join(chunks) == DATA[offset : offset + length]
    assert all(0 < len(chunk) <= CHUNK_BYTES for chunk in chunks)


async def test_short_or_absent_blob_is_data_loss(blobs: Blobs) -> None:
    """A blob that is gone, or shorter than its row says, is told as damage."""
    await blobs.put("a", DATA[:1000])
    for key, offset, length in (("nowhere", 0, 10), ("a", 0, 2000), ("a", 1500, 10)):
        with pytest.raises(BlobMissing):
            await read(blobs, key, offset=offset, length=length)
    with pytest.raises(BlobMissing):
        await blobs.get("nowhere")


async def test_key_is_written_once(blobs: Blobs) -> None:
    """What is stored under a key never changes."""
    await blobs.put("a", b"first")
    with pytest.raises(Unavailable):
        await blobs.put("a", b"second")
    assert await blobs.get("a") == b"first"


async def test_deleted_blobs_leave_nothing_behind(blobs: Blobs, tmp_path: Path) -> None:
    """Deleting by key or by prefix removes files and empty folders, and succeeds when there is none."""
    for key in ("x/1", "x/2", "y/1"):
        await blobs.put(key, b"data")
    await blobs.delete(["y/1", "y/2"])
    await blobs.delete_all("x/")
    await blobs.delete_all("x/")
    assert list((tmp_path / "blobs").rglob("*")) == []


async def test_half_written_file_is_never_listed_and_goes_with_its_folder(blobs: Blobs, tmp_path: Path) -> None:
    """What a process left that was killed while it wrote is no blob, and is deleted all the same."""
    await blobs.put("x/1", b"data")
    (tmp_path / "blobs" / "x" / "2#1").write_bytes(b"da")
    assert [page async for page in blobs.list_keys()] == [["x/1"]]
    await blobs.delete_all("x/")
    assert list((tmp_path / "blobs").rglob("*")) == []


async def test_unwritable_store_is_unavailable(tmp_path: Path) -> None:
    """A fault of the store is told as one that may pass."""
    blobs = local_blobs(tmp_path / "blobs")
    (tmp_path / "blobs" / "a").write_text("a file where a folder must be")
    with pytest.raises(Unavailable):
        await blobs.put("a/b", b"data")
