"""Rates one game by both models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from profile_service.games import Game, Seat, side_of
from profile_service.rating import elo, two_sided
from profile_service.rating.elo import Elo
from profile_service.rating.two_sided import FRESH, SideBias, Skill

FRESH_ELO = Elo()


@dataclass(frozen=True, slots=True)
class Player:
    """What is believed of a player."""

    skill: Skill = FRESH
    elo: Elo = FRESH_ELO
    rated_games: int = 0


NEW_PLAYER = Player()


@dataclass(frozen=True, slots=True)
class RatedGame:
    """What a game did.

    Attributes:
        red_chance: the chance of red to win, reckoned before the game.
        before: each seat whose player is known, with what was believed of the player.
        after: what is believed of each of them now, by account.
        bias: of the game's kind, after it.
    """

    red_chance: float
    before: tuple[tuple[Seat, Player], ...]
    after: Mapping[str, Player]
    bias: SideBias


def rate_game(game: Game, players: Mapping[str, Player], bias: SideBias) -> RatedGame:
    """Rate a game that red or black won.

    Args:
        players: what is believed of the players, by account; who is not there is new.
        bias: of the game's kind, before it.
    """
    table = [(seat, players.get(seat.account_id, NEW_PLAYER) if _is_known(seat) else NEW_PLAYER) for seat in game.seats]
    reds = [entry for entry in table if side_of(entry[0].role) == "red"]
    blacks = [entry for entry in table if side_of(entry[0].role) == "black"]
    red_won = game.winner == "red"
    skills = two_sided.rate(
        [player.skill for _, player in reds], [player.skill for _, player in blacks], bias, red_won=red_won
    )
    elos = elo.rate(
        [player.elo for _, player in reds], [player.elo for _, player in blacks], kind=game.kind, red_won=red_won
    )
    rated = zip((*reds, *blacks), (*skills.reds, *skills.blacks), (*elos.reds, *elos.blacks), strict=True)
    after = {
        seat.account_id: Player(skill, points, player.rated_games + 1)
        for (seat, player), skill, points in rated
        if _is_known(seat)
    }
    return RatedGame(skills.chance, tuple(entry for entry in table if _is_known(entry[0])), after, skills.bias)


def _is_known(seat: Seat) -> bool:
    """Tell whether it is known who sat there: those who left are not, and play as new players."""
    return bool(seat.account_id)
