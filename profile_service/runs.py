"""Runs of wins and losses, as results come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LETTERS = {"win": "W", "loss": "L", "draw": "D", "void": "V"}
RESULTS = {letter: result for result, letter in LETTERS.items()}
LATEST = 30


@dataclass(frozen=True, slots=True)
class Runs:
    """What a player's results in their order come to. Draws and broken-off games neither go on with a run nor end it.

    Attributes:
        current: wins in a row when positive, losses when negative.
        latest: a letter for each of the newest LATEST results, the newest last.
    """

    current: int = 0
    longest_wins: int = 0
    longest_losses: int = 0
    latest: str = ""

    def then(self, results: Iterable[str]) -> Runs:
        """Return the runs after more results, the oldest first."""
        current, wins, losses = self.current, self.longest_wins, self.longest_losses
        letters = []
        for result in results:
            letters.append(LETTERS[result])
            if result == "win":
                current = max(current, 0) + 1
                wins = max(wins, current)
            elif result == "loss":
                current = min(current, 0) - 1
                losses = max(losses, -current)
        return Runs(current, wins, losses, (self.latest + "".join(letters))[-LATEST:])


NO_RUNS = Runs()
