"""What render children import under `tests.faults.poisoned`: the real renderer, unless a player's `about` spoils it."""

from __future__ import annotations

from report_service.document import render as real
from report_service.document.snapshot import Document, Order, PlayerSnapshot
from tests.integration.report.strange_documents import misbehave

warm_up = real.warm_up


def render(order: Order) -> Document:
    """Return the report, or misbehave as the player wants it."""
    about = order.snapshot.about if isinstance(order.snapshot, PlayerSnapshot) else ""
    poison = misbehave(about)
    return Document(poison) if poison else real.render(order)
