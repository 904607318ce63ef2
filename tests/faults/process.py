"""Processes of an installation that are broken on purpose."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.e2e.processes import Part

EXIT_SECONDS = 60.0


class Process(Part):
    """A part that is broken on purpose, again and again."""

    def __init__(self, *module: str, environ: Mapping[str, str], folder: Path, address: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(*module, environ=environ, folder=folder, address=address)
        self._usual_environ = dict(self._environ)
        self._module = module
        self._groups: list[int] = []

    def twin(self, folder: Path, *, address: str, **unusual: str) -> Process:
        """Return another of its kind, not started, for whom some variables are set otherwise."""
        return Process(*self._module, environ={**self._usual_environ, **unusual}, folder=folder, address=address)

    def start(self, **unusual: str) -> None:
        """Start it, with some variables set otherwise this time."""
        self._environ = {**self._usual_environ, **unusual}
        super().start()
        self._groups.append(self.running.pid)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.running.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, not to its children."""
        with suppress(ProcessLookupError):
            self.running.send_signal(number)

    async def serving(self) -> None:
        """Return when its health says SERVING; fail when it does not in time."""
        await asyncio.to_thread(self.wait_serving)

    async def dead(self, *, within_seconds: float = EXIT_SECONDS) -> bool:
        """Wait until it has ended. False: it has not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                while self.alive:
                    await asyncio.sleep(0.01)
        return not self.alive

    def children(self) -> list[int]:
        """Return the process ids of its children."""
        with suppress(OSError):
            threads = Path(f"/proc/{self.running.pid}/task").iterdir()
            return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        return []

    def orphans(self) -> list[str]:
        """Return the living processes of its earlier lives, and of this one when it is dead."""
        groups = set(self._groups) - ({self.running.pid} if self.alive else set())
        return [line for line in map(_group_member, _pids()) if line and int(line.split()[0]) in groups]

    def clean_up(self) -> None:
        """End the process, and all children of all its lives."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        super().clean_up()


def _pids() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]


def _group_member(pid: str) -> str:
    """Return a process's group, id and command; nothing of one that is gone or waits to be reaped."""
    with suppress(OSError):
        state, _parent, group = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:3]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return "" if state == "Z" else f"{group} {pid} {command}"
    return ""


def process(folder: Path, name: str, *module: str, kind: str, environ: Mapping[str, str], address: str = "") -> Process:
    """Return a part that is not started, with the settings of its kind; one with an address listens there."""
    own = {**environ, "LISTEN": address} if address else environ
    named = {f"DOSSIER_{kind.upper()}_{key}": value for key, value in own.items()}
    return Process(*module, environ=named, folder=folder / "logs" / name.replace(" ", ""), address=address)
