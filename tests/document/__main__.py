"""`python -m tests.document`: have independent readers judge the report in each of its states."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.plain_tables import print_table
from tests.document.builders import ADDRESS, rendered
from tests.document.check import CHECKS, Findings, State, check
from tests.document.hostile import MOST_SLOWDOWN, hostile_order, run
from tests.document.states import STATES

HOSTILE = 5_000
JUDGED = 60
_COLUMNS = ("state", "pages", "bytes", *CHECKS, "seconds")


def main() -> int:
    """Print the table and all complaints. Returns 1 when there are any, or when a check did not run."""
    options = _options()
    if options.hostile is not None:
        return _withstand(options.hostile)
    states = {name: STATES[name] for name in options.only or STATES}
    with tempfile.TemporaryDirectory(prefix="dossier-document-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        findings = check(states, folder)
    print_table("Reports as independent readers find them", _COLUMNS, [_row(found) for found in findings])
    for line in _complaints(findings):
        print(line)
    return 0 if findings and all(found.passed for found in findings) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.document", description=main.__doc__)
    parser.add_argument("--only", action="append", choices=STATES, metavar="NAME", help=f"one of {', '.join(STATES)}")
    parser.add_argument(
        "--hostile", type=int, nargs="?", const=HOSTILE, metavar="COUNT", help=f"instead, so many ({HOSTILE}) odd texts"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the files there to look at")
    return parser.parse_args()


def _withstand(count: int) -> int:
    """Render reports full of hostile texts, and have all readers judge the first of them."""
    found = run(count)
    states = {
        f"hostile {number}": State(partial(rendered, hostile_order(number)), links=(ADDRESS,))
        for number in range(JUDGED)
    }
    with tempfile.TemporaryDirectory(prefix="dossier-document-") as folder:
        findings = [finding for finding in check(states, Path(folder)) if not finding.passed]
    print(
        f"{count} hostile reports: {len(found.faults)} faults; {found.slowdown:.2f} times as long as usual, or", end=" "
    )
    print(f"{max(found.times):.3f} s for the slowest; {JUDGED - len(findings)} of {JUDGED} judged pass every check.")
    for line in [ascii(fault) for fault in found.faults] + _complaints(findings):
        print(line)
    return 1 if found.faults or findings or found.slowdown > MOST_SLOWDOWN else 0


def _row(found: Findings) -> list[str]:
    words = [_word(found.complaints.get(name)) for name in CHECKS]
    return [found.name, str(found.pages), str(found.size_bytes), *words, f"{found.seconds:.3f}"]


def _word(complaints: Sequence[str] | None) -> str:
    if complaints is None:
        return "not run"
    return "no" if complaints else "yes"


def _complaints(findings: Sequence[Findings]) -> list[str]:
    """Return a line for each, with the state that it is about first."""
    lines = []
    for found in findings:
        lines += [f"{found.name}: {problem}" for problem in found.problems]
        lines += [f"{found.name}: {name}: {text}" for name, texts in found.complaints.items() for text in texts]
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
