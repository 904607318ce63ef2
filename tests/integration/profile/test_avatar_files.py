"""The files of avatars: none without a row that names it, whatever breaks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb

from profile_service import app
from runtime.blobs import Blobs, local_blobs
from runtime.errors import Unavailable
from tests.eventually import eventually
from tests.integration.profile.conftest import running
from tests.integration.profile.test_avatars import a_picture, download, upload


def files(folder: Path) -> list[Path]:
    # Unlike rglob, walk does not stumble over a folder that the sweep deletes meanwhile.
    return [Path(place) / name for place, _, names in os.walk(folder / "profile" / "avatars") for name in names]


class KeepingBlobs(Blobs):
    """A store that has stopped deleting."""

    async def delete(self, keys: Sequence[str]) -> None:
        raise Unavailable("The files cannot be reached.", dependency="blobs")


async def test_change_whose_old_files_stay_succeeds_and_the_next_start_sweeps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was committed is answered as done although old files cannot be deleted; they are when the service starts."""
    with monkeypatch.context() as patch:
        patch.setattr(app, "local_blobs", lambda folder: KeepingBlobs(local_blobs(folder)._store))
        async with running(tmp_path) as profile:
            anna, boris = [await profile.sign_up(name) for name in ("anna", "boris")]
            for player in (anna, anna, boris):
                await upload(profile, player, a_picture())
            removal = avatar_pb.DeleteAvatarRequest(username="boris")
            await profile.avatars.DeleteAvatar(removal, metadata=boris.metadata)
    assert len(files(tmp_path)) == 12
    async with running(tmp_path) as profile:

        async def is_swept() -> bool:
            return len(files(tmp_path)) == 4

        await eventually(is_swept, within_seconds=10)
        assert not (await download(profile, "anna"))[0].generated


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

    def slow(folder: Path) -> SlowBlobs:
        blobs.append(SlowBlobs(local_blobs(folder)))
        return blobs[0]

    monkeypatch.setattr(app, "local_blobs", slow)
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
