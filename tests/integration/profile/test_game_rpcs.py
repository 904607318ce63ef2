"""Games in batches, corrected and voided, with guests; and what is shown of what they add up to."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import grpc
import pytest
from dossier.stats.v1 import game_pb2, player_stats_pb2
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.rpc import error_details_pb2
from grpc import StatusCode

from tests.integration.profile.conftest import Player, Profile, a_game
from tests.integration.profile.details import detail_of, refused_naming
from tests.integration.profile.test_games import NAMES, a_table, get, record, stats
from tests.integration.report.stage import eventually
from tests.statuses import refused

BLACK, RED = game_pb2.WINNER_BLACK, game_pb2.WINNER_RED
START = datetime(2026, 1, 1, 18, tzinfo=UTC)


async def batch(profile: Profile, referee: Player, games: list[game_pb2.Game], **fields: Any) -> list[game_pb2.Game]:
    request = game_pb.BatchRecordGamesRequest(games=games, **fields)
    return list((await profile.games.BatchRecordGames(request, metadata=referee.metadata)).games)


async def correct(profile: Profile, referee: Player, game: game_pb2.Game, etag: str = "") -> game_pb2.Game:
    request = game_pb.CorrectGameRequest(game=game, etag=etag)
    answer: game_pb.CorrectGameResponse = await profile.games.CorrectGame(request, metadata=referee.metadata)
    return answer.game


async def void(profile: Profile, referee: Player, game_id: str, etag: str = "") -> game_pb2.Game:
    request = game_pb.VoidGameRequest(game_id=game_id, etag=etag)
    answer: game_pb.VoidGameResponse = await profile.games.VoidGame(request, metadata=referee.metadata)
    return answer.game


async def standings(profile: Profile, **fields: Any) -> stats_pb.ListStandingsResponse:
    answer: stats_pb.ListStandingsResponse = await profile.stats.ListStandings(stats_pb.ListStandingsRequest(**fields))
    return answer


def an_evening(number: int) -> list[game_pb2.Game]:
    """Return games in which the seats go round, half an hour apart."""
    games = []
    for index in range(number):
        names = NAMES[index % 10 :] + NAMES[: index % 10]
        games.append(a_game(names, winner=RED if index % 3 else BLACK, start=START + timedelta(minutes=30 * index)))
    return games


async def test_batch_records_all_games_once(profile: Profile) -> None:
    """A batch that is sent again, or has games that were recorded before, counts each of them once."""
    referee = await a_table(profile)
    games = an_evening(12)
    first = await record(profile, referee, games[3])
    recorded = await batch(profile, referee, games)
    assert [game.game_id for game in recorded] == [game.game_id for game in games]
    assert recorded[3].create_time == first.create_time
    assert await batch(profile, referee, games) == recorded
    assert (await stats(profile, "don")).overall.sessions == 12


async def test_batch_with_one_bad_game_records_none(profile: Profile) -> None:
    """All or nothing, and what is wrong is named by its place; guests of a refused batch do not exist."""
    referee = await a_table(profile)
    games = an_evening(3)
    games[1].seats[4].username = "nobody-at-all"
    games[2].seats[0].ClearField("username")
    games[2].seats[0].nickname = "Zoe"
    with refused_naming("games[1].seats[4].username", reason="PLAYER_UNKNOWN"):
        await batch(profile, referee, games)
    assert (await stats(profile, "don")).overall.sessions == 0
    merge = game_pb.MergeGuestRequest(nickname="Zoe", username="don")
    with refused(StatusCode.NOT_FOUND, "GUEST_NOT_FOUND"):
        await profile.games.MergeGuest(merge, metadata=referee.metadata)


async def test_dry_run_names_everything_and_writes_nothing(profile: Profile) -> None:
    """Broken rules and unknown players of all games come in one answer."""
    referee = await a_table(profile)
    games = an_evening(3)
    games[0].seats[1].role = game_pb2.ROLE_DON
    games[2].seats[9].username = "nobody-at-all"
    with refused_naming("games[0].seats", "games[0].seats[1].role", "games[2].seats[9].username"):
        await batch(profile, referee, games, validate_only=True)
    assert await batch(profile, referee, an_evening(2), validate_only=True) == []
    assert (await stats(profile, "don")).overall.sessions == 0


BAD_GAMES = {
    "eleven seats": (lambda game: game.seats.add(seat_number=11, username="x-1", role=1), "game.seats"),
    "two dons": (lambda game: setattr(game.seats[1], "role", game_pb2.ROLE_DON), "game.seats[1].role"),
    "unknown player": (lambda game: setattr(game.seats[0], "username", "nobody-at-all"), "game.seats[0].username"),
    "negative duration": (lambda game: setattr(game.duration, "seconds", -1), "game.duration"),
    "future date": (lambda game: setattr(game.start_time, "seconds", 4_000_000_000), "game.start_time"),
    "survivors contradict": (lambda game: setattr(game.seats[0], "fate", game_pb2.FATE_SURVIVED), "game.winner"),
    "duplicate seat": (lambda game: setattr(game.seats[1], "seat_number", 1), "game.seats[1].seat_number"),
    "duplicate player": (lambda game: setattr(game.seats[1], "username", NAMES[0]), "game.seats[1].username"),
    "nobody": (lambda game: setattr(game.seats[1], "username", ""), "game.seats[1].username"),
    "guest without a letter": (
        lambda game: (
            game.seats[1].MergeFrom(game_pb2.Seat(nickname="\u00a0")) or setattr(game.seats[1], "username", "")
        ),
        "game.seats[1].username",
    ),
    "player and guest": (lambda game: setattr(game.seats[0], "nickname", "Ann"), "game.seats[0]"),
    "unknown profile": (lambda game: setattr(game, "points_profile", "chess-1"), "game.points_profile"),
    "unknown rules": (lambda game: setattr(game, "rule_set", "chess-1"), "game.rule_set"),
}


@pytest.mark.parametrize("name", BAD_GAMES)
async def test_bad_game_is_refused_by_field(profile: Profile, name: str) -> None:
    """What cannot have happened is told with where it stands."""
    referee = await a_table(profile)
    spoil, field = BAD_GAMES[name]
    game = a_game(NAMES)
    spoil(game)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await record(profile, referee, game)
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    violations = detail_of(caught.value, error_details_pb2.BadRequest).field_violations
    assert field in {violation.field for violation in violations}


async def test_request_id_of_another_request_is_refused(profile: Profile) -> None:
    """The same request again is safe; another one under its id is a mix-up."""
    referee = await a_table(profile)
    request_id, (game, other) = str(uuid.uuid4()), an_evening(2)
    request = game_pb.RecordGameRequest(game=game, request_id=request_id)
    first = await profile.games.RecordGame(request, metadata=referee.metadata)
    assert await profile.games.RecordGame(request, metadata=referee.metadata) == first
    mixed_up = game_pb.RecordGameRequest(game=other, request_id=request_id)
    with refused(StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED"):
        await profile.games.RecordGame(mixed_up, metadata=referee.metadata)
    assert (await stats(profile, "don")).overall.sessions == 1


async def test_corrected_game_counts_as_corrected(profile: Profile) -> None:
    """Statistics follow, an old etag is refused, and saying it again changes nothing."""
    referee = await a_table(profile)
    game = await record(profile, referee, a_game(NAMES, winner=RED))
    fixed = a_game(NAMES, winner=BLACK, game_id=game.game_id)
    corrected = await correct(profile, referee, fixed, game.etag)
    assert corrected.winner == BLACK
    assert corrected.etag != game.etag
    overall = (await stats(profile, "don")).overall
    assert (overall.wins, overall.losses) == (1, 0)
    assert await correct(profile, referee, fixed, game.etag) == corrected
    with refused(StatusCode.ABORTED, "ETAG_STALE"):
        await correct(profile, referee, a_game(NAMES, winner=RED, game_id=game.game_id), game.etag)
    with refused(StatusCode.NOT_FOUND, "GAME_NOT_FOUND"):
        await correct(profile, referee, a_game(NAMES))


async def test_voided_game_counts_for_nothing_and_stays_readable(profile: Profile) -> None:
    """It is out of lists unless asked for, cannot be corrected, and may be voided again."""
    referee = await a_table(profile)
    game = await record(profile, referee, a_game(NAMES))
    voided = await void(profile, referee, game.game_id, game.etag)
    assert voided.state == game_pb2.GAME_STATE_VOIDED
    assert (await stats(profile, "don")).overall.sessions == 0
    assert await void(profile, referee, game.game_id) == voided == await get(profile, game.game_id)
    for username in ("", "don"):
        listed = await profile.games.ListGames(game_pb.ListGamesRequest(username=username))
        with_voided = await profile.games.ListGames(game_pb.ListGamesRequest(username=username, show_voided=True))
        assert (list(listed.games), list(with_voided.games)) == ([], [voided])
    with refused(StatusCode.FAILED_PRECONDITION, "GAME_VOIDED"):
        await correct(profile, referee, a_game(NAMES, game_id=game.game_id))


async def test_guest_is_one_person_until_they_are_a_player(profile: Profile) -> None:
    """A nickname is the same guest in any case; merged, the games are the player's; the club alone reads the name."""
    referee = await a_table(profile)
    games = an_evening(3)
    for game, nickname in zip(games, ("Zoë Q", "zoë  q", "ZOË Q"), strict=True):
        seat = next(seat for seat in game.seats if seat.username == "civilian-6")
        seat.ClearField("username")
        seat.nickname = nickname
    recorded = await batch(profile, referee, games)
    request = game_pb.GetGameRequest(game_id=recorded[0].game_id)
    for metadata, names in ((referee.metadata, {"Zoë Q", ""}), ((), {""})):
        shown = (await profile.games.GetGame(request, metadata=metadata)).game
        assert {seat.nickname for seat in shown.seats} == names
    zoe = await profile.sign_up("zoe")
    merge = game_pb.MergeGuestRequest(nickname="zoë q", username="zoe")
    assert (await profile.games.MergeGuest(merge, metadata=referee.metadata)).game_count == 3
    assert (await stats(profile, "zoe")).overall.sessions == 3
    listed = await profile.games.ListGames(game_pb.ListGamesRequest(username="zoe"), metadata=zoe.metadata)
    assert len(listed.games) == 3
    with refused(StatusCode.NOT_FOUND, "GUEST_NOT_FOUND"):
        await profile.games.MergeGuest(merge, metadata=referee.metadata)


async def test_guest_who_sat_beside_the_player_is_somebody_else(profile: Profile) -> None:
    """Nobody sits twice at a table."""
    referee = await a_table(profile)
    game = a_game(NAMES)
    game.seats[9].ClearField("username")
    game.seats[9].nickname = "Zoe"
    await record(profile, referee, game)
    merge = game_pb.MergeGuestRequest(nickname="Zoe", username="don")
    with refused(StatusCode.FAILED_PRECONDITION, "GUEST_SAT_BESIDE_PLAYER"):
        await profile.games.MergeGuest(merge, metadata=referee.metadata)


async def test_stats_tell_rates_with_what_they_leave_open(profile: Profile) -> None:
    """Interval, the club's rate, luck, points, runs and rating are there, and nothing of what was never played."""
    referee = await a_table(profile)
    await batch(profile, referee, an_evening(9))
    found = await stats(profile, "don")
    overall = found.overall
    assert overall.wins + overall.losses == overall.sessions == 9
    assert overall.win_interval.low < overall.win_rate < overall.win_interval.high
    assert 0 < overall.club_win_rate < 1
    assert overall.wins_above_club == pytest.approx(overall.wins - 9 * overall.club_win_rate)
    assert {entry.role: entry.HasField("luck") for entry in found.roles}.keys() >= {game_pb2.ROLE_DON}
    assert found.red.sessions + found.black.sessions == 9
    assert sum(seat.sessions for seat in found.seats) == len(found.seats) == 9
    assert found.points.total == overall.wins
    assert len(found.form.latest) == 9
    assert found.rating.rated_games == 9
    assert found.rating.provisional
    assert found.rating.low.rating <= found.rating.rating <= found.rating.peak.rating
    await profile.sign_up("anna")
    newcomer = await stats(profile, "anna")
    assert newcomer == player_stats_pb2.PlayerStats(
        overall=player_stats_pb2.Tally(play_time=newcomer.overall.play_time)
    )


@pytest.mark.parametrize("fields", [{"season": "2026-spring"}, {"kind": game_pb2.GAME_KIND_TOURNAMENT}])
async def test_season_and_kind_are_looked_at_apart(profile: Profile, fields: dict[str, Any]) -> None:
    """Statistics, lists and boards of a season or kind know its games alone."""
    referee = await a_table(profile)
    games = an_evening(4)
    for game in games[:3]:
        game.season, game.kind = "2026-spring", game_pb2.GAME_KIND_TOURNAMENT
    await batch(profile, referee, games)
    assert (await stats(profile, "don", **fields)).overall.sessions == 3
    assert (await stats(profile, "don")).overall.sessions == 4
    listed = await profile.games.ListGames(game_pb.ListGamesRequest(username="don", **fields))
    assert len(listed.games) == 3
    assert {place.sessions for place in (await standings(profile, **fields)).standings} == {3}
    [season] = (await profile.stats.ListSeasons(stats_pb.ListSeasonsRequest())).seasons
    assert (season.season, season.game_count) == ("2026-spring", 3)


async def test_stats_of_a_period_are_those_of_its_games(profile: Profile) -> None:
    """Whole months and their ends add up to what the games themselves say."""
    referee = await a_table(profile)
    games = [a_game(NAMES, winner=RED if n % 3 else BLACK, start=START + timedelta(days=9 * n)) for n in range(14)]
    await batch(profile, referee, games)
    for first, last in ((0, 13), (1, 12), (3, 5), (2, 11), (13, 13)):
        period = {"start_time": games[first].start_time, "end_time": games[last].start_time}
        found = await stats(profile, "sheriff", **period)
        expected = games[first:last]
        assert (found.overall.sessions, found.overall.wins) == (
            len(expected),
            sum(game.winner == RED for game in expected),
        )
        assert len(found.form.latest) == len(expected)


async def test_pairs_with_and_against(profile: Profile) -> None:
    """How two did on one side, and on two."""
    referee = await a_table(profile)
    await record(profile, referee, a_game(NAMES, winner=BLACK))
    await record(profile, referee, a_game(NAMES[::-1], winner=BLACK))
    request = stats_pb.GetPairStatsRequest(username="don", other_username="mafia-1")
    pair = (await profile.stats.GetPairStats(request)).stats
    assert (pair.together.sessions, pair.together.wins) == (2, 1)
    assert pair.against.sessions == 0
    request = stats_pb.GetPairStatsRequest(username="don", other_username="civilian-6")
    pair = (await profile.stats.GetPairStats(request)).stats
    assert (pair.against.sessions, pair.against.wins, pair.together.sessions) == (2, 1, 0)
    assert not pair.together.HasField("win_rate")


@pytest.mark.parametrize("board", stats_pb.Board.values())
async def test_boards_go_on_page_by_page_and_around_a_player(profile: Profile, board: Any) -> None:
    """Every player once, best first, with rank, percentile and the board's size; around a player is that player."""
    referee = await a_table(profile)
    await batch(profile, referee, an_evening(14))
    await baselines_followed(profile)
    everybody = (await standings(profile, board=board)).standings
    assert [place.rank for place in everybody] == list(range(1, 11))
    assert sorted((place.value for place in everybody), reverse=True) == [place.value for place in everybody]
    assert (everybody[0].percentile, everybody[-1].percentile) == (100, 0)
    paged: list[player_stats_pb2.Standing] = []
    token = ""
    for _ in range(4):
        page = await standings(profile, board=board, page_size=3, page_token=token)
        paged, token = [*paged, *page.standings], page.next_page_token
        assert page.total_size == 10
    assert (paged, token) == (list(everybody), "")
    for place in everybody:
        page = await standings(profile, board=board, page_size=3, around=place.username)
        assert place in page.standings
        assert [other.rank for other in page.standings] == [
            other.rank for other in everybody if other.username in {near.username for near in page.standings}
        ]


async def test_board_needs_enough_games_and_shows_names_of_today(profile: Profile) -> None:
    """Who played less than asked for is not on it, and is told so; a new display name is shown at once."""
    referee = await a_table(profile)
    await batch(profile, referee, an_evening(3))
    anna = await profile.sign_up("anna")
    with refused(StatusCode.NOT_FOUND, "NOT_ON_BOARD"):
        await standings(profile, around="anna")
    with refused(StatusCode.NOT_FOUND, "NOT_ON_BOARD"):
        await standings(profile, around="don", minimum_sessions=4)
    assert (await standings(profile, minimum_sessions=4)).total_size == 0
    assert anna.account_id


async def test_wins_above_the_club_follow_the_club(profile: Profile) -> None:
    """The board comes to what the statistics say as soon as there is time for it."""
    referee = await a_table(profile)
    for evening in (an_evening(3), an_evening(12)):
        await batch(profile, referee, evening)
        await baselines_followed(profile)


async def baselines_followed(profile: Profile) -> None:
    """Wait until the board of wins above the club's says what the statistics of everybody say."""

    async def followed() -> bool:
        board = await standings(profile, board=stats_pb.BOARD_WINS_ABOVE_CLUB)
        values = {place.username: place.value for place in board.standings}
        above = {name: (await stats(profile, name)).overall.wins_above_club for name in NAMES}
        return values == pytest.approx(above)

    await eventually(followed)


async def test_rating_changes_tell_before_and_after(profile: Profile) -> None:
    """Each game goes on from where the one before left off, newest first; a late game changes what follows."""
    referee = await a_table(profile)
    games = an_evening(8)
    await batch(profile, referee, [*games[:3], *games[4:]])
    late = await record(profile, referee, games[3])
    request = stats_pb.ListRatingChangesRequest(username="don", page_size=3)
    changes: list[player_stats_pb2.RatingChange] = []
    for _ in range(3):
        page = await profile.stats.ListRatingChanges(request)
        changes.extend(page.changes)
        request.page_token = page.next_page_token
    assert [change.game_id for change in reversed(changes)] == [game.game_id for game in games]
    assert changes[4].game_id == late.game_id
    assert changes[-1].rating_before == 1500
    for newer, older in pairwise(changes):
        assert (newer.rating_before, newer.deviation_before) == (older.rating_after, older.deviation_after)
    for change in changes:
        assert (change.result == game_pb2.RESULT_WIN) == (change.elo_after > change.elo_before)
        game = await get(profile, change.game_id)
        side_is_red = change.role in (game_pb2.ROLE_CIVILIAN, game_pb2.ROLE_SHERIFF)
        assert change.chance == pytest.approx(game.red_chance if side_is_red else 1 - game.red_chance)


async def test_rules_can_be_read(profile: Profile) -> None:
    """What games may name, with the text that the service reckons by."""
    rules = await profile.stats.ListRules(stats_pb.ListRulesRequest())
    assert {rule.id for rule in rules.rule_sets} == {"classic-1", "open-1"}
    assert rules.default_points_profile in {profile_.id for profile_ in rules.points_profiles}
    assert all(rule.title and "title" in rule.text for rule in (*rules.rule_sets, *rules.points_profiles))
