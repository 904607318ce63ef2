"""A server whose handlers a test fills in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc

from runtime import contract
from runtime.access import Door
from runtime.admission import Admission, Limits
from runtime.interceptors import CallInterceptor
from runtime.metrics import CallMetrics
from runtime.server import Server
from runtime.sessions import SessionCheck
from runtime.tokens import TokenVerifier
from tests.signing import TestKeys, bearer

TIMEOUT = 10.0
Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[..., Any]


class Profiles(profile_rpc.ProfileServiceServicer):
    """Does what the test says."""

    behaviour: Behaviour

    async def GetUser(self, request: Any, context: Context) -> Any:
        return await self.behaviour(request, context)


class Avatars(avatar_rpc.AvatarServiceServicer):
    """Does what the test says, in streams."""

    responses: Behaviour
    upload: Behaviour

    def GetAvatar(self, request: Any, context: Context) -> Any:
        return self.responses(request, context)

    async def UploadAvatar(self, request_iterator: Any, context: Context) -> Any:
        return await self.upload(request_iterator, context)


class House:
    """A server whose handlers a test fills in, and a channel to it."""

    def __init__(self) -> None:
        self.profiles, self.avatars, self.keys = Profiles(), Avatars(), TestKeys()
        self.channel: grpc.aio.Channel
        self.address = ""
        self.live = True

    async def is_live(self, _session_id: str) -> bool:
        return self.live

    @asynccontextmanager
    async def open(
        self,
        *,
        door: Door | None = None,
        limits: Limits | None = None,
        trusted_proxies: int = 0,
        metrics: CallMetrics | None = None,
    ) -> AsyncIterator[House]:
        verifier = TokenVerifier(self.keys)
        async with (
            Server(
                "127.0.0.1:0",
                (
                    lambda server: profile_rpc.add_ProfileServiceServicer_to_server(self.profiles, server),
                    lambda server: avatar_rpc.add_AvatarServiceServicer_to_server(self.avatars, server),
                ),
                service_names=(),
                interceptors=[
                    CallInterceptor(
                        contract.methods(),
                        door or Door(verifier, sessions=SessionCheck(self.is_live)),
                        admission=Admission(limits, at_the_edge=trusted_proxies > 0, trusted_proxies=trusted_proxies),
                        metrics=metrics,
                    )
                ],
                with_reflection=False,
                grace_seconds=0,
            ) as server,
            grpc.aio.insecure_channel(server.address) as self.channel,
        ):
            self.address = server.address
            yield self

    async def get_user(self, username: str = "alice", **options: Any) -> profile_pb.GetUserResponse:
        stub = profile_rpc.ProfileServiceStub(self.channel)
        return await stub.GetUser(profile_pb.GetUserRequest(username=username), timeout=TIMEOUT, **options)

    def get_avatar(self, **options: Any) -> Any:
        stub = avatar_rpc.AvatarServiceStub(self.channel)
        return stub.GetAvatar(avatar_pb.GetAvatarRequest(username="alice"), timeout=TIMEOUT, **options)

    async def upload(self, messages: Iterable[avatar_pb.UploadAvatarRequest]) -> avatar_pb.UploadAvatarResponse:
        token = self.keys.sign(account_id="a-1", username="alice", session_id="s-1")
        stub = avatar_rpc.AvatarServiceStub(self.channel)
        return await stub.UploadAvatar(iter(messages), timeout=TIMEOUT, metadata=bearer(token))
