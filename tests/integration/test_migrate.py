"""`python -m … migrate`: what a deployment runs before the services."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

import profile_service.app
import report_service.app
from runtime.sql_files import latest_migration
from tests.provision.fixtures import postgresql  # noqa: F401
from tests.provision.postgresql import PostgresqlServer

STORAGES = {"profile_service": profile_service.app.STORAGE, "report_service": report_service.app.STORAGE}
SECRETS = ("INTERNAL_SECRET", "REFRESH_SECRET", "PAGE_SECRET", "DELETION_SECRET")


@pytest.fixture
async def url(postgresql: PostgresqlServer) -> AsyncIterator[str]:  # noqa: F811
    """The address of an empty database."""
    await postgresql.execute("CREATE DATABASE migrated")
    yield postgresql.url("migrated")
    await postgresql.execute("DROP DATABASE migrated WITH (FORCE)")


async def migrate(module: str, url: str, folder: Path) -> tuple[int, str]:
    """Run the command and return its exit code and what it printed."""
    prefix = f"DOSSIER_{module.partition('_')[0].upper()}_"
    settings = {f"{prefix}{name}": f"{name}-0123456789-abcdefghijklmnop" for name in SECRETS}
    settings |= {f"{prefix}DATABASE_URL": url, f"{prefix}DATA_DIR": str(folder), f"{prefix}DEVELOPMENT": "true"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, "migrate",
        env=os.environ | settings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.parametrize("module", STORAGES)
async def test_migrate_makes_the_schema_once_however_many_run_at_once(module: str, url: str, tmp_path: Path) -> None:
    """It says how far the database is, and leaves one that is up to date as it is."""
    latest = latest_migration(STORAGES[module])
    done = await asyncio.gather(*(migrate(module, url, tmp_path / str(number)) for number in range(3)))
    assert done == [(0, f"{module}: the database is up to date (schema {latest})\n")] * 3
    connection = await asyncpg.connect(url)
    try:
        versions = await connection.fetch("SELECT version FROM schema_version ORDER BY version")
    finally:
        await connection.close()
    assert versions[-1]["version"] == latest
    assert len(versions) == len(list((STORAGES[module] / "migrations").glob("*.sql")))


async def test_migrate_without_a_database_says_so(postgresql: PostgresqlServer, tmp_path: Path) -> None:  # noqa: F811
    """The process fails with one sentence."""
    code, output = await migrate("report_service", postgresql.url("nowhere"), tmp_path)
    assert code == 1
    assert output == 'dossier: cannot use the PostgreSQL database: database "nowhere" does not exist\n'
