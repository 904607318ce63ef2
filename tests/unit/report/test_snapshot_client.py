"""What profile_service sends becomes what the document takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.document.snapshot import GameLine, Gender, Result, Role, RoleTally, Tally
from report_service.snapshot_client import decode

TIME = Timestamp(seconds=1_700_000_000)
MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)


def test_every_field_arrives() -> None:
    """Nothing of the snapshot is lost on the way."""
    tally = stats_pb.Tally(sessions=3, wins=1, losses=1, draws=1, play_time=Duration(seconds=90))
    answer = snapshot_pb.GetSnapshotResponse(
        user=user_pb.User(
            username="anna",
            display_name="Анна",
            gender=user_pb.GENDER_FEMALE,
            city="Львів",
            club="Red",
            about="Two\nlines",
            create_time=TIME,
        ),
        email="anna@example.org",
        avatar=b"picture",
        stats=stats_pb.PlayerStats(overall=tally, roles=[stats_pb.RoleTally(role=game_pb.ROLE_SHERIFF, tally=tally)]),
        games=[
            snapshot_pb.PlayedGame(
                game_id="game-1",
                start_time=TIME,
                duration=Duration(seconds=1800),
                seat_number=7,
                role=game_pb.ROLE_CIVILIAN,
                result=game_pb.RESULT_DRAW,
            )
        ],
        read_time=TIME,
    )
    snapshot = decode("report-1", answer)
    expected = Tally(3, 1, 1, timedelta(seconds=90))
    assert (snapshot.report_id, snapshot.username, snapshot.display_name) == ("report-1", "anna", "Анна")
    assert (snapshot.gender, snapshot.city, snapshot.club) == (Gender.FEMALE, "Львів", "Red")
    assert (snapshot.about, snapshot.email, snapshot.avatar) == ("Two\nlines", "anna@example.org", b"picture")
    assert snapshot.generated_time == snapshot.member_since == MOMENT
    assert (snapshot.overall, snapshot.by_role) == (expected, (RoleTally(Role.SHERIFF, expected),))
    assert snapshot.games == (GameLine("game-1", MOMENT, timedelta(minutes=30), 7, Role.CIVILIAN, Result.DRAW),)


def test_player_without_anything_has_a_snapshot() -> None:
    """An account that was opened a moment ago can be printed: absent is None, and the username is the name."""
    snapshot = decode("report-1", snapshot_pb.GetSnapshotResponse(user=user_pb.User(username="anna")))
    assert (snapshot.display_name, snapshot.gender) == ("anna", Gender.UNSPECIFIED)
    assert (snapshot.email, snapshot.avatar, snapshot.games, snapshot.by_role) == (None, None, (), ())
    assert snapshot.overall == Tally(0, 0, 0, timedelta())


@pytest.mark.parametrize("hidden", [False, True])
def test_what_is_hidden_is_not_taken_for_nothing(hidden: bool) -> None:
    """A player who hides statistics and games is told from one who never played."""
    answer = snapshot_pb.GetSnapshotResponse(
        user=user_pb.User(username="anna"), stats_hidden=hidden, games_hidden=hidden
    )
    snapshot = decode("report-1", answer)
    assert (snapshot.overall is None, snapshot.games is None) == (hidden, hidden)


def test_unknown_enum_value_is_an_error() -> None:
    """A role that this version does not know is not printed as another."""
    game = snapshot_pb.PlayedGame()
    game.role = 99  # type: ignore[assignment]
    with pytest.raises(ValueError, match="99"):
        decode("report-1", snapshot_pb.GetSnapshotResponse(games=[game]))
