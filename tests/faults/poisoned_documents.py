"""What render children import under `tests.faults.poisoned`: the real renderer, unless a player's `about` spoils it."""

from __future__ import annotations

from report_service.document import render as real
from report_service.document.snapshot import Snapshot
from tests.integration.report.strange_documents import misbehave

warm_up = real.warm_up


def render(snapshot: Snapshot) -> bytes:
    """Return the report, or misbehave as the player wants it."""
    return misbehave(snapshot.about) or real.render(snapshot)
