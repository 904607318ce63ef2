"""Players who ask for reports at a steady pace, take back, watch, read and delete them; all of it is written down."""

from __future__ import annotations

import asyncio
import hashlib
import random
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from dossier.report.v1 import report_pb2 as report_pb

from client import Backoff, DossierClient, DossierError
from tests.faults.history import INVOKED, OK, REFUSED, UNKNOWN, History

PASSWORD = "a long and unusual password"
FOLLOW_SECONDS = 240.0
_T = TypeVar("_T")
# Streams are opened again for as long as anybody has patience.
_BACKOFF = Backoff(first_seconds=0.1, cap_seconds=1.0, attempts=1000)


@dataclass(frozen=True, slots=True)
class Habits:
    """How players behave.

    Attributes:
        pace_seconds: between two wishes of one player, on average.
        cancels, downloads, deletes: the share of reports that each befalls; reports are deleted when they are final.
        gives_up: the share of wishes that are not asked again after an answer that got lost.
        under_way: how many reports one player follows at a time.
    """

    players: int = 4
    pace_seconds: float = 1.0
    cancels: float = 0.12
    downloads: float = 0.4
    deletes: float = 0.05
    gives_up: float = 0.1
    under_way: int = 40


class Load:
    """All players of one run."""

    def __init__(self, endpoint: str, history: History, *, seed: str, habits: Habits) -> None:
        self._endpoint = endpoint
        self._history = history
        self._seed = seed
        self._habits = habits
        self.asked_all = asyncio.Event()
        self._wanted: int | None = 0
        self.asked = 0

    def stop(self) -> None:
        """Ask for nothing new; what was asked for is followed to its end."""
        self.asked_all.set()

    async def run(self, *, reports: int | None) -> None:
        """Ask for so many reports, or until stopped, and follow each to its end."""
        self._wanted = reports
        async with asyncio.TaskGroup() as group:
            for number in range(self._habits.players):
                group.create_task(self._play(random.Random(f"{self._seed} player {number}")))

    async def _play(self, dice: random.Random) -> None:
        name = f"player-{uuid.uuid4().hex[:10]}"
        async with DossierClient(self._endpoint, backoff=_BACKOFF) as client, asyncio.TaskGroup() as follows:
            await self._sign_up(client, name)
            slots = asyncio.Semaphore(self._habits.under_way)
            while not self.asked_all.is_set():
                self.asked += 1
                if self.asked == self._wanted:
                    self.asked_all.set()
                await slots.acquire()
                # Everything about a report is drawn here, so that a run's course does not change its choices.
                wish = Wish(str(uuid.UUID(int=dice.getrandbits(128), version=4)), *(dice.random() for _ in range(5)))
                follow = follows.create_task(self._live(client, name, wish))
                follow.add_done_callback(lambda _task: slots.release())
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._habits.pace_seconds * dice.uniform(0.5, 1.5)):
                        await self.asked_all.wait()

    async def _sign_up(self, client: DossierClient, name: str) -> None:
        while True:
            try:
                await client.sign_up(name, PASSWORD)
            except DossierError as error:
                if error.reason == "USERNAME_TAKEN":  # The answer to the first attempt got lost.
                    with suppress(DossierError):
                        await client.sign_in(name, PASSWORD)
                        return
                await asyncio.sleep(0.3)
            else:
                return

    async def _live(self, client: DossierClient, owner: str, wish: Wish) -> None:
        """Follow one report from wish to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FOLLOW_SECONDS):
                report_id = await self._create(client, owner, wish)
                if report_id is None:
                    return
                if wish.cancel < self._habits.cancels:
                    await asyncio.sleep(wish.moment * 0.6)
                    await self._attempt("cancel", report_id, lambda: client.cancel_report(report_id))
                    return
                if await self._watch(client, report_id) != "READY":
                    return
                if wish.download < self._habits.downloads:
                    await self._download(client, report_id)
                if wish.delete < self._habits.deletes:
                    await self._attempt("delete", report_id, lambda: client.delete_report(report_id))
            return
        self._history.add("watch", UNKNOWN, note="patience lost")

    async def _create(self, client: DossierClient, owner: str, wish: Wish) -> str | None:
        """Ask until there is an answer, now and then only once."""
        facts = {"owner": owner, "request_id": wish.request_id}
        while True:
            self._history.add("create", INVOKED, **facts)
            try:
                report = await client.create_report(request_id=wish.request_id)
            except DossierError as error:
                refused = error.reason in ("REPORT_QUOTA", "INVALID_REQUEST", "REQUEST_ID_REUSED")
                self._history.add("create", REFUSED if refused else UNKNOWN, **facts, note=_note(error))
                if refused or wish.give_up < self._habits.gives_up:
                    return None
                await asyncio.sleep(0.3)
            else:
                state = _state(report)
                self._history.add("create", OK, **facts, report_id=report.report_id, state=state)
                return report.report_id

    async def _watch(self, client: DossierClient, report_id: str) -> str:
        state = ""
        while state not in ("READY", "FAILED", "CANCELLED"):
            try:
                async for report in client.watch_report(report_id):
                    state = _state(report)
                    self._history.add("watch", OK, report_id=report_id, state=state)
            except DossierError as error:
                self._history.add("watch", UNKNOWN, report_id=report_id, note=_note(error))
                await asyncio.sleep(error.retry_delay or 0.5)
        return state

    async def _download(self, client: DossierClient, report_id: str) -> None:
        data = await self._attempt("download", report_id, lambda: client.read_report(report_id), tells=False)
        if data is not None:
            self._history.add("download", OK, report_id=report_id, sha256=hashlib.sha256(data).hexdigest())

    async def _attempt(
        self, call: str, report_id: str, attempt: Callable[[], Awaitable[_T]], *, tells: bool = True
    ) -> _T | None:
        """Make a call, and again while its outcome is unknown; `tells` records its success too."""
        while True:
            self._history.add(call, INVOKED, report_id=report_id)
            try:
                answer = await attempt()
            except DossierError as error:
                unknown = not error.reason or error.code.name in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL")
                self._history.add(call, UNKNOWN if unknown else REFUSED, report_id=report_id, note=_note(error))
                if not unknown:
                    return None
                await asyncio.sleep(0.3)
            else:
                if tells:
                    self._history.add(call, OK, report_id=report_id)
                return answer


@dataclass(frozen=True, slots=True)
class Wish:
    """One report to be asked for, and what will befall it: numbers in [0, 1) to hold against the habits."""

    request_id: str
    cancel: float
    moment: float
    download: float
    delete: float
    give_up: float


def _state(report: report_pb.Report) -> str:
    return report_pb.State.Name(report.state).removeprefix("STATE_")


def _note(error: DossierError) -> str:
    return f"{error.code.name} {error.reason}".strip()
