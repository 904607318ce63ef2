"""The openskill library as a forecaster, to compare with."""

from __future__ import annotations

from openskill.models import PlackettLuce, PlackettLuceRating

from profile_service.rating.calibration import DecidedGame


class OpenSkillTable:
    """The library's own model, which takes a team for the sum of its members; one rating a player."""

    def __init__(self) -> None:
        self._model = PlackettLuce()
        self.players: dict[str, PlackettLuceRating] = {}

    def play(self, game: DecidedGame) -> float:
        """Return red's chance, then rate the game."""
        reds = [self.players.get(name) or self._model.rating() for name in game.reds]
        blacks = [self.players.get(name) or self._model.rating() for name in game.blacks]
        chance = self._model.predict_win([reds, blacks])[0]
        rated = self._model.rate([reds, blacks], ranks=[1, 2] if game.red_won else [2, 1])
        self.players.update(zip(game.reds + game.blacks, rated[0] + rated[1], strict=True))
        self.players.pop("", None)
        return float(chance)
