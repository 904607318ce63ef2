"""The command that only migrates: told by the settings or for a data directory, alone, at once and again."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from runtime.raw_tables import latest_version
from standalone.kept import STORED
from tests.integration.standalone.commands import run
from tests.provision.postgresql import PostgresqlServer

LATEST = {stored.name: latest_version(stored.storage) for stored in STORED}


def lines(place: str, before: int | None = 0) -> list[str]:
    """Return what is said of both services."""
    told = "is at version {0} already" if before is None else "brought from version {1} to {0}"
    return [f"{name}: {place}: schema {told.format(latest, before)}" for name, latest in LATEST.items()]


async def test_both_databases_are_migrated_once_when_several_come_at_once(postgresql: PostgresqlServer) -> None:
    """Of three commands at the same moment one makes the tables of each service and the others find them there."""
    environ = {}
    for part in ("profile", "report"):
        name = f"migrated_{part}"
        await postgresql.execute(f"CREATE DATABASE {name}")
        environ[f"DOSSIER_{part.upper()}_DATABASE_URL"] = postgresql.url(name)
    results = await asyncio.gather(*(run("standalone.stored", "migrate", environ=environ) for _ in range(3)))
    assert [result.code for result in results] == [0, 0, 0], results
    told = sorted(line for result in results for line in result.out.splitlines())
    assert told == sorted([*lines("PostgreSQL"), *lines("PostgreSQL", None), *lines("PostgreSQL", None)])


async def test_data_directory_is_migrated_from_the_version_that_it_has(tmp_path: Path) -> None:
    """A file of an earlier version gets what is missing, and the command says so once."""
    first = await run("standalone.stored", "migrate", "--data", tmp_path)
    places = [tmp_path / "profile" / "profile.db", tmp_path / "report" / "report.sqlite3"]
    assert first.out.splitlines() == [lines(str(places[0]))[0], lines(str(places[1]))[1]]
    with closing(sqlite3.connect(places[1])) as database, database:
        # What the last of the migrations did, undone.
        database.execute("DROP TABLE share_links")
        database.execute("DELETE FROM schema_version WHERE version = ?", (LATEST["report_service"],))
    again = await run("standalone.stored", "migrate", "--data", tmp_path)
    assert [line.partition("schema ")[2] for line in again.out.splitlines()] == [
        f"is at version {LATEST['profile_service']} already",
        f"brought from version {LATEST['report_service'] - 1} to {LATEST['report_service']}",
    ]


async def test_one_service_migrates_by_itself_without_secrets(tmp_path: Path) -> None:
    """What a job runs before an upgrade needs no more settings than where the rows are."""
    for module, prefix in (("profile_service", "DOSSIER_PROFILE_"), ("report_service", "DOSSIER_REPORT_")):
        result = await run(module, "migrate", environ={f"{prefix}DATA_DIR": str(tmp_path / module)})
        assert (result.code, result.err) == (0, "")
        assert f"schema brought from version 0 to {LATEST[module]}" in result.out


async def test_database_that_cannot_be_reached_is_told_in_a_sentence() -> None:
    """The exit code is not zero, so that a job is tried again."""
    environ = {"DOSSIER_PROFILE_DATABASE_URL": "postgresql://dossier:secret@127.0.0.1:1/none"}
    result = await run("profile_service", "migrate", environ=environ)
    assert result.code == 1
    assert result.err.startswith("dossier: cannot use the PostgreSQL database: ")
    assert "secret" not in result.err
