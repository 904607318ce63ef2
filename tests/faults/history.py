"""What the driver asked and was answered, in order, and in a file as it happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

# What a call came to. UNKNOWN: it may have happened, as after a cut.
INVOKED, OK, REFUSED, UNKNOWN = "invoked", "ok", "refused", "unknown"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history.

    Attributes:
        time: seconds since 1970.
        call: create, cancel, watch, download or delete; "fault" for what the bench did.
        outcome: one of the constants above.
        state: the report's state as the answer had it.
        sha256: of the bytes that a download received.
        note: the error's reason, or the fault's name.
    """

    time: float
    call: str
    outcome: str
    owner: str = ""
    request_id: str = ""
    report_id: str = ""
    state: str = ""
    sha256: str = ""
    note: str = ""


class History:
    """Records events; `path` gets each as a line of JSON."""

    def __init__(self, path: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.events: list[Event] = []
        self._clock = clock
        self._file: IO[str] | None = path.open("a", encoding="utf-8") if path else None

    def add(self, call: str, outcome: str, **facts: str) -> None:
        """Record what happens now."""
        event = Event(self._clock(), call, outcome, **facts)
        self.events.append(event)
        if self._file is not None:
            self._file.write(json.dumps({key: value for key, value in asdict(event).items() if value}) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def acknowledged(events: Iterable[Event]) -> dict[str, set[str]]:
    """Return by request_id the reports that were answered OK; more than one id is a duplicate."""
    answered: dict[str, set[str]] = {}
    for event in events:
        if event.call == "create" and event.outcome == OK:
            answered.setdefault(event.request_id, set()).add(event.report_id)
    return answered
