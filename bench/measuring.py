"""Rounds of two servers in turn, and the figures made from them."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from bench.club import Club, found_club
from bench.installations import Split, copied, split, standalone
from bench.large_club import found_small_club
from bench.processes import Process
from bench.servers import Servers, on_servers
from tests.provision import rabbitmq
from tests.provision.postgresql import PostgresqlServer

# Before each measurement the server gets going again and what was left in buffers is taken out of them.
LEAD_IN_SECONDS = 0.2


class Asking(Protocol):
    """What keeps a server busy, and counts what comes back."""

    answers: int

    @property
    def received_bytes(self) -> int:
        """How many bytes came so far, in answers under way too."""

    def run(self, seconds: float) -> None:
        """Go on for a while."""


class Plan:
    """How much to measure, and what is measured: made and started when it is first asked for.

    Args:
        folder: for everything that is written; deleted by whoever made it.
        stack: what ends the processes.

    Attributes:
        rounds: how many times the two servers take turns.
        seconds: how long each turn is.
        reports: how many reports are made one after another.
        worker_reports: how many a render process makes before its memory is looked at again.
        many: how many games, or players, a large club has.
    """

    def __init__(
        self,
        folder: Path,
        stack: ExitStack,
        *,
        rounds: int,
        seconds: float,
        reports: int,
        worker_reports: int,
        many: int,
        report_bytes: int,
    ) -> None:
        self.folder = folder
        self._stack = stack
        self.rounds = rounds
        self.seconds = seconds
        self.reports = reports
        self.worker_reports = worker_reports
        self.many = many
        self._report_bytes = report_bytes

    @cached_property
    def club(self) -> Club:
        """The sample club with a large report."""
        return found_club(self.folder, report_bytes=self._report_bytes)

    @cached_property
    def _data(self) -> tuple[Path, Path]:
        return self.club.data, copied(self.club.data, self.folder / "split")  # While no process uses it.

    @cached_property
    def standalone(self) -> Process:
        """Everything in one process, on the club's own data."""
        return self._stack.enter_context(standalone(self.folder, data=self._data[0]))

    @cached_property
    def split(self) -> Split:
        """The three services in processes of their own, on a copy of the club's data."""
        return self._stack.enter_context(split(self.folder, data=self._data[1]))

    @cached_property
    def small_club(self) -> PostgresqlServer:
        """A PostgreSQL of the bench's own, with a club of 500 players and 5,000 games."""
        server = found_small_club(self.folder / "postgresql")
        self._stack.callback(server.close)
        return server

    @cached_property
    def servers(self) -> Servers:
        """The services and two gateways on that club's rows."""
        opening = on_servers(self.folder / "servers", self.small_club, amqp_url=self.broker().url)
        return self._stack.enter_context(opening)

    def broker(self) -> rabbitmq.BlockingNode:
        """Start a RabbitMQ for whoever asks."""
        folder = Path(tempfile.mkdtemp(prefix="rabbitmq-", dir=self.folder))
        node = rabbitmq.RabbitNode(rabbitmq.find_or_install(), folder).blocking
        self._stack.callback(node.close)
        node.start()
        return node


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        values: one a round; the figure is their median.
        aim: what the median should reach; None for a figure that only informs.
        at_most: whether the aim is a ceiling.
        details: what else was measured, for the JSON file; `note` stands in the table too.
    """

    name: str
    title: str
    unit: str
    values: Sequence[float]
    aim: float | None = None
    at_most: bool = False
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """What counts."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None without one."""
        if self.aim is None:
            return None
        return self.median <= self.aim if self.at_most else self.median >= self.aim


@dataclass(frozen=True, slots=True)
class Turn:
    """One server's turn.

    Attributes:
        rate: answers or bytes a second of the clock.
        full_rate: the same for each second in which the busiest process had a processor: what it would reach with a
            processor to itself. Other programs on the machine disturb it less.
        busy: how much of a processor the busiest process used.
        costs: the processor time that each process used for an answer or byte, in seconds.
    """

    rate: float
    full_rate: float
    busy: float
    costs: tuple[float, ...]


def take_turn(load: Asking, processes: Sequence[Process], *, seconds: float, count: Callable[[Asking], int]) -> Turn:
    """Load a server for some seconds. `processes` are all that its answers go through."""
    load.run(LEAD_IN_SECONDS)
    done, busy, started = count(load), [process.cpu_seconds for process in processes], time.perf_counter()
    load.run(seconds)
    elapsed = time.perf_counter() - started
    used = [process.cpu_seconds - before for process, before in zip(processes, busy, strict=True)]
    done = count(load) - done
    costs = tuple(seconds / done for seconds in used)
    return Turn(done / elapsed, done / max(used), max(used) / elapsed, costs)


def compare(
    plan: Plan,
    ours: tuple[Asking, Sequence[Process]],
    bare: tuple[Asking, Sequence[Process]],
    *,
    count: Callable[[Asking], int],
) -> list[tuple[Turn, Turn]]:
    """Return the turns of our server and of the bare one, taken alternately; who begins changes too."""
    rounds = []
    for number in range(plan.rounds):
        sides = (ours, bare) if number % 2 else (bare, ours)
        turns = [take_turn(load, processes, seconds=plan.seconds, count=count) for load, processes in sides]
        rounds.append((turns[0], turns[1]) if number % 2 else (turns[1], turns[0]))
    return rounds


def answers(load: Asking) -> int:
    """Count answers."""
    return load.answers


def received_bytes(load: Asking) -> int:
    """Count bytes."""
    return load.received_bytes


def ratio_figure(
    name: str, title: str, rounds: Sequence[tuple[Turn, Turn]], *, aim: float, unit: str, scale: float = 1.0
) -> Figure:
    """Return our rate over the bare server's, each with a whole processor."""
    ours_rate, bare_rate = (statistics.median(pair[side].full_rate for pair in rounds) / scale for side in (0, 1))
    by_clock = statistics.median(ours.rate / bare.rate for ours, bare in rounds)
    busy = statistics.median(ours.busy for ours, _ in rounds)
    cost = _cost_note(rounds, unit, scale)
    return Figure(
        name=name,
        title=title,
        unit="of bare",
        values=[ours.full_rate / bare.full_rate for ours, bare in rounds],
        aim=aim,
        note=f"{ours_rate:,.0f} of {bare_rate:,.0f} {unit}, {cost}; by the clock {by_clock:.2f}, core {busy:.0%} busy",
        details={"rounds": [{"ours": asdict(ours), "bare": asdict(bare)} for ours, bare in rounds]},
    )


def _cost_note(rounds: Sequence[tuple[Turn, Turn]], unit: str, scale: float) -> str:
    each = zip(*(ours.costs for ours, _ in rounds), strict=True)
    costs = [f"{statistics.median(costs) * scale * 1e6:,.0f}" for costs in each]
    return f"{' + '.join(costs)} µs a {unit.removesuffix('s/s').removesuffix('/s')}"
