"""The other engines are given the whole report; how fast any is, is not asserted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from bench.peers.content import Cell, Content, Grid, content
from bench.peers.engines import ADDRESS, engines
from bench.peers.marks import Drawing, Words
from bench.peers.players import AVATAR_BYTES, GAMES, a_player

NAMES = ("ours", "fpdf2", "fpdf2_tables", "reportlab", "typst", "weasyprint")


def test_no_two_players_are_alike_and_each_is_always_the_same() -> None:
    """An engine is never handed what it has drawn before, and every engine gets the same."""
    assert a_player(1) == a_player(1)
    one, other = a_player(1), a_player(2)
    assert (one.games, one.avatar, one.display_name) != (other.games, other.avatar, other.display_name)


def test_player_is_the_rich_sample() -> None:
    """128 games until now, and a picture of nearly 64 KB."""
    player = a_player(3)
    assert len(player.games or ()) == GAMES
    assert max(game.start_time for game in player.games or ()) < player.generated_time
    assert 0.9 * AVATAR_BYTES < len(player.avatar or b"") <= AVATAR_BYTES


@pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_engine_sets_every_word(name: str, tmp_path: Path) -> None:
    """Each table, card and paragraph is in its file; ours words some in its own way."""
    here, missing = engines(tmp_path)
    found = {engine.name: engine for engine in here}
    if name not in found:
        # The group `peers` is not part of `make test`; the bench says what it leaves out, and why.
        assert [sentence for sentence in missing if sentence.startswith(f"{name} is left out")]
        return
    player = a_player(4)
    text = _plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(found[name].draw(player))).pages))
    said = [player.display_name, player.report_id] if name == "ours" else _texts(content(player, ADDRESS))
    assert [words for words in said if _plain(words) not in text] == []


def _texts(page: Content) -> list[str]:
    panels = [panel for row in page.rows for panel in row]
    found = [page.name, page.about, page.report_id, *(value for card in page.cards for value in card)]
    found += [panel.title for panel in panels]
    for inside in (*(panel.inside for panel in panels), page.games):
        found += _grid(inside) if isinstance(inside, Grid) else _drawing(inside)
    return found


def _grid(grid: Grid) -> list[str]:
    cells: list[Cell] = [cell for row in grid.rows for cell in row]
    return [*grid.titles, *(cell.text for cell in cells)]


def _drawing(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Words)]


def _plain(text: str) -> str:
    return "".join(text.split()).replace("\u00ad", "")
