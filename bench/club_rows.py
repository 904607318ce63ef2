"""Rows of players and games, put into a database by the service's own queries."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from profile_service.games import Game, result_for
from profile_service.storage.game_rows import insert_games
from runtime.database import Database
from tests.random_games import FIRST, KINDS, random_game


async def add_players(database: Database, names: Sequence[str]) -> None:
    """Add accounts without passwords; the id of each is its name with `a-` before it."""
    async with database.write() as session:
        await session.many(
            "insert_user",
            [
                {
                    "account_id": f"a-{name}",
                    "username": name,
                    "look": name,
                    "kind": "person",
                    "display_name": name.title(),
                    "search_text": name,
                }
                | dict.fromkeys(("email", "password_hash", "roles", "username_hash"), "")
                for name in names
            ],
        )


async def add_games(database: Database, chance: random.Random, names: Sequence[str], numbers: range) -> None:
    """Add games of these players, ten minutes apart, which are still to be reckoned."""
    games = []
    for number in numbers:
        game = of_a_season(chance, random_game(chance, names, start=FIRST + timedelta(minutes=number * 10)))
        seats = (
            replace(seat, account_id=f"a-{seat.username}", result=result_for(seat.role, game.winner))
            for seat in game.seats
        )
        games.append(replace(game, seats=tuple(seats)))
    async with database.write() as session:
        await insert_games(session, games)


def of_a_season(chance: random.Random, game: Game) -> Game:
    """Return the game in the season of its day, which lasts a third of a year; most games are played at the club."""
    season = f"{game.start_time.year}-{game.start_time.month // 4}"
    return replace(game, season=season, kind=chance.choices(KINDS, (8, 1.5, 0.5))[0], points_profile="federation-1")
