"""`python -m bench`: how far Dossier is from what gRPC for Python can do on the same machine in the same minutes.

Every figure beside an aim is a ratio to a bare server that runs beside ours and takes turns with it; on a machine that
others use too, the ratio stays when the rates do not.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.figures import (
    dispatchers,
    download,
    games,
    get_user,
    http_face,
    many_players,
    page,
    report,
    report_document,
    report_worker,
    scaling,
    start,
)
from bench.measuring import Figure, Plan
from bench.processes import ROOT
from bench.results import print_table, write_json

MEBIBYTE = 1024 * 1024
FIGURES: dict[str, Callable[[Plan], Sequence[Figure]]] = {
    "start": start.cold_start,
    "get_user": get_user.direct,
    "get_user_gateway": get_user.through_gateway,
    "http_get_user": http_face.get_user,
    "http_download": http_face.download,
    "page": page.first_view,
    "player_stats": games.player_stats,
    "record_game": games.recording,
    "reckoning": games.reckoning,
    "leaderboard": games.leaderboard,
    "report": report.latency,
    "report_document": report_document.engines_compared,
    "report_worker": report_worker.render_child,
    "download": download.direct,
    "download_gateway": download.through_gateway,
    "gateways": scaling.gateways,
    "report_workers": scaling.report_workers,
    "dispatchers": dispatchers.dispatchers,
    "many_players": many_players.many_players,
}
# Loading a million games takes minutes and several gigabytes of the disk.
ON_REQUEST = {"many_players"}


def main() -> int:
    """Measure what was asked for, print the table and write the file. Returns the exit code."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="dossier-bench-") as folder, ExitStack() as stack:
        plan = _plan(options, Path(folder), stack)
        figures: list[Figure] = []
        for name in options.only or [each for each in FIGURES if each not in ON_REQUEST]:
            print(f"measuring {name} ...", flush=True)
            figures.extend(FIGURES[name](plan))
    print_table(figures)
    print(f"written to {write_json(figures, options.results)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Dossier against bare gRPC.")
    parser.add_argument("--only", action="append", choices=FIGURES, metavar="NAME", help=f"one of {', '.join(FIGURES)}")
    parser.add_argument("--rounds", type=_at_least_one, help="turns of each server (default 7; quick 3)")
    parser.add_argument("--quick", action="store_true", help="shorter turns and smaller files; for a first look")
    parser.add_argument(
        "--worker-reports", type=_at_least_one, help="for report_worker's memory (default 600; quick 400)"
    )
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="folder of the JSON file")
    return parser.parse_args()


def _plan(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Plan:
    amounts: dict[str, Any] = {"seconds": 1.2, "reports": 20, "many": 100_000, "report_bytes": 64 * MEBIBYTE}
    if options.quick:
        amounts = {"seconds": 0.4, "reports": 4, "many": 5000, "report_bytes": 16 * MEBIBYTE}
    return Plan(
        folder,
        stack,
        rounds=options.rounds or (3 if options.quick else 7),
        worker_reports=options.worker_reports or (400 if options.quick else 600),
        **amounts,
    )


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
