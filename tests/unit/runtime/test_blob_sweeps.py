"""Sweeping: which blobs are strays, and when it is not believed that so many are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

import pytest

from runtime import blob_sweeps
from runtime.blob_sweeps import MANY_STRAYS, STRAY_AGE, Sweeper
from runtime.errors import Unavailable


class FakeBlobs:
    """Pages of keys, with how old they are."""

    def __init__(self, *pages: dict[str, timedelta]) -> None:
        self.pages = pages
        self.deleted: list[str] = []

    async def list_keys(self, *, older_than: timedelta) -> AsyncGenerator[list[str], None]:
        for page in self.pages:
            yield [key for key, age in page.items() if age >= older_than]

    async def delete(self, keys: Sequence[str]) -> None:
        self.deleted += keys


OLD, YOUNG = STRAY_AGE, STRAY_AGE / 2


async def named(folder: str) -> list[str]:
    """Return one key of each folder that begins with an a."""
    return [f"{folder}/named"] if folder.startswith("a") else []


async def test_old_blobs_without_a_row_go_and_all_others_stay() -> None:
    """A young one may be somebody's who is about to write its row."""
    blobs = FakeBlobs({"a1/named": OLD, "a1/stray": OLD, "a1/young": YOUNG}, {"b/stray": OLD, "a2/named": OLD})
    await Sweeper(blobs, named).sweep()
    assert blobs.deleted == ["a1/stray", "b/stray"]


async def test_page_of_strays_is_not_believed() -> None:
    """Files of which most have no row are another installation's, or their database is lost: they all stay."""
    blobs = FakeBlobs({f"b/{number}": OLD for number in range(MANY_STRAYS + 1)}, {"b/last": OLD})
    await Sweeper(blobs, named).sweep()
    assert blobs.deleted == []


async def test_fault_of_the_rows_deletes_nothing_and_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be asked for is not taken for absent, and the next sweep comes."""
    monkeypatch.setattr(blob_sweeps, "REST_SECONDS", 0.0)
    blobs, asked_again = FakeBlobs({"b/stray": OLD}), asyncio.Event()
    answers = iter(["fault"])

    async def failing_once(folder: str) -> list[str]:
        if next(answers, None):
            raise Unavailable("down", dependency="database")
        asked_again.set()
        return ["b/stray"]

    running = asyncio.create_task(Sweeper(blobs, failing_once).run())
    async with asyncio.timeout(5):
        await asked_again.wait()
    running.cancel()
    await asyncio.wait([running])
    assert blobs.deleted == []
