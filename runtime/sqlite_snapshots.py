"""Snapshots of a SQLite file that a service may be writing to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from runtime.sqlite import Translated
from runtime.stored import StoredFile


def snapshot(path: Path, copy: Path) -> None:
    """Write all that is committed at one moment to a new file, without what was deleted before. Nobody waits for it.

    Raises Unavailable when it cannot be read or written.
    """
    # Read only: beside a service no other connection may checkpoint.
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with Translated(), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def stored_files(path: Path, table: str) -> list[StoredFile]:
    """Return the files that the rows of a snapshot name."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(f"SELECT blob_key, size_bytes, sha256 FROM {table} WHERE blob_key <> ''")  # noqa: S608
        return [StoredFile(*row) for row in rows]
