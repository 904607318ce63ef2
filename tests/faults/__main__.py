"""`python -m tests.faults` breaks an installation in every way it knows and prints what came of it."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults.bench import HEADINGS, Extent, Outcome, machine, run_class, table_line
from tests.faults.breaks import CLASSES


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="the longest that faults are made in each class")
    parser.add_argument("--reports", type=int, default=1000, help="asked for in each class, when the time suffices")
    parser.add_argument("--strikes", type=int, default=1, help="the least number of faults in each class")
    parser.add_argument("--pace", type=float, help="seconds between two wishes of one player")
    parser.add_argument("--seed", type=int, help="repeats the choices of the run that printed it")
    parser.add_argument("--only", action="append", metavar="CLASS", help="one of: " + ", ".join(CLASSES))
    parser.add_argument("--keep", type=Path, help="folder for histories, logs and databases; deleted otherwise")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.only or ()) - CLASSES.keys())
    if unknown:
        parser.error(f"no such class: {', '.join(unknown)}")
    return arguments


async def _run(arguments: argparse.Namespace, seed: int, folder: Path) -> list[Outcome]:
    extent = Extent(
        reports=arguments.reports,
        seconds=arguments.minutes * 60,
        strikes=arguments.strikes,
        pace_seconds=arguments.pace,
    )
    task = asyncio.current_task()
    assert task is not None
    # So that everything that was started is ended.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    outcomes = []
    for name in arguments.only or CLASSES:
        outcome = await run_class(name, seed=seed, extent=extent, folder=folder / name)
        outcomes.append(outcome)
        print(outcome.line(), flush=True)
        for kind, cases in outcome.verdict.violations.items():
            for case in cases[:10]:
                print(f"    {kind}: {case}", flush=True)
        for note, count in outcome.unknown.most_common(5):
            print(f"    without answer, {note}: {count}", flush=True)
    return outcomes


def main() -> None:
    """Run the classes that are wanted; exit 1 when any promise was broken."""
    arguments = _arguments()
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    print(f"seed {seed}; {machine()}", flush=True)
    print(table_line("fault class", HEADINGS), flush=True)
    with tempfile.TemporaryDirectory(prefix="dossier-faults-") as scratch:
        outcomes = asyncio.run(_run(arguments, seed, arguments.keep or Path(scratch)))
    broken = [outcome.name for outcome in outcomes if outcome.broken]
    print(f"seed {seed}: " + (f"BROKEN: {', '.join(broken)}" if broken else "every promise was kept"), flush=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
