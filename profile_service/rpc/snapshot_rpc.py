"""SnapshotService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc

from profile_service.game_messages import KIND
from profile_service.rpc.messages import period_of
from profile_service.rpc.snapshot_messages import snapshot_message
from profile_service.snapshots import GamesAsked, Snapshots
from profile_service.visibility import viewer

Context = grpc.aio.ServicerContext[Any, Any]


class SnapshotServicer(snapshot_rpc.SnapshotServiceServicer):
    """Serves the report worker."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def GetSnapshot(
        self, request: snapshot_pb.GetSnapshotRequest, context: Context
    ) -> snapshot_pb.GetSnapshotResponse:
        for_whom, period = viewer(request.viewer_account_id), period_of(request)
        games = GamesAsked(request.season, KIND.word(request.kind), period.start, period.end)
        snapshot = await self._snapshots.take(
            request.username, for_whom, games=games, include_email=request.include_email
        )
        return snapshot_message(snapshot, for_whom)
