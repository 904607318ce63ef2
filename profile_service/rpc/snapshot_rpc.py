"""SnapshotService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc

from profile_service.errors import GameNotFound
from profile_service.game_messages import KIND
from profile_service.rpc.messages import games_of, period_of
from profile_service.rpc.snapshot_messages import game_snapshot_message, season_message, snapshot_message
from profile_service.snapshots import GamesAsked, Snapshots
from profile_service.storage.game_store import GameStore
from profile_service.storage.season_store import SeasonStore
from profile_service.visibility import viewer

Context = grpc.aio.ServicerContext[Any, Any]


class SnapshotServicer(snapshot_rpc.SnapshotServiceServicer):
    """Serves the report worker."""

    def __init__(self, snapshots: Snapshots, seasons: SeasonStore, games: GameStore) -> None:
        self._snapshots = snapshots
        self._seasons = seasons
        self._games = games

    async def GetSnapshot(
        self, request: snapshot_pb.GetSnapshotRequest, context: Context
    ) -> snapshot_pb.GetSnapshotResponse:
        for_whom, period = viewer(request.viewer_account_id), period_of(request)
        games = GamesAsked(request.season, KIND.word(request.kind), period.start, period.end)
        snapshot = await self._snapshots.take(
            request.username, for_whom, games=games, include_email=request.include_email
        )
        return snapshot_message(snapshot, for_whom)

    async def GetSeasonSnapshot(
        self, request: snapshot_pb.GetSeasonSnapshotRequest, context: Context
    ) -> snapshot_pb.GetSeasonSnapshotResponse:
        return season_message(await self._seasons.snapshot(games_of(request), viewer(request.viewer_account_id)))

    async def GetGameSnapshot(
        self, request: snapshot_pb.GetGameSnapshotRequest, context: Context
    ) -> snapshot_pb.GetGameSnapshotResponse:
        snapshot = await self._games.snapshot(request.game_id, viewer(request.viewer_account_id))
        if snapshot is None:
            raise GameNotFound(request.game_id)
        return game_snapshot_message(snapshot)
