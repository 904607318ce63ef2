"""The bench runs and writes what it measured; how fast anything is, is not asserted."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(120)
async def test_figure_is_measured_and_written_when_it_is_asked_for_alone(tmp_path: Path) -> None:
    """`python -m bench --quick --only start` prints a table and writes one JSON file with each figure's values."""
    arguments = ("-m", "bench", "--quick", "--rounds", "1", "--only", "start", "--results", str(tmp_path))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()
    assert "Start to SERVING" in output.decode()
    [path] = tmp_path.iterdir()
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["machine"]["cores"] >= 1
    assert content["versions"]["grpcio"]
    assert [figure["name"] for figure in content["figures"]] == ["start", "memory"]
    for figure in content["figures"]:
        assert len(figure["values"]) == 1
        assert figure["median"] == figure["values"][0] > 0
        assert figure["aim"] is None
        assert figure["met"] is None
