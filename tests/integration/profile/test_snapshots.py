"""What the snapshot of a player holds: the games asked for, and what follows from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from tests.integration.profile.conftest import Player, Profile, a_game
from tests.integration.profile.details import refused_naming
from tests.integration.profile.small_games import (
    BLACK,
    DRAW,
    HOUR,
    RED,
    START,
    VOID,
    a_small_game,
    at,
    leave,
    picture_of,
    record,
    void,
)
from tests.integration.profile.test_games import NAMES, a_table
from tests.statuses import refused

ELITE = game_pb2.GAME_KIND_ELITE
CLUB = game_pb2.GAME_KIND_CLUB
SCOPES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [4, 3, 2, 1, 0]),
    ({"season": "spring"}, [2, 1, 0]),
    ({"kind": ELITE}, [4, 1]),
    ({"season": "spring", "kind": ELITE}, [1]),
    ({"season": "winter"}, []),
    ({"start_time": at(START + HOUR), "end_time": at(START + 3 * HOUR)}, [2, 1]),
    ({"start_time": at(START + HOUR), "season": "spring", "kind": CLUB}, [2]),
    ({"start_time": at(START + HOUR), "end_time": at(START)}, []),
]


async def three_players(profile: Profile) -> Player:
    """Sign up Anna, Boris and Clara, and return a referee."""
    for name in ("anna", "boris", "clara"):
        await profile.sign_up(name)
    return await profile.referee()


def an_evening() -> list[game_pb2.Game]:
    """Return five games of Anna against Boris and Clara, an hour apart: three of the spring, two elite ones."""
    seasons, kinds = ("spring", "spring", "spring", "", ""), (CLUB, ELITE, CLUB, CLUB, ELITE)
    return [
        a_small_game(["anna"], ["boris", "clara"], start=START + number * HOUR, season=season, kind=kind)
        for number, (season, kind) in enumerate(zip(seasons, kinds, strict=True))
    ]


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
async def test_snapshot_holds_the_games_asked_for(profile: Profile, scope: dict[str, Any], expected: list[int]) -> None:
    """Season, kind and period choose games, statistics, weeks and companions alike, as the separate calls do."""
    games = await record(profile, await three_players(profile), *an_evening())
    seen = await picture_of(profile, "anna", **scope)
    assert [game.game_id for game in seen.games] == [games[number].game_id for number in expected]
    separate = await profile.stats.GetPlayerStats(stats_pb.GetPlayerStatsRequest(username="anna", **scope))
    assert seen.stats == separate.stats
    assert [week.wins for week in seen.weeks] == ([len(expected)] if expected else [])
    assert {(one.username, one.tally.sessions) for one in seen.opponents} == {
        (name, len(expected)) for name in ("boris", "clara") if expected
    }


async def test_played_game_tells_what_the_game_and_the_rating_tell(profile: Profile) -> None:
    """Each field of a played game is that of the game, of the player's seat in it, or of the change of the rating."""
    referee = await a_table(profile)
    told = a_game(NAMES, winner=BLACK, minutes=47)
    told.season, told.kind, told.table = "spring", ELITE, "the blue one"
    told.seats[9].fate, told.seats[9].fate_round = game_pb2.FATE_KILLED, 1
    told.seats[9].bonus, told.seats[9].penalty = 0.7, 0.25
    told.best_move.CopyFrom(game_pb2.BestMove(seat_number=10, suspects=[1, 2, 3]))
    [game] = await record(profile, referee, told)
    request = stats_pb.ListRatingChangesRequest(username=NAMES[9])
    [change] = (await profile.stats.ListRatingChanges(request)).changes
    [played] = (await picture_of(profile, NAMES[9])).games
    assert played == snapshot_pb.PlayedGame(
        game_id=game.game_id,
        start_time=game.start_time,
        duration=game.duration,
        seat_number=10,
        role=game_pb2.ROLE_CIVILIAN,
        result=game_pb2.RESULT_LOSS,
        season="spring",
        kind=ELITE,
        table="the blue one",
        fate=game_pb2.FATE_KILLED,
        fate_round=1,
        points=0.85,
        rating_before=change.rating_before,
        rating_after=change.rating_after,
        deviation_after=change.deviation_after,
    )
    assert sum(entry.points for entry in game.seats[9].points) == pytest.approx(played.points)
    assert played.rating_before == 1500 > played.rating_after


async def test_played_game_is_told_as_little_as_the_game(profile: Profile) -> None:
    """Of a game that told no table, fate and season there is nothing, and a draw changes no rating."""
    referee = await three_players(profile)
    await record(profile, referee, a_small_game(["anna"], ["boris", "clara"], DRAW))
    [played] = (await picture_of(profile, "anna")).games
    assert (played.season, played.table, played.fate, played.fate_round) == ("", "", game_pb2.FATE_UNSPECIFIED, 0)
    assert (played.kind, played.result) == (CLUB, game_pb2.RESULT_DRAW)
    for field in ("rating_before", "rating_after", "deviation_after"):
        assert not played.HasField(field)


async def test_old_game_without_a_record_has_points(profile: Profile) -> None:
    """A game that was recorded before more was told than who won has the points of its profile all the same."""
    referee = await three_players(profile)
    [game] = await record(profile, referee, a_small_game(["anna"], ["boris", "clara"]))
    await profile.execute("UPDATE games SET record = NULL")
    [played] = (await picture_of(profile, "anna")).games
    assert played.points == sum(entry.points for entry in game.seats[0].points) == 1


async def test_void_game_is_listed_and_counts_for_nothing(profile: Profile) -> None:
    """A game that was broken off is among the games, and in no week and nobody's company; a voided one is nowhere."""
    referee = await three_players(profile)
    broken_off = a_small_game(["anna"], ["boris", "clara"], VOID)
    mistaken = a_small_game(["anna"], ["boris", "clara"], start=START + HOUR)
    await record(profile, referee, broken_off, mistaken)
    await void(profile, referee, mistaken)
    seen = await picture_of(profile, "anna")
    assert [(game.game_id, game.result) for game in seen.games] == [(broken_off.game_id, game_pb2.RESULT_VOID)]
    assert not seen.weeks
    assert not seen.opponents


async def test_standing_is_that_of_the_leaderboard_by_rating(profile: Profile) -> None:
    """The place and how many there are say the same as the leaderboard of that season and kind."""
    await record(profile, await three_players(profile), *an_evening())
    for scope in ({}, {"season": "spring"}, {"kind": ELITE}):
        for name in ("anna", "boris", "clara"):
            board = await profile.stats.ListStandings(stats_pb.ListStandingsRequest(around=name, **scope))
            [place] = [place for place in board.standings if place.username == name]
            seen = await picture_of(profile, name, **scope)
            assert (seen.standing, seen.ranked_players) == (place, board.total_size)
            assert seen.ranked_players == 3


async def test_player_who_is_on_no_board_has_no_standing(profile: Profile) -> None:
    """Who played no rated game of that season is told of how many the leaderboard is, and of a period there is none."""
    referee = await three_players(profile)
    await profile.sign_up("newcomer")
    games = an_evening()
    games[0].seats[0].username = "newcomer"
    games[0].winner = DRAW
    await record(profile, referee, *games)
    for scope, ranked in (({}, 3), ({"season": "winter"}, 0)):
        seen = await picture_of(profile, "newcomer", **scope)
        assert (seen.HasField("standing"), seen.ranked_players) == (False, ranked)
    of_period = await picture_of(profile, "anna", start_time=at(START))
    assert (of_period.HasField("standing"), of_period.ranked_players) == (False, 0)
    assert of_period.stats.overall.sessions == 4


async def test_weeks_begin_on_monday_also_over_new_year(profile: Profile) -> None:
    """A week takes in its Monday midnight and its Sunday night, whatever the year; weeks without games are left out."""
    referee = await three_players(profile)
    monday = datetime(2025, 12, 29, tzinfo=UTC)
    played = [
        (datetime(1970, 1, 1, tzinfo=UTC), RED),
        (monday, BLACK),
        (datetime(2026, 1, 1, tzinfo=UTC), DRAW),
        (datetime(2026, 1, 4, 23, 59, 59, 999_999, tzinfo=UTC), RED),
        (monday + timedelta(days=7), RED),
        (monday + timedelta(days=28), VOID),
    ]
    games = [a_small_game(["anna"], ["boris", "clara"], winner, start=start, minutes=50) for start, winner in played]
    await record(profile, referee, *games)
    weeks = (await picture_of(profile, "anna")).weeks
    assert [(week.start_time.ToDatetime(UTC), week.wins, week.losses, week.draws) for week in weeks] == [
        (datetime(1969, 12, 29, tzinfo=UTC), 1, 0, 0),
        (monday, 1, 1, 1),
        (monday + timedelta(days=7), 1, 0, 0),
    ]
    assert [week.play_time.seconds for week in weeks] == [50 * 60, 150 * 60, 50 * 60]


async def test_companions_are_told_from_the_players_side(profile: Profile) -> None:
    """Partners sat on the same side, opponents on the other; the tally is the player's and has no rates of the club."""
    referee = await three_players(profile)
    await record(
        profile,
        referee,
        a_small_game(["anna", "boris"], ["clara"], RED, minutes=30),
        a_small_game(["anna", "boris"], ["clara"], BLACK, start=START + HOUR, minutes=40),
        a_small_game(["clara"], ["anna", "boris"], DRAW, start=START + 2 * HOUR, minutes=50),
        a_small_game(["anna", "boris"], ["clara"], VOID, start=START + 3 * HOUR, minutes=60),
        a_small_game(["boris"], ["anna", "clara"], RED, start=START + 4 * HOUR),
    )
    seen = await picture_of(profile, "anna")
    found = {
        (kind, one.username): (one.tally.wins, one.tally.losses, one.tally.draws, one.tally.voids)
        for kind, those in (("partner", seen.partners), ("opponent", seen.opponents))
        for one in those
    }
    assert found == {
        ("partner", "boris"): (1, 1, 1, 1),
        ("partner", "clara"): (0, 1, 0, 0),
        ("opponent", "clara"): (1, 1, 1, 1),
        ("opponent", "boris"): (0, 1, 0, 0),
    }
    boris = seen.partners[0].tally
    assert (boris.sessions, boris.play_time.seconds, boris.win_rate) == (3, 120 * 60, 0.5)
    assert (boris.HasField("win_interval"), boris.HasField("club_win_rate")) == (True, False)
    assert not boris.HasField("wins_above_club")


async def test_companions_are_the_eight_with_the_most_games(profile: Profile) -> None:
    """Most games first, then most wins in them, then by name; guests and those who left are none."""
    referee = await three_players(profile)
    names = [f"player-{number}" for number in range(9)]
    left = (await profile.sign_up("aaron"), *[await profile.sign_up(name) for name in names])[0]
    table = ["anna", "aaron", "Guest", *names]
    games = [
        a_small_game(table, ["boris"], BLACK),
        a_small_game(["anna", "aaron", "Guest", "player-5", "player-7"], ["boris"], BLACK, start=START + HOUR),
        a_small_game(["anna", "player-8", "player-7"], ["boris"], RED, start=START + 2 * HOUR),
    ]
    await record(profile, referee, *games)
    await leave(profile, left)
    partners = [one.username for one in (await picture_of(profile, "anna")).partners]
    first = ["player-7", "player-8", "player-5"]
    assert partners == [*first, *(name for name in names if name not in first)][:8]


async def test_companion_is_called_by_the_display_name(profile: Profile) -> None:
    """A companion is named as everywhere: by what they call themselves."""
    referee = await three_players(profile)
    await profile.sign_up("dina", display_name="Діна")
    await record(profile, referee, a_small_game(["anna", "dina"], ["boris"]))
    seen = await picture_of(profile, "anna")
    assert [(one.username, one.display_name) for one in seen.partners] == [("dina", "Діна")]
    assert [(one.username, one.display_name) for one in seen.opponents] == [("boris", "boris")]


async def test_snapshot_of_nobody_or_of_who_left_is_not_found(profile: Profile) -> None:
    """There is no picture of an account that was never opened or is about to be deleted."""
    await leave(profile, await profile.sign_up("anna"))
    for name in ("anna", "nobody"):
        with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
            await picture_of(profile, name)


async def test_snapshot_of_a_period_outside_the_calendar_is_refused_by_name(profile: Profile) -> None:
    """A moment that no calendar has is the caller's fault, and the field is named."""
    await profile.sign_up("anna")
    for field in ("start_time", "end_time"):
        with refused_naming(f"{field}.nanos"):
            await picture_of(profile, "anna", **{field: Timestamp(seconds=1, nanos=-5)})


async def test_export_tells_of_each_game_what_the_snapshot_tells(profile: Profile) -> None:
    """Both know a game as its player does; the export has those too that were voided since."""
    anna = await profile.sign_up("anna")
    for name in ("boris", "clara"):
        await profile.sign_up(name)
    referee = await profile.referee()
    games = await record(profile, referee, *an_evening())
    await void(profile, referee, games[0])
    request = lifecycle_pb.ReadAccountRequest(account_id=anna.account_id, export_id=games[0].game_id)
    parts = [part async for part in profile.lifecycle.ReadAccount(request, metadata=profile.internal)]
    told = [game for part in parts for game in part.games]
    assert told[:-1] == list((await picture_of(profile, "anna")).games)
    assert [game.game_id for game in told] == [game.game_id for game in reversed(games)]


async def test_games_are_the_newest_five_hundred(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture holds so many games at most, and its statistics are over all."""
    monkeypatch.setattr("profile_service.storage.snapshot_store.MAX_GAMES", 2)
    games = await record(profile, await three_players(profile), *an_evening())
    seen = await picture_of(profile, "anna")
    assert [game.game_id for game in seen.games] == [games[4].game_id, games[3].game_id]
    assert seen.stats.overall.sessions == sum(week.wins for week in seen.weeks) == len(games)
    listed = await profile.games.ListGames(game_service_pb.ListGamesRequest(username="anna", page_size=2))
    assert [game.game_id for game in listed.games] == [game.game_id for game in seen.games]
