"""The files of avatars: none without a row that names it, whatever breaks."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb

from profile_service import app
from runtime import blob_sweeps
from runtime.blobs import Blobs, _LocalBlobs, local_blobs, s3_blobs
from runtime.errors import Unavailable
from runtime.s3_urls import S3Credentials, S3Url
from tests.eventually import eventually
from tests.integration.profile.conftest import running
from tests.integration.profile.test_avatars import a_picture, download, upload
from tests.provision.s3 import CREDENTIALS, S3Server


def files(folder: Path) -> list[Path]:
    # Unlike rglob, walk does not stumble over a folder that the sweep deletes meanwhile.
    return [Path(place) / name for place, _, names in os.walk(folder / "profile" / "avatars") for name in names]


async def test_change_whose_old_files_stay_succeeds_and_they_are_swept_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was committed is answered as done although old files cannot be deleted; they are when they are a day old."""

    async def refuse(blobs: Blobs, keys: Sequence[str]) -> None:
        raise Unavailable("The files cannot be reached.", dependency="blobs")

    with monkeypatch.context() as patch:
        patch.setattr(_LocalBlobs, "delete", refuse)
        async with running(tmp_path) as profile:
            anna, boris = [await profile.sign_up(name) for name in ("anna", "boris")]
            for player in (anna, anna, boris):
                await upload(profile, player, a_picture())
            removal = avatar_pb.DeleteAvatarRequest(username="boris")
            await profile.avatars.DeleteAvatar(removal, metadata=boris.metadata)
    assert len(files(tmp_path)) == 12
    yesterday = time.time() - 25 * 3600
    for file in files(tmp_path):
        os.utime(file, (yesterday, yesterday))
    monkeypatch.setattr(blob_sweeps, "REST_SECONDS", 0.1)
    async with running(tmp_path) as profile:

        async def is_swept() -> bool:
            return len(files(tmp_path)) == 4

        await eventually(is_swept, within_seconds=10)
        assert not (await download(profile, "anna"))[0].generated


@pytest.mark.xdist_group("s3")
async def test_avatars_are_kept_in_s3_when_the_settings_say_so(seaweedfs: S3Server, tmp_path: Path) -> None:
    """Set, shown, replaced and removed there, with nothing left behind and nothing on the disk."""
    url = seaweedfs.url(f"tests/{secrets.token_hex(8)}")
    blobs = s3_blobs(url, CREDENTIALS)
    async with running(tmp_path, blobs_url=url) as profile:
        anna = await profile.sign_up("anna")
        for _ in range(2):
            await upload(profile, anna, a_picture())
            assert not (await download(profile, "anna"))[0].generated
            assert len([key async for page in blobs.list_keys() for key in page]) == 4
        await profile.avatars.DeleteAvatar(avatar_pb.DeleteAvatarRequest(username="anna"), metadata=anna.metadata)
        assert (await download(profile, "anna"))[0].generated
    assert [key async for page in blobs.list_keys() for key in page] == []
    assert files(tmp_path) == []


class SlowBlobs(Blobs):
    """A store that keeps the third of the pictures waiting."""

    def __init__(self, blobs: Blobs) -> None:
        super().__init__(blobs._store)
        self.puts = 0
        self.waiting = asyncio.Event()
        self.released = asyncio.Event()

    async def put(self, key: str, data: bytes) -> None:
        self.puts += 1
        if self.puts == 3:
            self.waiting.set()
            await self.released.wait()
        await super().put(key, data)


async def test_upload_cancelled_while_it_is_stored_leaves_no_half(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A client that goes away while its picture is stored leaves a whole avatar or none, and no stray file."""
    blobs: list[SlowBlobs] = []

    async def slow(url: S3Url | None, folder: Path, credentials: S3Credentials | None) -> SlowBlobs:
        blobs.append(SlowBlobs(local_blobs(folder)))
        return blobs[0]

    monkeypatch.setattr(app, "open_blobs", slow)
    async with running(tmp_path) as profile:
        anna = await profile.sign_up("anna")
        uploading = asyncio.create_task(upload(profile, anna, a_picture()))
        await blobs[0].waiting.wait()
        uploading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await uploading
        blobs[0].released.set()

        async def is_whole() -> bool:
            return not (await download(profile, "anna"))[0].generated and len(files(tmp_path)) == 4

        await eventually(is_whole, within_seconds=10)
