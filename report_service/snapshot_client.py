"""Asks profile_service for one consistent picture of a player."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import grpc
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.document.snapshot import GameLine, Gender, Result, Role, RoleTally, Snapshot, Tally
from report_service.errors import PlayerNotFound
from runtime.channels import internal_metadata, raise_unavailable
from runtime.service_tokens import ServiceTokens

TIMEOUT_SECONDS = 10.0


class SnapshotClient:
    """The worker's side of `SnapshotService`, over a channel to profile_service."""

    def __init__(self, profile: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._stub = snapshot_rpc.SnapshotServiceStub(profile)
        self._tokens = tokens

    async def fetch(self, report_id: str, username: str, *, viewer_id: str, include_email: bool) -> Snapshot:
        """Return what an account may see of a player. Raises PlayerNotFound, Unavailable or DeadlineExceeded."""
        request = snapshot_pb.GetSnapshotRequest(
            username=username, include_email=include_email, viewer_account_id=viewer_id
        )
        try:
            answer = await self._stub.GetSnapshot(
                request,
                timeout=TIMEOUT_SECONDS,
                # A restart of profile_service is waited out; failing at once would use up the report's attempts.
                wait_for_ready=True,
                metadata=internal_metadata(self._tokens, audience="profile_service"),
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise PlayerNotFound("No account has this username.", username=username) from error
            raise_unavailable(error, dependency="profile service")
        return decode(report_id, answer)


def decode(report_id: str, answer: snapshot_pb.GetSnapshotResponse) -> Snapshot:
    """Return what profile_service sent as the document takes it. Raises ValueError for an unknown enum value."""
    user = answer.user
    return Snapshot(
        report_id=report_id,
        generated_time=_time(answer.read_time),
        username=user.username,
        display_name=user.display_name or user.username,
        gender=_gender(user.gender),
        email=answer.email or None,
        city=user.city,
        club=user.club,
        about=user.about,
        member_since=_time(user.create_time),
        avatar=answer.avatar or None,
        overall=None if answer.stats_hidden else _tally(answer.stats.overall),
        by_role=tuple(RoleTally(_role(entry.role), _tally(entry.tally)) for entry in answer.stats.roles),
        games=None if answer.games_hidden else tuple(map(_game, answer.games)),
    )


def _tally(tally: stats_pb.Tally) -> Tally:
    return Tally(sessions=tally.sessions, wins=tally.wins, losses=tally.losses, play_time=_duration(tally.play_time))


def _game(game: snapshot_pb.PlayedGame) -> GameLine:
    return GameLine(
        game_id=game.game_id,
        start_time=_time(game.start_time),
        duration=_duration(game.duration),
        seat=game.seat_number,
        role=_role(game.role),
        result=Result(game_pb.Result.Name(game.result).removeprefix("RESULT_").lower()),
    )


def _gender(value: user_pb.Gender) -> Gender:
    return Gender(user_pb.Gender.Name(value).removeprefix("GENDER_").lower())


def _role(value: game_pb.Role) -> Role:
    return Role(game_pb.Role.Name(value).removeprefix("ROLE_").lower())


def _time(value: Timestamp) -> datetime:
    return value.ToDatetime(tzinfo=UTC)


def _duration(value: Duration) -> timedelta:
    return value.ToTimedelta()
