"""AccountService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc

from profile_service.avatars import BlobStore, discard
from profile_service.credentials import CredentialRules
from profile_service.emails import Emails
from profile_service.errors import UserNotFound
from profile_service.rpc.messages import audiences_of, timestamp, visibility_message
from profile_service.storage.credential_store import CredentialStore
from profile_service.storage.user_store import UserStore
from runtime.calls import caller
from runtime.contract import role_value

Context = grpc.aio.ServicerContext[Any, Any]


class AccountServicer(account_rpc.AccountServiceServicer):
    """Serves the caller's own account."""

    def __init__(
        self, store: CredentialStore, users: UserStore, *, rules: CredentialRules, emails: Emails, blobs: BlobStore
    ) -> None:
        self._store = store
        self._users = users
        self._rules = rules
        self._emails = emails
        self._blobs = blobs

    async def GetAccount(
        self, request: account_pb.GetAccountRequest, context: Context
    ) -> account_pb.GetAccountResponse:
        account = await self._store.get_account(caller().account_id)
        if account is None:
            raise UserNotFound(caller().username)
        return account_pb.GetAccountResponse(
            account=account_pb.Account(
                username=account.username,
                email=account.email,
                roles=sorted(map(role_value, account.roles)),
                create_time=timestamp(account.create_time),
                visibility=visibility_message(account.visibility),
                email_confirmed=account.email_confirmed,
                pending_email=account.pending_email,
            )
        )

    async def SetVisibility(
        self, request: account_pb.SetVisibilityRequest, context: Context
    ) -> account_pb.SetVisibilityResponse:
        visibility = await self._users.set_visibility(caller().account_id, audiences_of(request.visibility))
        if visibility is None:
            raise UserNotFound(caller().username)
        return account_pb.SetVisibilityResponse(visibility=visibility_message(visibility))

    async def ChangeEmail(
        self, request: account_pb.ChangeEmailRequest, context: Context
    ) -> account_pb.ChangeEmailResponse:
        await self._emails.change(caller(), request.email, request.password)
        return account_pb.ChangeEmailResponse()

    async def RequestEmailConfirmation(
        self, request: account_pb.RequestEmailConfirmationRequest, context: Context
    ) -> account_pb.RequestEmailConfirmationResponse:
        await self._emails.request_confirmation(caller())
        return account_pb.RequestEmailConfirmationResponse()

    async def ConfirmEmail(
        self, request: account_pb.ConfirmEmailRequest, context: Context
    ) -> account_pb.ConfirmEmailResponse:
        await self._emails.confirm(request.token)
        return account_pb.ConfirmEmailResponse()

    async def DeleteAccount(
        self, request: account_pb.DeleteAccountRequest, context: Context
    ) -> account_pb.DeleteAccountResponse:
        blob_keys = await self._rules.erase_account(caller(), request.username, request.password)
        await discard(self._blobs, blob_keys)
        return account_pb.DeleteAccountResponse()
