"""Every golden state is a file that all independent readers accept."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_service.document.language import codes
from tests.document.check import check
from tests.document.states import SNAPSHOTS, STATES

pytestmark = pytest.mark.usefixtures("pdf_readers")


@pytest.mark.timeout(600)
def test_every_state_passes_every_check(tmp_path: Path) -> None:
    """veraPDF (UA-1 and A-2a), qpdf and poppler ran on all of them and have no complaint."""
    findings = check(STATES, tmp_path)

    assert {found.name: [*found.problems, found.complaints] for found in findings if not found.passed} == {}


def test_states_are_in_every_language() -> None:
    """A catalogue that is added is looked at from then on."""
    assert set(SNAPSHOTS) <= set(STATES)
    for code in codes()[1:]:
        assert {f"avatar in {code}", f"season in {code}", f"strangers in {code}"} <= set(STATES)
