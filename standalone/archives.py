"""Files in a tar archive, each with its size and digest."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

_CHUNK_BYTES = 1024 * 1024


class Digest(NamedTuple):
    """What a file is known by."""

    size_bytes: int
    sha256: str


class Archive:
    """Adds files to an archive, each name once."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._added: dict[str, Digest] = {}

    def add(self, path: Path, name: str) -> Digest:
        """Add a file unless it is there, and return its digest. Raises FileNotFoundError."""
        if name not in self._added:
            # It stays readable to the end also when it is deleted meanwhile.
            with path.open("rb") as content:
                self._add(content, name, os.fstat(content.fileno()).st_size)
        return self._added[name]

    def add_bytes(self, content: bytes, name: str) -> None:
        """Add some bytes as a file."""
        self._add(io.BytesIO(content), name, len(content))

    def _add(self, content: IO[bytes], name: str, size_bytes: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size_bytes, 0o600
        digest = _sha256(content)
        content.seek(0)
        self._tar.addfile(member, content)
        self._added[name] = Digest(size_bytes, digest)


def extract(tar: tarfile.TarFile, name: str, target: Path) -> Digest:
    """Write a member to a new file that its owner alone reads. Raises KeyError when there is none of that name."""
    member = tar.getmember(name)
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise KeyError(name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        shutil.copyfileobj(content, file)
        file.flush()
        file.seek(0)
        return Digest(member.size, _sha256(file))


def _sha256(content: IO[bytes]) -> str:
    sha256 = hashlib.sha256()
    for chunk in iter(partial(content.read, _CHUNK_BYTES), b""):
        sha256.update(chunk)
    return sha256.hexdigest()
