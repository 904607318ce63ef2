"""A file that is being downloaded: written beside its name and put in place when it is whole."""

from __future__ import annotations

import fcntl
import hashlib
import os
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from client.errors import DossierError

if TYPE_CHECKING:
    from types import TracebackType


class PartFile:
    """`NAME.part`, with the digest of the file that it is a part of in `NAME.part.sha256`.

    A part that an earlier process left is gone on with when it belongs to the same digest, and emptied otherwise. While
    it is open it is locked, so that two downloads never write into one file. Use it as a context manager.
    """

    def __init__(self, path: Path, *, sha256: str, size_bytes: int) -> None:
        self._path = path
        self._sha256 = sha256
        self._size_bytes = size_bytes
        self.part_path = path.with_name(f"{path.name}.part")
        self._note_path = path.with_name(f"{path.name}.part.sha256")
        self._file: FileIO
        self.size = 0

    def __enter__(self) -> PartFile:
        """Open and lock the part. Raises OSError, DossierError (DOWNLOAD_UNDER_WAY)."""
        self._file = _open_locked(self.part_path)
        try:
            self.size = self._file.seek(0, os.SEEK_END)
            if self.size and (self._noted_sha256() != self._sha256 or self.size > self._size_bytes):
                self.restart()
            if not self.size:
                self._note_path.write_text(f"{self._sha256}\n", "ascii")
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the part and leave it for the next attempt, unless it was finished or discarded."""
        self._file.close()

    def append(self, data: bytes) -> None:
        """Write the next bytes. Raises OSError."""
        rest = memoryview(data)
        while rest:
            written = self._file.write(rest)
            rest = rest[written:]
            self.size += written

    def restart(self) -> None:
        """Throw away what was written."""
        self._file.truncate(0)
        self._file.seek(0)
        self.size = 0

    def sha256(self) -> str:
        """Return the digest of what stands in the file, after it has reached the disk."""
        os.fsync(self._file.fileno())
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").hexdigest()

    def finish(self) -> None:
        """Put the file in place of whatever has its name."""
        os.replace(self.part_path, self._path)
        self._note_path.unlink(missing_ok=True)
        _sync_directory(self._path.parent)

    def discard(self) -> None:
        """Delete the part."""
        self.part_path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)

    def _noted_sha256(self) -> str:
        try:
            return self._note_path.read_text("ascii").strip()
        except (FileNotFoundError, ValueError):
            return ""


def _open_locked(path: Path) -> FileIO:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        file = FileIO(descriptor, "r+")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                return file
        except BlockingIOError:
            file.close()
            message = f"Another download is writing {path}; wait for it or choose another name."
            raise DossierError(grpc.StatusCode.FAILED_PRECONDITION, "DOWNLOAD_UNDER_WAY", message) from None
        file.close()  # between open and lock, its owner finished it and gave it its name: what we hold is not a part


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
