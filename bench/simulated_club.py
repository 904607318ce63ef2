"""A club that never was: players of known strength and sides of known bias, to see whether a rating finds them out.

`python -m bench.simulated_club > games.json` writes its games as `dossier game list --json` prints them, newest first.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from profile_service.rating.calibration import DecidedGame

SEATS: Final = 10
RED_SEATS: Final = 7
_ROLES: Final = ("ROLE_SHERIFF", *["ROLE_CIVILIAN"] * 6, "ROLE_DON", *["ROLE_MAFIA"] * 2)
_FIRST_GAME: Final = datetime(2026, 1, 1, 18, tzinfo=UTC)
_DEALS_FOR_TRUE_RATE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of game: red's true advantage in logits, and its share of all games."""

    name: str
    bias: float
    share: float


KINDS: Final = (Kind("club", 0.25, 0.4), Kind("tournament", 0.0, 0.3), Kind("elite", -0.2, 0.3))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a club is like.

    Attributes:
        spread: standard deviation of a player's strength on either side, in logits of a side of such players.
        correlation: between a player's strengths as red and as black.
        attendance: standard deviation of the logarithm of how often a player comes; 0 when all come alike.
    """

    players: int = 600
    games_each: int = 200
    spread: float = 2.5
    correlation: float = 0.8
    attendance: float = 0.0
    kinds: tuple[Kind, ...] = KINDS
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Strength:
    """A player's true strengths, in logits."""

    red: float
    black: float


@dataclass(frozen=True, slots=True)
class SimulatedClub:
    """Who they are, what they played, and the chance that red truly had in each game."""

    plan: Plan
    strengths: dict[str, Strength]
    games: tuple[DecidedGame, ...]
    true_chances: tuple[float, ...]


def play_out(plan: Plan) -> SimulatedClub:
    """Return the club of a plan; the same plan gives the same club."""
    chance = random.Random(plan.seed)
    strengths = dict(zip(_names(plan.players), _strengths(plan, chance), strict=True))
    zeal = list(accumulate(chance.lognormvariate(0.0, plan.attendance) for _ in strengths))
    names = list(strengths)
    games, true_chances = [], []
    for _ in range(plan.players * plan.games_each // SEATS):
        seated = _seated(names, zeal, chance)
        reds, blacks = seated[:RED_SEATS], seated[RED_SEATS:]
        kind = chance.choices(plan.kinds, [kind.share for kind in plan.kinds])[0]
        red_chance = _red_chance([strengths[name] for name in reds], [strengths[name] for name in blacks], kind)
        games.append(DecidedGame(reds, blacks, kind.name, chance.random() < red_chance))
        true_chances.append(red_chance)
    return SimulatedClub(plan, strengths, tuple(games), tuple(true_chances))


def true_rate_of_fresh(plan: Plan, kind: Kind) -> float:
    """Return how often red truly wins among ten strangers who are drawn as the club's players were."""
    chance = random.Random(plan.seed)
    total = 0.0
    for _ in range(_DEALS_FOR_TRUE_RATE):
        seated = [_stranger(plan, chance) for _ in range(SEATS)]
        total += _red_chance(seated[:RED_SEATS], seated[RED_SEATS:], kind)
    return total / _DEALS_FOR_TRUE_RATE


def _names(players: int) -> list[str]:
    return [f"player{number:04}" for number in range(1, players + 1)]


def _seated(names: Sequence[str], zeal: Sequence[float], chance: random.Random) -> tuple[str, ...]:
    """Return who plays, in the order of the deal; `zeal` is added up."""
    seated: set[str] = set()
    while len(seated) < SEATS:
        seated.update(chance.choices(names, cum_weights=zeal))
    return tuple(chance.sample(sorted(seated), SEATS))


def _strengths(plan: Plan, chance: random.Random) -> list[Strength]:
    """Draw players whose means are zero: what all reds have in common is the bias of the game, not theirs."""
    drawn = [_stranger(plan, chance) for _ in range(plan.players)]
    red = math.fsum(strength.red for strength in drawn) / len(drawn)
    black = math.fsum(strength.black for strength in drawn) / len(drawn)
    return [Strength(strength.red - red, strength.black - black) for strength in drawn]


def _stranger(plan: Plan, chance: random.Random) -> Strength:
    red, other = chance.gauss(0.0, 1.0), chance.gauss(0.0, 1.0)
    black = plan.correlation * red + math.sqrt(1.0 - plan.correlation**2) * other
    return Strength(plan.spread * red, plan.spread * black)


def _red_chance(reds: Sequence[Strength], blacks: Sequence[Strength], kind: Kind) -> float:
    red = sum(strength.red for strength in reds) / len(reds)
    black = sum(strength.black for strength in blacks) / len(blacks)
    return 1.0 / (1.0 + math.exp(black - red - kind.bias))


def as_json(club: SimulatedClub) -> list[dict[str, Any]]:
    """Return the games as the JSON of dossier.stats.v1.Game, newest first."""
    return [_game_as_json(number, game) for number, game in reversed(list(enumerate(club.games)))]


def _game_as_json(number: int, game: DecidedGame) -> dict[str, Any]:
    start = _FIRST_GAME + timedelta(hours=number)
    return {
        "game_id": str(uuid.UUID(int=number + 1)),
        "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "duration": "2700s",
        "kind": f"GAME_KIND_{game.kind.upper()}",
        "winner": "WINNER_RED" if game.red_won else "WINNER_BLACK",
        "seats": [
            {"seat_number": seat, "username": name, "role": role}
            for seat, (name, role) in enumerate(zip(game.reds + game.blacks, _ROLES, strict=True), start=1)
        ],
    }


def main() -> None:
    """Print the games of a club."""
    usual = Plan()
    parser = argparse.ArgumentParser(
        prog="python -m bench.simulated_club", description="Play out a club that never was."
    )
    parser.add_argument("--players", type=int, default=usual.players)
    parser.add_argument("--games-each", type=int, default=usual.games_each, help="games of each player, on the mean")
    parser.add_argument("--spread", type=float, default=usual.spread, help="of strengths, in logits")
    parser.add_argument("--seed", type=int, default=usual.seed)
    options = parser.parse_args()
    plan = Plan(players=options.players, games_each=options.games_each, spread=options.spread, seed=options.seed)
    print(json.dumps(as_json(play_out(plan)), indent=1))


if __name__ == "__main__":
    main()
