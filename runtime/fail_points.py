"""Fail points: named places in the code where a test has the process die at once, as by `kill -9`.

Off unless two settings say otherwise. What has such places takes a `FailPoint` and calls it with the place's name.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Sequence

FailPoint = Callable[[str], None]

_SPELLING = re.compile(r"^([a-z_]+)(?::([1-9][0-9]*))?$")


def nowhere(_name: str) -> None:
    """Let every place pass: the fail point of production."""


def parse(text: str, names: Sequence[str]) -> tuple[str, int]:
    """Return the place, one of `names`, and which pass of it is meant. Raises ValueError."""
    match = _SPELLING.match(text)
    if match is None or match[1] not in names:
        raise ValueError(f"must be one of {', '.join(names)}, with :N for the Nth time")
    return match[1], int(match[2] or 1)


def problem(text: str, names: Sequence[str], *, enabled: bool) -> str:
    """Return what is wrong with a fail point that was set, as the end of a sentence; empty when nothing is."""
    if not text:
        return ""
    if not enabled:
        return "kills the process and is for tests; unset it"
    try:
        parse(text, names)
    except ValueError as error:
        return str(error)
    return ""


def fail_point(text: str, names: Sequence[str]) -> FailPoint:
    """Return what kills this process at the place that `text` names, as `parse` reads it; nowhere when it is empty."""
    if not text:
        return nowhere
    place, passes = parse(text, names)
    left = passes

    def pass_by(name: str) -> None:
        nonlocal left
        if name == place:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return pass_by
