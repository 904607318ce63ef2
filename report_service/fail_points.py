"""Fail points: named places in a report's life where a test has the process die at once, as by `kill -9`.

Off unless two settings say otherwise. What has such places takes a `FailPoint` and calls it with the place's name.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

FailPoint = Callable[[str], None]

NAMES = (
    "create_before_commit",
    "create_after_commit",
    "dispatch_before_publish",
    "dispatch_after_publish",
    "worker_after_claim",
    "worker_mid_render",
    "worker_after_write",
    "worker_before_completion",
    "worker_after_completion",
    "worker_before_ack",
    "purge_before_files",
    "purge_before_row",
)
_SPELLING = re.compile(r"^([a-z_]+)(?::([1-9][0-9]*))?$")


def nowhere(_name: str) -> None:
    """Let every place pass: the fail point of production."""


def parse(text: str) -> tuple[str, int]:
    """Return the place and which pass of it is meant. Raises ValueError."""
    match = _SPELLING.match(text)
    if match is None or match[1] not in NAMES:
        raise ValueError(f"must be one of {', '.join(NAMES)}, with :N for the Nth time")
    return match[1], int(match[2] or 1)


def fail_point(text: str) -> FailPoint:
    """Return what kills this process at the place that `text` names, as `parse` reads it; nowhere when it is empty."""
    if not text:
        return nowhere
    place, passes = parse(text)
    left = passes

    def pass_by(name: str) -> None:
        nonlocal left
        if name == place:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return pass_by
