"""Poison: reports that spoil their rendering in every way we know, amid players who only want theirs.

The same players ask at the same pace for a while without poison, for a while with it, and so on in turn. Everybody has
signed up before: hashing a password would cost the others more than most poison does.
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dossier.report.v1 import report_pb2 as report_pb

from client import DossierClient
from report_service import render_child
from report_service.rendering import TIMEOUT_SECONDS
from tests.faults import installation as installations
from tests.faults.installation import Installation
from tests.faults.load import PASSWORD
from tests.integration.report.strange_documents import CRASHES, EXCEEDS, RAISES

ENTRY = ("tests.faults.poisoned",)
REASONS = (
    dict.fromkeys(RAISES, "RENDER_FAILED")
    | dict.fromkeys(EXCEEDS, "RENDER_LIMIT")
    | dict.fromkeys(CRASHES, "RENDER_CRASHED")
)
# Those that hold a child for all its time come apart from each other, or there would be moments without a free child.
_OTHERS = [manner for manner in REASONS if manner not in ("loop", "sleep")]
MANNERS = ["loop", *_OTHERS[::2], "sleep", *_OTHERS[1::2]]
# Of those who want no more than their reports.
PLAYERS = 8
PACE_SECONDS = 2.0
# Between two poisoned wishes.
POISON_PACES = {"amqp": 1.0, "standalone": 1.5}
END_SECONDS = 120.0
# A busy machine's part in the time of one attempt.
SLACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class End:
    """How a poisoned report ended, and how long after it was first claimed."""

    state: str
    reason: str
    attempts: int
    seconds: float


@dataclass
class PoisonOutcome:
    """What came of it.

    Attributes:
        pace: seconds from wanting to having a report, of the other players, without poison and with it.
        ends: of each manner of poison.
        wrong: promises that were broken.
        largest_child: the most address space that any render child ever had, in bytes.
    """

    shape: str
    pace: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    ends: dict[str, list[End]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    largest_child: int = 0

    @property
    def broken(self) -> bool:
        """Whether any promise was, or others have to wait longer than they do between two wishes."""
        return bool(self.wrong) or _quantile(self.pace[True], 0.99) > PACE_SECONDS

    def lines(self) -> list[str]:
        """Return the figures."""
        clean, beside = self.pace[False], self.pace[True]
        times = "; ".join(_comparison(clean, beside, share) for share in (0.5, 0.99))
        lines = [
            f"{self.shape}: {sum(map(len, self.ends.values()))} poisoned reports, {len(self.wrong)} promises broken;"
            f" largest child {self.largest_child / 2**20:.0f} MiB (bar: {render_child.MEMORY_BYTES / 2**20:.0f})",
            f"{self.shape}: reports of others, {len(clean)} without poison, {len(beside)} beside it: {times}"
            f" (bar: p99 {PACE_SECONDS * 1000:.0f} ms)",
        ]
        for manner, ends in self.ends.items():
            how = ", ".join(f"{count} {what}" for what, count in Counter(_end(end) for end in ends).items())
            lines.append(f"    {manner:16} {how}; slowest {max(end.seconds for end in ends):.1f} s after the claim")
        return lines + [f"    BROKEN: {case}" for case in self.wrong]


def _comparison(clean: list[float], beside: list[float], share: float) -> str:
    without, among = _quantile(clean, share) * 1000, _quantile(beside, share) * 1000
    return f"p{share * 100:.0f} {without:.0f} ms without, {among:.0f} ms beside, ratio {among / without:.2f}"


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _end(end: End) -> str:
    return f"{end.state} {end.reason} at attempt {end.attempts}"


async def run_poison(
    shape: str, folder: Path, *, seconds: float, turns: int, manners: list[str] = MANNERS
) -> PoisonOutcome:
    """Run an installation of its own, "amqp" or "standalone", for `turns` times `seconds` without and with poison."""
    outcome = PoisonOutcome(shape)
    async with _poisoned(shape, folder) as installation, _watched(installation, outcome), AsyncExitStack() as stack:
        players = [await stack.enter_async_context(_signed_up(installation.endpoint)) for _ in range(PLAYERS)]
        spoilers = [
            (manner, await stack.enter_async_context(_signed_up(installation.endpoint, about=manner)))
            for manner in manners
        ]
        # Has every render child started: those of two workers with two each.
        await asyncio.gather(*map(_end_of_new_report, players[:4]))
        poison = itertools.cycle(spoilers)
        for poisoned in (False, True) * turns:
            over = asyncio.Event()
            async with asyncio.TaskGroup() as people:
                for number, player in enumerate(players):
                    people.create_task(_ask(player, number, over, outcome, poisoned=poisoned))
                if poisoned:
                    people.create_task(_spoil(poison, over, outcome))
                await asyncio.sleep(seconds)
                over.set()
        outcome.wrong += [f"left behind: {line}" for part in installation.parts.values() for line in part.orphans()]
        outcome.wrong += [f"died: {part.name}" for part in installation.parts.values() if not part.alive]
    if outcome.largest_child > render_child.MEMORY_BYTES:
        outcome.wrong.append(f"a render child had {outcome.largest_child} bytes of address space")
    return outcome


def _poisoned(shape: str, folder: Path) -> AbstractAsyncContextManager[Installation]:
    if shape == "standalone":
        return installations.standalone(folder, entry=ENTRY)
    return installations.distributed(folder, entry=ENTRY, RENDER_WORKERS="0")


@asynccontextmanager
async def _signed_up(endpoint: str, about: str = "") -> AsyncIterator[DossierClient]:
    async with DossierClient(endpoint) as client:
        name = f"player-{uuid.uuid4().hex[:10]}"
        await client.sign_up(name, PASSWORD)
        if about:
            await client.update_user(about=about)
        yield client


async def _ask(
    client: DossierClient, number: int, over: asyncio.Event, outcome: PoisonOutcome, *, poisoned: bool
) -> None:
    """Want a report at a steady pace, each player at another moment. When one is late, that counts for the next too."""
    wanted = time.monotonic() + PACE_SECONDS * number / PLAYERS
    await _pause(over, wanted - time.monotonic())
    while not over.is_set():
        end = await _end_of_new_report(client)
        outcome.pace[poisoned].append(time.monotonic() - wanted)
        if (end.state, end.attempts) != ("READY", 1):
            outcome.wrong.append(f"another player's report: {_end(end)}")
        wanted += PACE_SECONDS
        await _pause(over, wanted - time.monotonic())


async def _spoil(poison: Iterator[tuple[str, DossierClient]], over: asyncio.Event, outcome: PoisonOutcome) -> None:
    """Ask for one poisoned report after the other, each by somebody else, and wait for all of them in the end."""
    async with asyncio.TaskGroup() as reports:
        while not over.is_set():
            reports.create_task(_poison(*next(poison), outcome))
            await _pause(over, POISON_PACES[outcome.shape])


async def _poison(manner: str, client: DossierClient, outcome: PoisonOutcome) -> None:
    end = await _end_of_new_report(client)
    outcome.ends[manner].append(end)
    if (end.state, end.reason) != ("FAILED", REASONS[manner]):
        outcome.wrong.append(f"poison that should {manner}: {_end(end)}")
    if end.attempts == 1 and end.seconds > TIMEOUT_SECONDS + SLACK_SECONDS:
        outcome.wrong.append(f"poison that should {manner} took {end.seconds:.1f} s")


async def _end_of_new_report(client: DossierClient) -> End:
    claimed = None
    report = await client.create_report()
    try:
        async with asyncio.timeout(END_SECONDS):
            async for report in client.watch_report(report.report_id):  # noqa: B020 - each one is newer than the last
                if report.state == report_pb.STATE_RENDERING and claimed is None:
                    claimed = report.update_time.ToNanoseconds()
    except TimeoutError:
        return End("not ended", "", report.attempt_count, END_SECONDS)
    await client.delete_report(report.report_id)
    begin = report.create_time.ToNanoseconds() if claimed is None else claimed
    return End(
        report_pb.State.Name(report.state).removeprefix("STATE_"),
        report_pb.FailureReason.Name(report.failure_reason).removeprefix("FAILURE_REASON_"),
        report.attempt_count,
        (report.update_time.ToNanoseconds() - begin) / 1e9,
    )


async def _pause(over: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await over.wait()


@asynccontextmanager
async def _watched(installation: Installation, outcome: PoisonOutcome) -> AsyncIterator[None]:
    """Note the largest address space of any child meanwhile."""

    async def watch() -> None:
        while True:
            for part in installation.parts.values():
                for child in part.children():
                    for process in (child, *_forks(child)):
                        outcome.largest_child = max(outcome.largest_child, _limited_space(process))
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def _forks(pid: int) -> list[int]:
    with suppress(OSError):
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return []


def _limited_space(pid: int) -> int:
    """Return the present address space of a process that has the limit of render children; 0 of any other."""
    with suppress(OSError, ValueError):
        limits = Path(f"/proc/{pid}/limits").read_text()
        if str(render_child.MEMORY_BYTES) in limits:
            status = Path(f"/proc/{pid}/statm").read_text()
            return int(status.split()[0]) * 4096
    return 0
