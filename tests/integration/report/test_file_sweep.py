"""Files that no report names: found and deleted while the service runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runtime import blob_sweeps
from tests.integration.report.stage import FakeRenderer, a_settings, eventually, open_stage


async def test_old_files_without_a_report_are_swept_and_no_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A worker that died between file and row leaves one of a report that is there, or of one that is gone."""
    monkeypatch.setattr(blob_sweeps, "REST_SECONDS", 0.1)
    settings = a_settings(tmp_path)
    async with open_stage(settings, renderer=FakeRenderer()) as stage:
        anna = stage.as_player("anna")
        report = await anna.made()
        [made] = (tmp_path / "reports" / report.report_id).iterdir()
        superseded, orphan = made.with_name("1-0.pdf"), tmp_path / "reports" / "gone" / "1-0.pdf"
        leased = orphan.with_name("2-0.pdf")
        orphan.parent.mkdir()
        day = 24 * 3600
        for file, age in ((made, 2 * day), (superseded, 2 * day), (leased, day + 1), (orphan, 2 * day)):
            file.touch()
            os.utime(file, (time.time() - age, time.time() - age))
        await eventually(lambda: not superseded.exists() and not orphan.exists())
        assert made.exists()
        assert leased.exists()
        await anna.downloaded(report.report_id)
