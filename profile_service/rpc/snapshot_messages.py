"""Turns snapshots into the contract's messages."""

from __future__ import annotations

from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb

from profile_service.game_messages import FATE, KIND, RESULT, ROLE, Words, duration, game_message, timestamp
from profile_service.games import POINT
from profile_service.leaderboards import Board, Place
from profile_service.rpc.messages import user_message
from profile_service.rpc.stats_messages import standing_message, stats_message, tally_message
from profile_service.seasons import Calibration, Record, RecordHolder, SeasonSnapshot
from profile_service.snapshots import GameSnapshot, Snapshot
from profile_service.statistics import NO_GAMES, Companion, PlayedGame, PlayerStats, WeekTally
from profile_service.visibility import Viewer
from runtime.times import MICRO

_RECORD = Words(snapshot_pb.SeasonRecord.Kind, "KIND_")


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


def season_message(season: SeasonSnapshot) -> snapshot_pb.GetSeasonSnapshotResponse:
    """Return a season at one moment as a message."""
    weeks = [week.tally for week in season.weeks]
    message = snapshot_pb.GetSeasonSnapshotResponse(
        read_time=timestamp(season.read_time),
        red_wins=sum(week.wins for week in weeks),
        black_wins=sum(week.losses for week in weeks),
        draws=sum(week.draws for week in weeks),
        voids=sum(week.voids for week in season.weeks),
        play_time=duration(sum(week.play_time for week in weeks) * MICRO),
        players=season.players,
        weeks=[_week(week) for week in weeks if week.sessions],
        roles=[_role(season.club, role) for role in season.club.played()],
        standings=[_line(season, place) for place in season.board.places],
        ranked_players=season.board.total,
        records=[_record(record, holder) for record, holder in season.records.items()],
        calibration=None if season.calibration is None else _calibration(season.calibration),
        locale=season.locale,
    )
    if season.weeks:
        message.first_time.CopyFrom(timestamp(season.weeks[0].first_time))
        message.last_time.CopyFrom(timestamp(season.weeks[-1].last_time))
    return message


def game_snapshot_message(snapshot: GameSnapshot) -> snapshot_pb.GetGameSnapshotResponse:
    """Return a game at one moment as a message."""
    return snapshot_pb.GetGameSnapshotResponse(
        read_time=timestamp(snapshot.read_time),
        game=game_message(snapshot.game),
        names=[
            snapshot_pb.SeatName(seat_number=seat_number, display_name=name)
            for seat_number, name in snapshot.names.items()
        ],
        locale=snapshot.locale,
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


def _role(club: PlayerStats, role: str) -> stats_pb.RoleTally:
    # Everybody is the club: there is nothing to compare it with, and no luck in what is dealt.
    return stats_pb.RoleTally(
        role=ROLE.value(role),
        tally=tally_message(club.tally((role,))._replace(expected=None)),
        points=club.points_as(role) / POINT,
    )


def _line(season: SeasonSnapshot, place: Place) -> snapshot_pb.StandingLine:
    extras = season.extras[place.account_id]
    decided = place.wins + place.losses
    return snapshot_pb.StandingLine(
        standing=standing_message(season.board, place, Board.POINTS),
        win_rate=place.wins / decided if decided else None,
        wins_above_club=extras.wins_above,
        rating_bound=extras.rating_bound,
    )


def _record(record: Record, holder: RecordHolder) -> snapshot_pb.SeasonRecord:
    return snapshot_pb.SeasonRecord(
        kind=_RECORD.value(record),
        username=holder.username,
        display_name=holder.display_name,
        value=holder.value,
    )


def _calibration(calibration: Calibration) -> snapshot_pb.Calibration:
    return snapshot_pb.Calibration(
        games=calibration.games,
        log_loss=calibration.log_loss,
        base_log_loss=calibration.base_log_loss,
        brier=calibration.brier,
        bins=[
            snapshot_pb.CalibrationBin(
                low=tenth.lower, games=tenth.games, mean_chance=tenth.mean_chance, red_wins=tenth.red_wins
            )
            for tenth in calibration.tenths
        ],
    )
