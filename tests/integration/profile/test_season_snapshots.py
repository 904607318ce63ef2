"""What the snapshots of a season and of a game hold."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from math import log
from typing import Any

import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.field_mask_pb2 import FieldMask
from grpc import StatusCode

from tests.integration.profile.conftest import Player, Profile
from tests.integration.profile.details import refused_naming
from tests.integration.profile.small_games import (
    BLACK,
    DRAW,
    HOUR,
    RED,
    START,
    VOID,
    a_small_game,
    get_game,
    leave,
    picture_of_game,
    picture_of_season,
    record,
    void,
)
from tests.integration.profile.test_games import a_table, stats
from tests.integration.profile.test_games import record as record_one
from tests.statuses import refused

ELITE = game_pb2.GAME_KIND_ELITE
SPRING = {"season": "spring"}
RECORD = snapshot_pb.SeasonRecord.Kind


async def three_players(profile: Profile) -> Player:
    """Sign up Anna, Boris and Clara, and return a referee."""
    for name in ("anna", "boris", "clara"):
        await profile.sign_up(name)
    return await profile.referee()


def a_season() -> list[game_pb2.Game]:
    """Return seven games over new year, one a day: five of the spring, of which one is elite and one a guest's."""
    rows: list[tuple[list[str], list[str], Any, dict[str, Any]]] = [
        (["anna"], ["boris", "clara"], VOID, SPRING),
        (["anna"], ["boris", "clara"], RED, SPRING),
        (["anna"], ["boris", "clara"], RED, SPRING),
        (["anna", "boris"], ["Guest"], BLACK, SPRING),
        (["anna"], ["boris", "clara"], DRAW, SPRING | {"kind": ELITE}),
        (["clara"], ["anna", "boris"], BLACK, {"season": "autumn"}),
        (["clara"], ["anna", "boris"], BLACK, {}),
    ]
    first = datetime(2026, 1, 1, 18, tzinfo=UTC)
    return [
        a_small_game(reds, blacks, winner, start=first + timedelta(days=number), minutes=30 + number, **fields)
        for number, (reds, blacks, winner, fields) in enumerate(rows)
    ]


def records_of(seen: snapshot_pb.GetSeasonSnapshotResponse) -> dict[str, tuple[str, float]]:
    return {RECORD.Name(one.kind).removeprefix("KIND_"): (one.username, one.value) for one in seen.records}


async def test_season_snapshot_adds_up_its_games(profile: Profile) -> None:
    """Wins, draws and voids are counted by game; a void game lasts for nothing but tells when the season began."""
    games = await record(profile, await three_players(profile), *a_season())
    seen = await picture_of_season(profile, **SPRING)
    assert (seen.red_wins, seen.black_wins, seen.draws, seen.voids, seen.players) == (2, 1, 1, 1, 3)
    assert (seen.first_time, seen.last_time) == (games[0].start_time, games[4].start_time)
    assert seen.play_time.seconds == (31 + 32 + 33 + 34) * 60
    told = [(week.start_time.ToDatetime(UTC).day, week.wins, week.losses, week.draws) for week in seen.weeks]
    assert told == [(29, 2, 1, 0), (5, 0, 0, 1)]
    assert [week.play_time.seconds for week in seen.weeks] == [(31 + 32 + 33) * 60, 34 * 60]


async def test_season_snapshot_tells_how_everybody_fared_in_each_role(profile: Profile) -> None:
    """Every seat counts, a guest's too; the club is not compared with itself and has no luck."""
    await record(profile, await three_players(profile), *a_season())
    roles = {one.role: one for one in (await picture_of_season(profile, **SPRING)).roles}
    assert list(roles) == [game_pb2.ROLE_CIVILIAN, game_pb2.ROLE_MAFIA]
    reds, blacks = roles.values()
    assert (reds.tally.sessions, reds.tally.wins, reds.tally.losses, reds.tally.draws, reds.tally.voids) == (
        5,
        2,
        2,
        1,
        1,
    )
    assert (blacks.tally.sessions, blacks.tally.wins, blacks.tally.losses) == (7, 1, 4)
    assert reds.tally.win_rate == 0.5
    assert reds.points == 2
    for one in roles.values():
        assert not one.HasField("luck")
        assert not one.tally.HasField("club_win_rate")
        assert not one.tally.HasField("wins_above_club")


@pytest.mark.parametrize(
    ("scope", "wins"),
    [({}, (2, 3, 1, 1)), (SPRING, (2, 1, 1, 1)), ({"kind": ELITE}, (0, 0, 1, 0)), ({"season": "autumn"}, (0, 1, 0, 0))],
)
async def test_season_snapshot_is_of_the_games_asked_for(
    profile: Profile, scope: dict[str, Any], wins: tuple[int, ...]
) -> None:
    """Season and kind choose the games, the places and what the ratings foretold."""
    await record(profile, await three_players(profile), *a_season())
    seen = await picture_of_season(profile, **scope)
    assert (seen.red_wins, seen.black_wins, seen.draws, seen.voids) == wins
    assert seen.calibration.games == wins[0] + wins[1]
    board = await profile.stats.ListStandings(stats_pb.ListStandingsRequest(board=stats_pb.BOARD_POINTS, **scope))
    assert [line.standing for line in seen.standings] == list(board.standings)
    assert seen.ranked_players == board.total_size == 3


async def test_season_that_nobody_played_is_one_without_games(profile: Profile) -> None:
    """Of a season without games there is nothing but when it was looked at."""
    await record(profile, await three_players(profile), *a_season())
    seen = await picture_of_season(profile, season="winter")
    assert seen.HasField("read_time")
    seen.ClearField("read_time")
    seen.ClearField("play_time")
    assert seen == snapshot_pb.GetSeasonSnapshotResponse()


async def test_season_of_void_games_has_no_weeks(profile: Profile) -> None:
    """Games that were broken off tell when the season was, how many they were and who sat there, and nothing else."""
    [game] = await record(profile, await three_players(profile), a_small_game(["anna"], ["boris", "clara"], VOID))
    seen = await picture_of_season(profile)
    assert (seen.voids, seen.players, seen.play_time.seconds, len(seen.weeks)) == (1, 3, 0, 0)
    assert seen.first_time == seen.last_time == game.start_time
    assert (len(seen.standings), seen.ranked_players, len(seen.records)) == (0, 0, 0)


async def test_season_of_voided_games_is_one_without_games(profile: Profile) -> None:
    """A game that was voided counts for no season."""
    referee = await three_players(profile)
    [game] = await record(profile, referee, a_small_game(["anna"], ["boris", "clara"], **SPRING))
    await void(profile, referee, game)
    seen = await picture_of_season(profile, **SPRING)
    assert (seen.red_wins, seen.players, len(seen.standings), len(seen.records)) == (0, 0, 0, 0)
    assert not seen.HasField("first_time")
    assert not seen.HasField("calibration")


async def test_standing_line_says_what_the_statistics_say(profile: Profile) -> None:
    """Rates are those of the season; the rating is as it is now, also for who played other games since."""
    await record(profile, await three_players(profile), *a_season())
    standings = (await picture_of_season(profile, **SPRING)).standings
    assert len(standings) == 3
    for line in standings:
        season = await stats(profile, line.standing.username, **SPRING)
        assert line.win_rate == season.overall.win_rate
        assert line.wins_above_club == pytest.approx(season.overall.wins_above_club)
        assert line.rating_bound == season.rating.lower_bound
        assert line.standing.value == season.points.total


async def test_standing_line_of_who_decided_no_game_has_no_rates(profile: Profile) -> None:
    """Who played draws alone is on the board by points and has neither a rate nor a rating."""
    await record(profile, await three_players(profile), a_small_game(["anna"], ["boris", "clara"], DRAW))
    seen = await picture_of_season(profile)
    assert len(seen.standings) == 3
    for line in seen.standings:
        assert not any(line.HasField(field) for field in ("win_rate", "wins_above_club", "rating_bound"))
    assert list(records_of(seen)) == ["MOST_GAMES"]


async def test_standings_are_the_first_places(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture holds so many places at most, and tells how many there are."""
    monkeypatch.setattr("profile_service.storage.season_store.MAX_PLACES", 2)
    await record(profile, await three_players(profile), *a_season())
    seen = await picture_of_season(profile)
    assert [line.standing.rank for line in seen.standings] == [1, 2]
    assert seen.ranked_players == 3


async def test_records_are_who_was_best_at_what(profile: Profile) -> None:
    """Each record has its holder and how much it was, in the order of the kinds."""
    await record(profile, await three_players(profile), *a_season())
    found = records_of(await picture_of_season(profile, **SPRING))
    anna = await stats(profile, "anna", **SPRING)
    assert found == {
        "MOST_GAMES": ("anna", 4),
        "MOST_POINTS": ("anna", anna.points.total),
        "BEST_WIN_RATE": ("anna", pytest.approx(2 / 3)),
        "MOST_WINS_ABOVE_CLUB": ("anna", pytest.approx(anna.overall.wins_above_club)),
        "LONGEST_WINS": ("anna", 2),
    }
    assert list(found) == [RECORD.Name(kind).removeprefix("KIND_") for kind in sorted(RECORD.values()) if kind]


async def test_record_goes_to_the_better_of_two_who_are_as_good(profile: Profile) -> None:
    """Of those with as many games, who won more holds the record, and then who comes first by name."""
    referee = await three_players(profile)
    await record(profile, referee, a_small_game(["boris"], ["anna", "clara"], RED))
    assert records_of(await picture_of_season(profile))["MOST_GAMES"] == ("boris", 1)
    await record(profile, referee, a_small_game(["clara"], ["anna", "boris"], BLACK, start=START + HOUR))
    await record(profile, referee, a_small_game(["clara"], ["anna", "boris"], RED, start=START + 2 * HOUR))
    await record(profile, referee, a_small_game(["boris"], ["anna", "clara"], BLACK, start=START + 3 * HOUR))
    found = records_of(await picture_of_season(profile))
    assert (found["MOST_GAMES"], found["LONGEST_WINS"]) == (("anna", 4), ("boris", 2))
    await record(profile, referee, a_small_game(["clara"], ["anna", "boris"], RED, start=START + 4 * HOUR))
    assert records_of(await picture_of_season(profile))["LONGEST_WINS"] == ("clara", 3)


async def test_calibration_compares_red_s_chances_with_what_happened(profile: Profile) -> None:
    """The figures are those reckoned by hand from the chances kept with the games; draws and unrated games are none."""
    referee = await three_players(profile)
    rows = [(0.8, RED), (0.84, RED), (0.5, RED), (0.25, BLACK), (0.9, DRAW), (None, RED)]
    games = [
        a_small_game(["anna"], ["boris", "clara"], winner, start=START + number * HOUR)
        for number, (_, winner) in enumerate(rows)
    ]
    await record(profile, referee, *games)
    for game, (chance, _) in zip(games, rows, strict=True):
        await profile.execute("UPDATE games SET red_chance = ? WHERE game_id = ?", chance, game.game_id)
    found = (await picture_of_season(profile)).calibration
    assert found.games == 4
    assert found.log_loss == pytest.approx(-log(0.8 * 0.84 * 0.5 * 0.75) / 4)
    assert found.base_log_loss == pytest.approx(-(0.75 * log(0.75) + 0.25 * log(0.25)))
    assert found.brier == pytest.approx((0.04 + 0.0256 + 0.25 + 0.0625) / 4)
    bins = [(one.low, one.games, pytest.approx(one.mean_chance), one.red_wins) for one in found.bins]
    assert bins == [(0.2, 1, 0.25, 0), (0.5, 1, 0.5, 1), (0.8, 2, 0.82, 2)]


async def test_calibration_is_absent_when_no_game_was_rated(profile: Profile) -> None:
    """A season of draws foretold nothing."""
    await record(profile, await three_players(profile), a_small_game(["anna"], ["boris", "clara"], DRAW))
    seen = await picture_of_season(profile)
    assert (seen.draws, seen.HasField("calibration")) == (1, False)


async def test_season_snapshot_of_no_kind_that_there_is_is_refused_by_name(profile: Profile) -> None:
    """A kind that the contract does not know is the caller's fault."""
    with refused_naming("kind"):
        await picture_of_season(profile, kind=99)


async def test_game_snapshot_is_the_game_with_what_players_are_called(profile: Profile) -> None:
    """The game is that of GetGame, and beside it stand the display names by seat, without empty ones and guests."""
    referee = await a_table(profile)
    anna = await profile.sign_up("anna", display_name="Анна")
    game = a_small_game(["anna", "sheriff", "civilian-1"], ["don", "Guest"], BLACK, table="the blue one", **SPRING)
    await record_one(profile, referee, game)
    request = profile_pb.UpdateUserRequest(
        username="anna", user=user_pb2.User(display_name="Аня"), update_mask=FieldMask(paths=["display_name"])
    )
    await profile.profiles.UpdateUser(request, metadata=anna.metadata)
    await profile.execute("UPDATE users SET display_name = '' WHERE username = 'sheriff'")
    seen = await picture_of_game(profile, game.game_id, anna)
    assert seen.game == await get_game(profile, game.game_id, anna)
    assert seen.game.HasField("red_chance")
    assert {one.seat_number: one.display_name for one in seen.names} == {1: "Аня", 3: "civilian-1", 4: "don"}
    assert seen.HasField("read_time")


async def test_season_and_game_are_told_in_the_language_of_the_viewer(profile: Profile) -> None:
    """Whoever asks may have named one; somebody who is not signed in, or was deleted since, has none."""
    anna, boris = await profile.sign_up("anna"), await profile.sign_up("boris")
    await profile.sign_up("clara")
    [game] = await record(profile, await profile.referee(), a_small_game(["anna"], ["boris", "clara"]))
    for player in (anna, boris):
        request = profile_pb.UpdateUserRequest(
            username=player.username, user=user_pb2.User(locale="de-AT"), update_mask=FieldMask(paths=["locale"])
        )
        await profile.profiles.UpdateUser(request, metadata=player.metadata)
    await leave(profile, boris)
    for viewer, locale in ((anna, "de-AT"), (boris, ""), (None, "")):
        assert (await picture_of_season(profile, viewer)).locale == locale
        assert (await picture_of_game(profile, game.game_id, viewer)).locale == locale


async def test_game_snapshot_of_a_voided_game_says_so(profile: Profile) -> None:
    """A game that was voided is still one, and its state tells."""
    referee = await three_players(profile)
    [game] = await record(profile, referee, a_small_game(["anna"], ["boris", "clara"]))
    await void(profile, referee, game)
    seen = await picture_of_game(profile, game.game_id)
    assert seen.game.state == game_pb2.GAME_STATE_VOIDED
    assert len(seen.names) == 3


async def test_game_snapshot_of_an_unknown_game_is_not_found(profile: Profile) -> None:
    """There is no picture of a game that was never recorded; an id that is none is refused by name."""
    with refused(StatusCode.NOT_FOUND, "GAME_NOT_FOUND"):
        await picture_of_game(profile, str(uuid.uuid4()))
    with refused_naming("game_id"):
        await picture_of_game(profile, "")
