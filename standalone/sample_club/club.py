"""Plays in a sample club: players with real pictures, and a season of plausible games."""

from __future__ import annotations

import json
import random
import secrets
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import game_pb2

from client import DossierClient, DossierError
from standalone.sample_club import evening
from standalone.secrets import write_private

FOLDER = Path(__file__).parent
REFEREE = "referee"
STAR = "vera"
WEEKS = 26
_GAMES_A_NIGHT = (0, 2, 3, 3, 4, 4)
SEATS = 10
# Six civilians, one sheriff, two mafia, one don: the classic table.
ROLES = (
    *[game_pb2.ROLE_CIVILIAN] * 6,
    game_pb2.ROLE_SHERIFF,
    *[game_pb2.ROLE_MAFIA] * 2,
    game_pb2.ROLE_DON,
)
# Over thousands of recorded club games red wins a little more often than black; a draw is rare.
_WINNERS = (game_pb2.WINNER_RED, game_pb2.WINNER_BLACK, game_pb2.WINNER_DRAW)
_WINNER_WEIGHTS = (53, 45, 2)
# The season that this number gives has wins, losses and draws for everybody to see.
_SEED = 82
GENDERS = {
    "unspecified": user_pb2.GENDER_UNSPECIFIED,
    "female": user_pb2.GENDER_FEMALE,
    "male": user_pb2.GENDER_MALE,
    "diverse": user_pb2.GENDER_DIVERSE,
}


@dataclass(frozen=True, slots=True)
class SampleClub:
    """The club's record, kept in a private file so that an interrupted start goes on where it stopped.

    Attributes:
        password: the same for every member, made at random; `username` is the one to try things with.
        founded_time: what the season's dates are counted from.
        complete: whether everybody has joined and every game is recorded.
    """

    username: str
    password: str
    founded_time: str
    complete: bool


def load_or_found(path: Path) -> SampleClub:
    """Read the club's record, or begin one."""
    if path.exists():
        return SampleClub(**json.loads(path.read_text(encoding="utf-8")))
    founded = datetime.now(UTC).isoformat(timespec="seconds")
    club = SampleClub(STAR, secrets.token_urlsafe(9), founded, complete=False)
    write_private(path, json.dumps(asdict(club)))
    return club


async def play_in(
    endpoint: str,
    path: Path,
    *,
    grant_referee: Callable[[str], Awaitable[None]],
    report: Path,
    say: Callable[[str], None],
) -> SampleClub:
    """Fill the installation through its own public port, and save one player's report. Does nothing when it is done.

    Args:
        endpoint: where the server listens.
        path: the club's record.
        grant_referee: gives a username the role referee; only the server's own machine can.
        report: where the PDF goes.
        say: tells a person what is going on, a line at a time.
    """
    club = load_or_found(path)
    if club.complete:
        return club
    players: list[dict[str, Any]] = json.loads((FOLDER / "players.json").read_text(encoding="utf-8"))
    for number, player in enumerate(players, start=1):
        await _join(endpoint, player, club.password)
        say(f"player {number} of {len(players)}: {player['display_name']}")
    await _record_season(endpoint, club, [player["username"] for player in players], grant_referee, say)
    async with DossierClient(endpoint) as star:
        await star.sign_in(club.username, club.password)
        await save_report(star, report)
    club = replace(club, complete=True)
    write_private(path, json.dumps(asdict(club)))
    return club


async def save_report(star: DossierClient, path: Path) -> None:
    """Ask for a report of the signed-in player and save it. Raises DossierError when it cannot be made."""
    asked = await star.create_report()
    async for _ in star.watch_report(asked.report_id):
        pass
    await star.download_report(asked.report_id, path)


async def _join(endpoint: str, player: dict[str, Any], password: str) -> None:
    async with DossierClient(endpoint) as member:
        await _sign_up_or_in(member, player["username"], password, player["display_name"])
        await member.update_user(
            gender=GENDERS[player["gender"]],
            city=player["city"],
            club=player["club"],
            about=player["about"],
            locale=player["locale"],
        )
        if player["avatar"]:
            await member.set_avatar(FOLDER / "avatars" / player["avatar"])


async def _sign_up_or_in(member: DossierClient, username: str, password: str, display_name: str) -> None:
    try:
        await member.sign_up(username, password, display_name=display_name)
    except DossierError as error:
        if error.reason != "USERNAME_TAKEN":
            raise
        await member.sign_in(username, password)


async def _record_season(
    endpoint: str,
    club: SampleClub,
    usernames: Sequence[str],
    grant_referee: Callable[[str], Awaitable[None]],
    say: Callable[[str], None],
) -> None:
    async with DossierClient(endpoint) as referee:
        await _sign_up_or_in(referee, REFEREE, club.password, "Club referee")
        await grant_referee(REFEREE)
        await referee.sign_in(REFEREE, club.password)
        games = season(usernames, until=datetime.fromisoformat(club.founded_time))
        for number, game in enumerate(games, start=1):
            await referee.record_game(game)
            if number % 12 == 0:
                say(f"game {number} of {len(games)}")


def season(usernames: Sequence[str], *, until: datetime) -> list[game_pb2.Game]:
    """Return half a year of games: two to four on most Fridays, the last of them before `until`."""
    chance = random.Random(_SEED)  # noqa: S311 - a sample, the same each time
    last_friday = until.replace(hour=18, minute=0, second=0, microsecond=0) - timedelta(
        days=(until.weekday() - 4) % 7 or 7
    )
    games = []
    for week in reversed(range(WEEKS)):
        start = last_friday - timedelta(weeks=week)
        for _ in range(chance.choice(_GAMES_A_NIGHT)):
            minutes = chance.randint(34, 78)
            games.append(_a_game(usernames, start, minutes, chance))
            start += timedelta(minutes=minutes + chance.randint(8, 20))
    return games


def _a_game(usernames: Sequence[str], start: datetime, minutes: int, chance: random.Random) -> game_pb2.Game:
    # The star plays every game; who else sits down is chance.
    table = [STAR, *chance.sample([name for name in usernames if name != STAR], SEATS - 1)]
    chance.shuffle(table)
    roles = chance.sample(ROLES, SEATS)
    game = game_pb2.Game(
        game_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        winner=chance.choices(_WINNERS, _WINNER_WEIGHTS)[0],
        seats=[
            game_pb2.Seat(seat_number=number, username=username, role=role)
            for number, (username, role) in enumerate(zip(table, roles, strict=True), start=1)
        ],
    )
    game.start_time.FromDatetime(start)
    game.duration.FromTimedelta(timedelta(minutes=minutes))
    game.season = f"{start:%Y}"
    # By itself, so that what is told of a game does not change who won the next one.
    evening.tell(game, random.Random(game.game_id))  # noqa: S311 - a sample, the same each time
    return game
