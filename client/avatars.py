"""The players' pictures: upload in chunks, download with a checked digest."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import grpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import user_pb2 as user_pb

from client.accounts import AccountCalls
from client.errors import DigestMismatch, DossierError
from client.patience import ended_early

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHUNK_BYTES: Final = 64 * 1024
MAX_UPLOAD_BYTES: Final = 5 * 1024 * 1024  # UploadAvatarMetadata.size_bytes: no use in reading a film into memory
UPLOAD_TIMEOUT_SECONDS: Final = 120.0
DOWNLOAD_TIMEOUT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class AvatarImage:
    """A downloaded avatar.

    Attributes:
        content: the picture's bytes; empty when `not_modified`.
        content_type: its media type, such as "image/webp".
        sha256: its digest; the value for `if_none_match` of the same size.
        generated: whether it is a drawn disc because the player has no avatar.
        not_modified: whether the picture named by `if_none_match` is still the one.
    """

    content: bytes
    content_type: str
    sha256: str
    generated: bool
    not_modified: bool


class AvatarCalls(AccountCalls):
    """The calls about avatars."""

    async def set_avatar(self, source: bytes | str | os.PathLike[str]) -> user_pb.Avatar:
        """Set the caller's own avatar from a picture of up to 5 MiB, given as bytes or as the path of a file.

        Raises:
            DossierError: IMAGE_FORMAT, IMAGE_TOO_LARGE, IMAGE_ANIMATED, IMAGE_BROKEN, SERVER_BUSY.
            OSError: the file cannot be read.
        """
        content = source if isinstance(source, bytes) else await asyncio.to_thread(_read, Path(source))
        username = self.own_username()
        answer = await self._connection.upload(
            self._connection.stubs.avatars.UploadAvatar,
            lambda: _messages(username, content),
            timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
        )
        return answer.avatar

    async def get_avatar(self, username: str, *, size: int = 0, if_none_match: str = "") -> AvatarImage:
        """Return a player's avatar, 64, 128, 256 or 512 pixels a side (default 256).

        Raises:
            DossierError: USER_NOT_FOUND, FILE_DAMAGED.
            DigestMismatch: other bytes came than were announced.
        """
        request = avatar_pb.GetAvatarRequest(username=username, size=size, if_none_match=if_none_match)
        try:
            return await self._read_avatar(request)
        except DossierError as error:
            if error.code is not grpc.StatusCode.UNAVAILABLE:
                raise
        await asyncio.sleep(self._connection.backoff.pause_seconds(1))
        return await self._read_avatar(request)

    async def delete_avatar(self) -> None:
        """Remove the caller's own avatar, if there is one. Raises DossierError."""
        request = avatar_pb.DeleteAvatarRequest(username=self.own_username())
        method = self._connection.stubs.avatars.DeleteAvatar
        await self._connection.unary(method, request, signed_in=True, repeatable=True)

    async def _read_avatar(self, request: avatar_pb.GetAvatarRequest) -> AvatarImage:
        metadata: avatar_pb.GetAvatarMetadata | None = None
        content = bytearray()
        stream = self._connection.stream(
            self._connection.stubs.avatars.GetAvatar, request, timeout_seconds=DOWNLOAD_TIMEOUT_SECONDS
        )
        async with aclosing(stream) as messages:
            async for message in messages:
                if message.HasField("metadata"):
                    metadata = message.metadata
                content += message.chunk
                if metadata is not None and len(content) > metadata.size_bytes:
                    break  # more than was announced: no use in reading on
        if metadata is None:
            raise ended_early()
        return _image(metadata, bytes(content))


def _image(metadata: avatar_pb.GetAvatarMetadata, content: bytes) -> AvatarImage:
    digest = hashlib.sha256(content).hexdigest()
    if not metadata.not_modified and digest != metadata.sha256:
        raise DigestMismatch("The avatar arrived damaged.", expected=metadata.sha256, actual=digest)
    return AvatarImage(
        content=content,
        content_type=metadata.content_type,
        sha256=metadata.sha256,
        generated=metadata.generated,
        not_modified=metadata.not_modified,
    )


async def _messages(username: str, content: bytes) -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
    yield avatar_pb.UploadAvatarRequest(
        metadata=avatar_pb.UploadAvatarMetadata(
            username=username, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
        )
    )
    for start in range(0, len(content), CHUNK_BYTES):
        yield avatar_pb.UploadAvatarRequest(chunk=content[start : start + CHUNK_BYTES])


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_UPLOAD_BYTES + 1)
    if len(content) > MAX_UPLOAD_BYTES:
        raise DossierError(
            grpc.StatusCode.INVALID_ARGUMENT,
            "IMAGE_TOO_LARGE",
            f"{path} is larger than 5 MiB; choose a smaller picture.",
        )
    return content
