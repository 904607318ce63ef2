"""What profile_service sends of a season and of a game becomes what the document takes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.club_snapshots import game_snapshot, season_snapshot
from report_service.document.snapshot import (
    Calibration,
    CalibrationBin,
    Fate,
    GameKind,
    GameSnapshot,
    PointsEntry,
    PointsReason,
    RecordKind,
    Result,
    Role,
    RoleTally,
    Scope,
    SeasonRecord,
    SeasonSnapshot,
    SeatLine,
    StandingLine,
    Tally,
    Week,
    Winner,
)

MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)
SPRING = Scope(season="2026-spring", kind=GameKind.TOURNAMENT)


def at(seconds: int) -> Timestamp:
    """Return a moment so many seconds after MOMENT."""
    return Timestamp(seconds=1_700_000_000 + seconds)


def test_season_arrives() -> None:
    """Every figure of the season is where the document looks for it."""
    standing = stats_pb.Standing(
        rank=1, username="anna", display_name="Анна", value=12.5, sessions=9, wins=6, losses=2, percentile=99
    )
    answer = snapshot_pb.GetSeasonSnapshotResponse(
        read_time=at(3),
        first_time=at(1),
        last_time=at(2),
        red_wins=10,
        black_wins=8,
        draws=2,
        voids=1,
        play_time=Duration(seconds=7200),
        players=14,
        weeks=[snapshot_pb.WeekTally(start_time=at(0), wins=3, losses=4)],
        roles=[stats_pb.RoleTally(role=game_pb.ROLE_MAFIA, tally=stats_pb.Tally(wins=4))],
        standings=[
            snapshot_pb.StandingLine(standing=standing, win_rate=0.75, wins_above_club=1.5, rating_bound=1480),
            snapshot_pb.StandingLine(standing=stats_pb.Standing(rank=2, username="bert")),
        ],
        ranked_players=12,
        records=[
            snapshot_pb.SeasonRecord(kind=snapshot_pb.SeasonRecord.KIND_LONGEST_WINS, username="bert", value=5),
        ],
        calibration=snapshot_pb.Calibration(
            games=18,
            log_loss=0.6,
            base_log_loss=0.69,
            brier=0.2,
            bins=[snapshot_pb.CalibrationBin(low=0.4, games=7, mean_chance=0.45, red_wins=3)],
        ),
        locale="uk",
    )
    assert season_snapshot("report-1", SPRING, answer) == SeasonSnapshot(
        report_id="report-1",
        generated_time=MOMENT + timedelta(seconds=3),
        scope=SPRING,
        first_time=MOMENT + timedelta(seconds=1),
        last_time=MOMENT + timedelta(seconds=2),
        red_wins=10,
        black_wins=8,
        draws=2,
        voids=1,
        play_time=timedelta(hours=2),
        players=14,
        weeks=(Week(MOMENT, 3, 4),),
        roles=(RoleTally(Role.MAFIA, Tally(wins=4)),),
        standings=(
            StandingLine(1, "anna", "Анна", 12.5, 9, 6, 2, 0.75, 1.5, 1480),
            StandingLine(2, "bert", "bert", 0, 0, 0, 0, None, None, None),
        ),
        total=12,
        records=(SeasonRecord(RecordKind.LONGEST_WINS, "bert", "bert", 5),),
        calibration=Calibration(18, 0.6, 0.69, 0.2, (CalibrationBin(0.4, 7, 0.45, 3),)),
        locale="uk",
    )


def test_season_that_nobody_played_has_a_snapshot() -> None:
    """What never was is None."""
    snapshot = season_snapshot("report-1", SPRING, snapshot_pb.GetSeasonSnapshotResponse())
    assert (snapshot.first_time, snapshot.last_time, snapshot.calibration) == (None, None, None)
    assert (snapshot.standings, snapshot.players) == ((), 0)


def a_seat(number: int, **changes: object) -> game_pb.Seat:
    """Return a civilian who won."""
    fields = {"role": game_pb.ROLE_CIVILIAN, "result": game_pb.RESULT_WIN} | changes
    return game_pb.Seat(seat_number=number, **fields)  # type: ignore[arg-type]


def test_game_arrives() -> None:
    """Everything that a certificate shows of a game is there."""
    entry = game_pb.PointsEntry(reason=game_pb.POINTS_REASON_PENALTY, points=-0.5)
    seat = a_seat(1, username="anna", fate=game_pb.FATE_REMOVED_BY_JUDGE, fate_round=2, fouls=4, points=[entry])
    game = game_pb.Game(
        game_id="game-1",
        start_time=at(0),
        duration=Duration(seconds=3600),
        winner=game_pb.WINNER_BLACK,
        seats=[seat],
        table="3",
        season="2026-spring",
        kind=game_pb.GAME_KIND_ELITE,
        rule_set="classic-1",
        points_profile="federation-1",
        best_move=game_pb.BestMove(seat_number=1, suspects=[2, 5, 9]),
        state=game_pb.GAME_STATE_VOIDED,
        red_chance=0.55,
    )
    answer = snapshot_pb.GetGameSnapshotResponse(read_time=at(1), game=game, locale="de-AT")
    points = (PointsEntry(PointsReason.PENALTY, -0.5),)
    assert game_snapshot("report-1", answer) == GameSnapshot(
        report_id="report-1",
        generated_time=MOMENT + timedelta(seconds=1),
        game_id="game-1",
        start_time=MOMENT,
        duration=timedelta(hours=1),
        season="2026-spring",
        kind=GameKind.ELITE,
        table="3",
        rule_set="classic-1",
        points_profile="federation-1",
        winner=Winner.BLACK,
        voided=True,
        red_chance=0.55,
        best_move=(1, (2, 5, 9)),
        seats=(SeatLine(1, "anna", "anna", Role.CIVILIAN, Result.WIN, Fate.REMOVED_BY_JUDGE, 2, 4, points),),
        locale="de-AT",
    )


def test_seat_is_called_what_its_player_is_called() -> None:
    """A display name goes before a username, a guest has a nickname, and who is hidden has no name at all."""
    game = game_pb.Game(
        winner=game_pb.WINNER_RED,
        seats=[a_seat(1, username="anna"), a_seat(2, username="bert"), a_seat(3, nickname="Guest"), a_seat(4)],
    )
    names = [snapshot_pb.SeatName(seat_number=1, display_name="Анна")]
    snapshot = game_snapshot("report-1", snapshot_pb.GetGameSnapshotResponse(game=game, names=names))
    assert [(seat.username, seat.name) for seat in snapshot.seats] == [
        ("anna", "Анна"),
        ("bert", "bert"),
        ("", "Guest"),
        ("", ""),
    ]


def test_what_was_not_told_of_a_game_is_none() -> None:
    """A game of which little is known is no game of zeros."""
    game = game_pb.Game(winner=game_pb.WINNER_DRAW, seats=[a_seat(1)], state=game_pb.GAME_STATE_COUNTED)
    snapshot = game_snapshot("report-1", snapshot_pb.GetGameSnapshotResponse(game=game))
    assert (snapshot.kind, snapshot.voided) == (GameKind.CLUB, False)
    assert (snapshot.red_chance, snapshot.best_move) == (None, None)
    assert (snapshot.seats[0].fate, snapshot.seats[0].fouls) == (None, None)


def test_unknown_enum_value_is_an_error() -> None:
    """A record that this version does not know is not printed as another."""
    record = snapshot_pb.SeasonRecord()
    record.kind = 99  # type: ignore[assignment]
    with pytest.raises(ValueError, match="99"):
        season_snapshot("report-1", SPRING, snapshot_pb.GetSeasonSnapshotResponse(records=[record]))


@pytest.mark.parametrize(
    "bins",
    [
        [],
        [snapshot_pb.CalibrationBin(low=0.4, games=7, mean_chance=0.45), snapshot_pb.CalibrationBin(low=0.5)],
        [snapshot_pb.CalibrationBin(low=0.4, games=-7, mean_chance=0.45)],
    ],
)
def test_calibration_without_games_is_an_error(bins: list[snapshot_pb.CalibrationBin]) -> None:
    """A share of no games is none: nothing of it is drawn."""
    answer = snapshot_pb.GetSeasonSnapshotResponse(calibration=snapshot_pb.Calibration(games=7, bins=bins))
    with pytest.raises(ValueError, match="without games"):
        season_snapshot("report-1", SPRING, answer)


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf, 1.1e12, -1.1e12])
def test_figure_that_is_none_is_an_error(figure: float) -> None:
    """Wherever in the answer it stands, its field is named."""
    standing = snapshot_pb.StandingLine(rating_bound=figure)
    season = snapshot_pb.GetSeasonSnapshotResponse(standings=[snapshot_pb.StandingLine(), standing])
    with pytest.raises(ValueError, match=r"StandingLine\.rating_bound"):
        season_snapshot("report-1", SPRING, season)
    points = [game_pb.PointsEntry(reason=game_pb.POINTS_REASON_BONUS, points=figure)]
    game = game_pb.Game(winner=game_pb.WINNER_RED, seats=[a_seat(1), a_seat(2, points=points)])
    with pytest.raises(ValueError, match=r"PointsEntry\.points"):
        game_snapshot("report-1", snapshot_pb.GetGameSnapshotResponse(game=game))


def test_figures_at_the_edge_arrive() -> None:
    """The largest that can be drawn is one, and so is 0."""
    lines = [snapshot_pb.StandingLine(rating_bound=figure) for figure in (1e12, -1e12, 0)]
    snapshot = season_snapshot("report-1", SPRING, snapshot_pb.GetSeasonSnapshotResponse(standings=lines))
    assert [line.rating_bound for line in snapshot.standings] == [1e12, -1e12, 0]
