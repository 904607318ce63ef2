"""CredentialsService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc

from profile_service.credentials import CredentialRules, OpenSession
from profile_service.rpc.messages import timestamp
from runtime.contract import role_name, role_value

Context = grpc.aio.ServicerContext[Any, Any]


class CredentialsServicer(credentials_rpc.CredentialsServiceServicer):
    """Serves the gateway, and the operator on the server's own machine."""

    def __init__(self, rules: CredentialRules) -> None:
        self._rules = rules

    async def CreateAccount(
        self, request: credentials_pb.CreateAccountRequest, context: Context
    ) -> credentials_pb.CreateAccountResponse:
        session = await self._rules.create_account(
            request.username, request.password, display_name=request.display_name, email=request.email
        )
        return credentials_pb.CreateAccountResponse(session=_message(session))

    async def OpenSession(
        self, request: credentials_pb.OpenSessionRequest, context: Context
    ) -> credentials_pb.OpenSessionResponse:
        session = await self._rules.open_session(request.username, request.password)
        return credentials_pb.OpenSessionResponse(session=_message(session))

    async def RotateSession(
        self, request: credentials_pb.RotateSessionRequest, context: Context
    ) -> credentials_pb.RotateSessionResponse:
        session = await self._rules.continue_session(request.refresh_token)
        return credentials_pb.RotateSessionResponse(session=_message(session))

    async def CloseSession(
        self, request: credentials_pb.CloseSessionRequest, context: Context
    ) -> credentials_pb.CloseSessionResponse:
        await self._rules.end_session(request.session_id)
        return credentials_pb.CloseSessionResponse()

    async def GetSession(
        self, request: credentials_pb.GetSessionRequest, context: Context
    ) -> credentials_pb.GetSessionResponse:
        return credentials_pb.GetSessionResponse(live=await self._rules.is_live(request.session_id))

    async def GrantRole(
        self, request: credentials_pb.GrantRoleRequest, context: Context
    ) -> credentials_pb.GrantRoleResponse:
        await self._rules.change_roles(request.username, add=role_name(request.role))
        return credentials_pb.GrantRoleResponse()

    async def RevokeRole(
        self, request: credentials_pb.RevokeRoleRequest, context: Context
    ) -> credentials_pb.RevokeRoleResponse:
        await self._rules.change_roles(request.username, remove=role_name(request.role))
        return credentials_pb.RevokeRoleResponse()

    async def CreateServiceAccount(
        self, request: credentials_pb.CreateServiceAccountRequest, context: Context
    ) -> credentials_pb.CreateServiceAccountResponse:
        secret = await self._rules.create_service_account(request.username, display_name=request.display_name)
        return credentials_pb.CreateServiceAccountResponse(secret=secret)


def _message(session: OpenSession) -> credentials_pb.Session:
    return credentials_pb.Session(
        account_id=session.account_id,
        username=session.username,
        roles=sorted(map(role_value, session.roles)),
        session_id=session.session_id,
        refresh_token=session.refresh_token,
        refresh_expire_time=timestamp(session.refresh_expire_time),
    )
