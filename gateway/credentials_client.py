"""Asks profile_service about accounts, passwords and sign-in sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn, TypeVar

import grpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc
from google.protobuf.message import Message

from gateway.upstream import PROFILE_SERVICE, raise_answer
from runtime.calls import Caller, seconds_left
from runtime.channels import Patience, internal_metadata
from runtime.errors import Unavailable
from runtime.service_tokens import ServiceTokens
from runtime.statuses import reason_of

# Passwords are hashed on purpose slowly, and wait for their turn.
TIMEOUT_SECONDS = 10.0
# Said of a service token, which is ours and not the caller's.
_NOT_ABOUT_THE_CALLER = frozenset({"TOKEN_MISSING", "TOKEN_INVALID", "TOKEN_EXPIRED"})
Response = TypeVar("Response")


class CredentialsClient:
    """CredentialsService over a channel to profile_service.

    Its refusals go on to the caller unchanged. Each method raises Forwarded, Unavailable or DeadlineExceeded.
    """

    def __init__(self, profile: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = credentials_rpc.CredentialsServiceStub(profile)
        self._tokens = tokens
        self._patience = Patience(profile, dependency=PROFILE_SERVICE)

    async def create_account(
        self, *, username: str, password: str, display_name: str, email: str, device_name: str, client_address: str
    ) -> credentials_pb.Session:
        """Open an account and return its first session. `client_address` is a network (runtime.addresses)."""
        request = credentials_pb.CreateAccountRequest(
            username=username,
            password=password,
            display_name=display_name,
            email=email,
            device_name=device_name,
            client_address=client_address,
        )
        return (await self._ask(self._stub.CreateAccount, request)).session

    async def open_session(
        self, *, username: str, password: str, device_name: str, client_address: str
    ) -> credentials_pb.Session:
        """Check a password and return a new session. `client_address` is a network (runtime.addresses)."""
        request = credentials_pb.OpenSessionRequest(
            username=username, password=password, device_name=device_name, client_address=client_address
        )
        return (await self._ask(self._stub.OpenSession, request)).session

    async def open_session_with_api_key(
        self, api_key: str, *, device_name: str, client_address: str
    ) -> credentials_pb.Session:
        """Check an API key and return a new session. `client_address` is a network (runtime.addresses)."""
        request = credentials_pb.OpenSessionWithApiKeyRequest(
            api_key=api_key, device_name=device_name, client_address=client_address
        )
        return (await self._ask(self._stub.OpenSessionWithApiKey, request)).session

    async def rotate_session(self, refresh_token: str, *, client_address: str) -> credentials_pb.Session:
        """Return the session of a refresh token with the token's successor. `client_address` is a network."""
        request = credentials_pb.RotateSessionRequest(refresh_token=refresh_token, client_address=client_address)
        return (await self._ask(self._stub.RotateSession, request)).session

    async def close_session(self, session_id: str) -> None:
        """End a session; ended ones stay ended."""
        await self._ask(self._stub.CloseSession, credentials_pb.CloseSessionRequest(session_id=session_id))

    async def close_sessions(self, account_id: str) -> None:
        """End all sessions of an account."""
        await self._ask(self._stub.CloseSessions, credentials_pb.CloseSessionsRequest(account_id=account_id))

    async def revoke_session(self, account_id: str, session_id: str) -> None:
        """End a live session of an account."""
        request = credentials_pb.RevokeSessionRequest(account_id=account_id, session_id=session_id)
        await self._ask(self._stub.RevokeSession, request)

    async def list_sessions(self, account_id: str) -> Sequence[credentials_pb.LiveSession]:
        """Return the live sessions of an account, the one used last first."""
        request = credentials_pb.ListSessionsRequest(account_id=account_id)
        return (await self._ask(self._stub.ListSessions, request)).sessions

    async def change_password(
        self, caller: Caller, *, current_password: str, new_password: str, client_address: str
    ) -> None:
        """Give the caller's account another password, ending its sessions but the caller's.

        `client_address` is a network (runtime.addresses).
        """
        request = credentials_pb.ChangePasswordRequest(
            account_id=caller.account_id,
            session_id=caller.session_id,
            current_password=current_password,
            new_password=new_password,
            client_address=client_address,
        )
        await self._ask(self._stub.ChangePassword, request)

    async def request_password_reset(self, login: str, *, client_address: str) -> None:
        """Have a mail sent to whoever is meant, if anybody. `client_address` is a network (runtime.addresses)."""
        request = credentials_pb.RequestPasswordResetRequest(login=login, client_address=client_address)
        await self._ask(self._stub.RequestPasswordReset, request)

    async def reset_password(self, token: str, new_password: str, *, client_address: str) -> None:
        """Replace the password of the account that a token was sent to. `client_address` is a network."""
        request = credentials_pb.ResetPasswordRequest(
            token=token, new_password=new_password, client_address=client_address
        )
        await self._ask(self._stub.ResetPassword, request)

    async def undelete_account(self, *, username: str, password: str, client_address: str) -> None:
        """Check a password and bring back an account that was deleted. `client_address` is a network."""
        request = credentials_pb.UndeleteAccountRequest(
            username=username, password=password, client_address=client_address
        )
        await self._ask(self._stub.UndeleteAccount, request)

    async def _ask(self, method: Callable[..., Awaitable[Response]], request: Message) -> Response:
        await self._patience.connected()
        try:
            return await method(
                request,
                timeout=seconds_left(TIMEOUT_SECONDS),
                metadata=internal_metadata(self._tokens, audience="profile_service"),
            )
        except grpc.aio.AioRpcError as error:
            _raise(error)


def _raise(error: grpc.aio.AioRpcError) -> NoReturn:
    if error.code() is grpc.StatusCode.UNAUTHENTICATED and reason_of(error) in _NOT_ABOUT_THE_CALLER:
        raise Unavailable("Signing in does not work just now; try again later.", dependency=PROFILE_SERVICE) from error
    raise_answer(error, dependency=PROFILE_SERVICE)
