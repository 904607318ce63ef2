"""A small disk for what an installation writes, to be filled and freed: a tmpfs, which only root may mount."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Room for a few thousand reports of some 50 kB.
SIZE_BYTES = 256 * 1024**2
_PIECE = b"\0" * 4096


class MountRefused(Exception):
    """No small disk can be had here."""


class SmallDisk:
    """A mounted small disk."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Take what room there is, to the last page."""
        with self._filler.open("ab", buffering=0) as filler:
            try:
                while filler.write(_PIECE):
                    pass
            except OSError:
                return

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount one on the folder, which is made, and on leaving unmount it. Raises MountRefused."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise MountRefused(f"A full disk needs a small disk to be mounted ({mounted.stderr.strip()}); run it as root.")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
