"""How well chances foretold what happened."""

from __future__ import annotations

from math import log

import pytest

from profile_service.rating.calibration import Prediction, Tenth
from profile_service.seasons import calibration


def test_calibration_is_that_reckoned_by_hand() -> None:
    """Of four games, red won three: at 0.8, 0.84 and 0.5, and not at 0.25."""
    predictions = [Prediction(0.8, True), Prediction(0.84, True), Prediction(0.5, True), Prediction(0.25, False)]
    found = calibration(predictions)
    assert found is not None
    assert found.games == 4
    assert found.log_loss == pytest.approx(-log(0.8 * 0.84 * 0.5 * 0.75) / 4)
    assert found.base_log_loss == pytest.approx(0.5623351446)
    assert found.brier == pytest.approx((0.04 + 0.0256 + 0.25 + 0.0625) / 4)
    assert found.tenths == [Tenth(0.2, 1, 0.25, 0), Tenth(0.5, 1, 0.5, 1), Tenth(0.8, 2, pytest.approx(0.82), 2)]


@pytest.mark.parametrize("red_won", [True, False])
def test_calibration_of_games_that_one_side_won_has_a_base_without_loss(red_won: bool) -> None:
    """Who gives a side that always wins a chance of one is never wrong."""
    found = calibration([Prediction(0.5, red_won)] * 3)
    assert found is not None
    assert (found.base_log_loss, found.log_loss) == (0.0, pytest.approx(log(2)))


def test_calibration_of_no_games_is_none() -> None:
    """A mean of nothing is nothing."""
    assert calibration([]) is None
