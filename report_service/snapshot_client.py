"""Asks profile_service for one consistent picture of a player, a season or a game."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import grpc
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.club_snapshots import game_snapshot, season_snapshot
from report_service.document.snapshot import GameSnapshot, PlayerSnapshot, Scope, SeasonSnapshot, Snapshot
from report_service.errors import GameNotFound, PlayerNotFound
from report_service.player_snapshots import player_snapshot
from report_service.reports import Report
from report_service.wishes import Kind
from runtime.channels import internal_metadata, raise_unavailable
from runtime.service_tokens import ServiceTokens

TIMEOUT_SECONDS = 10.0
_ALL_GAMES = Scope()
Response = TypeVar("Response")


class SnapshotClient:
    """The worker's side of `SnapshotService`, over a channel to profile_service.

    Each picture is what the viewer, an account's id, may see; each call raises Unavailable or DeadlineExceeded.
    """

    def __init__(self, profile: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = snapshot_rpc.SnapshotServiceStub(profile)
        self._tokens = tokens

    async def fetch(self, job: Report) -> Snapshot:
        """See `report_service.worker.Snapshots`."""
        if job.kind is Kind.SEASON_REPORT:
            return await self.season(job.report_id, viewer_id=job.owner_id, scope=job.scope)
        if job.kind is Kind.GAME_CERTIFICATE:
            return await self.game(job.report_id, job.game_id, viewer_id=job.owner_id)
        return await self.player(
            job.report_id, job.username, viewer_id=job.owner_id, include_email=job.include_email, scope=job.scope
        )

    async def player(
        self, report_id: str, username: str, *, viewer_id: str, include_email: bool = False, scope: Scope = _ALL_GAMES
    ) -> PlayerSnapshot:
        """Return a player with their games in the scope. Raises PlayerNotFound."""
        request = snapshot_pb.GetSnapshotRequest(
            username=username,
            include_email=include_email,
            viewer_account_id=viewer_id,
            season=scope.season,
            kind=_kind(scope),
            start_time=_timestamp(scope.start_time),
            end_time=_timestamp(scope.end_time),
        )
        absent = PlayerNotFound("No account has this username.", username=username)
        answer = await self._ask(self._stub.GetSnapshot, request, absent)
        return player_snapshot(report_id, scope, answer)

    async def season(self, report_id: str, *, viewer_id: str, scope: Scope) -> SeasonSnapshot:
        """Return the season and kind of games in the scope."""
        request = snapshot_pb.GetSeasonSnapshotRequest(
            season=scope.season, kind=_kind(scope), viewer_account_id=viewer_id
        )
        answer = await self._ask(self._stub.GetSeasonSnapshot, request)
        return season_snapshot(report_id, scope, answer)

    async def game(self, report_id: str, game_id: str, *, viewer_id: str) -> GameSnapshot:
        """Return a game. Raises GameNotFound."""
        request = snapshot_pb.GetGameSnapshotRequest(game_id=game_id, viewer_account_id=viewer_id)
        absent = GameNotFound("No game has this id.", game_id=game_id)
        answer = await self._ask(self._stub.GetGameSnapshot, request, absent)
        return game_snapshot(report_id, answer)

    async def _ask(
        self, method: Callable[..., Awaitable[Response]], request: Message, absent: Exception | None = None
    ) -> Response:
        try:
            return await method(
                request,
                timeout=TIMEOUT_SECONDS,
                # A restart of profile_service is waited out; failing at once would use up the report's attempts.
                wait_for_ready=True,
                metadata=internal_metadata(self._tokens, audience="profile_service"),
            )
        except grpc.aio.AioRpcError as error:
            if absent is not None and error.code() is grpc.StatusCode.NOT_FOUND:
                raise absent from error
            raise_unavailable(error, dependency="profile service")


def _kind(scope: Scope) -> str:
    return f"GAME_KIND_{scope.kind.name if scope.kind else 'UNSPECIFIED'}"


def _timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp
