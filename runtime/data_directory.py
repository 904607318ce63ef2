"""The one directory in which an embedded part keeps its files, held by one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataDirectoryUnusable(Exception):
    """The directory cannot be used; the message says why in one sentence."""


@contextmanager
def hold(path: Path) -> Iterator[Path]:
    """Make the directory when missing and hold it until leaving; a second holder is refused.

    Raises:
        DataDirectoryUnusable: it cannot be made or written to, or another process holds it.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataDirectoryUnusable(
            f"cannot write to the data directory {path}: {error.strerror}; choose another or mend its permissions"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise DataDirectoryUnusable(
            f"another Dossier is running on the data directory {path}; stop it or choose another directory"
        ) from None
    try:
        yield path
    finally:
        os.close(lock)
