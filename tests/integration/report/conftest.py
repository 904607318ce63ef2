"""The brokers that the report tests talk to, and a store whose clock they turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from report_service.storage.report_store import ReportStore
from tests.integration.report.stage import Clock, FakeRenderer, Stage, a_settings, open_stage, open_store


@pytest.fixture(autouse=True)
def on_each_engine(engine: str) -> None:
    """Run every test on both databases."""


@pytest.fixture
def clock() -> Clock:
    """The database's clock."""
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[ReportStore]:
    """An empty report store."""
    async with open_store(tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
def renderer() -> FakeRenderer:
    """What makes the documents."""
    return FakeRenderer()


@pytest.fixture
async def stage(tmp_path: Path, renderer: FakeRenderer) -> AsyncIterator[Stage]:
    """A running report service."""
    async with open_stage(a_settings(tmp_path), renderer=renderer) as opened:
        yield opened
