"""The storage seam: transactions and named queries, the same for every database.

Queries stand in `.sql` files in the subset that SQLite and PostgreSQL share, and are called by name on a `Session`.
`now_micros()` is a function of the database: the wall clock in microseconds since 1970.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from runtime.errors import Unavailable
from runtime.pools import Pool
from runtime.settings import Secret, setting

Row = Any  # Read by column name: sqlite3.Row or asyncpg.Record.


class UniqueViolation(Exception):
    """A row with the same unique key exists; the use case says which error that is."""


class DatabaseUnusable(Exception):
    """The database can never be used as it is; the message says in one sentence why, and what to do."""


class Session(Protocol):
    """Runs queries by name. Valid only inside the `async with` that gave it; never shared between tasks."""

    async def one(self, query: str, **parameters: Any) -> Row | None:
        """Return the first row, or None."""

    async def all(self, query: str, **parameters: Any) -> list[Row]:
        """Return every row."""

    async def many(self, query: str, parameters: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Run the query once with each of `parameters`, in order and in one go; return the rows of all of them."""


class Database(Protocol):
    """One service's database."""

    @property
    def pools(self) -> Sequence[Pool]:
        """Its connections, of each kind, and who waits for them."""

    @property
    def point(self) -> Session:
        """For single reads by key, each for itself; the cheapest way to read."""

    def read(self) -> AbstractAsyncContextManager[Session]:
        """Read several things as of one moment, or scan."""

    def write(self, part: str = "") -> AbstractAsyncContextManager[Session]:
        """Run one transaction: committed on leaving, rolled back when leaving by an exception.

        Nobody else writes meanwhile, so that what it reads stays true until it is committed. A transaction that names
        a part of the database, which it alone writes and decides by, may run beside those of other parts; an engine
        that has one writer takes no notice.
        """

    def write_beside(self) -> AbstractAsyncContextManager[Session]:
        """Run one transaction beside all others, for a statement that decides only by the rows that it locks."""

    async def forget_log(self) -> None:
        """Have what was deleted leave the database's own log too. Raises Unavailable while somebody reads."""


# In a database that a move has begun to fill, and taken away when all is there.
UNFINISHED_TABLE = "unfinished_move"


def require_finished(*, unfinished: bool) -> None:
    """Raises DatabaseUnusable when a move into the database has not ended: half a club is worse than none."""
    if unfinished:
        raise DatabaseUnusable("a move into this database has not ended; run `dossier admin move` once more")


class Versions(NamedTuple):
    """The version of a schema before its migrations and after them."""

    before: int
    after: int


def now_micros() -> int:
    """Return the wall clock in microseconds since 1970."""
    return time.time_ns() // 1000


def unreachable() -> Unavailable:
    """Return the fault of a database that cannot be asked just now."""
    return Unavailable("The data cannot be reached just now; try again later.", dependency="database")


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """Where a service keeps its rows."""

    database_url: Secret = setting(
        "PostgreSQL database, as postgresql://user:password@host:5432/name?sslmode=verify-full; empty: a SQLite file "
        "in the data directory.",
        default=Secret(b""),
    )
    database_connections: int = setting("Connections to PostgreSQL at once, for each process.", default=10, minimum=1)
    database_pooler: bool = setting(
        "Whether a transaction-mode pooler such as PgBouncer stands before PostgreSQL.", default=False
    )


def open_database(
    settings: DatabaseSettings, path: Path, *, storage: Path, checkpoints: bool = True
) -> AbstractAsyncContextManager[Database]:
    """Open and migrate the PostgreSQL database of the settings, else the SQLite file at `path`; leaving closes it.

    Args:
        storage: the folder with the service's `.sql` files and `migrations/`.
        checkpoints: see `runtime.sqlite.open_sqlite`.

    Raises:
        DatabaseUnusable: it cannot be reached, or cannot be used as it is.
    """
    # Only the engine in use is imported: either takes a tenth of a second.
    if url := settings.database_url.reveal():
        from runtime.postgresql import open_postgresql

        return open_postgresql(
            url.decode(),
            storage=storage,
            connections=settings.database_connections,
            pooler=settings.database_pooler,
        )
    from runtime.sqlite import open_sqlite

    return open_sqlite(path, storage=storage, checkpoints=checkpoints)


async def migrate_database(settings: DatabaseSettings, path: Path, *, storage: Path) -> Versions:
    """Only migrate the database that `open_database` would open. Raises DatabaseUnusable."""
    if url := settings.database_url.reveal():
        from runtime.postgresql import migrate_postgresql

        return await migrate_postgresql(url.decode(), storage=storage)
    from runtime.sqlite import migrate_sqlite

    return await migrate_sqlite(path, storage=storage)
