"""How long the client goes on trying."""

from __future__ import annotations

import grpc
import pytest

from client.errors import DossierError
from client.patience import Backoff, Patience

CUT = DossierError(grpc.StatusCode.UNAVAILABLE, "", "cut")


def test_pauses_double_up_to_the_cap() -> None:
    """Each pause lies between half of its full length and all of it."""
    backoff = Backoff(first_seconds=1.0, cap_seconds=4.0)
    for failure_count, full in ((1, 1.0), (2, 2.0), (3, 4.0), (9, 4.0)):
        assert full / 2 <= backoff.pause_seconds(failure_count) <= full


async def test_failures_are_counted_since_the_last_progress() -> None:
    """Progress forgives; without it the last error is raised."""
    patience = Patience(Backoff(first_seconds=0.0, attempts=2))
    for _ in range(5):
        await patience.wait(CUT)
        patience.progressed()
    await patience.wait(CUT)
    await patience.wait(CUT)
    with pytest.raises(DossierError):
        await patience.wait(CUT)


async def test_stream_that_stood_for_long_is_opened_again() -> None:
    """A stream that is cut every minute by a proxy may be watched for ever; one that says nothing may not."""
    times = iter(range(0, 100_000, 60))
    patience = Patience(Backoff(first_seconds=0.0, attempts=1), clock=lambda: next(times))
    for _ in range(5):
        patience.heard()
        await patience.wait(CUT)
    silent = Patience(Backoff(first_seconds=0.0, attempts=1), clock=lambda: next(times))
    await silent.wait(CUT)
    with pytest.raises(DossierError):
        await silent.wait(CUT)


@pytest.mark.parametrize(
    ("code", "reason", "cuts"),
    [
        (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING", True),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", True),
        (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED", True),
        (grpc.StatusCode.INTERNAL, "", True),
        (grpc.StatusCode.INTERNAL, "INTERNAL", False),
        (grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND", False),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY", False),
    ],
)
def test_only_faults_of_the_way_are_cuts(code: grpc.StatusCode, reason: str, *, cuts: bool) -> None:
    """A reset connection can be opened again; an answer of the server cannot be changed by asking again."""
    assert DossierError(code, reason, "").cuts_stream is cuts
