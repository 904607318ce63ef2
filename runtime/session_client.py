"""Asks profile_service whether a sign-in session still stands."""

from __future__ import annotations

import asyncio

import grpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc

from runtime.admission import Places
from runtime.calls import seconds_left
from runtime.channels import Patience, internal_metadata, raise_unavailable
from runtime.service_tokens import ServiceTokens

TIMEOUT_SECONDS = 3.0
# Of one process: how many questions are on their way at once, which leaves the connection's streams to calls, and how
# many calls wait for an answer before more are refused.
ASKED_AT_ONCE = 50
WAITING_CALLS = 256
_DEPENDENCY = "profile service"


class SessionClient:
    """The question behind `runtime.sessions.SessionCheck`, over a channel to profile_service."""

    def __init__(self, profile: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = credentials_rpc.CredentialsServiceStub(profile)
        self._tokens = tokens
        self._patience = Patience(profile, dependency=_DEPENDENCY)
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)
        self._places = Places("calls", WAITING_CALLS)

    async def is_live(self, session_id: str) -> bool:
        """Return whether the session stands. Raises Unavailable, DeadlineExceeded or Exhausted."""
        with self._places.held_by(""):
            async with self._asking:
                return await self._ask(session_id)

    async def _ask(self, session_id: str) -> bool:
        await self._patience.connected()
        try:
            answer = await self._stub.GetSession(
                credentials_pb.GetSessionRequest(session_id=session_id),
                timeout=seconds_left(TIMEOUT_SECONDS),
                metadata=internal_metadata(self._tokens, audience="profile_service"),
            )
        except grpc.aio.AioRpcError as error:
            raise_unavailable(error, dependency=_DEPENDENCY)
        return answer.live
