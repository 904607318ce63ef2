"""Ratings are compared on a file of games; what a simulated club shows is asserted with the rating."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bench.simulated_club import Plan, as_json, play_out

ROOT = Path(__file__).parents[3]


async def calibrate(path: Path) -> tuple[int | None, str]:
    """Return the exit code and what `make calibrate GAMES=path` prints into a pipe."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.calibrate", str(path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_recorded_games_are_scored_in_plain_lines(tmp_path: Path) -> None:
    """Everybody who predicts has a line with Brier score and log-loss; a coin's are known."""
    path = tmp_path / "games.json"
    path.write_text(json.dumps(as_json(play_out(Plan(players=20)))), encoding="utf-8")
    code, output = await calibrate(path)
    assert code == 0, output
    rows = [line.split("\t") for line in output.splitlines()]
    scores = {row[0]: (float(row[1]), float(row[2])) for row in rows if len(row) == 5 and row[0] != "predicted by"}
    assert scores["coin"] == (0.25, 0.6931)
    by_log_loss = sorted(scores, key=lambda name: scores[name][1])
    assert (by_log_loss[0], by_log_loss[-1]) == ("two-sided rating", "openskill (sums)")


async def test_nothing_to_score_is_said(tmp_path: Path) -> None:
    """Games that nobody won, or none, end in a sentence."""
    path = tmp_path / "games.json"
    path.write_text("[]", encoding="utf-8")
    code, output = await calibrate(path)
    assert code == 1
    assert "has no game that a side won" in output
