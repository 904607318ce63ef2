"""A player's report by our renderer and by other engines, which take turns at the same players."""

from __future__ import annotations

import gc
import random
import shutil
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.measuring import Figure, Plan
from bench.peers.engines import Engine, engines
from bench.peers.players import a_player
from report_service.document.snapshot import PlayerSnapshot
from tests.document.verapdf import PROFILES, verapdf
from tests.provision.programs import ProvisionError

WARM_UP = 2
# The fastest way with stock fpdf2, and the engines that are at least as fast as that.
_AIMS = {"fpdf2": 0.2, "reportlab": 1.0, "typst": 1.0}
_SIZE_AIM_KB = 40.0
_PROFILE_TITLES = {"ua1": "UA-1", "2a": "A-2a"}


@dataclass(frozen=True, slots=True)
class Shot:
    """One report by one engine: milliseconds of the clock and of processor time, and the size of the file.

    `extra_bytes` is the size without the picture.
    """

    wall_ms: float
    cpu_ms: float
    size_bytes: int
    extra_bytes: int


def engines_compared(plan: Plan) -> list[Figure]:
    """Have every engine draw every player; who comes after whom changes each time."""
    rivals, missing = engines(plan.folder)
    for sentence in missing:
        print(sentence, flush=True)
    players = [a_player(number) for number in range(plan.reports + WARM_UP)]
    shots: dict[str, list[Shot]] = {engine.name: [] for engine in rivals}
    for number, player in enumerate(players):
        for engine in random.Random(number).sample(rivals, len(rivals)):
            shot = _draw(engine, player)
            if number >= WARM_UP:
                shots[engine.name].append(shot)
    verdicts = _conformance(rivals, players[0], plan.folder)
    ours = shots["ours"]
    figures = [_figure(engine, shots[engine.name], ours, verdicts[engine.name]) for engine in rivals]
    figures += [_ratio(engine, ours, shots[engine.name]) for engine in rivals if engine.name in _AIMS]
    return [*figures, _size(ours)]


def _draw(engine: Engine, player: PlayerSnapshot) -> Shot:
    gc.collect()  # What one leaves behind is not for the next to clear away.
    started, busy = time.perf_counter(), time.process_time()
    made = engine.draw(player)
    busy, elapsed = time.process_time() - busy, time.perf_counter() - started
    return Shot(elapsed * 1000, busy * 1000, len(made), len(made) - engine.picture_bytes(player))


def _conformance(rivals: Sequence[Engine], player: PlayerSnapshot, folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return for each engine what veraPDF says of each profile, or why it was not asked."""
    if shutil.which("java") is None:
        return {engine.name: {"conformance": "not checked: no Java here"} for engine in rivals}
    paths = [folder / f"report-by-{engine.name}.pdf" for engine in rivals]
    for engine, path in zip(rivals, paths, strict=True):
        path.write_bytes(engine.draw(player))
    try:
        verdicts = verapdf(paths)
    except (ProvisionError, RuntimeError) as error:
        return {engine.name: {"conformance": f"not checked: {error}"} for engine in rivals}
    words = {(verdict.path, verdict.profile): "yes" if verdict.compliant else "no" for verdict in verdicts}
    return {
        engine.name: {_PROFILE_TITLES[profile]: words[path, profile] for profile in PROFILES}
        for engine, path in zip(rivals, paths, strict=True)
    }


def _figure(engine: Engine, shots: Sequence[Shot], ours: Sequence[Shot], verdict: Mapping[str, str]) -> Figure:
    cpu, size, extra = (
        statistics.median(getattr(shot, name) for shot in shots) for name in ("cpu_ms", "size_bytes", "extra_bytes")
    )
    wall_ratio, cpu_ratio = (_times(ours, shots, name) for name in ("wall_ms", "cpu_ms"))
    said = ", ".join(f"{profile} {word}" for profile, word in verdict.items())
    return Figure(
        name=f"report_document_{engine.name}",
        title=f"Report drawn by {engine.title}",
        unit="ms",
        values=[shot.wall_ms for shot in shots],
        note=f"CPU {cpu:.0f} ms; {size / 1000:.0f} KB, {extra / 1000:.0f} beyond the picture; "
        f"{wall_ratio:.1f} × ours, by CPU {cpu_ratio:.1f}; {said}",
        details={
            "engine": engine.package,
            "version": engine.version,
            "cpu_ms": cpu,
            "bytes": size,
            "bytes_beyond_picture": extra,
            "times_ours": wall_ratio,
            "times_ours_cpu": cpu_ratio,
            "conformance": dict(verdict),
            "rounds": [asdict(shot) for shot in shots],
        },
    )


def _times(ours: Sequence[Shot], theirs: Sequence[Shot], name: str) -> float:
    return statistics.median(getattr(b, name) / getattr(a, name) for a, b in zip(ours, theirs, strict=True))


def _ratio(engine: Engine, ours: Sequence[Shot], theirs: Sequence[Shot]) -> Figure:
    return Figure(
        name=f"report_document_to_{engine.name}",
        title=f"Report, ours / {engine.title}",
        unit="of theirs",
        values=[a.wall_ms / b.wall_ms for a, b in zip(ours, theirs, strict=True)],
        aim=_AIMS[engine.name],
        at_most=True,
        note=f"by CPU {1 / _times(ours, theirs, 'cpu_ms'):.2f}",
    )


def _size(ours: Sequence[Shot]) -> Figure:
    values = [shot.extra_bytes / 1000 for shot in ours]
    return Figure("report_document_size", "Report, beyond its picture", "KB", values, aim=_SIZE_AIM_KB, at_most=True)
