"""CredentialsService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc

from profile_service.audit import NOBODY
from profile_service.credentials import CredentialRules
from profile_service.deletions import Deletions
from profile_service.password_resets import PasswordResets
from profile_service.roles import Roles
from profile_service.rpc.messages import timestamp
from profile_service.service_accounts import ServiceAccounts
from profile_service.sessions import ListedSession, OpenSession, Sessions
from runtime.contract import role_name, role_value

FIRST_KEY_NAME = "first key"
Context = grpc.aio.ServicerContext[Any, Any]


class CredentialsServicer(credentials_rpc.CredentialsServiceServicer):
    """Serves the gateway, and the operator on the server's own machine."""

    def __init__(
        self,
        rules: CredentialRules,
        sessions: Sessions,
        *,
        resets: PasswordResets,
        roles: Roles,
        service_accounts: ServiceAccounts,
        deletions: Deletions,
    ) -> None:
        self._rules = rules
        self._sessions = sessions
        self._resets = resets
        self._roles = roles
        self._service_accounts = service_accounts
        self._deletions = deletions

    async def CreateAccount(
        self, request: credentials_pb.CreateAccountRequest, context: Context
    ) -> credentials_pb.CreateAccountResponse:
        session = await self._rules.create_account(
            request.username,
            request.password,
            display_name=request.display_name,
            email=request.email,
            device_name=request.device_name,
            network=request.client_address,
        )
        return credentials_pb.CreateAccountResponse(session=_message(session))

    async def OpenSession(
        self, request: credentials_pb.OpenSessionRequest, context: Context
    ) -> credentials_pb.OpenSessionResponse:
        session = await self._rules.open_session(
            request.username, request.password, device_name=request.device_name, network=request.client_address
        )
        return credentials_pb.OpenSessionResponse(session=_message(session))

    async def OpenSessionWithApiKey(
        self, request: credentials_pb.OpenSessionWithApiKeyRequest, context: Context
    ) -> credentials_pb.OpenSessionWithApiKeyResponse:
        session = await self._service_accounts.open_session(
            request.api_key, device_name=request.device_name, network=request.client_address
        )
        return credentials_pb.OpenSessionWithApiKeyResponse(session=_message(session))

    async def RotateSession(
        self, request: credentials_pb.RotateSessionRequest, context: Context
    ) -> credentials_pb.RotateSessionResponse:
        session = await self._sessions.continue_session(request.refresh_token, network=request.client_address)
        return credentials_pb.RotateSessionResponse(session=_message(session))

    async def CloseSession(
        self, request: credentials_pb.CloseSessionRequest, context: Context
    ) -> credentials_pb.CloseSessionResponse:
        await self._sessions.end(request.session_id)
        return credentials_pb.CloseSessionResponse()

    async def RevokeSession(
        self, request: credentials_pb.RevokeSessionRequest, context: Context
    ) -> credentials_pb.RevokeSessionResponse:
        await self._sessions.revoke(request.account_id, request.session_id)
        return credentials_pb.RevokeSessionResponse()

    async def CloseSessions(
        self, request: credentials_pb.CloseSessionsRequest, context: Context
    ) -> credentials_pb.CloseSessionsResponse:
        await self._sessions.end_all(request.account_id)
        return credentials_pb.CloseSessionsResponse()

    async def ListSessions(
        self, request: credentials_pb.ListSessionsRequest, context: Context
    ) -> credentials_pb.ListSessionsResponse:
        sessions = await self._sessions.live_of(request.account_id)
        return credentials_pb.ListSessionsResponse(sessions=map(_listed, sessions))

    async def ChangePassword(
        self, request: credentials_pb.ChangePasswordRequest, context: Context
    ) -> credentials_pb.ChangePasswordResponse:
        await self._rules.change_password(
            request.account_id,
            request.current_password,
            request.new_password,
            session_id=request.session_id,
            network=request.client_address,
        )
        return credentials_pb.ChangePasswordResponse()

    async def RequestPasswordReset(
        self, request: credentials_pb.RequestPasswordResetRequest, context: Context
    ) -> credentials_pb.RequestPasswordResetResponse:
        await self._resets.request(request.login, network=request.client_address)
        return credentials_pb.RequestPasswordResetResponse()

    async def ResetPassword(
        self, request: credentials_pb.ResetPasswordRequest, context: Context
    ) -> credentials_pb.ResetPasswordResponse:
        await self._resets.reset(request.token, request.new_password, network=request.client_address)
        return credentials_pb.ResetPasswordResponse()

    async def UndeleteAccount(
        self, request: credentials_pb.UndeleteAccountRequest, context: Context
    ) -> credentials_pb.UndeleteAccountResponse:
        account_id = await self._rules.require_returning(
            request.username, request.password, network=request.client_address
        )
        await self._deletions.undelete(account_id, network=request.client_address)
        return credentials_pb.UndeleteAccountResponse()

    async def GetSession(
        self, request: credentials_pb.GetSessionRequest, context: Context
    ) -> credentials_pb.GetSessionResponse:
        return credentials_pb.GetSessionResponse(live=await self._sessions.is_live(request.session_id))

    async def GrantRole(
        self, request: credentials_pb.GrantRoleRequest, context: Context
    ) -> credentials_pb.GrantRoleResponse:
        await self._roles.change(request.username, actor_id=NOBODY, give=frozenset({role_name(request.role)}))
        return credentials_pb.GrantRoleResponse()

    async def RevokeRole(
        self, request: credentials_pb.RevokeRoleRequest, context: Context
    ) -> credentials_pb.RevokeRoleResponse:
        await self._roles.change(request.username, actor_id=NOBODY, take=frozenset({role_name(request.role)}))
        return credentials_pb.RevokeRoleResponse()

    async def CreateServiceAccount(
        self, request: credentials_pb.CreateServiceAccountRequest, context: Context
    ) -> credentials_pb.CreateServiceAccountResponse:
        await self._service_accounts.create(request.username, display_name=request.display_name, actor_id=NOBODY)
        secret, _ = await self._service_accounts.create_key(
            request.username, display_name=FIRST_KEY_NAME, actor_id=NOBODY
        )
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


def _listed(session: ListedSession) -> credentials_pb.LiveSession:
    return credentials_pb.LiveSession(
        session_id=session.session_id,
        device_name=session.device_name,
        create_time=timestamp(session.create_time),
        last_seen_time=timestamp(session.last_seen_time),
        expire_time=timestamp(session.expire_time),
    )
