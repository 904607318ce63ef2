"""A small disk is full when it was filled, and who may not mount one is told so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.disks import MountRefused, small_disk


def test_disk_has_no_room_until_it_is_freed(tmp_path: Path) -> None:
    """Not one page is left; a user who may not mount gets a sentence instead."""
    folder = tmp_path / "disk"
    if os.geteuid() != 0:
        with pytest.raises(MountRefused, match="run it as root"), small_disk(folder):
            pass
        return
    with small_disk(folder) as disk:
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (folder / "file").write_bytes(b"x" * 4096)
        disk.free()
        (folder / "file").write_bytes(b"x" * 4096)
    assert not os.path.ismount(folder)
