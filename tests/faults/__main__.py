"""`python -m tests.faults` breaks an installation in every way it knows and prints what came of it."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.faults import outcomes
from tests.faults.bench import Extent, run_class
from tests.faults.classes import CLASSES
from tests.faults.disks import MountRefused
from tests.faults.measures import MEASURES


def _arguments() -> argparse.Namespace:
    names = [*CLASSES, *MEASURES]
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="the longest that faults are made in each class")
    parser.add_argument("--reports", type=int, default=1000, help="asked for in each class, when the time suffices")
    parser.add_argument("--strikes", type=int, help="the least number of faults in each class, the very one of kills")
    parser.add_argument("--pace", type=float, help="seconds between two wishes of one player")
    parser.add_argument("--seed", type=int, help="repeats the choices of the run that printed it")
    parser.add_argument("--only", action="append", metavar="NAME", help="one of: " + ", ".join(names))
    parser.add_argument("--keep", type=Path, help="folder for histories, logs and databases; deleted otherwise")
    parser.add_argument("--table", action="store_true", help="run nothing; print the latest outcomes as Markdown")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.only or ()) - set(names))
    if unknown:
        parser.error(f"no such class: {', '.join(unknown)}")
    return arguments


async def _run(arguments: argparse.Namespace, seed: int, folder: Path) -> list[dict[str, Any]]:
    task = asyncio.current_task()
    assert task is not None
    # So that everything that was started is ended.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    records = []
    for name in arguments.only or [*CLASSES, *MEASURES]:
        run = _run_class if name in CLASSES else _run_measure
        record = await run(name, arguments, seed, folder / name)
        outcomes.append(record)
        records.append(record)
    return records


async def _run_class(name: str, arguments: argparse.Namespace, seed: int, folder: Path) -> dict[str, Any]:
    extent = Extent(
        reports=arguments.reports,
        seconds=arguments.minutes * 60,
        strikes=arguments.strikes,
        pace_seconds=arguments.pace,
    )
    outcome = await run_class(name, seed=seed, extent=extent, folder=folder)
    print(outcome.line(), flush=True)
    for kind, cases in outcome.verdict.violations.items():
        for case in cases[:10]:
            print(f"    {kind}: {case}", flush=True)
    for missed in outcome.missed:
        print(f"    bar missed: {missed}", flush=True)
    for note in outcome.notes:
        print(f"    {note}", flush=True)
    for answer, count in outcome.unknown.most_common(5):
        print(f"    without answer, {answer}: {count}", flush=True)
    return outcome.record()


async def _run_measure(name: str, arguments: argparse.Namespace, seed: int, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    measured = await MEASURES[name](seed, arguments.minutes * 60, folder)
    for line in measured.lines():
        print(f"{name}: {line}", flush=True)
    return {"name": name, "seed": seed, "notes": list(measured.lines()), "broken": measured.broken}


def main() -> None:
    """Run the classes and measures that are wanted; exit 1 when a promise was broken or a bar missed."""
    arguments = _arguments()
    if arguments.table:
        print(outcomes.markdown())
        return
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    print(f"seed {seed}; {outcomes.machine()}", flush=True)
    print(outcomes.line("fault class", outcomes.HEADINGS), flush=True)
    with tempfile.TemporaryDirectory(prefix="dossier-faults-") as scratch:
        try:
            records = asyncio.run(_run(arguments, seed, arguments.keep or Path(scratch)))
        except MountRefused as error:
            sys.exit(str(error))
    broken = [record["name"] for record in records if record["broken"]]
    print(outcomes.redundant_line(records), flush=True)
    if outcomes.redundant_share(records) > outcomes.REDUNDANT_BAR:
        broken.append("redundant renders")
    print(f"seed {seed}: " + (f"BROKEN: {', '.join(broken)}" if broken else "every promise was kept"), flush=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
