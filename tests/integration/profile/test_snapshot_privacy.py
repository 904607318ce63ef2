"""Whom the snapshots of a player, a season and a game show what: the viewer they are for, and nobody else's sight."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb

from tests.integration.profile.conftest import Player, Profile
from tests.integration.profile.small_games import (
    BLACK,
    HOUR,
    RED,
    START,
    a_small_game,
    at,
    leave,
    picture_of,
    picture_of_game,
    picture_of_season,
    record,
    show,
)

# Who looks, by who sees a field that is for whom.
SEEING = {"PUBLIC": {"stranger", "left", "mate", "owner"}, "CLUB": {"mate", "owner"}, "PRIVATE": {"owner"}}


@dataclass(frozen=True)
class Scene:
    """Anna, who may hide something, and who looks: a stranger, who left the club, a club mate and she herself."""

    anna: Player
    viewers: dict[str, Player | None]
    game_id: str


async def a_scene(profile: Profile) -> Scene:
    """Have Anna win twice beside Boris and against Clara, and be the best at everything."""
    anna, boris = await profile.sign_up("anna", display_name="Анна"), await profile.sign_up("boris")
    await profile.sign_up("clara")
    left = await profile.sign_up("left")
    await leave(profile, left)
    games = [
        a_small_game(["anna", "boris"], ["clara"], RED),
        a_small_game(["anna", "boris"], ["clara"], RED, start=START + HOUR),
        a_small_game(["boris"], ["clara", "Guest"], BLACK, start=START + 2 * HOUR),
    ]
    await record(profile, await profile.referee(), *games)
    viewers = {"stranger": None, "left": left, "mate": boris, "owner": anna}
    return Scene(anna, viewers, games[0].game_id)


def has_ratings(seen: snapshot_pb.GetSnapshotResponse) -> set[bool]:
    fields = ("rating_before", "rating_after", "deviation_after")
    return {game.HasField(field) for game in seen.games for field in fields}


@pytest.mark.parametrize("audience", SEEING)
async def test_hidden_games_hide_everything_that_tells_single_games(profile: Profile, audience: str) -> None:
    """Games, weeks, companions and the game of a peak are for whom the games are for; sums and the place for all."""
    scene = await a_scene(profile)
    await show(profile, scene.anna, games=audience)
    for name, viewer in scene.viewers.items():
        seen = await picture_of(profile, "anna", viewer)
        sees = name in SEEING[audience]
        assert seen.games_hidden is not sees, name
        told = (len(seen.games), len(seen.weeks), len(seen.partners), len(seen.opponents))
        assert told == ((2, 1, 1, 1) if sees else (0, 0, 0, 0)), name
        assert bool(seen.stats.rating.peak.game_id) is sees, name
        assert (seen.stats_hidden, seen.stats.overall.wins, seen.standing.rank) == (False, 2, 1), name


@pytest.mark.parametrize("audience", SEEING)
async def test_hidden_statistics_leave_nothing_but_the_list_of_games(profile: Profile, audience: str) -> None:
    """What games add up to, and what they did to the rating, is for whom the statistics are for."""
    scene = await a_scene(profile)
    await show(profile, scene.anna, statistics=audience)
    for name, viewer in scene.viewers.items():
        seen = await picture_of(profile, "anna", viewer)
        sees = name in SEEING[audience]
        assert (seen.stats_hidden, seen.stats.overall.sessions) == ((False, 2) if sees else (True, 0)), name
        assert (seen.HasField("standing"), seen.ranked_players) == ((True, 3) if sees else (False, 2)), name
        told = (len(seen.weeks), len(seen.partners), len(seen.opponents))
        assert told == ((1, 1, 1) if sees else (0, 0, 0)), name
        assert (seen.games_hidden, len(seen.games), has_ratings(seen)) == (False, 2, {sees}), name


async def test_statistics_of_a_period_are_hidden_with_the_games(profile: Profile) -> None:
    """A period may be as short as a game, so who may not see the games sees no statistics of it, and is told so."""
    scene = await a_scene(profile)
    await show(profile, scene.anna, games="CLUB")
    for name, viewer in scene.viewers.items():
        seen = await picture_of(profile, "anna", viewer, end_time=at(START + HOUR))
        sees = name in SEEING["CLUB"]
        assert (seen.stats_hidden, seen.stats.overall.sessions) == ((False, 1) if sees else (True, 0)), name
        assert bool(seen.stats.HasField("rating")) is sees, name


@pytest.mark.parametrize("audience", SEEING)
async def test_companion_who_hides_the_games_is_left_out(profile: Profile, audience: str) -> None:
    """Anna's company shows who sat with her only to those who may see their games; statistics are another matter."""
    scene = await a_scene(profile)
    boris = scene.viewers["mate"]
    assert boris is not None
    await show(profile, boris, games=audience, statistics="PRIVATE")
    for name, viewer in scene.viewers.items():
        # To Boris himself his own games are never hidden, and to Anna he is a club mate.
        sees = {"mate": True, "owner": audience != "PRIVATE"}.get(name, audience == "PUBLIC")
        seen = await picture_of(profile, "anna", viewer)
        assert [one.username for one in seen.partners] == (["boris"] if sees else []), name
        assert [one.username for one in seen.opponents] == ["clara"], name


async def test_profile_is_shown_to_the_viewer(profile: Profile) -> None:
    """What is for the club is not for who is not signed in, nor for an account that was deleted since it asked."""
    scene = await a_scene(profile)
    request = profile_pb.UpdateUserRequest(username="anna", user=user_pb2.User(city="Kyiv"))
    await profile.profiles.UpdateUser(request, metadata=scene.anna.metadata)
    await show(profile, scene.anna, city="CLUB")
    for name, viewer in scene.viewers.items():
        seen = await picture_of(profile, "anna", viewer)
        assert seen.user.city == ("Kyiv" if name in SEEING["CLUB"] else ""), name


@pytest.mark.parametrize("audience", SEEING)
async def test_season_names_nobody_whose_statistics_are_hidden(profile: Profile, audience: str) -> None:
    """Standings and records are of those whom the viewer may see; what everybody did together counts everybody."""
    scene = await a_scene(profile)
    await show(profile, scene.anna, statistics=audience)
    for name, viewer in scene.viewers.items():
        seen = await picture_of_season(profile, viewer)
        sees = name in SEEING[audience]
        expected = ["anna", "boris", "clara"] if sees else ["boris", "clara"]
        assert [line.standing.username for line in seen.standings] == expected, name
        assert [line.standing.rank for line in seen.standings] == list(range(1, len(expected) + 1)), name
        assert seen.ranked_players == len(expected), name
        assert ("anna" in {one.username for one in seen.records}) is sees, name
        assert (seen.players, seen.red_wins, seen.black_wins) == (3, 2, 1), name


async def test_season_shows_who_hides_the_games_alone(profile: Profile) -> None:
    """A place is a statistic, so that games are hidden changes nothing of it."""
    scene = await a_scene(profile)
    await show(profile, scene.anna, games="PRIVATE")
    seen = await picture_of_season(profile)
    assert seen.standings[0].standing.username == "anna"
    assert {one.username for one in seen.records} >= {"anna"}


@pytest.mark.parametrize("audience", SEEING)
async def test_game_names_nobody_whose_games_are_hidden(profile: Profile, audience: str) -> None:
    """The seat stays with its role and points; username and display name are for whom the games are for."""
    scene = await a_scene(profile)
    await show(profile, scene.anna, games=audience, statistics="PRIVATE")
    for name, viewer in scene.viewers.items():
        seen = await picture_of_game(profile, scene.game_id, viewer)
        sees = name in SEEING[audience]
        assert [seat.username for seat in seen.game.seats] == ["anna" if sees else "", "boris", "clara"], name
        assert [one.display_name for one in seen.names] == (["Анна"] if sees else []) + ["boris", "clara"], name
        assert seen.game.seats[0].points, name


async def test_guests_are_named_to_the_club_alone(profile: Profile) -> None:
    """Guests were never asked, so who is not signed in, or left, sees their seats without a nickname."""
    scene = await a_scene(profile)
    games = (await picture_of(profile, "boris")).games
    for name, viewer in scene.viewers.items():
        seen = await picture_of_game(profile, games[0].game_id, viewer)
        assert seen.game.seats[2].nickname == ("Guest" if name in SEEING["CLUB"] else ""), name
        assert [one.seat_number for one in seen.names] == [1, 2], name


async def test_who_left_is_in_no_picture(profile: Profile) -> None:
    """An account that is about to be deleted has no place, no record, no name at the table and keeps nobody company."""
    scene = await a_scene(profile)
    await leave(profile, scene.anna)
    season = await picture_of_season(profile)
    assert [line.standing.username for line in season.standings] == ["boris", "clara"]
    assert {one.username for one in season.records} <= {"boris", "clara"}
    assert (season.players, season.ranked_players) == (2, 2)
    game = await picture_of_game(profile, scene.game_id)
    assert [seat.username for seat in game.game.seats] == ["", "boris", "clara"]
    assert [one.seat_number for one in game.names] == [2, 3]
    seen = await picture_of(profile, "boris")
    assert [one.username for one in seen.partners] == []
