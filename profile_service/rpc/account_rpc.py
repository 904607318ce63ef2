"""AccountService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc

from profile_service.credentials import Account, CredentialRules
from profile_service.deletions import Deletions, Mode, Receipt, Step
from profile_service.emails import Emails
from profile_service.errors import UserNotFound
from profile_service.game_messages import timestamp
from profile_service.rpc.messages import audiences_of, visibility_message
from profile_service.storage.credential_store import CredentialStore
from profile_service.storage.user_store import UserStore
from runtime.calls import caller
from runtime.contract import role_value

Context = grpc.aio.ServicerContext[Any, Any]
# All other steps are parts of the purge.
_STATES = {
    Step.SCHEDULED: account_pb.DELETION_STATE_SCHEDULED,
    Step.PURGED: account_pb.DELETION_STATE_PURGED,
    Step.UNDELETED: account_pb.DELETION_STATE_UNDELETED,
}


class AccountServicer(account_rpc.AccountServiceServicer):
    """Serves the caller's own account."""

    def __init__(
        self,
        store: CredentialStore,
        users: UserStore,
        *,
        rules: CredentialRules,
        emails: Emails,
        deletions: Deletions,
    ) -> None:
        self._store = store
        self._users = users
        self._rules = rules
        self._emails = emails
        self._deletions = deletions

    async def GetAccount(
        self, request: account_pb.GetAccountRequest, context: Context
    ) -> account_pb.GetAccountResponse:
        account = await self._store.get_account(caller().account_id)
        if account is None:
            raise UserNotFound(caller().username)
        return account_pb.GetAccountResponse(account=account_message(account))

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
        await self._rules.require_owner(caller(), request.username, request.password)
        receipt = await self._deletions.schedule(caller(), mode=_mode(request.mode))
        return account_pb.DeleteAccountResponse(receipt=_receipt_message(receipt))

    async def GetDeletionReceipt(
        self, request: account_pb.GetDeletionReceiptRequest, context: Context
    ) -> account_pb.GetDeletionReceiptResponse:
        receipt = await self._deletions.receipt(request.receipt_id)
        return account_pb.GetDeletionReceiptResponse(receipt=_receipt_message(receipt))


def account_message(account: Account) -> account_pb.Account:
    """Return an account's private side as a message."""
    return account_pb.Account(
        username=account.username,
        email=account.email,
        roles=sorted(map(role_value, account.roles)),
        create_time=timestamp(account.create_time),
        visibility=visibility_message(account.visibility),
        email_confirmed=account.email_confirmed,
        pending_email=account.pending_email,
    )


def _mode(value: account_pb.DeletionMode) -> Mode:
    if value == account_pb.DELETION_MODE_ERASE:
        return Mode.ERASE
    return Mode.ANONYMISE_SEAT


def _receipt_message(receipt: Receipt) -> account_pb.DeletionReceipt:
    return account_pb.DeletionReceipt(
        receipt_id=receipt.receipt_id,
        state=_STATES.get(receipt.step, account_pb.DELETION_STATE_PURGING),
        mode=f"DELETION_MODE_{receipt.mode}",
        schedule_time=timestamp(receipt.schedule_time),
        purge_time=timestamp(receipt.purge_time),
        end_time=None if receipt.end_time is None else timestamp(receipt.end_time),
        counts=account_pb.PurgedCounts(**receipt.counts),
        seal=receipt.seal,
    )
