"""The short form of the poison bench: a few manners of poison in one process, and players beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.poison import run_poison

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("faults")]


async def test_poison_ends_with_its_reason_and_others_get_their_reports(tmp_path: Path) -> None:
    """Real processes: each poisoned report ends as its kind must, every other one is made at the first attempt."""
    manners = ["raise", "vanish", "hoard", "write"]
    outcome = await run_poison("standalone", tmp_path, seconds=7.0, turns=1, manners=manners)
    assert not outcome.wrong
    assert set(outcome.ends) == set(manners)
    assert outcome.pace[True]
