"""Formulas for the compensation of those who are killed in the first night, as clubs have them.

Each returns what one season and kind come to: the compensation of one game, times the lost games in which the player
was the first night's victim. k is how often that was, n the number of games. Rounded once, to whole POINTs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from profile_service.games import POINT
from profile_service.points.profile import Compensation

Series = Mapping[str, int]


def share_of_games(rule: Compensation, series: Series) -> int:
    """k * cap / B, at most `cap`, where B is `share` of n, rounded; nothing when B is 0.

    The federation form of the mafiaratings project.
    """
    kills, base = series.get("first_kills", 0), round(rule.share * series.get("games", 0))
    each = min(kills * rule.cap / base, rule.cap) if base else 0.0
    return _times(each, series.get("lost_first_kills", 0))


def linear_as_red(rule: Compensation, series: Series) -> int:
    """`factor` * k/n + `offset`, from 0 to `cap`, over games as red. The mafiaratings project's newer form."""
    games = series.get("red_games", 0)
    rate = series.get("red_first_kills", 0) / games if games else 0.0
    each = max(min(rule.factor * rate + rule.offset, rule.cap), 0.0) if games else 0.0
    return _times(each, series.get("red_lost_first_kills", 0))


def linear_with_step(rule: Compensation, series: Series) -> int:
    """`factor` * k/n, and `cap` from a rate of `share` on. Later seasons of the FamilyMafia club."""
    games = series.get("games", 0)
    rate = series.get("first_kills", 0) / games if games else 0.0
    return _times(rule.cap if rate >= rule.share else rule.factor * rate, series.get("lost_first_kills", 0))


def good_moves(rule: Compensation, series: Series) -> int:
    """K (K + 1) / sqrt(n) once, where K is how many good best moves there were beyond `share` of n, never below 0."""
    games = series.get("games", 0)
    extra = max(0.0, series.get("good_best_moves", 0) - rule.share * games)
    return round(POINT * extra * (extra + 1) / games**0.5) if games else 0


FORMULAS: dict[str, Callable[[Compensation, Series], int]] = {
    "share_of_games": share_of_games,
    "linear_as_red": linear_as_red,
    "linear_with_step": linear_with_step,
    "good_moves": good_moves,
}


def _times(each: float, games: int) -> int:
    return round(POINT * each * games)
