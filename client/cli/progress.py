"""Shows how long work comes along: a moving line on a terminal, plain lines elsewhere. All of it on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from client.cli.output import word

if TYPE_CHECKING:
    from types import TracebackType

    from dossier.report.v1 import report_pb2 as report_pb
    from rich.progress import Progress, TaskID


class ReportProgress:
    """Shows the state and then the bytes of one report. Use it as a context manager."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID
        self._downloading = False

    def __enter__(self) -> ReportProgress:
        """Begin to show."""
        if sys.stderr.isatty():
            self._progress = _progress()
            self._task = self._progress.add_task("ASKING", total=None, amount="")
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._progress is not None:
            self._progress.stop()

    def stand(self, report: report_pb.Report) -> None:
        """Show the state that the report is in now."""
        from dossier.report.v1.report_pb2 import State

        state = word(State.Name(report.state))
        if report.attempt_count > 1:
            state += f" (attempt {report.attempt_count})"
        self._show(state)

    def received(self, received_bytes: int, size_bytes: int) -> None:
        """Show how much of the file is there."""
        if not self._downloading:
            self._downloading = True
            self._show("downloading" if self._progress else f"downloading {size_bytes} bytes")
        if self._progress is not None:
            amount = f"{received_bytes / 1024:.0f} of {size_bytes / 1024:.0f} KiB"
            self._progress.update(self._task, completed=received_bytes, total=size_bytes, amount=amount)

    def _show(self, stage: str) -> None:
        if self._progress is not None:
            self._progress.update(self._task, description=stage)
        else:
            print(stage, file=sys.stderr, flush=True)


class CountProgress:
    """Shows how many of a number of things are done. Use it as a context manager."""

    def __init__(self, verb: str, total: int) -> None:
        self._verb = verb
        self._total = total
        self._done = 0
        self._progress = _progress() if sys.stderr.isatty() else None
        self._task = self._progress.add_task(verb, total=total, amount="") if self._progress else None

    def __enter__(self) -> CountProgress:
        """Begin to show."""
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._progress is not None:
            self._progress.stop()

    def add(self, count: int) -> None:
        """Show that so many more are done."""
        self._done += count
        amount = f"{self._done} of {self._total}"
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=self._done, amount=amount)
        else:
            print(f"{self._verb} {amount}", file=sys.stderr, flush=True)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<12}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
