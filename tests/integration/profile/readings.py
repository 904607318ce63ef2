"""What each method that shows players shows of Anna."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.message import Message

from tests.integration.profile.conftest import Player, Profile

TEXTS = {"city": "Kyiv", "club": "Night Owls", "about": "Plays don."}


@dataclass(frozen=True)
class Scene:
    """A service with Anna, who has filled in everything, and a game that she sat in."""

    profile: Profile
    anna: Player
    others: tuple[Player, ...]
    game_id: str

    async def ask(self, method: Callable[..., Awaitable[Any]], request: Message, viewer: Player | None) -> Any:
        """Make a call as the viewer."""
        return await method(request, metadata=viewer.metadata if viewer else None)


Shown = dict[str, object]
Reading = Callable[[Scene, Player | None], Awaitable[Shown]]


def fields_of(user: user_pb2.User) -> Shown:
    return {"email": user.email, "gender": user.gender, **{name: getattr(user, name) for name in TEXTS}}


async def get_user(scene: Scene, viewer: Player | None) -> Shown:
    request = profile_pb.GetUserRequest(username="anna")
    return fields_of((await scene.ask(scene.profile.profiles.GetUser, request, viewer)).user)


async def batch_get_users(scene: Scene, viewer: Player | None) -> Shown:
    request = profile_pb.BatchGetUsersRequest(usernames=["anna"])
    return fields_of((await scene.ask(scene.profile.profiles.BatchGetUsers, request, viewer)).users[0])


async def list_users(scene: Scene, viewer: Player | None) -> Shown:
    answer = await scene.ask(scene.profile.profiles.ListUsers, profile_pb.ListUsersRequest(search="anna"), viewer)
    return fields_of(answer.users[0])


async def list_users_by_filter(scene: Scene, viewer: Player | None) -> Shown:
    found: Shown = {}
    for name in ("city", "club"):
        request = profile_pb.ListUsersRequest(**{name: TEXTS[name].upper()})
        users = (await scene.ask(scene.profile.profiles.ListUsers, request, viewer)).users
        found[name] = TEXTS[name] if users else ""
    return found


async def search_users(scene: Scene, viewer: Player | None) -> Shown:
    """No search finds what stands in a field, whoever may see it."""
    for text in (*TEXTS.values(), "anna@example.org"):
        request = profile_pb.ListUsersRequest(search=text)
        assert not (await scene.ask(scene.profile.profiles.ListUsers, request, viewer)).users
    return {}


async def update_user(scene: Scene, viewer: Player | None) -> Shown:
    if viewer is not scene.anna:
        return {}
    request = profile_pb.UpdateUserRequest(username="anna", user=user_pb2.User(locale="uk"))
    return fields_of((await scene.ask(scene.profile.profiles.UpdateUser, request, viewer)).user)


async def get_player_stats(scene: Scene, viewer: Player | None) -> Shown:
    request = stats_pb.GetPlayerStatsRequest(username="anna")
    answer = await scene.ask(scene.profile.stats.GetPlayerStats, request, viewer)
    return {"statistics": answer.stats.overall.sessions}


async def get_pair_stats(scene: Scene, viewer: Player | None) -> Shown:
    """A pair says something of both what they did and with whom."""
    request = stats_pb.GetPairStatsRequest(username="anna", other_username=scene.others[0].username)
    pair = (await scene.ask(scene.profile.stats.GetPairStats, request, viewer)).stats
    return {"both": pair.against.sessions + pair.together.sessions}


async def list_rating_changes(scene: Scene, viewer: Player | None) -> Shown:
    request = stats_pb.ListRatingChangesRequest(username="anna")
    return {"both": len((await scene.ask(scene.profile.stats.ListRatingChanges, request, viewer)).changes)}


async def list_standings(scene: Scene, viewer: Player | None) -> Shown:
    answers = [
        await scene.ask(scene.profile.stats.ListStandings, stats_pb.ListStandingsRequest(board=board), viewer)
        for board in stats_pb.Board.values()
    ]
    places = {sum(place.username == "anna" for place in answer.standings) for answer in answers}
    assert {answer.total_size == len(answer.standings) for answer in answers} == {True}
    return {"statistics": places.pop()}


async def list_games_of_player(scene: Scene, viewer: Player | None) -> Shown:
    request = game_service_pb.ListGamesRequest(username="anna")
    return {"games": len((await scene.ask(scene.profile.games.ListGames, request, viewer)).games)}


def seats_of_anna(game: game_pb2.Game) -> Shown:
    return {"games": sum(seat.username == "anna" for seat in game.seats)}


async def list_games(scene: Scene, viewer: Player | None) -> Shown:
    answer = await scene.ask(scene.profile.games.ListGames, game_service_pb.ListGamesRequest(), viewer)
    return seats_of_anna(answer.games[0])


async def list_games_of_another(scene: Scene, viewer: Player | None) -> Shown:
    request = game_service_pb.ListGamesRequest(username=scene.others[0].username)
    return seats_of_anna((await scene.ask(scene.profile.games.ListGames, request, viewer)).games[0])


async def get_game(scene: Scene, viewer: Player | None) -> Shown:
    request = game_service_pb.GetGameRequest(game_id=scene.game_id)
    return seats_of_anna((await scene.ask(scene.profile.games.GetGame, request, viewer)).game)


async def get_snapshot(scene: Scene, viewer: Player | None) -> Shown:
    request = snapshot_pb.GetSnapshotRequest(
        username="anna", viewer_account_id=viewer.account_id if viewer else "", include_email=True
    )
    answer = await scene.profile.snapshots.GetSnapshot(request, metadata=scene.profile.internal)
    assert answer.email == ("anna@example.org" if viewer is scene.anna else "")
    assert answer.stats_hidden == (not answer.stats.overall.sessions)
    assert answer.games_hidden == (not answer.games)
    shown = {"statistics": answer.stats.overall.sessions, "games": len(answer.games)}
    return fields_of(answer.user) | shown


async def get_snapshot_of_company(scene: Scene, viewer: Player | None) -> Shown:
    """When and with whom somebody played says something of both what they did and in which games."""
    request = snapshot_pb.GetSnapshotRequest(username="anna", viewer_account_id=viewer.account_id if viewer else "")
    answer = await scene.profile.snapshots.GetSnapshot(request, metadata=scene.profile.internal)
    assert len(answer.partners) + len(answer.opponents) == 2 * len(answer.weeks)
    return {"both": len(answer.weeks)}


async def get_season_snapshot(scene: Scene, viewer: Player | None) -> Shown:
    request = snapshot_pb.GetSeasonSnapshotRequest(viewer_account_id=viewer.account_id if viewer else "")
    answer = await scene.profile.snapshots.GetSeasonSnapshot(request, metadata=scene.profile.internal)
    holds = any(record.username == "anna" for record in answer.records)
    assert holds == any(line.standing.username == "anna" for line in answer.standings)
    return {"statistics": int(holds)}


async def get_game_snapshot(scene: Scene, viewer: Player | None) -> Shown:
    request = snapshot_pb.GetGameSnapshotRequest(
        game_id=scene.game_id, viewer_account_id=viewer.account_id if viewer else ""
    )
    answer = await scene.profile.snapshots.GetGameSnapshot(request, metadata=scene.profile.internal)
    shown = seats_of_anna(answer.game)
    assert shown["games"] == sum(name.seat_number == 3 for name in answer.names)
    return shown


# By method; test_persons_shown.py sees to it that none is missing.
READINGS: dict[str, tuple[Reading, ...]] = {
    "ProfileService/GetUser": (get_user,),
    "ProfileService/BatchGetUsers": (batch_get_users,),
    "ProfileService/ListUsers": (list_users, list_users_by_filter, search_users),
    "ProfileService/UpdateUser": (update_user,),
    "StatsService/GetPlayerStats": (get_player_stats,),
    "StatsService/GetPairStats": (get_pair_stats,),
    "StatsService/ListRatingChanges": (list_rating_changes,),
    "StatsService/ListStandings": (list_standings,),
    "GameService/ListGames": (list_games, list_games_of_player, list_games_of_another),
    "GameService/GetGame": (get_game,),
    "SnapshotService/GetSnapshot": (get_snapshot, get_snapshot_of_company),
    "SnapshotService/GetSeasonSnapshot": (get_season_snapshot,),
    "SnapshotService/GetGameSnapshot": (get_game_snapshot,),
}
