"""Sessions whose refreshes are cut short by the death of the database's process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.refreshes import killed_in_commits

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("faults")]


async def test_no_session_ends_by_a_kill_in_the_middle_of_a_commit(tmp_path: Path) -> None:
    """Clients that repeat an unanswered refresh go on, whether or not it was committed."""
    seen = await killed_in_commits(4, tmp_path, kills=4, seconds=120)
    assert not seen.broken, seen.lines()
    assert seen.kills == 4
    assert seen.in_flight
