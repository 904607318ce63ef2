"""What profile_service sends of a player becomes what the document takes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.document.snapshot import (
    Companion,
    Ending,
    Fate,
    Form,
    GameKind,
    GameLine,
    Gender,
    Hits,
    Interval,
    Place,
    Play,
    PlayerSnapshot,
    PointsEntry,
    PointsReason,
    Rating,
    Result,
    Role,
    RoleTally,
    Scope,
    Stats,
    Tally,
    Week,
)
from report_service.player_snapshots import player_snapshot

TIME = Timestamp(seconds=1_700_000_000)
MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)
SPRING = Scope(season="2026-spring")
TALLY_SENT = stats_pb.Tally(
    sessions=3,
    wins=1,
    losses=1,
    draws=1,
    play_time=Duration(seconds=90),
    win_rate=0.5,
    win_interval=stats_pb.Interval(low=0.1, high=0.9),
    club_win_rate=0.4,
    wins_above_club=0.2,
    voids=4,
)
TALLY = Tally(3, 1, 1, 1, timedelta(seconds=90), 0.5, Interval(0.1, 0.9), 0.4, 0.2)


def a_player(**changes: object) -> PlayerSnapshot:
    """Return what becomes of an account of which nothing is known but the changes."""
    answer = snapshot_pb.GetSnapshotResponse(user=user_pb.User(username="anna"), **changes)  # type: ignore[arg-type]
    return player_snapshot("report-1", SPRING, answer)


def test_profile_arrives() -> None:
    """What the player tells of themselves is there, and which games the picture is of."""
    user = user_pb.User(
        username="anna",
        display_name="Анна",
        gender=user_pb.GENDER_FEMALE,
        locale="uk",
        city="Львів",
        club="Red",
        about="Two\nlines",
        create_time=TIME,
    )
    answer = snapshot_pb.GetSnapshotResponse(
        user=user, email="anna@example.org", avatar=b"picture", read_time=Timestamp(seconds=TIME.seconds + 1)
    )
    snapshot = player_snapshot("report-1", SPRING, answer)
    assert (snapshot.report_id, snapshot.scope, snapshot.locale) == ("report-1", SPRING, "uk")
    assert (snapshot.username, snapshot.display_name, snapshot.gender) == ("anna", "Анна", Gender.FEMALE)
    assert (snapshot.city, snapshot.club, snapshot.about) == ("Львів", "Red", "Two\nlines")
    assert (snapshot.email, snapshot.avatar) == ("anna@example.org", b"picture")
    assert (snapshot.member_since, snapshot.generated_time) == (MOMENT, MOMENT + timedelta(seconds=1))


def test_statistics_arrive() -> None:
    """Each figure that the document shows is where it belongs."""
    hits = {name: stats_pb.Hits(count=count, hits=count - 1) for count, name in enumerate(PLAYED, start=1)}
    sent = stats_pb.PlayerStats(
        overall=TALLY_SENT,
        roles=[stats_pb.RoleTally(role=game_pb.ROLE_SHERIFF, tally=TALLY_SENT, luck=-1.5, points=2.5)],
        red=stats_pb.Tally(wins=2),
        black=stats_pb.Tally(losses=3),
        points=stats_pb.Points(
            total=4.5, entries=[game_pb.PointsEntry(reason=game_pb.POINTS_REASON_BEST_MOVE, points=0.4)]
        ),
        play=stats_pb.Play(
            first_kills=2,
            first_kill_rate=0.25,
            best_moves=[4, 3, 2, 1],
            fouls_per_game=1.5,
            removed_by_fouls=2,
            removed_by_judge=1,
            **hits,
        ),
        endings=[stats_pb.Ending(fate=game_pb.FATE_VOTED_OUT, round=2, count=5)],
        form=stats_pb.Form(
            current_run=-2, longest_wins=6, longest_losses=4, latest=[game_pb.RESULT_LOSS, game_pb.RESULT_VOID]
        ),
        rating=stats_pb.Rating(
            rating=1600,
            deviation=80,
            lower_bound=1440,
            provisional=True,
            rated_games=12,
            red=stats_pb.SideRating(rating=1650),
            peak=stats_pb.RatingPeak(rating=1700),
            low=stats_pb.RatingPeak(rating=1450),
        ),
    )
    assert a_player(stats=sent).stats == Stats(
        overall=TALLY,
        roles=(RoleTally(Role.SHERIFF, TALLY, 2.5, -1.5),),
        red=Tally(wins=2),
        black=Tally(losses=3),
        points=4.5,
        ledger=(PointsEntry(PointsReason.BEST_MOVE, 0.4),),
        play=Play(2, 0.25, (4, 3, 2, 1), Hits(1, 0), Hits(2, 1), Hits(3, 2), Hits(4, 3), 1.5, 3),
        endings=(Ending(Fate.VOTED_OUT, 2, 5),),
        form=Form(-2, 6, 4, (Result.LOSS, Result.VOID)),
        rating=Rating(1600, 80, 1440, True, 12, red=1650, black=None, peak=1700, low=1450),
    )


PLAYED = ("sheriff_checks", "don_checks", "votes", "shots")


def test_games_arrive() -> None:
    """A game has all that the player's seat tells of it."""
    sent = snapshot_pb.PlayedGame(
        game_id="game-1",
        start_time=TIME,
        duration=Duration(seconds=1800),
        seat_number=7,
        role=game_pb.ROLE_CIVILIAN,
        result=game_pb.RESULT_DRAW,
        season="2026-spring",
        kind=game_pb.GAME_KIND_TOURNAMENT,
        table="2",
        fate=game_pb.FATE_KILLED,
        fate_round=1,
        points=0.7,
        rating_before=1500,
        rating_after=1510,
        deviation_after=90,
    )
    half_an_hour = timedelta(minutes=30)
    assert a_player(games=[sent]).games == (
        GameLine(
            "game-1",
            MOMENT,
            half_an_hour,
            7,
            Role.CIVILIAN,
            Result.DRAW,
            season="2026-spring",
            kind=GameKind.TOURNAMENT,
            table="2",
            fate=Fate.KILLED,
            fate_round=1,
            points=0.7,
            rating_before=1500,
            rating_after=1510,
            deviation_after=90,
        ),
    )


def test_place_weeks_and_companions_arrive() -> None:
    """Where the player stands, when they played and with whom."""
    week = snapshot_pb.WeekTally(start_time=TIME, wins=1, losses=2, draws=3, play_time=Duration(seconds=60))
    snapshot = a_player(
        standing=stats_pb.Standing(rank=3, percentile=80),
        ranked_players=11,
        weeks=[week],
        partners=[snapshot_pb.Companion(username="bert", display_name="Bert B.", tally=TALLY_SENT)],
        opponents=[snapshot_pb.Companion(username="carl", tally=TALLY_SENT)],
    )
    assert snapshot.place == Place(3, 11, 80)
    assert snapshot.weeks == (Week(MOMENT, 1, 2, 3, timedelta(minutes=1)),)
    assert snapshot.partners == (Companion("bert", "Bert B.", TALLY),)
    assert snapshot.opponents == (Companion("carl", "carl", TALLY),)


def test_player_without_anything_has_a_snapshot() -> None:
    """An account that was opened a moment ago can be printed: absent is None, and the username is the name."""
    snapshot = a_player()
    assert (snapshot.display_name, snapshot.gender, snapshot.locale) == ("anna", Gender.UNSPECIFIED, "")
    assert (snapshot.email, snapshot.avatar, snapshot.games, snapshot.place) == (None, None, (), None)
    assert snapshot.stats == Stats(Tally())


def test_what_was_not_told_of_a_game_is_none() -> None:
    """A game of which little is known is no game of zeros."""
    sent = snapshot_pb.PlayedGame(role=game_pb.ROLE_DON, result=game_pb.RESULT_WIN)
    [game] = a_player(games=[sent]).games or ()
    assert (game.kind, game.fate) == (GameKind.CLUB, None)
    assert (game.rating_before, game.rating_after, game.deviation_after) == (None, None, None)


@pytest.mark.parametrize("hidden", [False, True])
def test_what_is_hidden_is_not_taken_for_nothing(hidden: bool) -> None:
    """A player who hides statistics and games is told from one who never played."""
    snapshot = a_player(stats_hidden=hidden, games_hidden=hidden)
    assert (snapshot.stats is None, snapshot.games is None) == (hidden, hidden)


def test_unknown_enum_value_is_an_error() -> None:
    """A role that this version does not know is not printed as another."""
    game = snapshot_pb.PlayedGame()
    game.role = 99  # type: ignore[assignment]
    with pytest.raises(ValueError, match="99"):
        a_player(games=[game])


def test_figure_that_is_none_is_an_error() -> None:
    """Neither a rating nor a chance of no number is drawn, nor turned into another."""
    with pytest.raises(ValueError, match=r"PlayedGame\.rating_after is nan"):
        a_player(games=[snapshot_pb.PlayedGame(rating_after=math.nan)])
    with pytest.raises(ValueError, match=r"Rating\.deviation is inf"):
        a_player(stats=stats_pb.PlayerStats(rating=stats_pb.Rating(deviation=math.inf)))
