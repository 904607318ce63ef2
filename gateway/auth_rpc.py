"""AuthService: opens and ends sessions, hands out tokens."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb

from gateway.credentials_client import CredentialsClient
from gateway.tokens import KeyRing, TokenIssuer
from runtime.calls import caller
from runtime.contract import role_name, role_value
from runtime.sessions import SessionCheck

Context = grpc.aio.ServicerContext[Any, Any]


class AuthRpc(auth_rpc.AuthServiceServicer):
    """Decodes, asks profile_service, signs."""

    def __init__(
        self, credentials: CredentialsClient, *, keys: KeyRing, issuer: TokenIssuer, sessions: SessionCheck
    ) -> None:
        self._credentials = credentials
        self._keys = keys
        self._issuer = issuer
        self._sessions = sessions

    async def SignUp(self, request: auth_pb.SignUpRequest, context: Context) -> auth_pb.SignUpResponse:
        session = await self._credentials.create_account(
            username=request.username,
            password=request.password,
            display_name=request.display_name,
            email=request.email,
        )
        return auth_pb.SignUpResponse(username=session.username, tokens=self._tokens(session))

    async def SignIn(self, request: auth_pb.SignInRequest, context: Context) -> auth_pb.SignInResponse:
        session = await self._credentials.open_session(username=request.username, password=request.password)
        return auth_pb.SignInResponse(tokens=self._tokens(session))

    async def RefreshTokens(
        self, request: auth_pb.RefreshTokensRequest, context: Context
    ) -> auth_pb.RefreshTokensResponse:
        session = await self._credentials.rotate_session(request.refresh_token)
        return auth_pb.RefreshTokensResponse(tokens=self._tokens(session))

    async def SignOut(self, request: auth_pb.SignOutRequest, context: Context) -> auth_pb.SignOutResponse:
        session_id = caller().session_id
        await self._credentials.close_session(session_id)
        self._sessions.forget(session_id)
        return auth_pb.SignOutResponse()

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
