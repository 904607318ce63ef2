"""The short form of the rolling restarts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.rolling import restart_in_turn

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("faults")]


async def test_no_call_fails_twice_while_every_part_restarts(tmp_path: Path) -> None:
    """Each part once, under load: what is sent once more is answered, no report is lost, every exit code is 0."""
    result = await restart_in_turn("distributed", tmp_path, rounds=1, seed=3, players=4)
    assert not result.broken, "\n".join(result.lines())
    assert result.tally.calls > 100
