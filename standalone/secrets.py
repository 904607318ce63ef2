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


# By the names of their fields.
FILES = {"internal": "internal.key", "refresh": "refresh.key", "pages": "pages.key", "deletions": "deletions.key"}


def load_or_create_secrets(folder: Path) -> Secrets:
    """Read the secrets of `folder`, making those that are missing."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return Secrets(**{name: _load_or_create(folder / file) for name, file in FILES.items()})


def keep_secrets(folder: Path, known: Secrets) -> None:
    """Write known secrets where `load_or_create_secrets` reads them. Those that are there already stay."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, file in FILES.items():
        if not (folder / file).exists():
            secret: Secret = getattr(known, name)
            write_private(folder / file, secret.reveal().decode() + "\n")


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
