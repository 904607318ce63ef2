"""Asks profile_service for an account's data and for the accounts that are to be purged."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

import grpc
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.lifecycle.v1 import lifecycle_service_pb2_grpc as lifecycle_rpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from report_service.account_purges import AccountPurge, Counts
from report_service.errors import PlayerNotFound
from report_service.exports import Section
from runtime.channels import internal_metadata, raise_unavailable
from runtime.service_tokens import ServiceTokens

TIMEOUT_SECONDS = 10.0
READ_SECONDS = 60.0
_DEPENDENCY = "profile service"
_LISTS = ("sessions", "games", "audit_events")
Response = TypeVar("Response")


class LifecycleClient:
    """`LifecycleService` over a channel to profile_service."""

    def __init__(self, profile: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = lifecycle_rpc.LifecycleServiceStub(profile)
        self._tokens = tokens

    async def read(self, account_id: str, *, export_id: str) -> AsyncGenerator[Section, None]:
        """See `report_service.exports.Accounts`."""
        call = self._stub.ReadAccount(
            lifecycle_pb.ReadAccountRequest(account_id=account_id, export_id=export_id),
            timeout=READ_SECONDS,
            wait_for_ready=True,
            metadata=self._metadata(),
        )
        try:
            async for message in call:
                for section in _sections(message):
                    yield section
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise PlayerNotFound("The account is hidden or gone.") from error
            raise_unavailable(error, dependency=_DEPENDENCY)
        finally:
            call.cancel()

    async def purges(self, *, limit: int) -> list[AccountPurge]:
        """See `report_service.account_purges.Accounts`."""
        answer = await self._ask(self._stub.ListPurges, lifecycle_pb.ListPurgesRequest(page_size=limit))
        return [AccountPurge(purge.receipt_id, purge.account_id, purge.username) for purge in answer.purges]

    async def confirm(self, receipt_id: str, counts: Counts) -> None:
        """See `report_service.account_purges.Accounts`."""
        deleted = account_pb.PurgedCounts(
            report_count=counts.reports, foreign_report_count=counts.foreign_reports, export_count=counts.exports
        )
        request = lifecycle_pb.ConfirmPurgeRequest(receipt_id=receipt_id, counts=deleted)
        await self._ask(self._stub.ConfirmPurge, request)

    async def _ask(self, method: Callable[..., Awaitable[Response]], request: Message) -> Response:
        try:
            return await method(request, timeout=TIMEOUT_SECONDS, metadata=self._metadata())
        except grpc.aio.AioRpcError as error:
            raise_unavailable(error, dependency=_DEPENDENCY)

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return internal_metadata(self._tokens, audience="profile_service")


def _sections(message: lifecycle_pb.ReadAccountResponse) -> Iterable[Section]:
    if message.HasField("account"):
        whole = message.account
        yield Section("avatar", whole.avatar)
        yield Section("profile", _plain(whole.user))
        yield Section("account", _plain(whole.account))
        yield Section("statistics", _plain(whole.statistics))
    for name in _LISTS:
        rows = getattr(message, name)
        if rows:
            yield Section(name, [_plain(row) for row in rows])


def _plain(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
