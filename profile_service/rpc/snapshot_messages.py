"""Turns snapshots into the contract's messages."""

from __future__ import annotations

from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb

from profile_service.game_messages import FATE, KIND, RESULT, ROLE, duration, timestamp
from profile_service.games import POINT
from profile_service.leaderboards import Board
from profile_service.rpc.messages import user_message
from profile_service.rpc.stats_messages import standing_message, stats_message, tally_message
from profile_service.snapshots import Snapshot
from profile_service.statistics import NO_GAMES, Companion, PlayedGame, WeekTally
from profile_service.visibility import Viewer
from runtime.times import MICRO


def snapshot_message(snapshot: Snapshot, viewer: Viewer) -> snapshot_pb.GetSnapshotResponse:
    """Return a player at one moment as a message."""
    message = snapshot_pb.GetSnapshotResponse(
        user=user_message(snapshot.user, viewer),
        email=snapshot.email,
        avatar=snapshot.avatar,
        stats=stats_message(snapshot.stats or NO_GAMES),
        games=map(played_game_message, snapshot.games or ()),
        read_time=timestamp(snapshot.read_time),
        stats_hidden=snapshot.stats is None,
        games_hidden=snapshot.games is None,
        weeks=map(_week, snapshot.weeks),
        partners=map(_companion, snapshot.companions.partners),
        opponents=map(_companion, snapshot.companions.opponents),
    )
    if snapshot.board is not None:
        message.ranked_players = snapshot.board.total
        for place in snapshot.board.places:
            message.standing.CopyFrom(standing_message(snapshot.board, place, Board.RATING))
    return message


def played_game_message(game: PlayedGame) -> snapshot_pb.PlayedGame:
    """Return a game as its player saw it as a message."""
    return snapshot_pb.PlayedGame(
        game_id=game.game_id,
        start_time=timestamp(game.start_time),
        duration=duration(game.duration),
        seat_number=game.seat_number,
        role=ROLE.value(game.role),
        result=RESULT.value(game.result),
        season=game.season,
        kind=KIND.value(game.kind),
        table=game.table,
        fate=FATE.value(game.fate),
        fate_round=game.fate_round,
        points=game.points / POINT,
        rating_before=game.rating_before,
        rating_after=game.rating_after,
        deviation_after=game.deviation_after,
    )


def _week(week: WeekTally) -> snapshot_pb.WeekTally:
    return snapshot_pb.WeekTally(
        start_time=timestamp(week.start_time),
        wins=week.wins,
        losses=week.losses,
        draws=week.draws,
        play_time=duration(week.play_time * MICRO),
    )


def _companion(companion: Companion) -> snapshot_pb.Companion:
    return snapshot_pb.Companion(
        username=companion.username, display_name=companion.display_name, tally=tally_message(companion.tally)
    )
