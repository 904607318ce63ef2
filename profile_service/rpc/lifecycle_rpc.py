"""LifecycleService: decode, use case, encode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.lifecycle.v1 import lifecycle_service_pb2_grpc as lifecycle_rpc

from profile_service.credentials import Account
from profile_service.deletions import Deletions
from profile_service.errors import AccountNotFound
from profile_service.game_messages import timestamp
from profile_service.rpc.account_rpc import account_message
from profile_service.rpc.messages import user_message
from profile_service.rpc.snapshot_messages import played_game_message
from profile_service.rpc.stats_messages import stats_message
from profile_service.sessions import ListedSession
from profile_service.snapshots import Snapshots
from profile_service.statistics import NO_GAMES
from profile_service.storage.credential_store import CredentialStore
from profile_service.storage.export_store import ExportStore, OwnEvent
from profile_service.visibility import viewer
from runtime.pages import page_size

Context = grpc.aio.ServicerContext[Any, Any]


class LifecycleServicer(lifecycle_rpc.LifecycleServiceServicer):
    """Serves report_service."""

    def __init__(
        self, accounts: CredentialStore, *, snapshots: Snapshots, exports: ExportStore, deletions: Deletions
    ) -> None:
        self._accounts = accounts
        self._snapshots = snapshots
        self._exports = exports
        self._deletions = deletions

    async def ReadAccount(
        self, request: lifecycle_pb.ReadAccountRequest, context: Context
    ) -> AsyncIterator[lifecycle_pb.ReadAccountResponse]:
        account = await self._accounts.get_account(request.account_id)
        if account is None:
            raise AccountNotFound()
        yield lifecycle_pb.ReadAccountResponse(account=await self._whole(account))
        async for sessions in self._exports.sessions(account.account_id):
            yield lifecycle_pb.ReadAccountResponse(sessions=map(_session_message, sessions))
        async for games in self._exports.games(account.account_id):
            yield lifecycle_pb.ReadAccountResponse(games=map(played_game_message, games))
        async for events in self._exports.audit_events(account.account_id):
            yield lifecycle_pb.ReadAccountResponse(audit_events=map(_event_message, events))
        await self._exports.record_export(account.account_id, request.export_id)

    async def ListPurges(
        self, request: lifecycle_pb.ListPurgesRequest, context: Context
    ) -> lifecycle_pb.ListPurgesResponse:
        waiting = await self._deletions.waiting(limit=page_size(request.page_size))
        return lifecycle_pb.ListPurgesResponse(
            purges=[
                lifecycle_pb.Purge(receipt_id=purge.receipt_id, account_id=purge.account_id, username=purge.username)
                for purge in waiting
            ]
        )

    async def ConfirmPurge(
        self, request: lifecycle_pb.ConfirmPurgeRequest, context: Context
    ) -> lifecycle_pb.ConfirmPurgeResponse:
        counts = {
            "report_count": request.counts.report_count,
            "foreign_report_count": request.counts.foreign_report_count,
            "export_count": request.counts.export_count,
        }
        await self._deletions.confirm(request.receipt_id, counts)
        return lifecycle_pb.ConfirmPurgeResponse()

    async def _whole(self, account: Account) -> lifecycle_pb.ExportedAccount:
        owner = viewer(account.account_id)
        snapshot = await self._snapshots.take(account.username, owner)
        return lifecycle_pb.ExportedAccount(
            user=user_message(snapshot.user, owner),
            account=account_message(account),
            statistics=stats_message(snapshot.stats or NO_GAMES),
            avatar=snapshot.avatar,
        )


def _event_message(event: OwnEvent) -> lifecycle_pb.ExportedAuditEvent:
    return lifecycle_pb.ExportedAuditEvent(
        event_time=timestamp(event.event_time),
        kind=event.kind,
        address=event.address,
        details=event.details,
        done_by_owner=event.done_by_owner,
        done_to_owner=event.done_to_owner,
    )


def _session_message(session: ListedSession) -> lifecycle_pb.ExportedSession:
    return lifecycle_pb.ExportedSession(
        session_id=session.session_id,
        device_name=session.device_name,
        create_time=timestamp(session.create_time),
        last_seen_time=timestamp(session.last_seen_time),
        expire_time=timestamp(session.expire_time),
        end_time=None if session.end_time is None else timestamp(session.end_time),
    )
