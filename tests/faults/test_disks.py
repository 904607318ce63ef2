"""A small disk is full when it was filled, and gone when it was left."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.disks import MountRefused, small_disk


def test_disk_has_no_room_until_it_is_freed(tmp_path: Path) -> None:
    """Not one page is left."""
    folder = tmp_path / "disk"
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(small_disk(folder))
        except MountRefused as refused:
            pytest.skip(str(refused))
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (folder / "file").write_bytes(b"x" * 4096)
        disk.free()
        (folder / "file").write_bytes(b"x" * 4096)
    assert not os.path.ismount(folder)
