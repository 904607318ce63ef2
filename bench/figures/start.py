"""How long the standalone process takes from nothing to SERVING, on an empty directory, and what it then holds."""

from __future__ import annotations

import time

from bench.installations import standalone
from bench.measuring import Figure, Plan

MEBIBYTE = 1024 * 1024


def cold_start(plan: Plan) -> list[Figure]:
    """Start it a few times, each with a data directory of its own."""
    seconds, resident = [], []
    for number in range(plan.rounds):
        started = time.perf_counter()
        with standalone(plan.folder, data=plan.folder / f"start-{number}") as process:
            seconds.append(time.perf_counter() - started)
            resident.append(process.resident_bytes / MEBIBYTE)
    return [
        Figure("start", "Start to SERVING, empty directory", "s", seconds),
        Figure("memory", "Memory after the start", "MiB", resident, note="without its render and image children"),
    ]
