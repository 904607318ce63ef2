"""Runs one fault class after the other: load, scheduled faults, quiet, judgement."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from client import DossierClient
from tests.faults import installation as installations
from tests.faults.breaks import CLASSES, FaultClass, Misbehaved
from tests.faults.checker import Files, Verdict, check
from tests.faults.history import OK, UNKNOWN, History
from tests.faults.installation import Installation
from tests.faults.load import PASSWORD, Load
from tests.faults.schedule import Strike, schedule

# A lease, and the longest wait between two hints of a report that no outage made wait longer.
QUIET_SECONDS = installations.LEASE_SECONDS + 60.0
STRIKES_AT_MOST = 10_000
LONG_HOLD_SECONDS = 30.0
HEADINGS = ("reports", "strikes", "lost", "dupl", "canc>READY", "digest", "other", "failed", "renders", "p50", "p99")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a class to run: until `reports` were asked for and `strikes` made, at most for `seconds`."""

    reports: int = 1000
    seconds: float = 120.0
    strikes: int = 1
    pace_seconds: float | None = None


@dataclass
class Outcome:
    """What one class came to."""

    name: str
    strikes: int
    verdict: Verdict
    unknown: Counter[str] = field(default_factory=Counter)

    @property
    def broken(self) -> bool:
        """Whether any promise was."""
        return self.verdict.broken

    def line(self) -> str:
        """Return the figures under `HEADINGS`."""
        verdict = self.verdict
        shown = ("lost", "duplicated", "cancelled to READY", "digest")
        other = sum(len(cases) for name, cases in verdict.violations.items() if name not in shown)
        ready = max(1, verdict.states["READY"])
        figures = (
            verdict.reports,
            self.strikes,
            *map(verdict.count, shown),
            other,
            verdict.states["FAILED"],
            f"{verdict.renders / ready:.2f}",
            f"{verdict.recovery(0.5):.1f}",
            f"{verdict.recovery(0.99):.1f}",
        )
        return table_line(self.name, figures)


def table_line(name: str, figures: tuple[object, ...]) -> str:
    """Return a line of the table."""
    return f"{name:28}" + "".join(f"{figure!s:>11}" for figure in figures)


async def run_class(name: str, *, seed: int, extent: Extent, folder: Path) -> Outcome:
    """Run a fault class on an installation of its own, in `folder`."""
    async with started(CLASSES[name].shape, folder) as installation:
        history = History(folder / f"{name}.jsonl")
        try:
            return await strike_at(installation, name, seed=seed, extent=extent, history=history)
        finally:
            history.close()


async def strike_at(installation: Installation, name: str, *, seed: int, extent: Extent, history: History) -> Outcome:
    """Run a fault class on a running installation; the history has every wish that was ever sent to it."""
    fault = CLASSES[name]
    habits = fault.habits
    if extent.pace_seconds is not None:
        habits = replace(habits, pace_seconds=extent.pace_seconds)
    load = Load(installation.endpoint, history, seed=f"{seed} {name}", habits=habits)
    strikes = schedule(name, seed, count=STRIKES_AT_MOST, waits=fault.waits, holds=fault.holds)
    asking = asyncio.create_task(load.run(reports=None if fault.needs_wishes else extent.reports))
    try:
        moments = await _strike(installation, fault, strikes, load=load, history=history, extent=extent)
        await installation.revive()
        load.stop()
        await asking
        await _quiet(installation)
        verdict = check(history.events, Files.of(installation.data), faults=moments)
        verdict.violations["misbehaved"] += [event.note for event in history.events if event.call == "misbehaved"]
        verdict.violations["process left behind"] += await _orphans(installation)
    finally:
        asking.cancel()
        await asyncio.wait([asking])
    unknown = Counter(f"{event.call}: {event.note}" for event in history.events if event.outcome == UNKNOWN)
    return Outcome(name, len(moments), verdict, unknown)


async def _strike(
    installation: Installation,
    fault: FaultClass,
    strikes: list[Strike],
    *,
    load: Load,
    history: History,
    extent: Extent,
) -> list[float]:
    """Strike while there is load, for the last time right after the last wish, when nothing new tells of a fault.

    Returns the moments from which recovery counts.
    """
    deadline = time.monotonic() + extent.seconds
    moments: list[float] = []
    for strike in strikes:
        with suppress(TimeoutError):
            async with asyncio.timeout(strike.wait_seconds):
                await load.asked_all.wait()
        if load.asked_all.is_set() and len(moments) >= extent.strikes and fault.holds[0] >= LONG_HOLD_SECONDS:
            break  # Another long outage at once would only be counted as a longer one.
        if time.monotonic() > deadline:
            load.stop()
        if fault.needs_wishes and len(moments) >= extent.strikes and load.asked >= extent.reports:
            load.stop()
        if fault.needs_wishes and load.asked_all.is_set():
            break
        last = load.asked_all.is_set() and len(moments) + 1 >= extent.strikes
        history.add("fault", "begun", note=str(strike))
        try:
            moments.append(await fault.strike(installation, strike))
        except Misbehaved as error:
            history.add("misbehaved", OK, note=str(error))
            await installation.revive()
        history.add("fault", "over")
        if last:
            break
    return moments


async def _quiet(installation: Installation) -> None:
    """Return when every report is final and every deletion done, or when that takes too long."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        if await asyncio.to_thread(_unfinished, installation.data / "report.sqlite3") == 0:
            return
        await asyncio.sleep(0.2)


def _unfinished(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        condition = "deleted = 1 OR state IN ('QUEUED', 'RENDERING')"
        return int(database.execute(f"SELECT COUNT(*) FROM reports WHERE {condition}").fetchone()[0])


async def _orphans(installation: Installation) -> list[str]:
    """Return processes of earlier lives that have not found out that their parent is dead."""
    deadline = time.monotonic() + 60.0
    while (left := [line for part in installation.parts.values() for line in part.orphans()]) and (
        time.monotonic() < deadline
    ):
        await asyncio.sleep(0.2)
    return left


@asynccontextmanager
async def started(shape: str, folder: Path) -> AsyncIterator[Installation]:
    """Start an installation and have one report made; with a broker, in a way that its queues last."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = (
        installations.standalone(folder)
        if shape == "standalone"
        else installations.distributed(folder, with_broker=shape == "amqp")
    )
    async with opened as installation:
        if installation.broker is not None:
            # RabbitMQ 3.10 forgets a quorum queue that was declared seconds before a SIGKILL.
            await installation.broker.stop_app()
            await installation.broker.start_app()
        await _warm_up(installation)
        yield installation


async def _warm_up(installation: Installation) -> None:
    async with DossierClient(installation.endpoint) as client:
        await client.sign_up("warm-up", PASSWORD)
        report = await client.create_report()
        async for _ in client.watch_report(report.report_id):
            pass
        await client.delete_report(report.report_id)
    with suppress(TimeoutError):
        async with asyncio.timeout(QUIET_SECONDS):
            await _quiet(installation)


def machine() -> str:
    """Return the machine's size, for the record."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} processors, {pages / 2**30:.0f} GiB, load {os.getloadavg()[0]:.1f}"
