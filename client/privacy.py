"""Who sees what of one's profile, one's e-mail address, and a forgotten password."""

from __future__ import annotations

from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import visibility_pb2 as visibility_pb

from client.accounts import AccountCalls


class PrivacyCalls(AccountCalls):
    """The calls about visibility, e-mail addresses and reset passwords."""

    async def set_visibility(self, **audiences: visibility_pb.Audience) -> visibility_pb.Visibility:
        """Say who sees the given fields of the caller's profile, and return who sees each. Raises DossierError.

        The fields are email, gender, city, club, about, statistics and games; the others keep their audience.
        """
        visibility = visibility_pb.Visibility(**audiences)
        request = account_pb.SetVisibilityRequest(visibility=visibility)
        method = self._connection.stubs.accounts.SetVisibility
        return (await self._connection.unary(method, request, signed_in=True, repeatable=True)).visibility

    async def change_email(self, email: str, password: str) -> None:
        """Ask for another address, which holds once the token from its mail is confirmed; "" removes the address.

        Raises DossierError (CREDENTIALS_WRONG, MAILER_MISSING, TOO_MANY_MAILS).
        """
        request = account_pb.ChangeEmailRequest(email=email, password=password)
        await self._connection.unary(self._connection.stubs.accounts.ChangeEmail, request, signed_in=True)

    async def request_email_confirmation(self) -> None:
        """Have the mail with the token sent again. Raises DossierError (EMAIL_NOT_PENDING, TOO_MANY_MAILS)."""
        request = account_pb.RequestEmailConfirmationRequest()
        method = self._connection.stubs.accounts.RequestEmailConfirmation
        await self._connection.unary(method, request, signed_in=True)

    async def confirm_email(self, token: str) -> None:
        """Confirm the address that a token was sent to; nobody need be signed in.

        Raises DossierError (MAIL_TOKEN_INVALID, EMAIL_TAKEN).
        """
        request = account_pb.ConfirmEmailRequest(token=token)
        await self._connection.unary(self._connection.stubs.accounts.ConfirmEmail, request)

    async def request_password_reset(self, login: str) -> None:
        """Have a mail sent to the account of a username or confirmed address; whether there is one is not told.

        Raises DossierError (MAILER_MISSING, TOO_MANY_MAILS).
        """
        request = auth_pb.RequestPasswordResetRequest(login=login)
        await self._connection.unary(self._connection.stubs.auth.RequestPasswordReset, request)

    async def reset_password(self, token: str, new: str) -> None:
        """Give the account that a token was sent to another password, ending all its sessions.

        Raises DossierError (MAIL_TOKEN_INVALID, PASSWORD_TOO_COMMON, SERVER_BUSY).
        """
        request = auth_pb.ResetPasswordRequest(token=token, new_password=new)
        await self._connection.unary(self._connection.stubs.auth.ResetPassword, request)
