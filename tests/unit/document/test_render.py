"""What a reader of the finished document finds in it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from report_service.document import render as module
from report_service.document.render import render
from report_service.document.snapshot import Gender, Result, Role, RoleTally, Snapshot, Tally
from tests.document.builders import a_picture, a_snapshot, games
from tests.unit.document.reading import fonts_of, lines_of, operators_of, read, text_of

_TALLY = Tally(sessions=10, wins=6, losses=3, play_time=timedelta(hours=12))
_HUGE = Tally(sessions=10_000, wins=5_210, losses=4_301, play_time=timedelta(hours=7_120))

STATES = {
    "no games": (a_snapshot(()), 1),
    "one game": (a_snapshot(games(1)), 1),
    "only wins": (a_snapshot(games(12, result=Result.WIN)), 2),
    "only draws": (a_snapshot(games(3, result=Result.DRAW)), 1),
    "ten thousand sessions": (a_snapshot(games(500), overall=_HUGE), 2),
    "counts without games": (a_snapshot((), overall=_TALLY), 1),
    "statistics private": (a_snapshot(overall=None, by_role=()), 2),
    "games private": (a_snapshot(games=None), 1),
    "all private": (a_snapshot(overall=None, by_role=(), games=None), 1),
    "every place empty": (a_snapshot(city="", club="", about="", username=""), 2),
    "with avatar": (a_snapshot(avatar=a_picture()), 2),
    "garbage avatar": (a_snapshot(avatar=b"\xff\xd8\xff\xe0 not a picture"), 2),
    "name of 200 letters": (a_snapshot(display_name="W" * 200), 2),
    "name of 200 words": (a_snapshot(display_name="a " * 100), 2),
    "Arabic": (a_snapshot(display_name="محمد عبد الله", about="ألعب كل يوم خميس " * 40), 2),
    "Hebrew": (a_snapshot(display_name="שרה כהן 12"), 2),
    "Chinese, Japanese, Korean": (a_snapshot(display_name="王小明 山田太郎 김철수"), 2),
    "all emoji": (a_snapshot(display_name="👩‍🚀🎮🇩🇪👍🏽❤️🔥" * 20), 2),
    "unknown script": (a_snapshot(display_name="𓀀𓀁𓀂"), 2),
    "controls only": (a_snapshot(display_name="\u202e\x00\u200b"), 2),
    "lone surrogate": (a_snapshot(display_name="a\ud800b", city="\udfff", report_id="\ud800"), 2),
}


@pytest.mark.parametrize(("snapshot", "pages"), STATES.values(), ids=STATES)
def test_document_reads_back_in_every_state(snapshot: Snapshot, pages: int) -> None:
    """Every state of a player gives a sound document of the expected length that shows gender and heading."""
    reader = read(snapshot)

    assert len(reader.pages) == pages
    text = reader.pages[0].extract_text()
    assert "PLAYER REPORT" in text
    assert "Female" in text


@pytest.mark.parametrize(("snapshot", "pages"), STATES.values(), ids=STATES)
def test_all_fonts_are_embedded_with_text_maps_in_every_state(snapshot: Snapshot, pages: int) -> None:
    """Each font is a tagged subset in the file itself, and says which characters its codes stand for."""
    fonts = fonts_of(read(snapshot))

    assert fonts
    for name, font in fonts.items():
        descendant = font["/DescendantFonts"][0].get_object()
        assert re.fullmatch(r"/[A-Z]{6}\+[\w-]+", name)
        assert len(descendant["/FontDescriptor"]["/FontFile2"].get_data()) > 500
        assert b"beginbfchar" in font["/ToUnicode"].get_data()


@pytest.mark.parametrize(("snapshot", "pages"), STATES.values(), ids=STATES)
def test_nothing_is_active_in_every_state(snapshot: Snapshot, pages: int) -> None:
    """No page has links or other annotations, and the file runs no script."""
    reader = read(snapshot)

    assert all("/Annots" not in page for page in reader.pages)
    catalog = reader.trailer["/Root"].get_object()
    assert not {"/AA", "/Names", "/AcroForm"} & set(catalog)


def test_identity_is_shown_when_given() -> None:
    """The header names handle, city, club, both dates with their zone, and the player's own words."""
    text = text_of(a_snapshot(about="Sheriff at heart."))

    for expected in ("@ana.lima", "Porto", "Night Owls", "9 Mar 2024", "23 Nov 2026, 17:45 UTC", "Sheriff at heart."):
        assert expected in text


@pytest.mark.parametrize("gender", Gender)
def test_gender_is_shown_for_every_choice(gender: Gender) -> None:
    """Each gender has its word, and a player who states none has one as well."""
    expected = {"unspecified": "Gender not stated", "female": "Female", "male": "Male", "diverse": "Diverse"}

    assert expected[gender] in text_of(a_snapshot(gender=gender))


def test_private_statistics_are_said_to_be_private() -> None:
    """Statistics that the player hides are not printed as zeros, and the games are still there."""
    snapshot = a_snapshot(overall=None, by_role=())
    lines, text = lines_of(snapshot), text_of(snapshot)
    assert lines.count("private") == 5
    assert text.count("Statistics are private") == 3
    assert "44 games" in text
    assert not {"No games yet", "not played", "0 drawn"} & set(lines)


def test_private_games_are_said_to_be_private() -> None:
    """Games that the player hides are not printed as none, and the statistics are still there."""
    text = text_of(a_snapshot(games=None))
    assert text.count("Games are private") == 2
    assert "of sessions" in text
    assert "No games" not in text


def test_email_is_shown_only_when_given() -> None:
    """The e-mail address is on the page if its owner asked for it, and nowhere in the file otherwise."""
    assert "ana@example.org" in text_of(a_snapshot(email="ana@example.org"))
    assert "@example.org" not in text_of(a_snapshot(email=None))


def test_statistics_are_shown_when_games_were_played() -> None:
    """Five cards give sessions, wins, losses, the rate of decided games and hours played."""
    lines = lines_of(a_snapshot(overall=Tally(sessions=44, wins=31, losses=11, play_time=timedelta(hours=37))))

    for label, value in {
        "SESSIONS": "44",
        "WINS": "31",
        "LOSSES": "11",
        "WIN RATE": "73.8%",
        "PLAY TIME": "37 h",
    }.items():
        assert lines[lines.index(label) + 1] == value


def test_rate_and_time_are_dashes_when_no_game_was_played() -> None:
    """A share of nothing is undefined: a dash, not 0%."""
    lines = lines_of(a_snapshot(()))

    assert lines[lines.index("SESSIONS") + 1] == "0"
    assert lines[lines.index("WIN RATE") + 1] == "–"
    assert lines[lines.index("PLAY TIME") + 1] == "–"
    assert "0%" not in [word for line in lines for word in line.split()]


def test_rate_is_a_dash_when_all_games_were_drawn() -> None:
    """Draws are sessions but decide nothing, so there is no rate."""
    lines = lines_of(a_snapshot(games(3, result=Result.DRAW)))

    assert lines[lines.index("SESSIONS") + 1] == "3"
    assert lines[lines.index("WIN RATE") + 1] == "–"


def test_roles_show_rate_and_counts_when_played() -> None:
    """Each role has its own rate with the games behind it, and one never played says so."""
    don = RoleTally(Role.DON, Tally(sessions=9, wins=5, losses=3, play_time=timedelta(hours=7)))
    text = text_of(a_snapshot(games(9), by_role=(don,)))

    assert "62%" in text
    assert "5 of 8" in text
    assert text.count("not played") == 3


def test_recent_games_list_every_column_when_given() -> None:
    """A row names date, start, seat, role, team, result in words, and length."""
    lines = lines_of(a_snapshot(games(1)))

    row = lines[lines.index("DATE START (UTC) SEAT ROLE TEAM RESULT DURATION") + 1]
    assert row == "23 Nov 2026 14:45 1 Civilian Red Win 28 min"


def test_recent_games_are_capped_when_there_are_more() -> None:
    """At most fifty rows are printed, and the document says of how many they are the latest."""
    snapshot = a_snapshot(games(500), overall=_HUGE)
    text = text_of(snapshot)

    assert "latest 50 of 10,000" in text
    assert sum(line.endswith(" min") and "2026" in line for line in text.splitlines()) == 50


def test_table_header_is_repeated_when_the_table_goes_on() -> None:
    """Each page of the table begins with the names of its columns."""
    reader = read(a_snapshot(games(50)))

    assert len(reader.pages) == 2
    assert all("SEAT ROLE TEAM RESULT DURATION" in page.extract_text() for page in reader.pages)


def test_footer_has_page_number_and_short_id_on_every_page() -> None:
    """A loose sheet can be put back in its place in its report."""
    reader = read(a_snapshot(games(50)))

    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of 2" in text
        assert "Report 5f0c1d2e" in text


def test_weekly_chart_warns_when_older_games_are_missing() -> None:
    """If the listed games do not reach back over all weeks shown, the chart does not pretend they do."""
    cut = a_snapshot(games(20), overall=replace(_TALLY, sessions=900))
    whole = a_snapshot(games(20))

    assert "latest 20 games only" in text_of(cut)
    assert "ISO weeks from 1 Jun 2026 to 23 Nov 2026" in text_of(whole)


def test_charts_are_vectors_when_there_is_no_avatar() -> None:
    """A document without a portrait has no image at all: charts are shapes and text."""
    assert " Do" not in operators_of(a_snapshot())
    assert " Do" in operators_of(a_snapshot(avatar=a_picture()))


def test_file_is_not_opened_when_a_text_or_the_avatar_names_it(tmp_path: Path) -> None:
    """A path to a picture stays a text, wherever it stands."""
    file = tmp_path / "picture.jpeg"
    file.write_bytes(a_picture())
    for name in (str(file), file.as_uri()):
        snapshot = a_snapshot(avatar=name.encode(), display_name=name, city=name, club=name, about=name)
        assert " Do" not in operators_of(snapshot)


def test_initials_are_shown_when_the_avatar_does_not_decode() -> None:
    """A broken picture costs the picture, not the report."""
    assert "AL" in lines_of(a_snapshot(avatar=b"garbage"))
    assert "AL" not in lines_of(a_snapshot(avatar=a_picture()))


def test_metadata_names_player_and_time_of_the_snapshot() -> None:
    """Title, language and creation date come from the snapshot and from no clock."""
    reader = read(a_snapshot(display_name="Zoë"))

    assert reader.metadata is not None
    assert reader.metadata.title == "Player report: Zoë"
    assert reader.metadata["/CreationDate"] == "D:20261123174500Z"
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_bytes_are_equal_when_rendered_again_after_other_documents() -> None:
    """What a process rendered before leaves no trace in a document."""
    snapshot = a_snapshot(display_name="王 Ana (علي)", avatar=a_picture())
    first = render(snapshot)
    render(a_snapshot(games(3), display_name="Ω 김철수 (عمر) ffi"))

    assert render(snapshot) == first


def test_bytes_are_equal_when_rendered_by_another_process_with_another_hash_seed() -> None:
    """The document depends on the snapshot alone, not on the process or the order of its sets."""
    code = (
        "import hashlib; from report_service.document.render import render;"
        "from tests.unit.document.test_render import STATES;"
        "print(hashlib.sha256(b''.join(render(s) for s, _ in STATES.values())).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    root = Path(__file__).parents[3]
    other = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=root, capture_output=True, text=True, check=True
    )

    here = b"".join(render(snapshot) for snapshot, _ in STATES.values())
    assert other.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_bytes_differ_when_the_report_id_does() -> None:
    """Two reports of one snapshot are two files, by their text and by their /ID."""
    one, other = (read(a_snapshot(report_id=report_id)) for report_id in ("aaaaaaaa", "bbbbbbbb"))

    assert one.trailer["/ID"] != other.trailer["/ID"]


def test_document_is_small_when_without_avatar() -> None:
    """Beside the avatar a report of fifty games takes less than 60 KB."""
    assert len(render(a_snapshot(games(50)))) < 60_000


def test_warm_up_opens_every_font_when_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """After warming up no font file is left to be opened by the first report."""
    opened: list[str] = []
    real = module.face
    monkeypatch.setattr(module, "face", lambda name: opened.append(name) or real(name))

    module.warm_up()

    assert {"Inter-Regular", "NotoSansSC-Reduced", "Twemoji"} <= set(opened)
