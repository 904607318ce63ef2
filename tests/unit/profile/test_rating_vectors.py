"""Ratings against worked examples of others, and against the libraries that are known for them."""

from __future__ import annotations

import glicko2
import pytest
from openskill.models import PlackettLuce

from profile_service.rating import elo, two_sided
from profile_service.rating.elo import Elo
from profile_service.rating.two_sided import FRESH, FRESH_BIAS


def test_elo_agrees_with_its_worked_example() -> None:
    """Seven reds of 4000 points together win against three blacks of 2056 with a chance of 0.342."""
    reds = [Elo(red=points) for points in (400, 500, 600, 700, 600, 500, 700)]
    blacks = [Elo(black=points) for points in (600, 700, 756)]
    assert elo.chance_of_red(reds, blacks) == pytest.approx(0.342, abs=5e-4)


@pytest.mark.parametrize(
    ("kind", "players", "gain", "loss"),
    [
        ("club", 10, 4, 3),
        ("tournament", 10, 16, 12),
        ("elite", 10, 64, 48),
        ("club", 9, 2, 1.5),
        ("tournament", 9, 8, 6),
        ("elite", 9, 32, 24),
    ],
)
def test_elo_has_its_table_of_k(kind: str, players: int, gain: float, loss: float) -> None:
    """K by kind of game, for a win and a loss; half of it below ten players."""
    assert elo.k_factors(kind, players=players) == (gain, loss)


def test_openskill_gives_its_readme_example() -> None:
    """The library that we compare with is the one that its readme describes: two strangers beat two."""
    model = PlackettLuce()
    (winner, _), (loser, _) = model.rate([[model.rating(), model.rating()], [model.rating(), model.rating()]])
    assert (winner.mu, winner.sigma) == pytest.approx((26.9643, 8.1780), abs=5e-5)
    assert (loser.mu, loser.sigma) == pytest.approx((23.0357, 8.1780), abs=5e-5)


def test_sums_take_seven_strangers_for_certain_winners() -> None:
    """openskill is nearly certain of seven strangers against three, which is why our rating takes means."""
    model = PlackettLuce()
    chance = model.predict_win([[model.rating()] * 7, [model.rating()] * 3])[0]
    assert chance == pytest.approx(0.9999, abs=5e-5)
    assert two_sided.chance_of_red([FRESH] * 7, [FRESH] * 3, FRESH_BIAS) == 0.5


def test_glicko2_gives_its_reference_example() -> None:
    """The library gives what Glickman's paper does, so a comparison with Glicko-2 can be trusted."""
    player = glicko2.Player(rating=1500, rd=200, vol=0.06)
    player.update_player([1400, 1550, 1700], [30, 100, 300], [1, 0, 0])
    assert player.rating == pytest.approx(1464.06, abs=0.02)
    assert player.rd == pytest.approx(151.52, abs=0.01)
    assert player.vol == pytest.approx(0.05999, abs=1e-5)
