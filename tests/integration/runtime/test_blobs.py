"""Blobs in a real directory and on real S3 servers."""

from __future__ import annotations

import io
import os
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from runtime import blobs as blobs_module
from runtime.blobs import CHUNK_BYTES, BlobMissing, Blobs, local_blobs, open_blobs, s3_blobs
from runtime.errors import Unavailable
from tests.provision.s3 import CREDENTIALS, S3Server

pytestmark = pytest.mark.xdist_group("s3")
DATA = bytes(range(256)) * 5000


@pytest.fixture(params=["local", "seaweedfs", "moto"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty store of each kind."""
    if request.param == "local":
        return local_blobs(tmp_path / "blobs")
    server: S3Server = request.getfixturevalue(request.param)
    return s3_blobs(server.url(f"tests/{secrets.token_hex(8)}"), CREDENTIALS)


@pytest.fixture
def local(tmp_path: Path) -> Blobs:
    """A store in an empty folder."""
    return local_blobs(tmp_path / "blobs")


async def read(blobs: Blobs, key: str, *, offset: int, length: int) -> list[bytes]:
    return [chunk async for chunk in blobs.stream(key, offset=offset, length=length)]


async def keys(blobs: Blobs, *, older_than: timedelta = timedelta(0)) -> list[str]:
    return sorted([key async for page in blobs.list_keys(older_than=older_than) for key in page])


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
    """What is stored under a key never changes, whichever way the second comes."""
    await blobs.put("a", b"first")
    with pytest.raises(Unavailable):
        await blobs.put("a", b"second")
    with pytest.raises(Unavailable):
        await blobs.put_file("a", io.BytesIO(b"third"))
    assert await blobs.get("a") == b"first"


async def test_file_is_stored_from_its_position_on(blobs: Blobs, tmp_path: Path) -> None:
    """A file of many parts arrives whole, also when its beginning was read before."""
    data = os.urandom(20_000_000)
    (tmp_path / "file").write_bytes(b"begin" + data)
    with (tmp_path / "file").open("rb") as content:
        content.seek(5)
        await blobs.put_file("x/large", content)
    assert b"".join(await read(blobs, "x/large", offset=0, length=len(data))) == data


async def test_deleted_blobs_are_gone_and_others_stay(blobs: Blobs) -> None:
    """Deleting by key or by prefix succeeds when there is nothing to delete, and spares what is not named."""
    for key in ("x/1", "x/2", "xy/1", "y/1", "y/3"):
        await blobs.put(key, b"data")
    await blobs.delete(["y/1", "y/2"])
    await blobs.delete([])
    await blobs.delete_all("x/")
    await blobs.delete_all("x/")
    assert await keys(blobs) == ["xy/1", "y/3"]


async def test_pages_cover_every_blob(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing and deleting go on past the first page."""
    monkeypatch.setattr(blobs_module, "PAGE_KEYS", 2)
    names = [f"x/{number}" for number in range(5)]
    for name in names:
        await blobs.put(name, b"data")
    assert await keys(blobs) == names
    await blobs.delete_all("x/")
    assert await keys(blobs) == []


async def test_young_blobs_are_not_listed_among_the_old(blobs: Blobs) -> None:
    """Age is counted from when a blob was written."""
    await blobs.put("x/1", b"data")
    assert await keys(blobs, older_than=timedelta(hours=1)) == []
    assert await keys(blobs, older_than=timedelta(hours=-1)) == ["x/1"]


async def test_deleted_files_leave_no_folders_behind(local: Blobs, tmp_path: Path) -> None:
    """In a directory, folders go with their last file."""
    for key in ("x/1", "y/1"):
        await local.put(key, b"data")
    await local.delete(["y/1"])
    await local.delete_all("x/")
    assert list((tmp_path / "blobs").rglob("*")) == []


async def test_half_written_file_is_never_listed_and_goes_with_its_folder(local: Blobs, tmp_path: Path) -> None:
    """What a process left that was killed while it wrote is no blob, and is deleted all the same."""
    await local.put("x/1", b"data")
    (tmp_path / "blobs" / "x" / "2#1").write_bytes(b"da")
    assert await keys(local) == ["x/1"]
    await local.delete_all("x/")
    assert list((tmp_path / "blobs").rglob("*")) == []


async def test_unwritable_store_is_unavailable(tmp_path: Path) -> None:
    """A fault of the store is told as one that may pass."""
    blobs = await open_blobs(None, tmp_path / "blobs")
    (tmp_path / "blobs" / "a").write_text("a file where a folder must be")
    with pytest.raises(Unavailable):
        await blobs.put("a/b", b"data")
