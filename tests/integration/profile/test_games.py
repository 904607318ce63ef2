"""Games, and the statistics that follow from them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.stats.v1 import game_pb2, player_stats_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from profile_service.storage import game_writer
from profile_service.storage.game_writer import GameStoreWriter
from runtime.errors import Unavailable
from tests.eventually import eventually
from tests.integration.profile.conftest import PASSWORD, Player, Profile, a_game
from tests.integration.profile.details import refused_naming
from tests.statuses import refused

NAMES = ["don", "mafia-1", "mafia-2", "sheriff", *(f"civilian-{n}" for n in range(1, 7))]


async def a_table(profile: Profile) -> Player:
    """Sign up ten players and return a referee."""
    for name in NAMES:
        await profile.sign_up(name)
    return await profile.referee()


async def record(profile: Profile, referee: Player, game: game_pb2.Game) -> game_pb2.Game:
    request = game_service_pb.RecordGameRequest(game=game)
    answer: game_service_pb.RecordGameResponse = await profile.games.RecordGame(request, metadata=referee.metadata)
    return answer.game


async def get(profile: Profile, game_id: str) -> game_pb2.Game:
    answer: game_service_pb.GetGameResponse = await profile.games.GetGame(
        game_service_pb.GetGameRequest(game_id=game_id)
    )
    return answer.game


async def stats(profile: Profile, username: str, **period: Any) -> player_stats_pb2.PlayerStats:
    request = stats_pb.GetPlayerStatsRequest(username=username, **period)
    answer: stats_pb.GetPlayerStatsResponse = await profile.stats.GetPlayerStats(request)
    return answer.stats


def at(time: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


async def test_record_game_gives_each_seat_its_result(profile: Profile) -> None:
    """The winning side's seats win and the others lose."""
    game = await record(profile, await a_table(profile), a_game(NAMES, winner=game_pb2.WINNER_BLACK))
    results = {seat.username: seat.result for seat in game.seats}
    assert results["don"] == game_pb2.RESULT_WIN
    assert results["sheriff"] == game_pb2.RESULT_LOSS
    assert game.HasField("create_time")


async def test_record_game_by_a_player_is_refused(profile: Profile) -> None:
    """Only referees and service accounts record games."""
    await a_table(profile)
    anna = await profile.sign_up("anna")
    with refused(StatusCode.PERMISSION_DENIED, "ROLE_MISSING"):
        await record(profile, anna, a_game(NAMES))


async def test_record_game_twice_counts_once(profile: Profile) -> None:
    """The same game sent again is the recorded one, in whatever order its seats come."""
    referee = await a_table(profile)
    game = a_game(NAMES)
    first = await record(profile, referee, game)
    again = game_pb2.Game()
    again.CopyFrom(game)
    again.seats.sort(key=lambda seat: -seat.seat_number)
    assert await record(profile, referee, again) == first
    assert (await stats(profile, "don")).overall.sessions == 1


async def test_record_another_game_under_the_same_id_is_refused(profile: Profile) -> None:
    """An id stands for one game."""
    referee = await a_table(profile)
    game_id = str(uuid.uuid4())
    await record(profile, referee, a_game(NAMES, game_id=game_id))
    with refused(StatusCode.ALREADY_EXISTS, "GAME_ID_TAKEN"):
        await record(profile, referee, a_game(NAMES, game_id=game_id, winner=game_pb2.WINNER_BLACK))


async def test_record_game_with_unknown_player_stores_nothing(profile: Profile) -> None:
    """A game with a stranger at the table is refused whole."""
    referee = await a_table(profile)
    game = a_game([*NAMES[:9], "stranger"])
    with refused(StatusCode.INVALID_ARGUMENT, "PLAYER_UNKNOWN"):
        await record(profile, referee, game)
    with refused(StatusCode.NOT_FOUND, "GAME_NOT_FOUND"):
        await profile.games.GetGame(game_service_pb.GetGameRequest(game_id=game.game_id))
    assert (await stats(profile, "don")).overall.sessions == 0


async def test_games_that_are_recorded_together_are_put_off_together_when_the_database_goes_away(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more is asked in a transaction in which the database failed; each of the calls may be sent again."""
    referee = await a_table(profile)
    writers: list[GameStoreWriter] = []
    begun, may_go_on = asyncio.Event(), asyncio.Event()
    asked = 0
    record_together, require_own = GameStoreWriter._record_together, game_writer._require_own

    async def seen(writer: GameStoreWriter, calls: Sequence[Any]) -> None:
        writers.append(writer)
        await record_together(writer, calls)

    async def away_for_the_second(session: Any, request: Any) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            begun.set()
            await may_go_on.wait()
        if asked == 2:
            raise Unavailable("It does not answer.", dependency="database")
        await require_own(session, request)

    async def two_wait() -> bool:
        return len(writers[0]._waiting) == 2

    monkeypatch.setattr(GameStoreWriter, "_record_together", seen)
    monkeypatch.setattr(game_writer, "_require_own", away_for_the_second)
    games = [a_game(NAMES) for _ in range(3)]
    first = asyncio.create_task(record(profile, referee, games[0]))
    await begun.wait()
    others = [asyncio.create_task(record(profile, referee, game)) for game in games[1:]]
    await eventually(two_wait, within_seconds=20)
    may_go_on.set()
    await first
    for other in others:
        with refused(StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            await other
    assert asked == 2
    for game in games[1:]:
        await record(profile, referee, game)


def _same_seat_twice(game: game_pb2.Game) -> None:
    game.seats[1].seat_number = 1


def _same_player_twice(game: game_pb2.Game) -> None:
    game.seats[1].username = game.seats[0].username


def _two_dons(game: game_pb2.Game) -> None:
    game.seats[1].role = game_pb2.ROLE_DON


def _one_side(game: game_pb2.Game) -> None:
    for seat in game.seats:
        seat.role = game_pb2.ROLE_CIVILIAN


def _in_the_future(game: game_pb2.Game) -> None:
    game.start_time.FromDatetime(datetime.now(UTC) + timedelta(hours=1))


def _no_winner(game: game_pb2.Game) -> None:
    game.winner = game_pb2.WINNER_UNSPECIFIED


def _no_duration(game: game_pb2.Game) -> None:
    game.ClearField("duration")


@pytest.mark.parametrize(
    "spoil",
    [_same_seat_twice, _same_player_twice, _two_dons, _one_side, _in_the_future, _no_winner, _no_duration],
)
async def test_record_impossible_game_is_refused(profile: Profile, spoil: Any) -> None:
    """A game that cannot have been played is refused by the contract's rules."""
    game = a_game(NAMES)
    spoil(game)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await record(profile, await profile.referee(), game)


FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
BAD_TIMES = [
    (Timestamp(seconds=10**18), "{}"),
    (Timestamp(seconds=LAST_SECOND + 1), "{}"),
    (Timestamp(seconds=FIRST_SECOND - 1), "{}"),
    (Timestamp(seconds=-(2**63)), "{}"),
    (Timestamp(seconds=1, nanos=2 * 10**9), "{}.nanos"),
    (Timestamp(seconds=1, nanos=-5), "{}.nanos"),
]


@pytest.mark.parametrize("field", ["start_time", "end_time"])
@pytest.mark.parametrize(("time", "named"), BAD_TIMES)
async def test_period_outside_the_calendar_is_refused_by_name(
    profile: Profile, field: str, time: Timestamp, named: str
) -> None:
    """A moment that no calendar has is the caller's fault, and the field is named."""
    await profile.sign_up("anna")
    with refused_naming(named.format(field)):
        await stats(profile, "anna", **{field: time})
    with refused_naming(named.format(field)):
        await profile.games.ListGames(game_service_pb.ListGamesRequest(**{field: time}))


async def test_period_of_the_whole_calendar_is_served(profile: Profile) -> None:
    """The first and the last moment that there are can be asked for."""
    await profile.sign_up("anna")
    first, last = Timestamp(seconds=FIRST_SECOND), Timestamp(seconds=LAST_SECOND, nanos=999_999_999)
    assert (await stats(profile, "anna", start_time=first, end_time=last)).overall.sessions == 0


@pytest.mark.parametrize(
    "spoiled",
    [
        {"start_time": Timestamp(seconds=1, nanos=2 * 10**9)},
        {"start_time": Timestamp(seconds=1, nanos=-1)},
        {"duration": Duration(seconds=60, nanos=2 * 10**9)},
        {"duration": Duration(seconds=60, nanos=-5)},
    ],
)
async def test_record_game_with_nanos_out_of_bounds_is_refused_by_name(
    profile: Profile, spoiled: dict[str, Any]
) -> None:
    """A time whose parts contradict the format is refused, not mended."""
    game = a_game(NAMES)
    for field, value in spoiled.items():
        getattr(game, field).CopyFrom(value)
    with refused_naming(*(f"game.{field}.nanos" for field in spoiled)):
        await record(profile, await profile.referee(), game)


async def test_player_stats_add_up_overall_and_by_role(profile: Profile) -> None:
    """Sessions, wins, losses, draws and play time are those of the recorded games, also for each role."""
    referee = await a_table(profile)
    others = [name for name in NAMES if name != "don"]
    await record(profile, referee, a_game(NAMES, winner=game_pb2.WINNER_BLACK, minutes=40))
    await record(profile, referee, a_game(NAMES, winner=game_pb2.WINNER_RED, minutes=50))
    await record(profile, referee, a_game([*others, "don"], winner=game_pb2.WINNER_RED, minutes=60))
    await record(profile, referee, a_game([*others, "don"], winner=game_pb2.WINNER_DRAW, minutes=30))
    found = await stats(profile, "don")
    overall = found.overall
    assert (overall.sessions, overall.wins, overall.losses, overall.draws) == (4, 2, 1, 1)
    assert overall.play_time.seconds == 180 * 60
    assert overall.win_rate == pytest.approx(2 / 3)
    roles = {entry.role: entry.tally for entry in found.roles}
    assert set(roles) == {game_pb2.ROLE_CIVILIAN, game_pb2.ROLE_DON}
    assert (roles[game_pb2.ROLE_DON].wins, roles[game_pb2.ROLE_DON].losses) == (1, 1)


async def test_player_stats_of_a_period_count_its_games_only(profile: Profile) -> None:
    """A period takes in its first moment and leaves out its last."""
    referee = await a_table(profile)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for day in range(4):
        await record(profile, referee, a_game(NAMES, start=first + timedelta(days=day)))
    period = {"start_time": at(first + timedelta(days=1)), "end_time": at(first + timedelta(days=3))}
    assert (await stats(profile, "don", **period)).overall.sessions == 2


async def test_player_stats_without_games_have_no_win_rate(profile: Profile) -> None:
    """Who never played has no rate, which is not a rate of zero."""
    await profile.sign_up("anna")
    found = await stats(profile, "anna")
    assert found.overall.sessions == 0
    assert not found.overall.HasField("win_rate")
    assert not found.roles


async def test_player_stats_of_unknown_player_are_not_found(profile: Profile) -> None:
    """There are no statistics of nobody."""
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await stats(profile, "nobody")


@pytest.mark.parametrize("username", ["", "don"])
async def test_list_games_in_pages_shows_each_once_newest_first(profile: Profile, username: str) -> None:
    """Games come newest first, also those that began at the same moment, without gap or double."""
    referee = await a_table(profile)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    recorded = [await record(profile, referee, a_game(NAMES, start=start + timedelta(days=n // 2))) for n in range(5)]
    # Games of one moment are rated in the order of their ids, so the later ones have moved since they were recorded.
    recorded = [await get(profile, game.game_id) for game in recorded]
    expected = sorted(recorded, key=lambda game: (game.start_time.seconds, game.game_id), reverse=True)
    seen: list[game_pb2.Game] = []
    token = ""
    for _ in range(3):
        request = game_service_pb.ListGamesRequest(page_size=2, page_token=token, username=username)
        page = await profile.games.ListGames(request)
        seen += page.games
        token = page.next_page_token
    assert (seen, token) == (expected, "")


async def test_list_games_of_a_player_leaves_out_games_of_others(profile: Profile) -> None:
    """Only games in which the player sat are listed."""
    referee = await a_table(profile)
    await profile.sign_up("guest")
    await record(profile, referee, a_game(NAMES))
    mine = await record(profile, referee, a_game([*NAMES[:9], "guest"]))
    request = game_service_pb.ListGamesRequest(username="guest")
    assert list((await profile.games.ListGames(request)).games) == [mine]


async def test_games_of_a_deleted_account_keep_the_seat_without_a_name(profile: Profile) -> None:
    """A game stays as it was played when a player leaves; only the name goes."""
    referee = await a_table(profile)
    anna = await profile.sign_up("anna")
    game = await record(profile, referee, a_game([*NAMES[:9], "anna"]))
    await profile.accounts.DeleteAccount(
        account_pb.DeleteAccountRequest(username="anna", password=PASSWORD), metadata=anna.metadata
    )
    kept = (await profile.games.GetGame(game_service_pb.GetGameRequest(game_id=game.game_id))).game
    assert [seat.username for seat in kept.seats] == [*NAMES[:9], ""]


async def test_snapshot_holds_profile_statistics_and_games(profile: Profile) -> None:
    """A snapshot says the same as the separate calls, and the e-mail address only to its owner who asks for it."""
    referee = await a_table(profile)
    anna = await profile.sign_up("anna", display_name="Анна", email="anna@example.org")
    game = await record(profile, referee, a_game([*NAMES[:9], "anna"]))

    async def snapshot(*, include_email: bool, viewer_id: str) -> snapshot_pb.GetSnapshotResponse:
        request = snapshot_pb.GetSnapshotRequest(
            username="anna", include_email=include_email, viewer_account_id=viewer_id
        )
        answer: snapshot_pb.GetSnapshotResponse = await profile.snapshots.GetSnapshot(
            request, metadata=profile.internal
        )
        return answer

    plain = await snapshot(include_email=False, viewer_id=anna.account_id)
    assert (plain.user.display_name, plain.email, plain.avatar) == ("Анна", "", b"")
    assert plain.stats == await stats(profile, "anna")
    assert [(played.game_id, played.role) for played in plain.games] == [(game.game_id, game_pb2.ROLE_CIVILIAN)]
    assert (await snapshot(include_email=True, viewer_id=anna.account_id)).email == "anna@example.org"
    for viewer_id in ("", referee.account_id):
        assert (await snapshot(include_email=True, viewer_id=viewer_id)).email == ""
