"""Games of a few, and the pictures that are taken of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import visibility_pb2
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.profile.conftest import PASSWORD, Player, Profile, a_game

BLACK, DRAW, RED = game_pb2.WINNER_BLACK, game_pb2.WINNER_DRAW, game_pb2.WINNER_RED
VOID = game_pb2.WINNER_VOID
START = datetime(2026, 5, 4, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_small_game(
    reds: Sequence[str], blacks: Sequence[str], winner: Any = RED, *, start: datetime = START, **fields: Any
) -> game_pb2.Game:
    """Return a game of civilians, who have the first seats, and mafia; a name with a capital letter is a guest's."""
    game = a_game([*reds, *blacks], winner=winner, start=start, minutes=fields.pop("minutes", 60))
    for seat in game.seats:
        seat.role = game_pb2.ROLE_CIVILIAN if seat.seat_number <= len(reds) else game_pb2.ROLE_MAFIA
        if seat.username[0].isupper():
            seat.nickname, seat.username = seat.username, ""
    game.rule_set = "open-1"
    game.MergeFrom(game_pb2.Game(**fields))
    return game


async def record(profile: Profile, referee: Player, *games: game_pb2.Game) -> list[game_pb2.Game]:
    """Record games, and return them as they are when all are rated."""
    request = game_service_pb.BatchRecordGamesRequest(games=games)
    await profile.games.BatchRecordGames(request, metadata=referee.metadata)
    return [await get_game(profile, game.game_id) for game in games]


async def get_game(profile: Profile, game_id: str, viewer: Player | None = None) -> game_pb2.Game:
    request = game_service_pb.GetGameRequest(game_id=game_id)
    answer = await profile.games.GetGame(request, metadata=viewer.metadata if viewer else None)
    game: game_pb2.Game = answer.game
    return game


async def void(profile: Profile, referee: Player, game: game_pb2.Game) -> None:
    request = game_service_pb.VoidGameRequest(game_id=game.game_id)
    await profile.games.VoidGame(request, metadata=referee.metadata)


async def show(profile: Profile, player: Player, **audiences: Any) -> None:
    """Set who sees which fields, such as games="PRIVATE"."""
    values = {name: f"AUDIENCE_{audience}" for name, audience in audiences.items()}
    request = account_pb.SetVisibilityRequest(visibility=visibility_pb2.Visibility(**values))  # type: ignore[arg-type]
    await profile.accounts.SetVisibility(request, metadata=player.metadata)


async def leave(profile: Profile, player: Player) -> None:
    request = account_pb.DeleteAccountRequest(username=player.username, password=PASSWORD)
    await profile.accounts.DeleteAccount(request, metadata=player.metadata)


async def picture_of(
    profile: Profile, username: str, viewer: Player | None = None, **scope: Any
) -> snapshot_pb.GetSnapshotResponse:
    request = snapshot_pb.GetSnapshotRequest(username=username, viewer_account_id=_id(viewer), **scope)
    answer: snapshot_pb.GetSnapshotResponse = await profile.snapshots.GetSnapshot(request, metadata=profile.internal)
    return answer


async def picture_of_season(
    profile: Profile, viewer: Player | None = None, **scope: Any
) -> snapshot_pb.GetSeasonSnapshotResponse:
    request = snapshot_pb.GetSeasonSnapshotRequest(viewer_account_id=_id(viewer), **scope)
    answer: snapshot_pb.GetSeasonSnapshotResponse = await profile.snapshots.GetSeasonSnapshot(
        request, metadata=profile.internal
    )
    return answer


async def picture_of_game(
    profile: Profile, game_id: str, viewer: Player | None = None
) -> snapshot_pb.GetGameSnapshotResponse:
    request = snapshot_pb.GetGameSnapshotRequest(game_id=game_id, viewer_account_id=_id(viewer))
    answer: snapshot_pb.GetGameSnapshotResponse = await profile.snapshots.GetGameSnapshot(
        request, metadata=profile.internal
    )
    return answer


def at(time: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


def _id(viewer: Player | None) -> str:
    return viewer.account_id if viewer else ""
