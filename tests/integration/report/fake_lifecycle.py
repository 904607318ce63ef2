"""profile_service's LifecycleService: one account of each caller, and the purges that a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.lifecycle.v1 import lifecycle_service_pb2_grpc as lifecycle_rpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.profile.v1 import visibility_pb2 as visibility_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

Context = grpc.aio.ServicerContext[Any, Any]
MOMENT = Timestamp(seconds=1_700_000_000)
FIELDS = [field.name for field in visibility_pb.Visibility.DESCRIPTOR.fields]
HOUR = Duration(seconds=3600)


@dataclass
class FakeLifecycle(lifecycle_rpc.LifecycleServiceServicer):
    """`faults` are codes to fail reading with, one a call; `purges` wait until they are confirmed."""

    faults: list[grpc.StatusCode] = field(default_factory=list)
    avatar: bytes = b"RIFF picture"
    game_pages: int = 2
    purges: list[lifecycle_pb.Purge] = field(default_factory=list)
    confirmed: list[lifecycle_pb.ConfirmPurgeRequest] = field(default_factory=list)

    async def ReadAccount(
        self, request: lifecycle_pb.ReadAccountRequest, context: Context
    ) -> AsyncIterator[lifecycle_pb.ReadAccountResponse]:
        username = request.account_id.removesuffix("-id")
        yield lifecycle_pb.ReadAccountResponse(account=an_account(username, self.avatar))
        if self.faults:
            await context.abort(self.faults.pop(0), "as the test wants it")
        session = lifecycle_pb.ExportedSession(
            session_id="s", create_time=MOMENT, last_seen_time=MOMENT, expire_time=MOMENT
        )
        yield lifecycle_pb.ReadAccountResponse(sessions=[session])
        for page in range(self.game_pages):
            yield lifecycle_pb.ReadAccountResponse(games=[a_game(f"game-{page}-{number}") for number in range(3)])
        event = lifecycle_pb.ExportedAuditEvent(event_time=MOMENT, kind="sign_in", done_by_owner=True)
        yield lifecycle_pb.ReadAccountResponse(audit_events=[event])

    async def ListPurges(
        self, request: lifecycle_pb.ListPurgesRequest, context: Context
    ) -> lifecycle_pb.ListPurgesResponse:
        return lifecycle_pb.ListPurgesResponse(purges=self.purges)

    async def ConfirmPurge(
        self, request: lifecycle_pb.ConfirmPurgeRequest, context: Context
    ) -> lifecycle_pb.ConfirmPurgeResponse:
        self.confirmed.append(request)
        self.purges = [purge for purge in self.purges if purge.receipt_id != request.receipt_id]
        return lifecycle_pb.ConfirmPurgeResponse()


def an_account(username: str, avatar: bytes) -> lifecycle_pb.ExportedAccount:
    """Return an account without its lists."""
    tally = stats_pb.Tally(sessions=6, wins=6, play_time=HOUR, win_rate=1.0)
    return lifecycle_pb.ExportedAccount(
        user=user_pb.User(username=username, display_name="Анна", create_time=MOMENT, update_time=MOMENT),
        account=account_pb.Account(
            username=username,
            email=f"{username}@example.org",
            create_time=MOMENT,
            visibility=visibility_pb.Visibility(**dict.fromkeys(FIELDS, visibility_pb.AUDIENCE_PUBLIC)),
        ),
        statistics=stats_pb.PlayerStats(overall=tally, roles=[stats_pb.RoleTally(role=game_pb.ROLE_DON, tally=tally)]),
        avatar=avatar,
    )


def a_game(game_id: str) -> snapshot_pb.PlayedGame:
    """Return a game that was won."""
    return snapshot_pb.PlayedGame(
        game_id=game_id,
        start_time=MOMENT,
        duration=HOUR,
        seat_number=1,
        role=game_pb.ROLE_DON,
        result=game_pb.RESULT_WIN,
    )
