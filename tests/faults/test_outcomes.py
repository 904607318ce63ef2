"""Outcomes have each bar beside its figure, and a missed bar is no kept promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import outcomes
from tests.faults.checker import Verdict
from tests.faults.outcomes import HEADINGS, Outcome


def test_bar_is_missed_when_recovery_takes_too_long() -> None:
    """A class with a bar fails by it; others do not."""
    slow = Verdict(recovery_seconds=[1.0, 5.5])
    assert Outcome("worker-kill", 1, 1, slow).missed == ["recovery"]
    assert Outcome("worker-kill", 1, 1, slow).figures()[-1] == "5.5 (<= 5)"
    assert not Outcome("workers-kill-both", 1, 1, slow).broken


def test_bar_is_missed_when_a_broker_outage_refuses_a_wish() -> None:
    """All wishes are granted while the broker is away."""
    refused = Verdict(created=99, asked=100)
    assert Outcome("broker-outage", 1, 1, refused).missed == ["CreateReport"]
    assert "99.0 (100)" in Outcome("broker-outage", 1, 1, refused).figures()
    assert not Outcome("api-kill", 1, 1, refused).broken


def test_table_has_the_latest_outcome_of_each_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several runs make one table; redundant renders count where no fault lost any."""
    monkeypatch.setattr(outcomes, "RESULTS", tmp_path / "results" / "faults.jsonl")
    for name, redundant in (("nothing", 50), ("nothing", 1), ("worker-kill", 30)):
        verdict = Verdict(reports=100, ready=100, redundant=redundant)
        outcomes.append(Outcome(name, 7, 1, verdict, notes=["a figure"]).record())
    outcomes.append({"name": "overload", "seed": 7, "notes": ["goodput 90 % (>= 80 %)"], "broken": False})
    table = outcomes.markdown()
    assert table.count("| nothing | 100 |") == table.count("| worker-kill | 100 |") == 1
    assert "Redundant renders where no fault lost one: 1.00 % (<= 2 %)." in table
    assert "- overload: goodput 90 % (>= 80 %)" in table
    assert table.splitlines()[0].count("|") == len(HEADINGS) + 4
