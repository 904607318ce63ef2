"""The short form of the fault bench on two of every part: each server that they share is broken once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from report_service.amqp_hints import TOPOLOGY
from tests.faults.bench import Extent, started, strike_at
from tests.faults.callers import RECOVER_SECONDS
from tests.faults.history import History
from tests.faults.installation import Installation
from tests.provision.rabbitmq_cluster import NODES

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240),
    pytest.mark.xdist_group("faults of servers"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scale_out(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Start one installation for all tests."""
    async with started("scale-out", tmp_path_factory.mktemp("faults")) as installation:
        yield installation


async def test_every_node_of_the_broker_has_the_queue(scale_out: Installation) -> None:
    """Whichever node dies, the others have what waits."""
    columns = ("name", "members")
    listed = await scale_out.shared.brokers.control("list_queues", "--quiet", "--formatter", "json", *columns)
    queues = {queue["name"]: queue["members"] for queue in json.loads(listed)}
    assert {len(queues[name]) for name in (TOPOLOGY.queue, TOPOLOGY.dead_queue)} == {NODES}


async def test_every_promise_is_kept_when_shared_servers_are_struck(scale_out: Installation, tmp_path: Path) -> None:
    """Nothing is lost, doubled, left unfinished or other bytes, and every kind of call is answered again."""
    extent = Extent(reports=20, seconds=3.0, strikes=1, pace_seconds=0.4)
    history = History(tmp_path / "history.jsonl")
    outcome = await strike_at(scale_out, "scale-out-in-turn", seed=3, extent=extent, history=history)
    history.close()
    assert not outcome.verdict.broken, dict(outcome.verdict.violations)
    assert max(outcome.calls.values()) < RECOVER_SECONDS, outcome.calls
    assert outcome.strikes >= 1
