"""Runs one fault class after the other: load, scheduled faults, quiet, judgement."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from client import DossierClient
from tests.faults import installation as installations
from tests.faults.breaks import Misbehaved
from tests.faults.callers import Callers
from tests.faults.checker import Verdict, check, look
from tests.faults.classes import CLASSES, FaultClass
from tests.faults.disks import small_disk
from tests.faults.history import OK, UNKNOWN, History
from tests.faults.installation import Installation
from tests.faults.ledger import Ledger
from tests.faults.load import PASSWORD, Load
from tests.faults.members import Members
from tests.faults.outcomes import Outcome
from tests.faults.scale_out import scale_out
from tests.faults.schedule import Strike, schedule

# A lease, and the longest wait between two hints of a report that no outage made wait longer.
QUIET_SECONDS = installations.LEASE_SECONDS + 60.0
STRIKES_AT_MOST = 10_000
LONG_HOLD_SECONDS = 30.0
UNFINISHED = "SELECT 1 FROM reports WHERE deleted = 1 OR state IN ('QUEUED', 'RENDERING') LIMIT 1"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a class to run: until `reports` were asked for and `strikes` made, at most for `seconds`.

    Of a class that is made up of so many strikes, only the number of `strikes` can be changed.
    """

    reports: int = 1000
    seconds: float = 120.0
    strikes: int | None = None
    pace_seconds: float | None = None


async def run_class(name: str, *, seed: int, extent: Extent, folder: Path) -> Outcome:
    """Run a fault class on an installation of its own, in `folder`."""
    async with started(CLASSES[name].shape, folder, disk=CLASSES[name].disk) as installation:
        history = History(folder / f"{name}.jsonl")
        try:
            return await strike_at(installation, name, seed=seed, extent=extent, history=history)
        finally:
            history.close()


async def strike_at(installation: Installation, name: str, *, seed: int, extent: Extent, history: History) -> Outcome:
    """Run a fault class on a running installation; the history has every wish that was ever sent to it."""
    fault, ledger = CLASSES[name], Ledger()
    installation.ledger = ledger
    crowd = _crowd(installation.endpoint, f"{seed} {name}", fault, extent, history, ledger)
    await crowd.prepare(installation)
    strikes = schedule(name, seed, count=STRIKES_AT_MOST, waits=fault.waits, holds=fault.holds)
    acting = asyncio.create_task(crowd.run(reports=None if fault.strikes else extent.reports))
    try:
        strike = _strike_as_often if fault.strikes else _strike_while_asked
        moments = await strike(installation, fault, strikes, load=crowd.load, history=history, extent=extent)
        await installation.revive()
        await crowd.stop()
        await acting
        await _quiet(installation)
        found = await look(installation.stores.reports, installation.stores.pdfs)
        verdict = check(history.events, found, faults=moments)
        await _judge_the_rest(installation, fault, history, verdict)
    finally:
        acting.cancel()
        await asyncio.wait([acting])
    unknown = Counter(f"{event.call}: {event.note}" for event in history.events if event.outcome == UNKNOWN)
    outcome = Outcome(name, seed, len(moments), verdict, unknown + ledger.answers)
    if fault.members:
        outcome.notes += ledger.notes()
    if fault.calls_bar is not None:
        outcome.calls = crowd.callers.recoveries(moments)
        outcome.notes += crowd.callers.notes(moments, fault.calls_bar)
    return outcome


@dataclass(frozen=True)
class _Crowd:
    """Everybody who uses the installation meanwhile."""

    load: Load
    members: Members
    callers: Callers

    async def prepare(self, installation: Installation) -> None:
        await self.members.prepare(installation.grant)
        await self.callers.prepare()

    async def run(self, *, reports: int | None) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.load.run(reports=reports))
            group.create_task(self.members.run())
            group.create_task(self.callers.run())

    async def stop(self) -> None:
        """Have them begin nothing new, once every kind of call was answered."""
        await self.callers.stop()
        self.load.stop()
        self.members.stop()


def _crowd(endpoint: str, seed: str, fault: FaultClass, extent: Extent, history: History, ledger: Ledger) -> _Crowd:
    habits = fault.habits if extent.pace_seconds is None else replace(fault.habits, pace_seconds=extent.pace_seconds)
    return _Crowd(
        Load(endpoint, history, seed=seed, habits=habits),
        Members(endpoint, ledger, seed=seed, count=fault.members),
        Callers(endpoint, history, there=fault.calls_bar is not None),
    )


async def _judge_the_rest(installation: Installation, fault: FaultClass, history: History, verdict: Verdict) -> None:
    """Add to the verdict what rows of reports do not tell."""
    ledger = installation.ledger
    if fault.members:
        await ledger.settle(installation.stores)
    violations = verdict.violations
    violations["other write lost"] += ledger.lost
    violations["internal"] += [answer for answer in ledger.answers if " INTERNAL" in answer or " UNKNOWN" in answer]
    violations["misbehaved"] += [event.note for event in history.events if event.call == "misbehaved"]
    violations["process left behind"] += await _orphans(installation)
    if not fault.loses_renders or fault.disk:
        violations["half written"] += [path.name for path in (installation.data / "reports").rglob("*#*")]


async def _strike_as_often(
    installation: Installation,
    fault: FaultClass,
    strikes: list[Strike],
    *,
    load: Load,
    history: History,
    extent: Extent,
) -> list[float]:
    """Strike as often as wanted, under load all the while. Returns the moments from which recovery counts."""
    moments: list[float] = []
    for strike in strikes[: extent.strikes or fault.strikes]:
        await asyncio.sleep(strike.wait_seconds)
        moments += await _strike(installation, fault, strike, history)
    load.stop()
    return moments


async def _strike_while_asked(
    installation: Installation,
    fault: FaultClass,
    strikes: list[Strike],
    *,
    load: Load,
    history: History,
    extent: Extent,
) -> list[float]:
    """Strike while there is load, for the last time right after the last wish, when nothing new tells of a fault."""
    deadline = time.monotonic() + extent.seconds
    wanted = extent.strikes or 1
    moments: list[float] = []
    for strike in strikes:
        if load.asked_all.is_set():
            await asyncio.sleep(strike.wait_seconds)  # Or all that are still wanted would make up one.
        with suppress(TimeoutError):
            async with asyncio.timeout(strike.wait_seconds):
                await load.asked_all.wait()
        if load.asked_all.is_set() and len(moments) >= wanted and fault.holds[0] >= LONG_HOLD_SECONDS:
            break  # Another long outage at once would only be counted as a longer one.
        if time.monotonic() > deadline:
            load.stop()
        last = load.asked_all.is_set() and len(moments) + 1 >= wanted
        moments += await _strike(installation, fault, strike, history)
        if last:
            break
    return moments


async def _strike(installation: Installation, fault: FaultClass, strike: Strike, history: History) -> list[float]:
    """Strike once. Returns the moment from which recovery counts, or nothing when a process did not do its part."""
    history.add("fault", "begun", note=str(strike))
    try:
        return [await fault.strike(installation, strike)]
    except Misbehaved as error:
        history.add("misbehaved", OK, note=str(error))
        await installation.revive()
        return []
    finally:
        history.add("fault", "over")


async def _quiet(installation: Installation) -> None:
    """Return when every report is final and every deletion done, or when that takes too long."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        if not await installation.stores.reports.ask(UNFINISHED):
            return
        await asyncio.sleep(0.2)


async def _orphans(installation: Installation) -> list[str]:
    """Return processes of earlier lives that have not found out that their parent is dead."""
    deadline = time.monotonic() + 60.0
    while (left := [line for part in installation.parts.values() for line in part.orphans()]) and (
        time.monotonic() < deadline
    ):
        await asyncio.sleep(0.2)
    return left


@asynccontextmanager
async def started(shape: str, folder: Path, *, disk: str = "") -> AsyncIterator[Installation]:
    """Start an installation and have one report made; with a broker, in a way that its queues last.

    Args:
        disk: the folder in it that is to be a small disk. Raises MountRefused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        # Mounted before the processes start and unmounted when they have ended.
        mounted = stack.enter_context(small_disk(folder / disk)) if disk else None
        installation = await stack.enter_async_context(_opened(shape, folder))
        installation.disk = mounted
        # RabbitMQ 3.10 forgets a quorum queue that was declared seconds before a SIGKILL.
        for node in installation.nodes:
            await node.stop_app()
            await node.start_app()
        await _warm_up(installation)
        yield installation


def _opened(shape: str, folder: Path) -> AbstractAsyncContextManager[Installation]:
    if shape == "scale-out":
        return scale_out(folder)
    if shape == "standalone":
        return installations.standalone(folder)
    return installations.distributed(folder, with_broker=shape == "amqp")


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
