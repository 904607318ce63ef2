"""The one directory in which an embedded part keeps its files, held by one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In a directory that a restore has begun to fill, and taken away when all is there.
UNFINISHED = ".unfinished-restore"


class DataDirectoryUnusable(Exception):
    """The directory cannot be used; the message says why in one sentence."""


@contextmanager
def hold(path: Path, *, unfinished: bool = False) -> Iterator[Path]:
    """Make the directory when missing and hold it until leaving; a second holder is refused.

    Args:
        unfinished: whether it may be one that a restore has not finished.

    Raises:
        DataDirectoryUnusable: it cannot be made or written to, another process holds it, or it is unfinished.
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
        if not unfinished and (path / UNFINISHED).exists():
            raise DataDirectoryUnusable(f"a restore into {path} has not ended; run `dossier admin restore` once more")
        yield path
    finally:
        os.close(lock)
