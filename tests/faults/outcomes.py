"""What came of fault classes: lines for the eye, records for the file, and the Markdown table made from these."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.checker import Verdict
from tests.faults.classes import CLASSES

RESULTS = Path(__file__).parent / "results" / "faults.jsonl"
REDUNDANT_BAR = 0.02
# Each bar stands in its column's heading, or where it differs beside the figure.
HEADINGS = (
    "reports",
    "strikes",
    "lost (0)",
    "dupl (0)",
    "canc>READY (0)",
    "digest (0)",
    "other (0)",
    "FAILED",
    "created %",
    "redundant %",
    "p50 s",
    "p99 s",
)
_OWN_COLUMN = ("lost", "duplicated", "cancelled to READY", "digest")


@dataclass
class Outcome:
    """What one class came to.

    Attributes:
        notes: figures that only some classes have.
        calls: within how many seconds after a fault the first call of each kind was answered, at most.
    """

    name: str
    seed: int
    strikes: int
    verdict: Verdict
    unknown: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    calls: dict[str, float] = field(default_factory=dict)

    @property
    def missed(self) -> list[str]:
        """The bars that were not met, beside the promises that were broken."""
        fault, verdict = CLASSES[self.name], self.verdict
        missed = []
        if fault.recovery_bar is not None and verdict.recovery(0.99) > fault.recovery_bar:
            missed.append("recovery")
        if fault.refuses_none and verdict.created < verdict.asked:
            missed.append("CreateReport")
        if fault.calls_bar is not None and max(self.calls.values(), default=0.0) > fault.calls_bar:
            missed.append("calls")
        return missed

    @property
    def broken(self) -> bool:
        """Whether a promise was broken or a bar missed."""
        return self.verdict.broken or bool(self.missed)

    def figures(self) -> list[str]:
        """Return what belongs under `HEADINGS`."""
        fault, verdict = CLASSES[self.name], self.verdict
        other = sum(len(cases) for name, cases in verdict.violations.items() if name not in _OWN_COLUMN)
        created = f"{100 * verdict.created / verdict.asked:.1f}" if verdict.asked else "-"
        p99 = f"{verdict.recovery(0.99):.1f}"
        return [
            str(verdict.reports),
            str(self.strikes),
            *(str(verdict.count(name)) for name in _OWN_COLUMN),
            str(other),
            str(verdict.states["FAILED"]),
            created + (" (100)" if fault.refuses_none else ""),
            f"{100 * verdict.redundant / max(1, verdict.ready):.1f}",
            f"{verdict.recovery(0.5):.1f}",
            p99 if fault.recovery_bar is None else f"{p99} (<= {fault.recovery_bar:g})",
        ]

    def line(self) -> str:
        """Return the figures as a line under that of the headings."""
        return line(self.name, self.figures())

    def record(self) -> dict[str, Any]:
        """Return what the results file keeps of it."""
        return {
            "name": self.name,
            "seed": self.seed,
            "figures": self.figures(),
            "notes": self.notes,
            "broken": self.broken,
            "ready": self.verdict.ready,
            "redundant": self.verdict.redundant,
        }


def line(name: str, figures: Sequence[str]) -> str:
    """Return a line of the table for the eye."""
    cells = (f" {figure:>{len(heading) + 1}}" for figure, heading in zip(figures, HEADINGS, strict=True))
    return f"{name:28}" + "".join(cells)


def append(record: dict[str, Any]) -> None:
    """Add a record to the results file, with the date and the machine's size."""
    RESULTS.parent.mkdir(exist_ok=True)
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**record, "date": date, "machine": machine()}) + "\n")


def latest() -> list[dict[str, Any]]:
    """Return the last record of each class and measure, in the order in which they were first run."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
    return list({record["name"]: record for record in map(json.loads, lines)}.values())


def redundant_share(records: Iterable[dict[str, Any]]) -> float:
    """Return the share of reports that were rendered once more though no fault had lost the render."""
    calm = [record for record in records if record["name"] in CLASSES and not CLASSES[record["name"]].loses_renders]
    return float(sum(record["redundant"] for record in calm) / max(1, sum(record["ready"] for record in calm)))


def markdown() -> str:
    """Return all latest records as the table of docs/reliability.md."""
    records = latest()
    classes = [record for record in records if "figures" in record]
    rows = [
        ("fault class", *HEADINGS, "seed", "date"),
        ("---", *["---:"] * (len(HEADINGS) + 2)),
        *((record["name"], *record["figures"], str(record["seed"]), record["date"]) for record in classes),
    ]
    notes = [f"- {record['name']}: {note}" for record in records for note in record["notes"]]
    machines = sorted({record["machine"] for record in records})
    pooled = f"Redundant renders where no fault lost one: {_percent(redundant_share(classes))}."
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", *notes, "", pooled, f"Machine: {machines}."])


def _percent(share: float) -> str:
    return f"{100 * share:.2f} % (<= {100 * REDUNDANT_BAR:g} %)"


def redundant_line(records: Iterable[dict[str, Any]]) -> str:
    """Return the figure beside its bar."""
    return f"redundant renders where no fault lost one: {_percent(redundant_share(records))}"


def machine() -> str:
    """Return the machine's size, for the record."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} processors, {pages / 2**30:.0f} GiB"
