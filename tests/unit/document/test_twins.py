"""The same data as JSON and as a table."""

from __future__ import annotations

import base64
import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from report_service.document.render import render
from report_service.document.snapshot import Format, Order, Result, Snapshot
from tests.document.builders import (
    a_certificate,
    a_game,
    a_picture,
    a_player,
    a_season,
    a_seat,
    an_empty_season,
    games,
    rendered,
)


def parsed(snapshot: Snapshot) -> dict[str, Any]:
    """Return the JSON twin's snapshot."""
    return dict(json.loads(rendered(Order(snapshot, Format.JSON)))["snapshot"])


def table_of(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return the rows of the CSV twin."""
    return list(csv.DictReader(io.StringIO(rendered(Order(snapshot, Format.CSV)).decode(), newline="")))


@pytest.mark.parametrize(
    ("snapshot", "kind"),
    [(a_player(), "player_report"), (a_season(), "season_report"), (a_certificate(), "game_certificate")],
)
def test_json_says_of_which_kind_it_is(snapshot: Snapshot, kind: str) -> None:
    """A program knows what it has before it looks further."""
    assert json.loads(rendered(Order(snapshot, Format.JSON)))["kind"] == kind


def test_json_has_lengths_in_seconds_and_pictures_in_base64() -> None:
    """What JSON has no type for is a number or a text, as the schema says."""
    picture = a_picture()
    found = parsed(a_player(games(1), avatar=picture))

    assert found["games"][0]["duration"] == 28 * 60
    assert found["generated_time"] == "2026-11-23T17:45:00Z"
    assert base64.b64decode(found["avatar"]) == picture


def test_json_has_null_for_what_is_hidden() -> None:
    """Hidden statistics and games are null, not zero and not an empty list."""
    found = parsed(a_player(stats=None, games=None))

    assert (found["stats"], found["games"], found["email"]) == (None, None, None)


def test_json_has_names_as_they_were_typed() -> None:
    """Nothing is cleaned away for programs."""
    assert parsed(a_player(display_name="\u202eАна\x00 <b>"))["display_name"] == "\u202eАна\x00 <b>"


@pytest.mark.parametrize("kind", [Format.JSON, Format.CSV])
def test_half_of_a_pair_does_not_fail_a_twin(kind: Format) -> None:
    """What no encoding can hold is replaced, as on the page."""
    seats = (a_seat(1, name="a\ud800b", username="\udfff"),)
    twin = rendered(Order(a_certificate(seats=seats), kind)).decode()

    assert "a?b" in twin or "a\ufffdb" in twin


def test_table_has_a_row_for_each_game_newest_first() -> None:
    """A player's games with their moment in UTC, their length in seconds, and nothing for what is not known."""
    rows = table_of(a_player((a_game(0, rating_after=None, fate=None, fate_round=0), *games(500)[1:])))

    assert len(rows) == 500
    assert [row["game_id"] for row in rows] == [f"game-{number}" for number in range(500)]
    assert rows[0]["start_time"] == "2026-11-23T14:45:00Z"
    assert (rows[0]["duration_seconds"], rows[0]["rating_after"], rows[0]["fate"], rows[0]["fate_round"]) == (
        "1680",
        "",
        "",
        "",
    )
    assert {row["result"] for row in rows} == {"win", "loss", "draw"}


def test_table_has_the_moment_in_utc_when_it_was_elsewhere() -> None:
    """A game that began at half past one in the night, five hours ahead, began in UTC the evening before."""
    moment = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5)))

    assert table_of(a_player((a_game(0, start_time=moment),)))[0]["start_time"] == "2026-02-28T20:30:00Z"


def test_table_has_a_row_for_each_place_and_seat() -> None:
    """A season's standings and a game's seats, the points of a seat added up."""
    places, seats = table_of(a_season(12)), table_of(a_certificate())

    assert [row["place"] for row in places] == [str(rank) for rank in range(1, 13)]
    assert [(row["seat"], row["points"]) for row in seats][:3] == [("1", "1.0"), ("2", "1.4"), ("3", "1.0")]


def test_table_has_only_its_head_when_games_are_hidden() -> None:
    """Hidden is as empty as none."""
    assert table_of(a_player(games=None)) == []


@pytest.mark.parametrize(
    ("snapshot", "blank"),
    [(a_player(games=None), True), (an_empty_season(), True), (a_player(games(1)), False), (a_season(1), False)],
)
def test_table_without_rows_is_known_as_blank(snapshot: Snapshot, blank: bool) -> None:
    """It proves nothing of whom it is, unlike a document or JSON of the same."""
    assert render(Order(snapshot, Format.CSV)).blank is blank
    assert not render(Order(snapshot, Format.JSON)).blank


@pytest.mark.parametrize(
    "typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://e","x")']
)
def test_table_holds_no_formula(typed: str) -> None:
    """What a spreadsheet would reckon begins with an apostrophe; numbers below zero stay numbers."""
    lines = (a_game(0, table=typed, points=-0.5, result=Result.LOSS),)
    row = table_of(a_player(lines))[0]

    assert row["table"] == f"'{typed}"
    assert row["points"] == "-0.5"


def test_table_keeps_commas_quotes_and_lines_apart_from_its_own() -> None:
    """Any text is one cell."""
    typed = 'a "b", c;\r\nd'
    season = a_season(2)
    line = replace(season.standings[0], display_name=typed)

    assert table_of(replace(season, standings=(line, season.standings[1])))[0]["display_name"] == typed
