"""The feed of changes: one question to the database for all watchers of this process, however many there are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import NoReturn, Protocol

import structlog

from report_service.errors import ReportNotFound
from report_service.reports import Report
from runtime.errors import Draining

# How often to look for what other processes changed; what this one changes is seen at once.
POLL_SECONDS = 0.1
FAULT_SECONDS = 1.0
_log = structlog.get_logger("feed")


class Watched(Protocol):
    """What the feed needs of the storage."""

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        """Return the owner's report."""

    async def watched(self, report_ids: Sequence[str]) -> dict[str, Report]:
        """Return those of the reports that are there, by id."""


class _Watcher:
    """One stream's view: the newest state that it has not sent. None in `latest` means that the report is gone."""

    def __init__(self, report: Report) -> None:
        self.latest: Report | None = report
        self.changed = asyncio.Event()

    def show(self, report: Report | None) -> None:
        if report != self.latest:
            self.latest = report
            self.changed.set()


class Feed:
    """Streams the states of reports. `run` lives as long as the process."""

    def __init__(self, store: Watched, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._watchers: dict[str, set[_Watcher]] = {}
        self._anybody = asyncio.Event()
        self._changed: set[str] = set()
        self._poked = asyncio.Event()
        self._draining = False

    def poke(self, report_id: str) -> None:
        """Look now whether this report has changed."""
        if report_id in self._watchers:
            self._changed.add(report_id)
            self._poked.set()

    def drain(self) -> None:
        """End every stream, and refuse new ones."""
        self._draining = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.changed.set()

    async def watch(self, owner_id: str, report_id: str) -> AsyncIterator[Report]:
        """Yield the report as it stands and after each change, the final state last.

        Raises:
            ReportNotFound: the owner has no such report, or it was deleted meanwhile.
            Draining: this process stops.
        """
        report = await self._store.get(owner_id, report_id)
        if report is None:
            raise ReportNotFound(report_id)
        watcher = _Watcher(report)
        self._watchers.setdefault(report_id, set()).add(watcher)
        self._anybody.set()
        try:
            while True:
                yield report
                if report.state.final:
                    return
                report = await self._next(watcher, report_id)
        finally:
            self._forget(report_id, watcher)

    async def _next(self, watcher: _Watcher, report_id: str) -> Report:
        if not self._draining:
            await watcher.changed.wait()
            watcher.changed.clear()
        if watcher.latest is None:
            raise ReportNotFound(report_id)
        if self._draining:
            raise Draining
        return watcher.latest

    def _forget(self, report_id: str, watcher: _Watcher) -> None:
        watchers = self._watchers[report_id]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[report_id]
        if not self._watchers:
            self._anybody.clear()

    async def run(self) -> NoReturn:
        """Show watchers what changes, until cancelled. Asks nothing while nobody watches."""
        while True:
            await self._anybody.wait()
            poll_time = time.monotonic() + self._poll_seconds
            while await self._poked_before(poll_time):
                changed, self._changed = self._changed, set()
                await self._look(changed & self._watchers.keys())
            await self._look(self._watchers.keys())

    async def _poked_before(self, poll_time: float) -> bool:
        try:
            async with asyncio.timeout(poll_time - time.monotonic()):
                await self._poked.wait()
        except TimeoutError:
            return False
        self._poked.clear()
        return True

    async def _look(self, report_ids: Iterable[str]) -> None:
        asked = {report_id: tuple(self._watchers[report_id]) for report_id in report_ids}
        if not asked:
            return
        try:
            found = await self._store.watched(list(asked))
        except Exception as error:
            _log.warning("feed_failed", cause=repr(error))
            await asyncio.sleep(FAULT_SECONDS)
            return
        for report_id, watchers in asked.items():
            for watcher in watchers:
                watcher.show(found.get(report_id))
