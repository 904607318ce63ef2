"""A render process as the service keeps it: how soon it is ready, how fast it is then, and what memory it holds."""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.measuring import Figure, Plan
from bench.peers.engines import ADDRESS
from bench.peers.players import a_player
from bench.processes import cpu_seconds, resident_bytes
from report_service.document.snapshot import Format, Order, PlayerSnapshot
from report_service.render_child import REPORTS_PER_CHILD
from report_service.rendering import RenderPool, open_render_pool

WARM_UP = 2
MEBIBYTE = 1024 * 1024
_PLAYERS = 20
_SCRIPTS = "Анна Ελλάδα أمينة שלום हिन्दी ไทย ქართული Հայերեն 山田 홍길 🧑‍🚀"
# When a child has drawn so many, what is loaded at first use is loaded.
_SETTLED = 20


@dataclass(frozen=True, slots=True)
class Memory:
    """What is held by the process that draws (`pid`) and by the one it was forked from; shared pages count in both."""

    reports: int
    pid: int
    child_mib: float
    parent_mib: float


@dataclass(frozen=True, slots=True)
class Worker:
    """The two processes of a render child: one that stays, and its fork that draws."""

    parent: int

    @property
    def child(self) -> int:
        """The one that draws, at present."""
        children = Path(f"/proc/{self.parent}/task/{self.parent}/children").read_text().split()
        return int(children[-1])

    @property
    def cpu_seconds(self) -> float:
        """The processor time of both."""
        return cpu_seconds(self.parent) + cpu_seconds(self.child)

    def memory(self, reports: int) -> Memory:
        """Look at it."""
        child = self.child
        return Memory(reports, child, resident_bytes(child) / MEBIBYTE, resident_bytes(self.parent) / MEBIBYTE)


def render_child(plan: Plan) -> list[Figure]:
    """Start it some times; have one of them draw players, and another draw many in many scripts."""
    players = [a_player(number) for number in range(_PLAYERS)]
    started = [asyncio.run(_start(players[number % _PLAYERS])) for number in range(plan.rounds)]
    walls, rates = asyncio.run(_draw(players, plan.reports))
    memory = asyncio.run(_many(players, plan.worker_reports))
    ready, first = [seconds for seconds, _ in started], [seconds * 1000 for _, seconds in started]
    return [
        Figure("report_worker_ready", "Render process, start to ready", "s", ready, aim=2.0, at_most=True),
        Figure("report_worker_first", "Its first report", "ms", first, aim=100.0, at_most=True),
        Figure("report_worker_warm", "Its further reports", "ms", walls, note=f"fastest {min(walls):.1f} ms"),
        Figure("report_worker_rate", "Its reports per second of a core", "a second", rates, aim=40.0),
        *_memory_figures(memory),
    ]


async def _start(player: PlayerSnapshot) -> tuple[float, float]:
    """Return the seconds until a new process is ready, and those for its first PDF."""
    started = time.perf_counter()
    async with open_render_pool(1) as pool:
        # Hardly any work, and none that a PDF would find done: it is answered as soon as the process is ready.
        await pool.render(Order(player, Format.CSV))
        ready = time.perf_counter()
        await pool.render(_order(player))
        return ready - started, time.perf_counter() - ready


async def _draw(players: Sequence[PlayerSnapshot], count: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each report and how many a second of processor time would make."""
    walls, rates = [], []
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_render_pool(1))
        for number in range(WARM_UP):
            await pool.render(_order(players[-1 - number]))
        worker = _worker()
        for number in range(count):
            busy, started = worker.cpu_seconds, time.perf_counter()
            await pool.render(_order(players[number % len(players)]))
            walls.append((time.perf_counter() - started) * 1000)
            rates.append(1 / (worker.cpu_seconds - busy))
    return walls, rates


async def _many(players: Sequence[PlayerSnapshot], count: int) -> list[Memory]:
    """Look at the memory after every tenth of so many reports in all scripts."""
    seen = []
    async with open_render_pool(1) as pool:
        for number in range(count):
            player = players[number % len(players)]
            await _render_in_all_scripts(pool, player, number)
            if number % 10 == 9:
                seen.append(_worker().memory(number + 1))
    return seen


async def _render_in_all_scripts(pool: RenderPool, player: PlayerSnapshot, number: int) -> None:
    """Draw a player whose names have characters that were not there before."""
    name = f"{_SCRIPTS} {chr(0x4E00 + number * 7 % 3000)}{chr(0xAC00 + number * 11 % 2000)}"
    partners = tuple(replace(who, display_name=f"{_SCRIPTS[at:]} {number}") for at, who in enumerate(player.partners))
    await pool.render(_order(replace(player, display_name=name, partners=partners)))


def _memory_figures(memory: Sequence[Memory]) -> list[Figure]:
    """Return the figures of one run; children that ended early are left out where growth is looked at."""
    child, parent = [seen.child_mib for seen in memory], [seen.parent_mib for seen in memory]
    peaks, within = _by_child(memory)
    worn = f"{within:+.1f} MiB over the {REPORTS_PER_CHILD} reports of one child" if within is not None else ""
    forker = f"the process it is forked from {parent[0]:.0f}, at the end {parent[-1]:.0f} MiB"
    return [
        Figure("report_worker_memory", "Its memory, all scripts", "MiB", child, aim=150.0, at_most=True, note=forker),
        Figure(
            "report_worker_growth",
            f"Its growth over {memory[-1].reports:,} reports",
            "MiB",
            [peaks[-1] - peaks[0]],
            aim=5.0,
            at_most=True,
            note=worn,
            details={"children": len(peaks), "peaks_mib": peaks},
        ),
    ]


def _by_child(memory: Sequence[Memory]) -> tuple[list[float], float | None]:
    """Return the most that each child held, and how much one grows once it has settled."""
    lives: dict[int, list[Memory]] = {}
    for seen in memory:
        lives.setdefault(seen.pid, []).append(seen)
    full = [life for life in lives.values() if len(life) >= (REPORTS_PER_CHILD - _SETTLED) // 10]
    grown = [life[-1].child_mib - life[_SETTLED // 10].child_mib for life in full]
    peaks = [max(seen.child_mib for seen in life) for life in full or lives.values()]
    return peaks, statistics.median(grown) if grown else None


def _worker() -> Worker:
    (process,) = [child for child in multiprocessing.active_children() if child.name == "render child"]
    if process.pid is None:
        raise RuntimeError("the render process was not started")
    return Worker(process.pid)


def _order(player: PlayerSnapshot) -> Order:
    return Order(player, locale="en", verify_address=ADDRESS)
