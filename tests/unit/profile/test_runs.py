"""Runs of wins and losses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.runs import LATEST, NO_RUNS, Runs

RESULTS = st.lists(st.sampled_from(["win", "loss", "draw", "void"]), max_size=80)


@pytest.mark.parametrize(
    ("results", "runs"),
    [
        ("", NO_RUNS),
        ("W", Runs(1, 1, 0, "W")),
        ("WWL", Runs(-1, 2, 1, "WWL")),
        ("WDW", Runs(2, 2, 0, "WDW")),
        ("LLVL", Runs(-3, 0, 3, "LLVL")),
    ],
)
def test_runs_of_results(results: str, runs: Runs) -> None:
    """A draw or a broken-off game neither goes on with a run nor ends it."""
    words = {"W": "win", "L": "loss", "D": "draw", "V": "void"}
    assert NO_RUNS.then(words[letter] for letter in results) == runs


@given(RESULTS, RESULTS)
def test_runs_go_on_from_where_they_were(before: list[str], after: list[str]) -> None:
    """Counted in two parts they are the same as counted at once."""
    assert NO_RUNS.then(before).then(after) == NO_RUNS.then(before + after)
    assert len(NO_RUNS.then(before + after).latest) == min(LATEST, len(before + after))
