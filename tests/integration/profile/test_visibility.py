"""Who sees what of a player: every method that shows players × every field × every viewer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.profile.v1 import visibility_pb2 as visibility_pb
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from grpc import StatusCode

from profile_service.visibility import FIELDS, Audience
from tests.integration.profile.conftest import Player, Profile, a_game, running
from tests.integration.profile.postbox import Postbox, sign_up_confirmed
from tests.integration.profile.readings import (
    READINGS,
    TEXTS,
    Scene,
    Shown,
    get_game,
    get_player_stats,
    get_snapshot,
    get_user,
    list_games_of_player,
    list_users_by_filter,
)
from tests.statuses import refused

FILLED: Shown = {
    "email": "anna@example.org",
    "gender": user_pb2.GENDER_FEMALE,
    "statistics": 1,
    "games": 1,
    "both": 1,
    **TEXTS,
}
BLANK: Shown = {name: type(value)() for name, value in FILLED.items()}


@pytest.fixture
def postbox() -> Postbox:
    """Where the letters of the test's service arrive."""
    return Postbox()


@pytest.fixture
async def profile(tmp_path: Path, postbox: Postbox) -> AsyncIterator[Profile]:
    """Run a service that sends mail, as an address is only shown when it is confirmed."""
    async with running(tmp_path, mailer=postbox) as service:
        yield service


async def a_scene(profile: Profile, postbox: Postbox) -> Scene:
    """Open the accounts and fill in what there is."""
    anna = await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
    others = (await profile.sign_up("boris"), await profile.sign_up("clara"))
    user = user_pb2.User(gender=user_pb2.GENDER_FEMALE, **TEXTS)
    await profile.profiles.UpdateUser(profile_pb.UpdateUserRequest(username="anna", user=user), metadata=anna.metadata)
    game = a_game(["boris", "clara", "anna"])
    game.seats[2].role = game_pb2.ROLE_CIVILIAN
    game.rule_set = "open-1"
    request = game_service_pb.RecordGameRequest(game=game)
    await profile.games.RecordGame(request, metadata=(await profile.referee()).metadata)
    return Scene(profile, anna, others, game.game_id)


async def show(profile: Profile, player: Player, **audiences: Any) -> visibility_pb.Visibility:
    """Set who sees which fields."""
    request = account_pb.SetVisibilityRequest(visibility=visibility_pb.Visibility(**audiences))
    answer = await profile.accounts.SetVisibility(request, metadata=player.metadata)
    return answer.visibility


@pytest.mark.parametrize("audience", Audience)
async def test_fields_are_shown_to_their_audience_alone(profile: Profile, postbox: Postbox, audience: Audience) -> None:
    """By every method, each viewer sees what is for them, and the rest as if it had never been filled in."""
    scene = await a_scene(profile, postbox)
    await show(profile, scene.anna, **dict.fromkeys(FIELDS, f"AUDIENCE_{audience.name}"))
    viewers = {Audience.PUBLIC: None, Audience.CLUB: scene.others[0], Audience.PRIVATE: scene.anna}
    for sight, viewer in viewers.items():
        for reading in (reading for readings in READINGS.values() for reading in readings):
            shown = await reading(scene, viewer)
            expected = FILLED if audience <= sight else BLANK
            assert shown == {name: expected[name] for name in shown}, (reading.__name__, sight)


@pytest.mark.parametrize("field", FIELDS)
async def test_one_hidden_field_hides_no_other(profile: Profile, postbox: Postbox, field: str) -> None:
    """Each field has an audience of its own."""
    scene = await a_scene(profile, postbox)
    await show(profile, scene.anna, **dict.fromkeys(FIELDS, "AUDIENCE_PUBLIC"))
    await show(profile, scene.anna, **{field: "AUDIENCE_PRIVATE"})
    for reading in (get_user, get_player_stats, get_game, list_games_of_player, list_users_by_filter, get_snapshot):
        shown = await reading(scene, None)
        assert shown == {name: BLANK[name] if name == field else FILLED[name] for name in shown}, reading.__name__


async def test_hidden_statistics_and_games_answer_like_those_of_a_newcomer(profile: Profile, postbox: Postbox) -> None:
    """Not even the bytes tell a player who hides everything from one who never played."""
    scene = await a_scene(profile, postbox)
    await profile.sign_up("newcomer")
    await show(profile, scene.anna, statistics="AUDIENCE_PRIVATE", games="AUDIENCE_PRIVATE")

    async def answers(username: str) -> list[bytes]:
        stats = await profile.stats.GetPlayerStats(stats_pb.GetPlayerStatsRequest(username=username))
        games = await profile.games.ListGames(game_service_pb.ListGamesRequest(username=username))
        return [stats.SerializeToString(deterministic=True), games.SerializeToString(deterministic=True)]

    assert await answers("anna") == await answers("newcomer")


async def test_peak_of_a_rating_names_no_game_to_whom_the_games_are_hidden(profile: Profile, postbox: Postbox) -> None:
    """The figure belongs to the statistics, the game and its hour to the games."""
    scene = await a_scene(profile, postbox)
    await show(profile, scene.anna, games="AUDIENCE_PRIVATE")
    request = stats_pb.GetPlayerStatsRequest(username="anna")
    for viewer, named in ((None, False), (scene.others[0], False), (scene.anna, True)):
        metadata = None if viewer is None else viewer.metadata
        rating = (await profile.stats.GetPlayerStats(request, metadata=metadata)).stats.rating
        assert rating.peak.rating > 0
        assert {bool(peak.game_id) for peak in (rating.peak, rating.low)} == {named}
        assert {peak.HasField("start_time") for peak in (rating.peak, rating.low)} == {named}


async def test_new_account_shows_all_but_its_email(profile: Profile) -> None:
    """The defaults are what its owner reads before choosing."""
    anna = await profile.sign_up("anna")
    account = (await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=anna.metadata)).account
    audiences = {name: visibility_pb.Audience.Name(getattr(account.visibility, name)) for name in FIELDS}
    assert audiences.pop("email") == "AUDIENCE_PRIVATE"
    assert set(audiences.values()) == {"AUDIENCE_PUBLIC"}


async def test_set_visibility_keeps_what_is_not_named(profile: Profile) -> None:
    """Each change adds to those before, and the answer has all of them."""
    anna = await profile.sign_up("anna")
    await show(profile, anna, city="AUDIENCE_CLUB")
    visibility = await show(profile, anna, games="AUDIENCE_PRIVATE")
    account = (await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=anna.metadata)).account
    assert account.visibility == visibility
    assert (visibility.city, visibility.games) == (visibility_pb.AUDIENCE_CLUB, visibility_pb.AUDIENCE_PRIVATE)


async def test_set_visibility_without_token_or_wish_is_refused(profile: Profile) -> None:
    """Only a signed-in owner sets it, and to what there is."""
    anna = await profile.sign_up("anna")
    request = account_pb.SetVisibilityRequest(visibility=visibility_pb.Visibility())
    with refused(StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await profile.accounts.SetVisibility(request)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await profile.accounts.SetVisibility(account_pb.SetVisibilityRequest(), metadata=anna.metadata)
    unknown = account_pb.SetVisibilityRequest(visibility=visibility_pb.Visibility(city=9))  # type: ignore[arg-type]
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await profile.accounts.SetVisibility(unknown, metadata=anna.metadata)
