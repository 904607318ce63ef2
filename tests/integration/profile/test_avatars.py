"""Avatars: uploaded by their owner, seen by everyone."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from functools import partial
from io import BytesIO
from pathlib import Path

import grpc
import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from grpc import StatusCode
from PIL import Image

from profile_service import app
from profile_service.rpc import avatar_rpc
from runtime.admission import Limits
from runtime.uploads import answer_of
from tests.eventually import eventually
from tests.integration.profile.conftest import Player, Profile, running
from tests.integration.profile.details import assert_busy
from tests.statuses import refused


def a_picture(colour: str = "teal", side: int = 300) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, "PNG")
    return buffer.getvalue()


def an_animation() -> bytes:
    buffer = BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("teal", "orange")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


async def messages(
    username: str, data: bytes, *, chunk: int = 1000, **metadata: object
) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    fields = {"username": username, "size_bytes": len(data), **metadata}
    yield avatar_pb.UploadAvatarRequest(metadata=avatar_pb.UploadAvatarMetadata(**fields))
    for start in range(0, len(data), chunk):
        yield avatar_pb.UploadAvatarRequest(chunk=data[start : start + chunk])


async def upload(profile: Profile, player: Player, data: bytes, **metadata: object) -> user_pb2.Avatar:
    stream = messages(player.username, data, **metadata)
    answer: avatar_pb.UploadAvatarResponse = await profile.avatars.UploadAvatar(stream, metadata=player.metadata)
    return answer.avatar


async def download(
    profile: Profile, username: str, *, size: int = 0, if_none_match: str = ""
) -> tuple[avatar_pb.GetAvatarMetadata, bytes]:
    request = avatar_pb.GetAvatarRequest(username=username, size=size, if_none_match=if_none_match)
    metadata: avatar_pb.GetAvatarMetadata | None = None
    data = b""
    async for message in profile.avatars.GetAvatar(request):
        if message.HasField("metadata"):
            metadata = message.metadata
        else:
            data += message.chunk
    assert metadata is not None
    return metadata, data


async def test_uploaded_avatar_is_served_in_every_size(profile: Profile) -> None:
    """Everybody gets the avatar as a square of the size they ask for, with its digest."""
    anna = await profile.sign_up("anna")
    avatar = await upload(profile, anna, a_picture())
    for size in (64, 128, 256, 512):
        metadata, data = await download(profile, "anna", size=size)
        assert Image.open(BytesIO(data)).size == (size, size)
        assert (metadata.sha256, metadata.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
        assert not metadata.generated
    assert metadata.sha256 == avatar.sha256
    user = (await profile.profiles.GetUser(profile_pb.GetUserRequest(username="anna"))).user
    assert user.avatar == avatar


async def test_avatar_known_to_the_client_is_not_sent_again(profile: Profile) -> None:
    """With the digest of what it has, a client gets no bytes."""
    anna = await profile.sign_up("anna")
    await upload(profile, anna, a_picture())
    metadata, _ = await download(profile, "anna")
    again, data = await download(profile, "anna", if_none_match=metadata.sha256)
    assert (again.not_modified, data) == (True, b"")


async def test_player_without_avatar_has_a_drawn_disc(profile: Profile) -> None:
    """Who has no avatar is shown by a disc, the same each time."""
    await profile.sign_up("anna")
    metadata, data = await download(profile, "anna", size=128)
    assert metadata.generated
    assert Image.open(BytesIO(data)).size == (128, 128)
    again, nothing = await download(profile, "anna", size=128, if_none_match=metadata.sha256)
    assert (again.not_modified, nothing) == (True, b"")


async def test_avatar_of_unknown_player_is_not_found(profile: Profile) -> None:
    """There is no picture of nobody."""
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await download(profile, "nobody")


async def test_second_upload_replaces_the_first_and_its_files(profile: Profile) -> None:
    """After a new upload only the new picture's files are kept."""
    anna = await profile.sign_up("anna")
    first = await upload(profile, anna, a_picture("teal"))
    second = await upload(profile, anna, a_picture("orange"))
    assert first.sha256 != second.sha256
    assert (await download(profile, "anna", size=512))[0].sha256 == second.sha256
    assert sum(file.is_file() for file in (profile.data_dir / "avatars").rglob("*")) == 4


async def test_deleted_avatar_leaves_no_file(profile: Profile) -> None:
    """Removing the avatar brings the disc back and removes the files; doing it again succeeds."""
    anna = await profile.sign_up("anna")
    await upload(profile, anna, a_picture())
    for _ in range(2):
        await profile.avatars.DeleteAvatar(avatar_pb.DeleteAvatarRequest(username="anna"), metadata=anna.metadata)
    assert (await download(profile, "anna"))[0].generated
    assert not any(file.is_file() for file in (profile.data_dir / "avatars").rglob("*"))


async def test_upload_or_delete_for_somebody_else_is_refused(profile: Profile) -> None:
    """Nobody sets or removes another player's avatar."""
    anna = await profile.sign_up("anna")
    await profile.sign_up("boris")
    with refused(StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
        await profile.avatars.UploadAvatar(messages("boris", a_picture()), metadata=anna.metadata)
    with refused(StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
        await profile.avatars.DeleteAvatar(avatar_pb.DeleteAvatarRequest(username="boris"), metadata=anna.metadata)
    assert (await download(profile, "boris"))[0].generated


async def _bytes_first(data: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    yield avatar_pb.UploadAvatarRequest(chunk=data)


async def _metadata_twice(data: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    for _ in range(2):
        async for message in messages("anna", data):
            yield message


async def _nothing(_data: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    return
    yield


def _too_few(data: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    return messages("anna", data, size_bytes=len(data) + 1)


def _too_many(data: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    return messages("anna", data, size_bytes=len(data) - 1)


def _other_digest(data: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    return messages("anna", data, sha256="0" * 64)


@pytest.mark.parametrize("stream", [_bytes_first, _metadata_twice, _nothing, _too_few, _too_many, _other_digest])
async def test_upload_that_is_not_as_announced_is_refused(profile: Profile, stream: object) -> None:
    """An upload counts only when order, size and digest are as announced; otherwise nothing changes."""
    anna = await profile.sign_up("anna")
    with refused(StatusCode.INVALID_ARGUMENT, "UPLOAD_MISMATCH"):
        await profile.avatars.UploadAvatar(stream(a_picture()), metadata=anna.metadata)  # type: ignore[operator]
    assert (await download(profile, "anna"))[0].generated


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GIF89a" + bytes(64), "IMAGE_FORMAT"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "IMAGE_FORMAT"),
        (a_picture()[:-40], "IMAGE_BROKEN"),
        (a_picture(side=4097), "IMAGE_TOO_LARGE"),
        (an_animation(), "IMAGE_ANIMATED"),
    ],
    # Not by the bytes: the name of a test is in the environment of what it starts, which has its limits.
    ids=["gif", "svg", "cut", "large", "animation"],
)
async def test_upload_of_an_unusable_picture_is_refused(profile: Profile, data: bytes, reason: str) -> None:
    """A picture that cannot become an avatar is refused with the reason, and nothing changes."""
    anna = await profile.sign_up("anna")
    with refused(StatusCode.INVALID_ARGUMENT, reason):
        await upload(profile, anna, data)
    assert (await download(profile, "anna"))[0].generated


async def test_lost_file_is_data_loss_and_leaves_the_snapshot_whole(profile: Profile) -> None:
    """A picture whose file is gone is reported as such, and a report is made without it."""
    anna = await profile.sign_up("anna")
    await upload(profile, anna, a_picture())
    for file in (profile.data_dir / "avatars").rglob("*"):
        if file.is_file():
            file.unlink()
    with refused(StatusCode.DATA_LOSS, "FILE_DAMAGED"):
        await download(profile, "anna")
    request = snapshot_pb.GetSnapshotRequest(username="anna")
    assert (await profile.snapshots.GetSnapshot(request, metadata=profile.internal)).avatar == b""


async def test_upload_beyond_ones_share_is_refused_with_a_delay(profile: Profile) -> None:
    """Who has begun as many uploads as one may is told when to try again, and may go on when one is given up."""
    anna = await profile.sign_up("anna")
    never = asyncio.Event()

    async def unfinished() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
        yield avatar_pb.UploadAvatarRequest(
            metadata=avatar_pb.UploadAvatarMetadata(username="anna", size_bytes=5 * 1024 * 1024)
        )
        await never.wait()

    begun = [
        asyncio.ensure_future(profile.avatars.UploadAvatar(unfinished(), metadata=anna.metadata))
        for _ in range(Limits().uploads_per_caller + 1)
    ]
    refusals, waiting = await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
    [error] = [refusal.exception() for refusal in refusals]
    assert isinstance(error, grpc.aio.AioRpcError)
    assert_busy(error)
    waiting.pop().cancel()

    async def is_served() -> bool:
        try:
            return bool(await upload(profile, anna, a_picture()))
        except grpc.aio.AioRpcError:
            return False

    await eventually(is_served, within_seconds=10)
    for attempt in waiting:
        attempt.cancel()


async def test_upload_that_takes_too_long_in_all_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A client that sends a little now and then does not keep its place: the upload as a whole has a limit."""
    monkeypatch.setattr(app, "AvatarServicer", partial(avatar_rpc.AvatarServicer, upload_seconds=0.2))
    async with running(tmp_path) as profile:
        anna = await profile.sign_up("anna")

        async def dripping() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
            metadata = avatar_pb.UploadAvatarMetadata(username="anna", size_bytes=5 * 1024 * 1024)
            yield avatar_pb.UploadAvatarRequest(metadata=metadata)
            while True:
                await asyncio.sleep(0.02)
                yield avatar_pb.UploadAvatarRequest(chunk=b"a")

        with refused(StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"):
            await answer_of(profile.avatars.UploadAvatar(dripping(), metadata=anna.metadata, timeout=10))
        assert (await download(profile, "anna"))[0].generated
