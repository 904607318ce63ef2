"""What the figures become: a table for people and a JSON file to compare runs by."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measuring import Figure
from bench.processes import ROOT

PACKAGES = ("grpcio", "protobuf", "protovalidate", "aiosql", "obstore", "fpdf2")


def print_table(figures: Sequence[Figure]) -> None:
    """Print one line a figure: median, spread, aim and note."""
    table = Table(box=None, pad_edge=False)
    for heading in ("figure", "median", "lowest", "highest", "aim", "met", "note"):
        table.add_column(heading, justify="right" if heading in ("median", "lowest", "highest", "aim") else "left")
    for figure in figures:
        table.add_row(
            figure.title,
            f"{_number(figure.median)} {figure.unit}",
            _number(min(figure.values)),
            _number(max(figure.values)),
            "" if figure.aim is None else f"{'≤' if figure.at_most else '≥'} {figure.aim:g}",
            {None: "", True: "yes", False: "no"}[figure.met],
            figure.note,
        )
    # Into a file or a pipe nothing is cut off.
    Console(width=None if os.isatty(1) else 220).print(table)


def write_json(figures: Sequence[Figure], folder: Path) -> Path:
    """Write everything to a file named after the time, and return its path."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    content = {
        "time": now.isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed_files": len(_git("status", "--porcelain").splitlines()),
        "machine": _machine(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "figures": [_as_dict(figure) for figure in figures],
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _as_dict(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "title": figure.title,
        "unit": figure.unit,
        "median": figure.median,
        "values": list(figure.values),
        "aim": figure.aim,
        "at_most": figure.at_most,
        "met": figure.met,
        "note": figure.note,
    } | dict(figure.details)


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": memory // 1024**2,
        "system": platform.platform(),
        "load_average": os.getloadavg(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _git(*arguments: str) -> str:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
