"""Callers know how soon after a fault each kind of call was answered."""

from __future__ import annotations

from tests.faults.callers import RECOVER_SECONDS, Callers
from tests.faults.history import History


def callers(**successes: list[tuple[float, float]]) -> Callers:
    """Return some whose calls were answered then."""
    made = Callers("", History())
    made.successes = successes
    return made


def test_recovery_counts_from_the_fault_to_the_end_of_the_first_later_call() -> None:
    """A call that was under way at the fault tells nothing of what came later; the worst fault counts."""
    seen = callers(read=[(0.0, 1.5), (2.0, 2.5), (9.0, 12.0)])
    assert seen.recoveries([1.0]) == {"read": 1.5}
    assert seen.recoveries([1.0, 8.0]) == {"read": 4.0}
    assert seen.longest_silence() == (9.5, "read")


def test_recovery_is_the_longest_when_a_kind_was_never_answered_again() -> None:
    """Nothing must look well because nobody waited for it."""
    assert callers(read=[(0.0, 1.0)], create=[(3.0, 4.0)]).recoveries([2.0]) == {
        "read": RECOVER_SECONDS,
        "create": 2.0,
    }
