"""Games that are told again, corrected or shown when those who played are no longer there to be seen."""

from __future__ import annotations

from typing import Any

from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import visibility_pb2
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from tests.integration.profile.conftest import PASSWORD, Player, Profile, a_game
from tests.integration.profile.test_credentials import sign_in
from tests.integration.profile.test_deletions import delete, purged
from tests.statuses import refused

NAMES = [f"player-{number}" for number in range(10)]
BLACK = game_pb2.WINNER_BLACK


async def a_table(profile: Profile) -> tuple[Player, dict[str, Player]]:
    """Return a referee and ten players."""
    return await profile.referee(), {name: await profile.sign_up(name) for name in NAMES}


async def record(profile: Profile, referee: Player, game: game_pb2.Game) -> game_pb2.Game:
    request = game_pb.RecordGameRequest(game=game)
    recorded: game_pb2.Game = (await profile.games.RecordGame(request, metadata=referee.metadata)).game
    return recorded


async def correct(profile: Profile, referee: Player, game: game_pb2.Game) -> game_pb2.Game:
    request = game_pb.CorrectGameRequest(game=game)
    corrected: game_pb2.Game = (await profile.games.CorrectGame(request, metadata=referee.metadata)).game
    return corrected


async def hide_games(profile: Profile, player: Player) -> None:
    hidden = visibility_pb2.Visibility(games=visibility_pb2.AUDIENCE_PRIVATE)
    request = account_pb.SetVisibilityRequest(visibility=hidden)
    await profile.accounts.SetVisibility(request, metadata=player.metadata)


async def stats(profile: Profile, name: str, viewer: Player | None = None, **which: Any) -> Any:
    request = stats_pb.GetPlayerStatsRequest(username=name, **which)
    metadata = None if viewer is None else viewer.metadata
    return (await profile.stats.GetPlayerStats(request, metadata=metadata)).stats


def with_guest(game: game_pb2.Game) -> game_pb2.Game:
    """Return the game with a guest in the first seat."""
    told = game_pb2.Game()
    told.CopyFrom(game)
    told.seats[0].username, told.seats[0].nickname = "", "Zoe"
    return told


async def test_game_of_a_guest_who_became_a_player_is_still_the_same(profile: Profile) -> None:
    """Also when another guest of that name plays since; a game with somebody else there is another one."""
    referee, _ = await a_table(profile)
    await profile.sign_up("zoe")
    game = with_guest(a_game(NAMES))
    await record(profile, referee, game)
    merge = game_pb.MergeGuestRequest(nickname="Zoe", username="zoe")
    await profile.games.MergeGuest(merge, metadata=referee.metadata)
    assert (await record(profile, referee, game)).seats[0].username == "zoe"
    with refused(StatusCode.NOT_FOUND, "GUEST_NOT_FOUND"):  # telling it again seats no new guest
        await profile.games.MergeGuest(merge, metadata=referee.metadata)
    await record(profile, referee, with_guest(a_game(NAMES)))
    assert (await record(profile, referee, game)).seats[0].username == "zoe"
    other = a_game(NAMES, game_id=game.game_id)
    with refused(StatusCode.ALREADY_EXISTS, "GAME_ID_TAKEN"):
        await record(profile, referee, other)


async def test_correction_by_who_knows_the_guest_alone_leaves_the_player_there(profile: Profile) -> None:
    """A game server corrects what it told, and never hears of the account."""
    referee, _ = await a_table(profile)
    await profile.sign_up("zoe")
    game = with_guest(a_game(NAMES))
    await record(profile, referee, game)
    merge = game_pb.MergeGuestRequest(nickname="Zoe", username="zoe")
    await profile.games.MergeGuest(merge, metadata=referee.metadata)
    game.winner = BLACK
    assert (await correct(profile, referee, game)).seats[0].username == "zoe"
    assert (await stats(profile, "zoe")).overall.wins == 1


async def test_seat_of_who_left_is_given_to_who_really_sat_there(profile: Profile) -> None:
    """A correction that changes nothing but the player is one."""
    referee, players = await a_table(profile)
    await profile.sign_up("zoe")
    game = await record(profile, referee, a_game(NAMES))
    await purged(profile, await delete(profile, players["player-0"], account_pb.DELETION_MODE_ANONYMISE_SEAT))
    referee = await profile.referee()
    game.seats[0].username = "zoe"
    assert (await correct(profile, referee, game)).seats[0].username == "zoe"
    assert (await stats(profile, "zoe")).overall.sessions == 1


async def test_game_of_who_is_leaving_and_who_left_is_still_the_same(profile: Profile) -> None:
    """A copy that comes late is not refused for it, nor does it bring anybody back."""
    referee, players = await a_table(profile)
    game = a_game(NAMES)
    await record(profile, referee, game)
    receipt_id = await delete(profile, players["player-0"], account_pb.DELETION_MODE_ANONYMISE_SEAT)
    assert (await record(profile, referee, game)).seats[0].username == ""
    await purged(profile, receipt_id)
    referee = await profile.referee()
    assert (await record(profile, referee, game)).seats[0].username == ""
    with refused(StatusCode.INVALID_ARGUMENT, "PLAYER_UNKNOWN"):
        await record(profile, referee, a_game(NAMES))


async def test_game_is_corrected_as_it_is_shown(profile: Profile) -> None:
    """Whoever hides their games or left keeps the seat, though it names nobody."""
    referee, players = await a_table(profile)
    recorded = await record(profile, referee, a_game(NAMES))
    await hide_games(profile, players["player-0"])
    await purged(profile, await delete(profile, players["player-1"], account_pb.DELETION_MODE_ANONYMISE_SEAT))
    referee = await profile.referee()
    shown = (await profile.games.GetGame(game_pb.GetGameRequest(game_id=recorded.game_id))).game
    assert [seat.username for seat in shown.seats[:2]] == ["", ""]
    shown.winner = BLACK
    assert (await correct(profile, referee, shown)).winner == BLACK
    owner = profile.player(await sign_in(profile, "player-0", PASSWORD))
    assert (await stats(profile, "player-0", owner)).overall.wins == 1


async def test_seat_that_was_not_there_must_name_somebody(profile: Profile) -> None:
    """A correction invents nobody, and nobody takes a second seat by one."""
    referee, _ = await a_table(profile)
    game = a_game(NAMES[:9])
    game.rule_set = "open-1"
    await record(profile, referee, game)
    game.seats.add(seat_number=10, role=game_pb2.ROLE_CIVILIAN)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await correct(profile, referee, game)
    game.seats[9].username, game.seats[0].username = NAMES[0], ""
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await correct(profile, referee, game)


async def test_voided_game_is_answered_as_it_is_shown(profile: Profile) -> None:
    """Who may void a game need not know who hides that they played in it."""
    referee, players = await a_table(profile)
    recorded = await record(profile, referee, a_game(NAMES))
    await hide_games(profile, players["player-0"])
    request = game_pb.VoidGameRequest(game_id=recorded.game_id)
    voided = (await profile.games.VoidGame(request, metadata=referee.metadata)).game
    assert (voided.state, voided.seats[0].username) == (game_pb2.GAME_STATE_VOIDED, "")


async def test_hidden_games_are_not_told_by_the_statistics_of_their_moment(profile: Profile) -> None:
    """Over all games statistics are shown; over a stretch of time they would name a game."""
    referee, players = await a_table(profile)
    game = await record(profile, referee, a_game(NAMES))
    moment = {"start_time": game.start_time, "end_time": Timestamp(seconds=game.start_time.seconds + 1)}
    assert (await stats(profile, "player-0", **moment)).overall.sessions == 1
    await hide_games(profile, players["player-0"])
    assert (await stats(profile, "player-0", **moment)).overall.sessions == 0
    assert (await stats(profile, "player-0")).overall.sessions == 1
    assert (await stats(profile, "player-0", players["player-0"], **moment)).overall.sessions == 1


async def test_side_that_was_never_played_has_no_rating(profile: Profile) -> None:
    """Nor has one any default."""
    referee, _ = await a_table(profile)
    await record(profile, referee, a_game(NAMES))
    don, sheriff = [(await stats(profile, name)).rating for name in ("player-0", "player-3")]
    assert (don.HasField("red"), don.HasField("black")) == (False, True)
    assert (sheriff.HasField("red"), sheriff.HasField("black")) == (True, False)


async def test_first_kills_have_no_rate_where_no_end_was_told(profile: Profile) -> None:
    """What a game does not tell is not a zero."""
    referee, _ = await a_table(profile)
    await record(profile, referee, a_game(NAMES))
    assert not (await stats(profile, "player-3")).play.HasField("first_kill_rate")
