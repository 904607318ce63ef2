"""profile_service as the report service sees it: pictures of players, seasons and games, and who can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from runtime.service_tokens import ServiceTokens

SECRET = b"a-secret-of-the-stage-0123456789abcdef"
NOW = datetime(2026, 11, 23, 17, 45, tzinfo=UTC)
GAME_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
Context = grpc.aio.ServicerContext[Any, Any]


@dataclass
class FakeSnapshots(snapshot_rpc.SnapshotServiceServicer):
    """SnapshotService. `faults` are codes to fail with, one a call; unknown players and games are absent."""

    faults: list[grpc.StatusCode] = field(default_factory=list)
    players: set[str] = field(default_factory=lambda: {"anna", "bert"})
    requests: list[Any] = field(default_factory=list)

    async def GetSnapshot(
        self, request: snapshot_pb.GetSnapshotRequest, context: Context
    ) -> snapshot_pb.GetSnapshotResponse:
        await self._enter(request, context)
        if request.username not in self.players:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such player")
        return a_snapshot_message(request.username, email="anna@example.org" if request.include_email else "")

    async def GetSeasonSnapshot(
        self, request: snapshot_pb.GetSeasonSnapshotRequest, context: Context
    ) -> snapshot_pb.GetSeasonSnapshotResponse:
        await self._enter(request, context)
        return snapshot_pb.GetSeasonSnapshotResponse(read_time=_moment(), red_wins=7)

    async def GetGameSnapshot(
        self, request: snapshot_pb.GetGameSnapshotRequest, context: Context
    ) -> snapshot_pb.GetGameSnapshotResponse:
        await self._enter(request, context)
        if request.game_id != GAME_ID:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such game")
        game = game_pb.Game(game_id=GAME_ID, start_time=_moment(), winner=game_pb.WINNER_RED)
        return snapshot_pb.GetGameSnapshotResponse(read_time=_moment(), game=game)

    async def _enter(self, request: Message, context: Context) -> None:
        self.requests.append(request)
        ServiceTokens(SECRET, issuer="profile_service").verify(
            dict(context.invocation_metadata() or ())["authorization"].removeprefix("Bearer ")
        )
        if self.faults:
            await context.abort(self.faults.pop(0), "as the test wants it")


@dataclass
class FakeProfiles(profile_rpc.ProfileServiceServicer):
    """ProfileService, which tells anybody of each player who is not `hidden`, unless it is `away`."""

    hidden: set[str] = field(default_factory=set)
    away: bool = False

    async def GetUser(self, request: profile_pb.GetUserRequest, context: Context) -> profile_pb.GetUserResponse:
        assert "authorization" not in dict(context.invocation_metadata() or ())
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "as the test wants it")
        if request.username in self.hidden:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such player")
        return profile_pb.GetUserResponse(user=user_pb.User(username=request.username))


def a_snapshot_message(username: str, *, email: str = "", game_count: int = 20) -> snapshot_pb.GetSnapshotResponse:
    """Return a player with some games, as profile_service sends it."""
    moment, hour = _moment(), Duration(seconds=3600)
    tally = stats_pb.Tally(sessions=game_count, wins=game_count, play_time=Duration(seconds=3600 * game_count))
    return snapshot_pb.GetSnapshotResponse(
        user=user_pb.User(username=username, display_name=username.title(), create_time=moment),
        email=email,
        stats=stats_pb.PlayerStats(overall=tally, roles=[stats_pb.RoleTally(role=game_pb.ROLE_DON, tally=tally)]),
        games=[
            snapshot_pb.PlayedGame(
                game_id=f"game-{number}",
                start_time=moment,
                duration=hour,
                seat_number=number % 10 + 1,
                role=game_pb.ROLE_DON,
                result=game_pb.RESULT_WIN,
            )
            for number in range(game_count)
        ],
        read_time=moment,
    )


def _moment() -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(NOW)
    return moment
