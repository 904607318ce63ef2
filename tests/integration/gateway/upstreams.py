"""Stand-ins for profile_service and report_service, behind real servers with the real interceptor."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import grpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.profile.v1 import user_pb2
from dossier.report.v1 import report_pb2
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from google.protobuf.timestamp_pb2 import Timestamp

from runtime.errors import AlreadyExists, NotFound, Unauthenticated

Context = grpc.aio.ServicerContext[Any, Any]
CHUNK = b"c" * 65_536
# Not UTF-8, not a google.rpc.Status: a relay that looks inside would stumble.
ODD_TRAILERS = (
    ("grpc-status-details-bin", b"\x08\x09\x12\x03odd\xff\x00"),
    ("x-one", "1"),
    ("x-two-bin", b"\x00\xff"),
)


class UserMissing(NotFound):
    """There is no such user."""

    reason: ClassVar[str] = "USER_NOT_FOUND"


class NameTaken(AlreadyExists):
    """The username is taken."""

    reason: ClassVar[str] = "USERNAME_TAKEN"


class PasswordWrong(Unauthenticated):
    """Wrong username or password."""

    reason: ClassVar[str] = "CREDENTIALS_WRONG"


@dataclass
class Visits:
    """What came in, and what became of calls that wait."""

    metadata: dict[str, list[str | bytes]] = field(default_factory=dict)
    seconds_left: float | None = None
    count: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, context: Context) -> None:
        """Keep the metadata and the deadline of a call."""
        self.metadata = {}
        for key, value in context.invocation_metadata() or ():
            self.metadata.setdefault(key, []).append(value)
        self.seconds_left = context.time_remaining()
        self.count += 1

    async def wait(self) -> None:
        """Wait until the call is cancelled, and tell."""
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


class FakeProfiles(profile_rpc.ProfileServiceServicer):
    """Answers by the username asked for."""

    def __init__(self) -> None:
        self.visits = Visits()

    async def GetUser(self, request: profile_pb.GetUserRequest, context: Context) -> profile_pb.GetUserResponse:
        self.visits.note(context)
        match request.username:
            case "nobody":
                raise UserMissing("No account has this username.", username="nobody")
            case "odd":
                await context.abort(grpc.StatusCode.DATA_LOSS, "odd: é 100%", ODD_TRAILERS)
            case "trailing":
                context.set_trailing_metadata((("x-good", "1"),))
            case "waiting":
                await self.visits.wait()
            case "held":
                self.visits.started.set()
                await self.visits.released.wait()
            case "broken":
                raise ZeroDivisionError("a secret of the server")
            case "interrupted":
                raise asyncio.CancelledError
        return profile_pb.GetUserResponse(user=user_pb2.User(username=request.username))

    async def UpdateUser(
        self, request: profile_pb.UpdateUserRequest, context: Context
    ) -> profile_pb.UpdateUserResponse:
        self.visits.note(context)
        return profile_pb.UpdateUserResponse(user=request.user)


class FakeAvatars(avatar_rpc.AvatarServiceServicer):
    """Takes uploads, and counts what was read of them."""

    def __init__(self) -> None:
        self.visits = Visits()
        self.messages_read = 0
        self.chunk_came = asyncio.Event()

    async def UploadAvatar(
        self, request_iterator: AsyncIterator[avatar_pb.UploadAvatarRequest], context: Context
    ) -> avatar_pb.UploadAvatarResponse:
        self.visits.note(context)
        size = 0
        async for request in request_iterator:
            self.messages_read += 1
            if request.metadata.username == "refused":
                raise NameTaken("Not this one.", username="refused")
            if request.metadata.username == "waiting":
                await self.visits.wait()
            size += len(request.chunk)
            if size:
                self.chunk_came.set()
        return avatar_pb.UploadAvatarResponse(avatar=user_pb2.Avatar(size_bytes=size))

    async def GetAvatar(
        self, request: avatar_pb.GetAvatarRequest, context: Context
    ) -> AsyncIterator[avatar_pb.GetAvatarResponse]:
        if request.username == "nobody":
            raise UserMissing("No account has this username.", username="nobody")
        yield avatar_pb.GetAvatarResponse(metadata=avatar_pb.GetAvatarMetadata(size_bytes=3))
        for piece in (b"a", b"b", b"c"):
            yield avatar_pb.GetAvatarResponse(chunk=piece)
        if request.username == "cut":
            raise UserMissing("Gone meanwhile.", username="cut")


class FakeReports(report_rpc.ReportServiceServicer):
    """Streams that wait, and streams that never end."""

    def __init__(self) -> None:
        self.visits = Visits()
        self.chunks_sent = 0
        self.breaks_off_after = 0
        self.announced = report_pb.DownloadReportMetadata()

    async def GetReport(self, request: report_pb.GetReportRequest, context: Context) -> report_pb.GetReportResponse:
        self.visits.note(context)
        await self.visits.wait()
        return report_pb.GetReportResponse()

    async def WatchReport(
        self, request: report_pb.WatchReportRequest, context: Context
    ) -> AsyncIterator[report_pb.WatchReportResponse]:
        self.visits.note(context)
        yield report_pb.WatchReportResponse(report=report_pb2.Report(report_id=request.report_id))
        await self.visits.wait()

    async def DownloadReport(
        self, request: report_pb.DownloadReportRequest, context: Context
    ) -> AsyncIterator[report_pb.DownloadReportResponse]:
        try:
            if self.announced.size_bytes:
                yield report_pb.DownloadReportResponse(metadata=self.announced)
            last = request.read_limit or self.breaks_off_after
            while not last or self.chunks_sent < last:
                yield report_pb.DownloadReportResponse(chunk=CHUNK)
                self.chunks_sent += 1
        finally:
            self.visits.cancelled.set()


class FakeCredentials(credentials_rpc.CredentialsServiceServicer):
    """Accounts and sessions in memory."""

    def __init__(self) -> None:
        self.visits = Visits()
        self.passwords: dict[str, str] = {}
        self.live: dict[str, str] = {}
        self.roles: list[Any] = []
        self.device_names: dict[str, str] = {}
        self.client_addresses: list[str] = []
        self.change = credentials_pb.ChangePasswordRequest()
        self.broken = False

    def _session(self, username: str, session_id: str = "") -> credentials_pb.Session:
        session_id = session_id or str(uuid.uuid4())
        self.live[session_id] = username
        return credentials_pb.Session(
            account_id=str(uuid.uuid5(uuid.NAMESPACE_DNS, username)),
            username=username,
            roles=self.roles,
            session_id=session_id,
            refresh_token=f"refresh {session_id}",
            refresh_expire_time=Timestamp(seconds=2_000_000_000),
        )

    async def CreateAccount(
        self, request: credentials_pb.CreateAccountRequest, context: Context
    ) -> credentials_pb.CreateAccountResponse:
        self.visits.note(context)
        self.client_addresses.append(request.client_address)
        if request.username in self.passwords:
            raise NameTaken("Choose another username.", username=request.username)
        self.passwords[request.username] = request.password
        return credentials_pb.CreateAccountResponse(session=self._session(request.username))

    async def OpenSession(
        self, request: credentials_pb.OpenSessionRequest, context: Context
    ) -> credentials_pb.OpenSessionResponse:
        self.visits.note(context)
        if request.username == "waiting":
            await self.visits.wait()
        if self.passwords.get(request.username) != request.password:
            raise PasswordWrong("Username or password is wrong.")
        self.client_addresses.append(request.client_address)
        session = self._session(request.username)
        self.device_names[session.session_id] = request.device_name
        return credentials_pb.OpenSessionResponse(session=session)

    async def OpenSessionWithApiKey(
        self, request: credentials_pb.OpenSessionWithApiKeyRequest, context: Context
    ) -> credentials_pb.OpenSessionWithApiKeyResponse:
        self.visits.note(context)
        session = self._session(f"holder of {request.api_key}")
        self.device_names[session.session_id] = request.device_name
        return credentials_pb.OpenSessionWithApiKeyResponse(session=session)

    async def RotateSession(
        self, request: credentials_pb.RotateSessionRequest, context: Context
    ) -> credentials_pb.RotateSessionResponse:
        self.client_addresses.append(request.client_address)
        session_id = request.refresh_token.removeprefix("refresh ")
        return credentials_pb.RotateSessionResponse(session=self._session(self.live[session_id], session_id))

    async def CloseSession(
        self, request: credentials_pb.CloseSessionRequest, context: Context
    ) -> credentials_pb.CloseSessionResponse:
        self.live.pop(request.session_id, None)
        return credentials_pb.CloseSessionResponse()

    async def CloseSessions(
        self, request: credentials_pb.CloseSessionsRequest, context: Context
    ) -> credentials_pb.CloseSessionsResponse:
        self.live.clear()
        return credentials_pb.CloseSessionsResponse()

    async def RevokeSession(
        self, request: credentials_pb.RevokeSessionRequest, context: Context
    ) -> credentials_pb.RevokeSessionResponse:
        self.live.pop(request.session_id)
        return credentials_pb.RevokeSessionResponse()

    async def ListSessions(
        self, request: credentials_pb.ListSessionsRequest, context: Context
    ) -> credentials_pb.ListSessionsResponse:
        sessions = [
            credentials_pb.LiveSession(session_id=session_id, device_name=self.device_names.get(session_id, ""))
            for session_id in self.live
        ]
        return credentials_pb.ListSessionsResponse(sessions=sessions)

    async def ChangePassword(
        self, request: credentials_pb.ChangePasswordRequest, context: Context
    ) -> credentials_pb.ChangePasswordResponse:
        self.change = request
        self.client_addresses.append(request.client_address)
        return credentials_pb.ChangePasswordResponse()

    async def ResetPassword(
        self, request: credentials_pb.ResetPasswordRequest, context: Context
    ) -> credentials_pb.ResetPasswordResponse:
        self.client_addresses.append(request.client_address)
        return credentials_pb.ResetPasswordResponse()

    async def UndeleteAccount(
        self, request: credentials_pb.UndeleteAccountRequest, context: Context
    ) -> credentials_pb.UndeleteAccountResponse:
        self.client_addresses.append(request.client_address)
        return credentials_pb.UndeleteAccountResponse()

    async def GetSession(
        self, request: credentials_pb.GetSessionRequest, context: Context
    ) -> credentials_pb.GetSessionResponse:
        if self.broken:
            raise ZeroDivisionError
        return credentials_pb.GetSessionResponse(live=request.session_id in self.live)
