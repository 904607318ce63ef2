"""The secrets of a standalone installation: made once, kept in files that only their owner reads."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from runtime.settings import Secret

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """One secret for each purpose; none serves two."""

    internal: Secret
    refresh: Secret
    pages: Secret
    deletions: Secret


def load_or_create_secrets(folder: Path) -> Secrets:
    """Read the secrets of `folder`, making those that are missing."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return Secrets(
        internal=_load_or_create(folder / "internal.key"),
        refresh=_load_or_create(folder / "refresh.key"),
        pages=_load_or_create(folder / "pages.key"),
        deletions=_load_or_create(folder / "deletions.key"),
    )


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    partial = path.with_suffix(".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _load_or_create(path: Path) -> Secret:
    if not path.exists():
        write_private(path, secrets.token_urlsafe(SECRET_BYTES) + "\n")
    return Secret(path.read_bytes().strip())
