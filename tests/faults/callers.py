"""Somebody who makes each kind of call without end, and knows how soon after a fault each was answered again."""

from __future__ import annotations

import asyncio
import io
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from itertools import pairwise

from PIL import Image

from client import DossierClient, DossierError
from tests.faults.history import INVOKED, OK, UNKNOWN, History

PASSWORD = "a long and unusual password"
PACE_SECONDS = 0.5
# After the last fault, for every kind to be answered once more.
RECOVER_SECONDS = 40.0
Call = Callable[[], Awaitable[object]]


class Callers:
    """One person for each kind of call. Enter `prepare` before anything is broken.

    Attributes:
        successes: when each kind's calls that were answered OK began and ended, in seconds since 1970.
        failures: how often each kind was answered what.
    """

    def __init__(self, endpoint: str, history: History, *, there: bool = True) -> None:
        """Have nobody call where they are not to be there."""
        self._endpoint = endpoint
        self._history = history
        self._there = there
        self._stopped = asyncio.Event()
        self._stack = AsyncExitStack()
        self._calls: dict[str, Call] = {}
        self.successes: dict[str, list[tuple[float, float]]] = {}
        self.failures: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Sign up, and have a report to download."""
        if not self._there:
            return
        name = f"caller-{uuid.uuid4().hex[:10]}"
        client = await self._stack.enter_async_context(DossierClient(self._endpoint))
        visitor = await self._stack.enter_async_context(DossierClient(self._endpoint))
        await client.sign_up(name, PASSWORD)
        # Somebody else: in the longest runs their new sessions would end those of who calls otherwise.
        await visitor.sign_up(f"{name}-2", PASSWORD)
        report_id = await self._create(client)
        async for _ in client.watch_report(report_id):
            pass
        self._calls = {
            "sign in": lambda: visitor.sign_in(f"{name}-2", PASSWORD),
            "read": lambda: client.get_user(name),
            "update": lambda: client.update_user(city=f"City {uuid.uuid4().hex[:4]}"),
            "avatar": lambda: client.set_avatar(_picture()),
            "list": lambda: anext(client.list_reports(page_size=5)),
            "create": lambda: self._create(client),
            "download": lambda: client.read_report(report_id),
        }
        self.successes = {kind: [] for kind in self._calls}

    async def _create(self, client: DossierClient) -> str:
        request_id = str(uuid.uuid4())
        self._history.add("create", INVOKED, request_id=request_id)
        report = await client.create_report(request_id=request_id)
        self._history.add("create", OK, request_id=request_id, report_id=report.report_id)
        return report.report_id

    async def run(self) -> None:
        """Call until stopped."""
        async with self._stack, asyncio.TaskGroup() as group:
            for kind, call in self._calls.items():
                group.create_task(self._repeat(kind, call))

    async def _repeat(self, kind: str, call: Call) -> None:
        while not self._stopped.is_set():
            began = time.time()
            try:
                await call()
            except DossierError as error:
                note = f"{error.code.name} {error.reason}".strip()
                self.failures[f"{kind}: {note}"] += 1
                self._history.add(kind, UNKNOWN, note=note)
            else:
                self.successes[kind].append((began, time.time()))
            await asyncio.sleep(PACE_SECONDS)

    async def stop(self) -> None:
        """Return when each kind was answered once more, or that takes too long; begin nothing new then."""
        deadline, now = time.monotonic() + RECOVER_SECONDS, time.time()
        while time.monotonic() < deadline and not all(map(self._recovery(now).get, self.successes)):
            await asyncio.sleep(0.1)
        self._stopped.set()

    def _recovery(self, moment: float) -> dict[str, float]:
        """Return how long after a moment the first call of each kind that began later was answered OK."""
        found = {}
        for kind, spans in self.successes.items():
            later = [ended for began, ended in spans if began >= moment]
            if later:
                found[kind] = later[0] - moment
        return found

    def recoveries(self, moments: Sequence[float]) -> dict[str, float]:
        """Return the longest of these times over all faults; RECOVER_SECONDS where a kind never was."""
        each = [self._recovery(moment) for moment in moments]
        return {kind: max((times.get(kind, RECOVER_SECONDS) for times in each), default=0.0) for kind in self.successes}

    def longest_silence(self) -> tuple[float, str]:
        """Return the longest time between two answers that were OK, and of which kind of call."""
        gaps = [(0.0, "")]
        for kind, spans in self.successes.items():
            ends = [ended for _, ended in spans]
            gaps += [(later - earlier, kind) for earlier, later in pairwise(ends)]
        return max(gaps)

    def notes(self, moments: Sequence[float], bar: float) -> list[str]:
        """Return the figures of the run, each beside its bar."""
        recovered = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in self.recoveries(moments).items())
        silence, kind = self.longest_silence()
        return [
            f"first call answered after a fault, at most s: {recovered} ({bar:g})",
            f"calls answered {sum(map(len, self.successes.values()))}, failed {self.failures.total()}; "
            f"longest without an answer {silence:.1f} s ({kind})",
        ]


def _picture() -> bytes:
    data = io.BytesIO()
    shade = uuid.uuid4().bytes
    Image.new("RGB", (64, 64), (shade[0], shade[1], shade[2])).save(data, "PNG")
    return data.getvalue()
