"""Guessing at a gateway of processes, in short; `python -m tests.faults --only guessing` also measures the times."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_service.guessing import ONE_SOURCE
from tests.faults.guessing import SIMULTANEOUS, auc, guess

pytestmark = pytest.mark.timeout(240)


async def test_guesser_learns_nothing_and_gets_no_more_than_the_limit(tmp_path: Path) -> None:
    """Every refusal is the same to the last byte, and of 256 guesses at once only the free ones are looked at."""
    seen = await guess(5, tmp_path, attempts=20)
    assert len(seen.refusals) == 1, seen.refusals
    assert seen.answers["CREDENTIALS_WRONG"] == ONE_SOURCE.free
    assert seen.answers.keys() == {"CREDENTIALS_WRONG", "TOO_MANY_ATTEMPTS", "SERVER_BUSY"}
    assert seen.answers.total() == SIMULTANEOUS


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [([2.0, 3.0], [0.0, 1.0], 1.0), ([0.0], [1.0], 0.0), ([1.0], [1.0], 0.5), ([1.0, 3.0], [2.0, 4.0], 0.25)],
)
def test_area_under_the_curve_is_the_share_of_pairs_in_order(
    positive: list[float], negative: list[float], area: float
) -> None:
    """0.5 says that the times tell nothing, 1.0 that they tell all."""
    assert auc(positive, negative) == area
