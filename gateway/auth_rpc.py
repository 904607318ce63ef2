"""AuthService: opens and ends sessions, hands out tokens."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb

from gateway.credentials_client import CredentialsClient
from gateway.tokens import SigningKeys, TokenIssuer
from runtime.addresses import network_of
from runtime.calls import caller
from runtime.contract import role_name, role_value
from runtime.sessions import SessionCheck

Context = grpc.aio.ServicerContext[Any, Any]
# As the contract has it.
DEVICE_NAME_LENGTH = 100


class AuthRpc(auth_rpc.AuthServiceServicer):
    """Decodes, asks profile_service, signs."""

    def __init__(
        self,
        credentials: CredentialsClient,
        *,
        keys: SigningKeys,
        issuer: TokenIssuer,
        sessions: SessionCheck,
        trusted_proxies: int,
    ) -> None:
        self._credentials = credentials
        self._keys = keys
        self._issuer = issuer
        self._sessions = sessions
        self._trusted_proxies = trusted_proxies

    async def SignUp(self, request: auth_pb.SignUpRequest, context: Context) -> auth_pb.SignUpResponse:
        session = await self._credentials.create_account(
            username=request.username,
            password=request.password,
            display_name=request.display_name,
            email=request.email,
            device_name=_device_name(request.device_name, context),
            client_address=self._network(context),
        )
        return auth_pb.SignUpResponse(username=session.username, tokens=self._tokens(session))

    async def SignIn(self, request: auth_pb.SignInRequest, context: Context) -> auth_pb.SignInResponse:
        session = await self._credentials.open_session(
            username=request.username,
            password=request.password,
            device_name=_device_name(request.device_name, context),
            client_address=self._network(context),
        )
        return auth_pb.SignInResponse(tokens=self._tokens(session))

    async def SignInWithApiKey(
        self, request: auth_pb.SignInWithApiKeyRequest, context: Context
    ) -> auth_pb.SignInWithApiKeyResponse:
        session = await self._credentials.open_session_with_api_key(
            request.api_key,
            device_name=_device_name(request.device_name, context),
            client_address=self._network(context),
        )
        return auth_pb.SignInWithApiKeyResponse(username=session.username, tokens=self._tokens(session))

    async def RefreshTokens(
        self, request: auth_pb.RefreshTokensRequest, context: Context
    ) -> auth_pb.RefreshTokensResponse:
        session = await self._credentials.rotate_session(request.refresh_token, client_address=self._network(context))
        return auth_pb.RefreshTokensResponse(tokens=self._tokens(session))

    async def SignOut(self, request: auth_pb.SignOutRequest, context: Context) -> auth_pb.SignOutResponse:
        session_id = caller().session_id
        await self._credentials.close_session(session_id)
        self._sessions.forget(session_id)
        return auth_pb.SignOutResponse()

    async def SignOutEverywhere(
        self, request: auth_pb.SignOutEverywhereRequest, context: Context
    ) -> auth_pb.SignOutEverywhereResponse:
        who = caller()
        await self._credentials.close_sessions(who.account_id)
        self._sessions.forget(who.session_id)
        return auth_pb.SignOutEverywhereResponse()

    async def ListSessions(
        self, request: auth_pb.ListSessionsRequest, context: Context
    ) -> auth_pb.ListSessionsResponse:
        who = caller()
        sessions = await self._credentials.list_sessions(who.account_id)
        return auth_pb.ListSessionsResponse(
            sessions=[
                auth_pb.Session(
                    session_id=session.session_id,
                    device_name=session.device_name,
                    create_time=session.create_time,
                    last_seen_time=session.last_seen_time,
                    expire_time=session.expire_time,
                    current=session.session_id == who.session_id,
                )
                for session in sessions
            ]
        )

    async def RevokeSession(
        self, request: auth_pb.RevokeSessionRequest, context: Context
    ) -> auth_pb.RevokeSessionResponse:
        await self._credentials.revoke_session(caller().account_id, request.session_id)
        self._sessions.forget(request.session_id)
        return auth_pb.RevokeSessionResponse()

    async def ChangePassword(
        self, request: auth_pb.ChangePasswordRequest, context: Context
    ) -> auth_pb.ChangePasswordResponse:
        await self._credentials.change_password(
            caller(),
            current_password=request.current_password,
            new_password=request.new_password,
            client_address=self._network(context),
        )
        return auth_pb.ChangePasswordResponse()

    async def RequestPasswordReset(
        self, request: auth_pb.RequestPasswordResetRequest, context: Context
    ) -> auth_pb.RequestPasswordResetResponse:
        await self._credentials.request_password_reset(request.login, client_address=self._network(context))
        return auth_pb.RequestPasswordResetResponse()

    async def ResetPassword(
        self, request: auth_pb.ResetPasswordRequest, context: Context
    ) -> auth_pb.ResetPasswordResponse:
        await self._credentials.reset_password(
            request.token, request.new_password, client_address=self._network(context)
        )
        return auth_pb.ResetPasswordResponse()

    async def UndeleteAccount(
        self, request: auth_pb.UndeleteAccountRequest, context: Context
    ) -> auth_pb.UndeleteAccountResponse:
        await self._credentials.undelete_account(
            username=request.username, password=request.password, client_address=self._network(context)
        )
        return auth_pb.UndeleteAccountResponse()

    async def GetJwks(self, request: auth_pb.GetJwksRequest, context: Context) -> auth_pb.GetJwksResponse:
        keys = (
            auth_pb.JsonWebKey(kid=key.kid, kty="EC", crv="P-256", x=key.x, y=key.y, alg="ES256", use="sig")
            for key in self._keys.public_keys
        )
        return auth_pb.GetJwksResponse(keys=keys)

    async def GetCaller(self, request: auth_pb.GetCallerRequest, context: Context) -> auth_pb.GetCallerResponse:
        who = caller()
        roles = sorted(role_value(name) for name in who.roles)
        return auth_pb.GetCallerResponse(username=who.username, roles=roles, expire_time=who.expire_time)

    def _network(self, context: Context) -> str:
        return network_of(context, trusted_proxies=self._trusted_proxies)

    def _tokens(self, session: credentials_pb.Session) -> auth_pb.Tokens:
        access_token, access_expire_time = self._issuer.issue(
            account_id=session.account_id,
            username=session.username,
            session_id=session.session_id,
            roles=map(role_name, session.roles),
        )
        return auth_pb.Tokens(
            access_token=access_token,
            access_expire_time=access_expire_time,
            refresh_token=session.refresh_token,
            refresh_expire_time=session.refresh_expire_time,
        )


def _device_name(given: str, context: Context) -> str:
    """Return what the client calls itself: as it was asked to, or else its user agent's product, cut to fit."""
    if given:
        return given
    agents = [value for key, value in context.invocation_metadata() or () if key == "user-agent"]
    agent = agents[0] if agents and isinstance(agents[0], str) else ""
    product = "".join(letter for letter in agent.partition(" ")[0] if letter.isprintable())
    return product[:DEVICE_NAME_LENGTH]
