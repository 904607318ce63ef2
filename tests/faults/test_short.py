"""The short form of the fault bench: the regression list, tens of reports each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.bench import Extent, started, strike_at
from tests.faults.history import History
from tests.faults.installation import Installation
from tests.faults.regressions import REGRESSIONS, Regression

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240),
    pytest.mark.xdist_group("faults"),
]
Broken = tuple[Installation, History]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def under_fire(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broken]:
    """Start one installation that all classes break in turn, and one history of it."""
    async with started("amqp", tmp_path_factory.mktemp("faults")) as installation:
        yield installation, History()


@pytest.mark.parametrize("regression", REGRESSIONS, ids=lambda regression: f"{regression.name}-{regression.seed}")
async def test_every_promise_is_kept_when_struck(under_fire: Broken, regression: Regression) -> None:
    """Nothing is lost, doubled, made of thin air, left unfinished, READY in spite of its owner, or other bytes."""
    installation, history = under_fire
    extent = Extent(reports=20, seconds=3.0, strikes=1, pace_seconds=0.4)
    outcome = await strike_at(installation, regression.name, seed=regression.seed, extent=extent, history=history)
    assert not outcome.verdict.broken, dict(outcome.verdict.violations)
    assert outcome.strikes >= 1
