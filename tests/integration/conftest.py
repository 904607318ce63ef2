"""What all integration tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def passwords_hashed_in_no_time() -> Iterator[None]:
    """Have passwords hashed with next to no work: thousands of sign-ups take 20 ms of a processor each otherwise.

    The real parameters have tests of their own, and all processes that tests start use them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("profile_service.passwords._MEMORY_KIB", 8)
        patch.setattr("profile_service.passwords._PASSES", 1)
        yield
