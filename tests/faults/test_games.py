"""Games that are sent over and over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.games import sent_over_and_over

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("faults")]


async def test_games_sent_several_times_over_rpc_and_amqp_count_once(tmp_path: Path, engine: str) -> None:
    """Whichever copy comes first and whichever way, and all that is reckoned is as from scratch."""
    seen = await sent_over_and_over(7, tmp_path, games=200)
    assert not seen.broken, seen.lines()
    assert seen.by_rpc
    assert seen.by_amqp
