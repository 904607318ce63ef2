"""Rates one game by both models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from profile_service.games import Game, Seat, side_of
from profile_service.rating import elo, two_sided
from profile_service.rating.two_sided import FRESH, SideBias, Skill


@dataclass(frozen=True, slots=True)
class Player:
    """What is believed of a player."""

    skill: Skill = FRESH
    elo_red: float = elo.START
    elo_black: float = elo.START
    rated_games: int = 0

    def elo(self, side: str) -> float:
        """Return the Elo rating on a side."""
        return self.elo_red if side == "red" else self.elo_black


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
    rated = two_sided.rate(
        [player.skill for _, player in reds], [player.skill for _, player in blacks], bias, red_won=red_won
    )
    elos = elo.rate(
        [player.elo_red for _, player in reds],
        [player.elo_black for _, player in blacks],
        kind=game.kind,
        red_won=red_won,
    )
    after = {
        seat.account_id: Player(skill, points, player.elo_black, player.rated_games + 1)
        for (seat, player), skill, points in zip(reds, rated.reds, elos.reds, strict=True)
        if _is_known(seat)
    } | {
        seat.account_id: Player(skill, player.elo_red, points, player.rated_games + 1)
        for (seat, player), skill, points in zip(blacks, rated.blacks, elos.blacks, strict=True)
        if _is_known(seat)
    }
    return RatedGame(rated.chance, tuple(entry for entry in table if _is_known(entry[0])), after, rated.bias)


def _is_known(seat: Seat) -> bool:
    """Tell whether it is known who sat there: those who left are not, and play as new players."""
    return bool(seat.account_id)
