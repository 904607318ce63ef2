"""SnapshotService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc

from profile_service.game_messages import RESULT, ROLE, duration, timestamp
from profile_service.rpc.messages import user_message
from profile_service.rpc.stats_messages import stats_message
from profile_service.snapshots import Snapshots
from profile_service.statistics import NO_GAMES, PlayedGame
from profile_service.visibility import viewer

Context = grpc.aio.ServicerContext[Any, Any]


class SnapshotServicer(snapshot_rpc.SnapshotServiceServicer):
    """Serves the report worker."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def GetSnapshot(
        self, request: snapshot_pb.GetSnapshotRequest, context: Context
    ) -> snapshot_pb.GetSnapshotResponse:
        for_whom = viewer(request.viewer_account_id)
        snapshot = await self._snapshots.take(request.username, for_whom, include_email=request.include_email)
        return snapshot_pb.GetSnapshotResponse(
            user=user_message(snapshot.user, for_whom),
            email=snapshot.email,
            avatar=snapshot.avatar,
            stats=stats_message(snapshot.stats or NO_GAMES),
            games=map(played_game_message, snapshot.games or ()),
            read_time=timestamp(snapshot.read_time),
            stats_hidden=snapshot.stats is None,
            games_hidden=snapshot.games is None,
        )


def played_game_message(game: PlayedGame) -> snapshot_pb.PlayedGame:
    """Return a game as its player saw it as a message."""
    return snapshot_pb.PlayedGame(
        game_id=game.game_id,
        start_time=timestamp(game.start_time),
        duration=duration(game.duration),
        seat_number=game.seat_number,
        role=ROLE.value(game.role),
        result=RESULT.value(game.result),
    )
