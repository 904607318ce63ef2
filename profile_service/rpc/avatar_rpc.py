"""AvatarService: decode, use case, encode."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc

from profile_service.avatars import DEFAULT_PIXELS, Avatars
from profile_service.errors import NotOwner, UploadMismatch
from profile_service.rpc.messages import avatar_message
from runtime.calls import caller
from runtime.errors import DeadlineExceeded

Context = grpc.aio.ServicerContext[Any, Any]
CHUNK_BYTES = 64 * 1024
# For all of an upload's bytes, so that nobody keeps a place by sending one now and then. The server itself cuts off who
# sends nothing at all (runtime.interceptors) and bounds how many send at once (runtime.admission).
UPLOAD_SECONDS = 60.0


class AvatarServicer(avatar_rpc.AvatarServiceServicer):
    """Serves pictures."""

    def __init__(self, avatars: Avatars, *, upload_seconds: float = UPLOAD_SECONDS) -> None:
        self._avatars = avatars
        self._upload_seconds = upload_seconds

    async def UploadAvatar(
        self, request_iterator: AsyncIterator[avatar_pb.UploadAvatarRequest], context: Context
    ) -> avatar_pb.UploadAvatarResponse:
        try:
            async with asyncio.timeout(self._upload_seconds):
                data = await _received(request_iterator)
        except TimeoutError as error:
            raise DeadlineExceeded(
                f"The picture did not arrive within {self._upload_seconds:.0f} seconds; send a smaller one."
            ) from error
        avatar = await self._avatars.upload(caller(), data)
        return avatar_pb.UploadAvatarResponse(avatar=avatar_message(avatar))

    async def GetAvatar(
        self, request: avatar_pb.GetAvatarRequest, context: Context
    ) -> AsyncIterator[avatar_pb.GetAvatarResponse]:
        picture = await self._avatars.picture(
            request.username, pixels=request.size or DEFAULT_PIXELS, if_none_match=request.if_none_match
        )
        metadata = avatar_pb.GetAvatarMetadata(
            content_type=picture.content_type,
            size_bytes=picture.size_bytes,
            sha256=picture.sha256,
            generated=picture.generated,
            not_modified=picture.not_modified,
        )
        yield avatar_pb.GetAvatarResponse(metadata=metadata)
        for start in range(0, len(picture.data), CHUNK_BYTES):
            yield avatar_pb.GetAvatarResponse(chunk=picture.data[start : start + CHUNK_BYTES])

    async def DeleteAvatar(
        self, request: avatar_pb.DeleteAvatarRequest, context: Context
    ) -> avatar_pb.DeleteAvatarResponse:
        await self._avatars.remove(caller(), request.username)
        return avatar_pb.DeleteAvatarResponse()


async def _received(requests: AsyncIterator[avatar_pb.UploadAvatarRequest]) -> bytes:
    """Return the uploaded bytes, never holding more than were announced. Raises UploadMismatch or NotOwner."""
    announced: avatar_pb.UploadAvatarMetadata | None = None
    data = bytearray()
    async for request in requests:
        if request.HasField("metadata"):
            if announced is not None:
                raise UploadMismatch("Send the metadata once, in the first message.")
            announced = request.metadata
            if announced.username != caller().username:
                raise NotOwner()
            continue
        if announced is None:
            raise UploadMismatch("Send the metadata in the first message, before any bytes.")
        data += request.chunk
        if len(data) > announced.size_bytes:
            raise UploadMismatch("More bytes arrived than the metadata announced; send exactly as many.")
    if announced is None or len(data) != announced.size_bytes:
        raise UploadMismatch("Fewer bytes arrived than the metadata announced; send exactly as many.")
    if announced.sha256 and announced.sha256 != hashlib.sha256(data).hexdigest():
        raise UploadMismatch("The bytes do not have the announced SHA-256; send them again.")
    return bytes(data)
