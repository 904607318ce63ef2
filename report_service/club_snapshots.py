"""What profile_service sends of a season and of a game as the document takes it."""

from __future__ import annotations

from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb

from report_service import snapshot_words as words
from report_service.document.snapshot import (
    Calibration,
    CalibrationBin,
    GameSnapshot,
    Scope,
    SeasonRecord,
    SeasonSnapshot,
    SeatLine,
    StandingLine,
)


def season_snapshot(report_id: str, scope: Scope, answer: snapshot_pb.GetSeasonSnapshotResponse) -> SeasonSnapshot:
    """Return a season. Raises ValueError for what cannot be printed."""
    words.check(answer)
    return SeasonSnapshot(
        report_id=report_id,
        generated_time=words.moment(answer.read_time),
        scope=scope,
        first_time=words.optional_moment(answer, "first_time"),
        last_time=words.optional_moment(answer, "last_time"),
        red_wins=answer.red_wins,
        black_wins=answer.black_wins,
        draws=answer.draws,
        voids=answer.voids,
        play_time=words.span(answer.play_time),
        players=answer.players,
        weeks=tuple(map(words.week, answer.weeks)),
        roles=tuple(map(words.role_tally, answer.roles)),
        standings=tuple(map(_standing, answer.standings)),
        total=answer.ranked_players,
        records=tuple(map(_record, answer.records)),
        calibration=_calibration(answer.calibration) if answer.HasField("calibration") else None,
        locale=answer.locale,
    )


def _standing(line: snapshot_pb.StandingLine) -> StandingLine:
    standing = line.standing
    return StandingLine(
        rank=standing.rank,
        username=standing.username,
        display_name=standing.display_name or standing.username,
        points=standing.value,
        sessions=standing.sessions,
        wins=standing.wins,
        losses=standing.losses,
        win_rate=words.optional(line, "win_rate"),
        wins_above_club=words.optional(line, "wins_above_club"),
        rating_bound=words.optional(line, "rating_bound"),
    )


def _record(record: snapshot_pb.SeasonRecord) -> SeasonRecord:
    return SeasonRecord(
        kind=words.record_kind(record.kind),
        username=record.username,
        display_name=record.display_name or record.username,
        value=record.value,
    )


def _calibration(calibration: snapshot_pb.Calibration) -> Calibration:
    if not calibration.bins or any(found.games < 1 for found in calibration.bins):
        raise ValueError("a calibration, or a stretch of it, is without games")
    return Calibration(
        games=calibration.games,
        log_loss=calibration.log_loss,
        base_log_loss=calibration.base_log_loss,
        brier=calibration.brier,
        bins=tuple(
            CalibrationBin(found.low, found.games, found.mean_chance, found.red_wins) for found in calibration.bins
        ),
    )


def game_snapshot(report_id: str, answer: snapshot_pb.GetGameSnapshotResponse) -> GameSnapshot:
    """Return a game. Raises ValueError for what cannot be printed."""
    words.check(answer)
    game = answer.game
    names = {name.seat_number: name.display_name for name in answer.names}
    return GameSnapshot(
        report_id=report_id,
        generated_time=words.moment(answer.read_time),
        game_id=game.game_id,
        start_time=words.moment(game.start_time),
        duration=words.span(game.duration),
        season=game.season,
        kind=words.game_kind(game.kind),
        table=game.table,
        rule_set=game.rule_set,
        points_profile=game.points_profile,
        winner=words.winner(game.winner),
        voided=game.state == game_pb.GAME_STATE_VOIDED,
        red_chance=words.optional(game, "red_chance"),
        best_move=_best_move(game),
        seats=tuple(_seat(seat, names.get(seat.seat_number, "")) for seat in game.seats),
        locale=answer.locale,
    )


def _best_move(game: game_pb.Game) -> tuple[int, tuple[int, ...]] | None:
    if not game.HasField("best_move"):
        return None
    return game.best_move.seat_number, tuple(game.best_move.suspects)


def _seat(seat: game_pb.Seat, display_name: str) -> SeatLine:
    return SeatLine(
        seat=seat.seat_number,
        username=seat.username,
        name=display_name or seat.username or seat.nickname,
        role=words.role(seat.role),
        result=words.result(seat.result),
        fate=words.fate(seat.fate),
        fate_round=seat.fate_round,
        fouls=words.optional(seat, "fouls"),
        points=tuple(map(words.points_entry, seat.points)),
    )
