"""Dispatchers of several replicas at one PostgreSQL database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from report_service.app import STORAGE
from report_service.reports import Rules
from report_service.storage.report_store import ReportStore
from runtime.database import Database
from runtime.times import span_micros
from tests.integration.report.stage import Clock, a_wish
from tests.provision.databases import place_at

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
Two = tuple[Database, Database]
WAITS = {"first_wait": span_micros(30.0), "longest_wait": span_micros(600.0)}


@pytest.fixture
async def two(tmp_path: Path, clock: Clock) -> AsyncIterator[Two]:
    """One database, as two processes have it open, with twenty reports to be hinted."""
    place = place_at(tmp_path / "report.sqlite3")
    async with place.open(STORAGE, clock) as one, place.open(STORAGE, clock) as other:
        async with ReportStore(one, rules=Rules()).deciding() as rows:
            for number in range(20):
                await rows.insert(f"report-{number:02}", a_wish())
        yield one, other


async def taken(database: Database) -> list[str]:
    """Return what a dispatcher that may wait for nobody takes."""
    async with asyncio.timeout(5):
        hints = await ReportStore(database, rules=Rules()).take_hints(
            limit=15, first_seconds=30.0, longest_seconds=600.0
        )
    return [hint.report_id for hint in hints]


async def test_dispatcher_takes_what_another_is_not_just_taking(two: Two) -> None:
    """Neither waits for the other to commit, and each hint is one's."""
    one, other = two
    async with one.write_beside() as session:
        first = [row["report_id"] for row in await session.all("take_hints", row_limit=12, **WAITS)]
        second = await taken(other)
    assert (len(first), len(second)) == (12, 8)
    assert not {*first} & {*second}
    assert await taken(one) == []


async def test_dispatcher_takes_while_somebody_else_writes(two: Two) -> None:
    """It needs no turn to write, which wishes and workers wait for, and leaves alone what is being claimed."""
    one, other = two
    claim = {"report_id": "report-00", "take_over": 0, "max_attempts": 5, "lease": span_micros(120.0)}
    async with one.write() as session:
        assert await session.one("claim_report", **claim) is not None
        assert len(await taken(other)) == 15
    assert await taken(other) == [f"report-{number:02}" for number in range(16, 20)]
