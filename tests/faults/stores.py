"""Where an installation keeps rows and files, as the bench reads them behind the services' backs."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import obstore

from runtime.s3_store import open_store
from runtime.s3_urls import S3Credentials, S3Url

PROFILES, REPORTS = "profile/profile.db", "report/report.sqlite3"
Row = Mapping[str, Any]


class Rows(Protocol):
    """One service's rows."""

    async def ask(self, query: str) -> list[Row]:
        """Return what a query finds, which both engines must understand."""

    async def damage(self) -> str:
        """Return what the engine finds wrong with its own files; empty for nothing, and where it cannot tell."""


class Files(Protocol):
    """One service's files."""

    async def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each by its key."""

    async def folders(self) -> set[str]:
        """Return the first parts of the keys."""


@dataclass(frozen=True)
class Stores:
    """What both services keep."""

    profiles: Rows
    reports: Rows
    avatars: Files
    pdfs: Files

    @classmethod
    def local(cls, folder: Path) -> Stores:
        """Return those of an installation without servers, of which `folder` has the data directories."""
        return cls(
            SqliteRows(folder / PROFILES),
            SqliteRows(folder / REPORTS),
            LocalFiles(folder / "profile" / "avatars"),
            LocalFiles(folder / "report" / "reports"),
        )


class SqliteRows:
    """Rows in a file, which is only read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def ask(self, query: str) -> list[Row]:
        """See `Rows`."""
        return await asyncio.to_thread(self._ask, query)

    def _ask(self, query: str) -> list[Row]:
        with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]

    async def damage(self) -> str:
        """See `Rows`."""
        [row] = await self.ask("PRAGMA integrity_check(1)")
        return "" if row["integrity_check"] == "ok" else f"integrity_check of {self._path.name}: {row}"


class PostgresqlRows:
    """Rows in a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def ask(self, query: str) -> list[Row]:
        """See `Rows`."""
        connection = await asyncpg.connect(self._url)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def damage(self) -> str:
        """See `Rows`."""
        return ""


class LocalFiles:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def digests(self) -> dict[str, str]:
        """See `Files`."""
        return await asyncio.to_thread(self._digests)

    def _digests(self) -> dict[str, str]:
        paths = [path for path in self._folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self._folder)): _sha256(path.read_bytes()) for path in paths}

    async def folders(self) -> set[str]:
        """See `Files`. Empty folders too."""
        return {path.name for path in self._folder.glob("*") if path.is_dir()}


class S3Files:
    """Files in a bucket."""

    def __init__(self, url: S3Url, credentials: S3Credentials) -> None:
        self._store = open_store(url, credentials)

    async def digests(self) -> dict[str, str]:
        """See `Files`."""
        digests = {}
        for key in await self._keys():
            data = await (await obstore.get_async(self._store, key)).bytes_async()
            digests[key] = _sha256(bytes(data))
        return digests

    async def folders(self) -> set[str]:
        """See `Files`."""
        return {key.partition("/")[0] for key in await self._keys()}

    async def _keys(self) -> list[str]:
        return [entry["path"] async for page in obstore.list(self._store) for entry in page]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
