"""Copies what one service keeps from one place to another: again from where it was stopped, until all of it is there.

Rows are copied in the order of their keys, each page in a transaction, so that what is there is always a beginning;
files are whole or not there at all. A table in the target says that a move has not ended, and of which installation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from runtime.blobs import Blobs, open_blobs
from runtime.database import UNFINISHED_TABLE, UniqueViolation, migrate_database
from runtime.file_copies import copy_files, faulty_files
from runtime.raw_tables import (
    VERSIONS,
    RawTables,
    Table,
    count,
    digest,
    last_key,
    latest_version,
    open_raw_tables,
    pages,
    read_tables,
    version,
)
from runtime.stored import StorageSettings, Stored, StoredFile, StoredUnusable


class Counter(Protocol):
    """Is told how the work comes along."""

    def add(self, count: int) -> None:
        """So many more are done."""


# Begins a stage of the work by its name and the number of things to do.
Stage = Callable[[str, int], AbstractContextManager[Counter]]


@dataclass(frozen=True, slots=True)
class Place:
    """One service's rows and files, opened."""

    rows: RawTables
    files: Blobs


@dataclass(slots=True)
class Moved:
    """What is there in the end.

    Attributes:
        lost: the files that rows name and the source does not have as the rows say, so that no move could bring them.
    """

    tables: int = 0
    rows: int = 0
    files: int = 0
    size_bytes: int = 0
    lost: list[str] = field(default_factory=list)


@asynccontextmanager
async def open_place(stored: Stored, settings: StorageSettings) -> AsyncIterator[Place]:
    """Open what a service keeps, with the schema of this version.

    Raises DatabaseUnusable, BlobStoreUnusable or StoredUnusable.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.data_dir / stored.database
    versions = await migrate_database(settings, path, storage=stored.storage)
    if versions.after > latest_version(stored.storage):
        raise StoredUnusable(f"{stored.name}: the schema is of a later version of Dossier; use that one")
    async with AsyncExitStack() as stack:
        rows = await stack.enter_async_context(open_raw_tables(settings, path))
        yield Place(rows, await _open_files(stored, settings))


@asynccontextmanager
async def open_served_place(stored: Stored, settings: StorageSettings) -> AsyncIterator[Place]:
    """Open what a service keeps in PostgreSQL for reading, as of now and beside the service; files as they are then.

    Raises DatabaseUnusable, BlobStoreUnusable or StoredUnusable.
    """
    from runtime.raw_postgresql import open_postgresql_snapshot

    url = settings.database_url.reveal().decode()
    if not url:
        raise StoredUnusable(f"{stored.name}: the settings name no database; name one, or a folder by --data")
    async with open_postgresql_snapshot(url) as rows:
        await _require_this_version(stored, rows)
        yield Place(rows, await _open_files(stored, settings))


async def _require_this_version(stored: Stored, rows: RawTables) -> None:
    there = await version(rows) if await rows.has(VERSIONS) else 0
    if there != (ours := latest_version(stored.storage)):
        raise StoredUnusable(
            f"{stored.name}: the schema is at version {there} and not at {ours}; use the version of "
            "Dossier that the services run"
        )


async def _open_files(stored: Stored, settings: StorageSettings) -> Blobs:
    return await open_blobs(settings.blobs_url, settings.data_dir / stored.files, settings.blobs_credentials)


class Move:
    """The move of one service's data."""

    def __init__(
        self,
        stored: Stored,
        source: Place,
        target: Place,
        *,
        installation: str,
        stage: Stage,
        beside_others: bool = False,
    ) -> None:
        """Prepare it.

        Args:
            installation: what tells it from every other; hexadecimal digits.
            beside_others: whether the target may have files that the source does not know.
        """
        self._name = stored.name
        self._source = source
        self._target = target
        self._installation = installation
        self._stage = stage
        self._beside_others = beside_others
        self._tables = read_tables(stored.storage)
        self._files_table = next(table for table in self._tables if table.name == stored.files_table)

    async def run(self) -> Moved:
        """Copy what is missing and compare all of it. Raises StoredUnusable when the target is not this one's."""
        if await _unfinished(self._source.rows) is not None:
            raise StoredUnusable(f"{self._name}: a move into the source has not ended; end it first")
        files = await self._stored_files()
        if not self._beside_others:
            await self._require_no_others(files)
        if await self._is_under_way():
            await self._copy_rows()
        moved = await self._compare_rows()
        await self._copy_files(files)
        moved.lost = await self._compare_files(files)
        moved.files, moved.size_bytes = len(files), sum(file.size_bytes for file in files)
        return moved

    async def finish(self) -> None:
        """Let services use the target."""
        await self._target.rows.script(f"DROP TABLE IF EXISTS {UNFINISHED_TABLE}")

    async def _is_under_way(self) -> bool:
        """Return whether the target is being filled with this installation's rows; begin with that when it is empty.

        Otherwise it has rows that no move is filling in, as after one that ended.
        """
        source = await _unfinished(self._target.rows)
        if source is not None:
            if source != self._installation:
                raise StoredUnusable(f"{self._name}: a move of another installation into the target has not ended")
            return True
        if not await self._is_empty():
            return False
        born = [f"DELETE FROM {table.name}" for table in reversed(self._tables) if table.born_with]  # noqa: S608
        await self._target.rows.script(
            f"CREATE TABLE {UNFINISHED_TABLE} (source TEXT NOT NULL)",
            f"INSERT INTO {UNFINISHED_TABLE} VALUES ('{self._installation}')",  # noqa: S608 - hexadecimal digits
            *born,
        )
        return True

    async def _is_empty(self) -> bool:
        """Return whether the target has no rows but those that the migrations put in, which services may change."""
        for table in self._tables:
            async for page in pages(self._target.rows, table):
                if any(table.key_of(row) not in table.born_with for row in page):
                    return False
        return True

    async def _copy_rows(self) -> None:
        total = await self._count()
        with self._stage(f"{self._name} rows", total) as counter:
            for table in self._tables:
                after = await last_key(self._target.rows, table)
                if after is not None:
                    counter.add(await count(self._target.rows, table))
                async for page in pages(self._source.rows, table, after=after):
                    await self._insert(table, page)
                    counter.add(len(page))

    async def _insert(self, table: Table, page: Sequence[tuple[object, ...]]) -> None:
        try:
            await self._target.rows.insert(table, page)
        except UniqueViolation as error:
            raise StoredUnusable(f"{self._name}: somebody else writes to the target; stop its services") from error

    async def _count(self) -> int:
        return sum([await count(self._source.rows, table) for table in self._tables])

    async def _compare_rows(self) -> Moved:
        """Compare every table by the number and the digest of its rows. Raises StoredUnusable."""
        moved = Moved(tables=len(self._tables))
        total = await self._count() + sum([await count(self._target.rows, table) for table in self._tables])
        with self._stage(f"{self._name} rows compared", total) as counter:
            for table in self._tables:
                there = await digest(self._source.rows, table, read=counter.add)
                here = await digest(self._target.rows, table, read=counter.add)
                if there != here:
                    raise StoredUnusable(
                        f"{self._name}: the target holds something else: {here[0]} rows of {table.name}, where the "
                        f"source has {there[0]} with other values; empty it or name another"
                    )
                moved.rows += here[0]
        return moved

    async def _stored_files(self) -> list[StoredFile]:
        columns = self._files_table.columns
        named = [columns.index(column) for column in ("blob_key", "size_bytes", "sha256")]
        rows = [row async for page in pages(self._source.rows, self._files_table) for row in page]
        return [file for row in rows if (file := StoredFile(*(row[index] for index in named))).key]

    async def _require_no_others(self, files: Collection[StoredFile]) -> None:
        """Whoever uses the target would take other files there for strays, and delete them. Raises StoredUnusable."""
        others = await _keys(self._target.files) - {file.key for file in files}
        if others:
            raise StoredUnusable(
                f"{self._name}: the target has {len(others)} files that the source does not know, such as "
                f"{min(others)}; empty it or name another"
            )

    async def _copy_files(self, files: Sequence[StoredFile]) -> None:
        with self._stage(f"{self._name} files", len(files)) as counter:
            there = await _keys(self._target.files)
            missing = [file for file in files if file.key not in there]
            if len(missing) < len(files):
                counter.add(len(files) - len(missing))
            await copy_files(missing, self._source.files, self._target.files, done=counter.add)

    async def _compare_files(self, files: Sequence[StoredFile]) -> list[str]:
        """Return what the source has lost. Raises StoredUnusable when the target lacks what the source has."""
        with self._stage(f"{self._name} files compared", len(files)) as counter:
            faulty = await faulty_files(files, self._target.files, done=counter.add)
        lost = await faulty_files(faulty, self._source.files)
        if spoilt := [file.key for file in faulty if file not in lost]:
            raise StoredUnusable(f"{self._name}: {spoilt[0]} is damaged in the target; delete it there and go on")
        return [file.key for file in lost]


async def _unfinished(rows: RawTables) -> str | None:
    """Return the installation whose move into the database has not ended."""
    if not await rows.has(UNFINISHED_TABLE):
        return None
    [[installation]] = await rows.all(f"SELECT source FROM {UNFINISHED_TABLE}")  # noqa: S608 - a name of ours
    return str(installation)


async def _keys(files: Blobs) -> set[str]:
    return {key async for page in files.list_keys() for key in page}
