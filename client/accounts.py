"""Sign-up, sign-in, sign-out and the caller's own account."""

from __future__ import annotations

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import account_service_pb2 as account_pb

from client.connection import Connection
from client.errors import DossierError, not_signed_in


class AccountCalls:
    """The calls about sessions and the caller's own account."""

    _connection: Connection

    @property
    def signed_in_as(self) -> str | None:
        """The username whose credentials are kept, or None; the server is not asked."""
        held = self._connection.tokens.peek()
        return held.username if held else None

    def own_username(self) -> str:
        """Return the signed-in username. Raises DossierError (TOKEN_MISSING)."""
        username = self.signed_in_as
        if username is None:
            raise not_signed_in()
        return username

    async def sign_up(
        self, username: str, password: str, *, display_name: str = "", email: str = "", device_name: str = ""
    ) -> None:
        """Open an account and sign it in. Raises DossierError (USERNAME_TAKEN, PASSWORD_TOO_COMMON, …)."""
        request = auth_pb.SignUpRequest(
            username=username, password=password, display_name=display_name, email=email, device_name=device_name
        )
        answer = await self._connection.unary(self._connection.stubs.auth.SignUp, request)
        await self._connection.tokens.adopt(answer.username, answer.tokens)

    async def sign_in(self, username: str, password: str, *, device_name: str = "") -> None:
        """Open a session and keep its tokens. Raises DossierError (CREDENTIALS_WRONG, ACCOUNT_BANNED, …).

        `device_name` is what the session is called in the owner's list, up to 100 characters.
        """
        request = auth_pb.SignInRequest(username=username, password=password, device_name=device_name)
        answer = await self._connection.unary(self._connection.stubs.auth.SignIn, request)
        await self._connection.tokens.adopt(username, answer.tokens)

    async def sign_in_with_api_key(self, api_key: str, *, device_name: str = "") -> str:
        """Open a session of a service account, keep its tokens, and return its username.

        Raises DossierError (API_KEY_INVALID, ACCOUNT_BANNED).
        """
        request = auth_pb.SignInWithApiKeyRequest(api_key=api_key, device_name=device_name)
        answer = await self._connection.unary(self._connection.stubs.auth.SignInWithApiKey, request)
        await self._connection.tokens.adopt(answer.username, answer.tokens)
        return answer.username

    async def sign_out(self) -> None:
        """End the session and forget its tokens, also when the server cannot be told. Raises DossierError."""
        request = auth_pb.SignOutRequest()
        method = self._connection.stubs.auth.SignOut
        try:
            await self._connection.unary(method, request, signed_in=True, repeatable=True)
        except DossierError as error:
            if error.code is not grpc.StatusCode.UNAUTHENTICATED:
                raise
        finally:
            await self._connection.tokens.forget()

    async def sign_out_everywhere(self) -> None:
        """End every session of the account, this one included, and forget its tokens. Raises DossierError."""
        request = auth_pb.SignOutEverywhereRequest()
        await self._connection.unary(self._connection.stubs.auth.SignOutEverywhere, request, signed_in=True)
        await self._connection.tokens.forget()

    async def list_sessions(self) -> list[auth_pb.Session]:
        """Return the account's live sessions, the one used last first. Raises DossierError."""
        request = auth_pb.ListSessionsRequest()
        method = self._connection.stubs.auth.ListSessions
        return list((await self._connection.unary(method, request, signed_in=True, repeatable=True)).sessions)

    async def revoke_session(self, session_id: str) -> None:
        """End one of the account's sessions. Raises DossierError (SESSION_NOT_FOUND)."""
        request = auth_pb.RevokeSessionRequest(session_id=session_id)
        await self._connection.unary(self._connection.stubs.auth.RevokeSession, request, signed_in=True)

    async def change_password(self, current: str, new: str) -> None:
        """Give the account another password, ending its other sessions.

        Raises DossierError (CREDENTIALS_WRONG, PASSWORD_TOO_COMMON, SERVER_BUSY).
        """
        request = auth_pb.ChangePasswordRequest(current_password=current, new_password=new)
        await self._connection.unary(self._connection.stubs.auth.ChangePassword, request, signed_in=True)

    async def caller(self) -> auth_pb.GetCallerResponse:
        """Return who the access token says the caller is. Raises DossierError."""
        request = auth_pb.GetCallerRequest()
        method = self._connection.stubs.auth.GetCaller
        return await self._connection.unary(method, request, signed_in=True, repeatable=True)

    async def get_account(self) -> account_pb.Account:
        """Return the private side of the caller's account. Raises DossierError."""
        request = account_pb.GetAccountRequest()
        method = self._connection.stubs.accounts.GetAccount
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.account

    async def delete_account(self, password: str) -> None:
        """Delete the caller's account for good and forget its tokens. Raises DossierError (CREDENTIALS_WRONG)."""
        request = account_pb.DeleteAccountRequest(username=self.own_username(), password=password)
        await self._connection.unary(self._connection.stubs.accounts.DeleteAccount, request, signed_in=True)
        await self._connection.tokens.forget()
