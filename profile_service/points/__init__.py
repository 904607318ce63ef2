"""Points: what a game gives its players, by profiles that are data.

What a profile's id stands for never changes: changed rules have a new id. Points are whole numbers, `games.POINT` to
the point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from profile_service.games import Game, Seat, result_for, side_of
from profile_service.points.compensation import FORMULAS
from profile_service.points.profile import PointsProfile, read_profile

__all__ = ["PROFILES", "SERIES_COUNTS", "PointsProfile", "compensation", "ledger"]

PROFILES = {path.stem: read_profile(path) for path in sorted((Path(__file__).parent / "profiles").glob("*.toml"))}
Entries = tuple[tuple[str, int], ...]
# What the compensation is reckoned from: counts of decided games, and the same as red.
_KILLS = ("games", "first_kills", "lost_first_kills")
SERIES_COUNTS = (*_KILLS, *(f"red_{name}" for name in _KILLS), "good_best_moves")


def ledger(game: Game, seat: Seat) -> Entries:
    """Return the points of one seat by reason, without reasons for which there are none.

    A void game gives none. A stage counts by its factor for everything that the table gave; what the referee gave and
    took counts as it is.
    """
    profile = PROFILES.get(game.points_profile)
    if profile is None or game.winner == "void":
        return ()
    factor = profile.stages.get(game.stage, 1.0)
    return tuple((reason, points) for reason, points in _entries(profile, factor, game, seat) if points)


def compensation(profile: PointsProfile, series: Mapping[str, int]) -> int:
    """Return the compensation for first nights over the games of one season and kind.

    Args:
        series: counts by the names of SERIES_COUNTS.
    """
    rule = profile.compensation
    if rule is None:
        return 0
    return FORMULAS[rule.formula](rule, series)


def _entries(profile: PointsProfile, factor: float, game: Game, seat: Seat) -> Iterator[tuple[str, int]]:
    result = result_for(seat.role, game.winner)
    yield "result", round(factor * (profile.taking_part + profile.results.get(result, {}).get(seat.role, 0)))
    yield "best_move", round(factor * _best_move(profile, game, seat))
    yield "best_play", round(factor * profile.best_play) if seat.best_play else 0
    yield "bonus", seat.bonus if profile.referee else 0
    yield "penalty", -seat.penalty if profile.referee else 0
    yield "discipline", -_discipline(profile, game, seat, result)


def _best_move(profile: PointsProfile, game: Game, seat: Seat) -> int:
    move = game.best_move
    if move is None or move.seat_number != seat.seat_number or side_of(seat.role) != "red":
        return 0
    blacks = {other.seat_number for other in game.seats if side_of(other.role) == "black"}
    return profile.best_move[len(blacks.intersection(move.suspects))]


def _discipline(profile: PointsProfile, game: Game, seat: Seat, result: str) -> int:
    removed = seat.fate in ("removed_by_fouls", "removed_by_judge")
    if removed and game.awarded and result == "loss":
        taken = profile.removal_that_loses
    else:
        taken = profile.removal if removed else 0
    if (seat.fouls or 0) >= profile.last_foul:
        taken += profile.last_foul_penalty
    return taken + seat.yellow_cards * profile.yellow_card
