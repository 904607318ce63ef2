"""How many places a large leaderboard has is not counted for every page of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_service.app import STORAGE
from profile_service.leaderboards import Board
from profile_service.storage.leaderboard_store import COUNTED_SECONDS, LeaderboardStore, Question, Start
from profile_service.visibility import ANYBODY
from runtime.database import Database, now_micros
from tests.provision.databases import place_at


async def put_on_board(database: Database, name: str) -> None:
    counts = ("wins", "losses", "civilian_games", "sheriff_games", "mafia_games", "don_games", "points")
    others = ("current_run", "longest_wins", "longest_losses", "latest_time")
    async with database.write() as session:
        await session.one(
            "insert_user", account_id=name, username=name, look=name, kind="person", display_name=name, email="",
            password_hash="", roles="", search_text=name, username_hash="",
        )  # fmt: skip
        row = dict.fromkeys((*counts, *others, "audience"), 0) | dict.fromkeys(("latest_results", "latest_game"), "")
        reckoned = dict.fromkeys(("points_per_game", "wins_above"), None) | {"win_bound": 0.5, "points_order": "1"}
        keys = {"account_id": name, "season": "*", "kind": "*", "sessions": 1}
        await session.many("put_leaderboard_row", [row | reckoned | keys])


@pytest.mark.parametrize(("large", "remembered"), [(2, True), (3, False)])
async def test_count_of_a_large_board_is_remembered_for_a_minute(tmp_path: Path, large: int, remembered: bool) -> None:
    """A page shows who is there, and tells no less than it shows; a small board is counted anew each time."""
    now = 100.0
    question = Question(Board.WIN_RATE, ANYBODY)
    async with place_at(tmp_path / "profile.db").open(STORAGE, now_micros) as database:
        boards = LeaderboardStore(database, large=large, clock=lambda: now)
        for name in ("anna", "boris"):
            await put_on_board(database, name)
        assert (await boards.page(question, Start(), count=9)).total == 2
        await put_on_board(database, "clara")
        assert (await boards.page(question, Start(), count=1)).total == (2 if remembered else 3)
        all_of_it = await boards.page(question, Start(), count=9)
        assert [place.username for place in all_of_it.places] == ["anna", "boris", "clara"]
        assert all_of_it.total == 3
        now += COUNTED_SECONDS
        assert (await boards.page(question, Start(), count=1)).total == 3
