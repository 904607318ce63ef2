"""`python -m tests.document`: have independent readers judge the report in each of its states."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.plain_tables import print_table
from tests.document.check import CHECKS, Findings, check
from tests.document.states import STATES

_COLUMNS = ("state", "pages", "bytes", *CHECKS, "seconds")


def main() -> int:
    """Print the table and all complaints. Returns 1 when there are any, or when a check did not run."""
    options = _options()
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
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the files there to look at")
    return parser.parse_args()


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
