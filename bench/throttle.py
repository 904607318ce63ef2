"""Holds processes to a share of a processor: `python -m bench.throttle SHARE PID…`, each with all its children.

What more processes bring shows only where there are processors for them. A machine with few has enough for several
processes that get a fifth of one each. They are stopped whenever they have had their share and go on when it has grown.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench.processes import cpu_seconds

STEP_SECONDS = 0.004
# How often it looks for children that are new.
SEARCH_SECONDS = 0.25
# What is not used is not saved up for longer than this.
SAVED_SECONDS = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


class Family:
    """A process and its descendants."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._pids = [pid]

    def search(self) -> None:
        """Look for descendants."""
        children: dict[int, list[int]] = defaultdict(list)
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and (fields := _stat(int(folder.name))):
                children[int(fields[1])].append(int(folder.name))
        self._pids = list(_descent(self._pid, children))

    @property
    def cpu_seconds(self) -> float:
        """How much processor time they have used, with those of their children that have ended."""
        self.search()
        return self.known_seconds

    @property
    def known_seconds(self) -> float:
        """The same of those that were found before."""
        return sum(map(_seconds, self._pids))

    def send(self, number: signal.Signals) -> None:
        """Send those that were found before a signal."""
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class Throttled:
    """A family that is held to a share of a processor."""

    def __init__(self, pid: int, share: float) -> None:
        self._family = Family(pid)
        self._share = share
        self._left = 0.0
        self._used = self._family.cpu_seconds
        self._next_search = 0.0
        self._is_stopped = False

    def look(self, elapsed: float, now: float) -> None:
        """Stop it or have it go on, after so many seconds."""
        if now > self._next_search and not self._is_stopped:
            self._used = self._family.cpu_seconds
            self._next_search = now + SEARCH_SECONDS
        used = self._family.known_seconds
        self._left = min(self._left + self._share * elapsed - max(0.0, used - self._used), SAVED_SECONDS)
        self._used = used
        if self._is_stopped != (self._left < 0):
            self._is_stopped = not self._is_stopped
            self._family.send(signal.SIGSTOP if self._is_stopped else signal.SIGCONT)

    def release(self) -> None:
        """Have it go on."""
        self._family.send(signal.SIGCONT)


def _descent(pid: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children[pid]:
        yield from _descent(child, children)


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _seconds(pid: int) -> float:
    fields = _stat(pid)
    if not fields:
        return 0.0
    with suppress(OSError):
        return cpu_seconds(pid) + (int(fields[13]) + int(fields[14])) / _TICKS
    return 0.0


def main(arguments: list[str]) -> None:
    """Hold them until SIGTERM, and let go."""
    share, *pids = arguments
    throttled = [Throttled(int(pid), float(share)) for pid in pids]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    before = time.monotonic()
    try:
        while True:
            time.sleep(STEP_SECONDS)
            now = time.monotonic()
            for each in throttled:
                each.look(now - before, now)
            before = now
    finally:
        for each in throttled:
            each.release()


if __name__ == "__main__":
    main(sys.argv[1:])
