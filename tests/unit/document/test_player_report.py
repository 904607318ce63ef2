"""What the report of a player says: the figures of its snapshot, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from report_service.document.language import codes
from report_service.document.snapshot import (
    GameKind,
    Gender,
    Hits,
    Interval,
    Play,
    Rating,
    Result,
    Role,
    RoleTally,
    Scope,
    Stats,
    Tally,
)
from tests.document.builders import NOW, a_game, a_picture, a_player, a_tally, games, stats_of
from tests.document.states import PLAYERS, ten_thousand_games
from tests.unit.document.reading import lines_of, operators_of, read, spoken_of, text_of, words_of


def cards(lines: list[str]) -> dict[str, tuple[str, str]]:
    """Return figure and note of each of the five cards."""
    labels = ("GAMES", "WINS", "LOSSES", "WIN RATE", "PLAY TIME")
    return {label: (lines[lines.index(label) + 1], lines[lines.index(label) + 2]) for label in labels}


def test_identity_is_shown_when_given() -> None:
    """The band names handle, city, club, both dates with their zone, and the player's own words."""
    text = text_of(a_player(about="Sheriff at heart."))

    for expected in ("@ana.lima", "Porto", "Night Owls", "9 Mar 2024", "23 Nov 2026, 17:45 UTC", "Sheriff at heart."):
        assert expected in text


@pytest.mark.parametrize(
    ("gender", "word"),
    [(Gender.FEMALE, "Female"), (Gender.MALE, "Male"), (Gender.DIVERSE, "Diverse"), (Gender.UNSPECIFIED, "")],
)
def test_gender_is_shown_when_stated(gender: Gender, word: str) -> None:
    """Who states none has none."""
    handle = next(line for line in lines_of(a_player(gender=gender)) if line.startswith("@"))

    assert handle == "  ·  ".join(filter(None, ("@ana.lima", "ID 5f0c1d2e", word)))


def test_email_is_shown_only_when_given() -> None:
    """The e-mail address is on the page if it may be, and nowhere in the file otherwise."""
    assert "ana@example.org" in text_of(a_player(email="ana@example.org"))
    assert "@example.org" not in text_of(a_player(email=None))


def test_cards_show_the_counts_of_the_snapshot() -> None:
    """Games, wins, losses, the rate of the decided with its interval, and time."""
    tally = a_tally(31, 11, 2, play_time=timedelta(hours=37), win_interval=Interval(0.589, 0.847))
    found = cards(lines_of(a_player(stats=Stats(tally))))

    assert found == {
        "GAMES": ("44", "2 drawn"),
        "WINS": ("31", "70% of games"),
        "LOSSES": ("11", "25% of games"),
        "WIN RATE": ("73.8%", "95%: 59% to 85%"),
        "PLAY TIME": ("37 h", "50 min a game"),
    }


def test_rate_and_time_are_dashes_when_no_game_was_played() -> None:
    """A share of nothing is undefined: a dash, and nowhere 0 % but on an axis."""
    found = cards(lines_of(a_player(())))

    assert {label: value for label, (value, _) in found.items()} == {
        "GAMES": "0",
        "WINS": "0",
        "LOSSES": "0",
        "WIN RATE": "–",
        "PLAY TIME": "–",
    }
    assert "Win rate: –." in spoken_of(read(a_player(())), "Figure")[0]


def test_rate_is_a_dash_when_all_games_were_drawn() -> None:
    """Draws are games but decide nothing, so there is no rate."""
    found = cards(lines_of(a_player(games(3, result=Result.DRAW))))

    assert (found["GAMES"][0], found["WIN RATE"]) == ("3", ("–", "none decided"))


def test_role_that_was_never_played_has_dashes() -> None:
    """Four dashes in its row and no rate in its chart."""
    don = RoleTally(Role.DON, a_tally(5, 3, 1, win_rate=0.625, wins_above_club=1.06), 4.25)
    snapshot = a_player(stats=Stats(a_tally(5, 3, 1), roles=(don,)))
    lines = lines_of(snapshot)

    assert "Don 9 5 +1.1 4.25" in lines
    assert [line for line in lines if line == "Mafia – – – –"]
    assert text_of(snapshot).count("not played") == 3
    spoken = next(text for text in spoken_of(read(snapshot), "Figure") if text.startswith("Win rates"))
    assert "Don: 63% (5 of 8)" in spoken
    assert "Mafia: – (not played)" in spoken


def test_role_whose_games_were_all_drawn_was_played() -> None:
    """It has no rate, which is not to say that it was not played."""
    [spoken] = [text for text in spoken_of(read(PLAYERS["only draws"]), "Figure") if text.startswith("Win rates")]

    assert "Civilian: – (none decided)" in spoken
    assert "Don: – (not played)" in spoken


@pytest.mark.parametrize("state", ["no games", "all hidden"])
def test_report_without_figures_is_one_page_and_explains_none(state: str) -> None:
    """The code does not stand alone on a page, after explanations of nothing."""
    reader = read(PLAYERS[state])

    assert len(reader.pages) == 1
    assert "How the figures are reckoned" not in reader.pages[0].extract_text()


def test_handle_is_left_out_when_there_is_none() -> None:
    """No lone sign before the id."""
    assert "@" not in words_of(PLAYERS["controls only"])
    assert "@ana.lima" in words_of(a_player())


def test_stretch_within_a_month_is_dated() -> None:
    """Where no month begins on the axis, its ends are named."""
    assert "3 Nov 2026 23 Nov 2026" in words_of(PLAYERS["only wins"])


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("month", [3, 6, 9])
def test_weeks_are_named_in_full_in_every_language(code: str, month: int) -> None:
    """The note beside the title has room also for long names of months."""
    snapshot = a_player((), generated_time=datetime(2026, month, 28, tzinfo=UTC))

    assert "…" not in text_of(snapshot, code)


def test_only_wins_are_a_whole_share() -> None:
    """One hundred per cent without decimals, and nothing lost."""
    found = cards(lines_of(a_player(games(12, result=Result.WIN))))

    assert (found["WIN RATE"][0], found["WINS"][1], found["LOSSES"]) == ("100%", "100% of games", ("0", "0% of games"))


def test_private_statistics_are_said_to_be_private() -> None:
    """Statistics that the player hides are not printed as zeros, and the games are still there."""
    lines, words = lines_of(PLAYERS["hidden statistics"]), words_of(PLAYERS["hidden statistics"])

    assert set(cards(lines).values()) == {("–", "private")}
    assert words.count("Statistics are private") == 1
    assert "44 games" in words
    assert not {"no games yet", "not played", "Points earned", "No games in these weeks"} & set(lines)
    assert "1,512" not in words


def test_private_games_are_said_to_be_private() -> None:
    """Games that the player hides are not printed as none, and the statistics are still there."""
    words = words_of(PLAYERS["hidden games"])

    assert "Games are private" in words
    assert "does not show to others which games they sat in" in words
    assert "of games" in words
    assert "No games" not in words


def test_all_private_leaves_name_and_club_only() -> None:
    """Nothing of what is hidden is in the file."""
    words = words_of(PLAYERS["all hidden"])

    assert "Night Owls" in words
    assert not [name for name in ("Boris", "Points", "Rating", "Sheriff's checks") if f"{name} 1" in words]


def test_rating_is_told_with_its_deviation_rank_and_peak() -> None:
    """As a note and as an alternative to the line."""
    snapshot = a_player()
    words = words_of(snapshot)

    assert "1,512 ± 160" in words
    assert "rank 7 of 86" in words
    assert "peak 1,633" in words
    assert "provisional" not in words.split("How the figures")[0]
    assert any(text.startswith("Line of the rating over 44 games") for text in spoken_of(read(snapshot), "Figure"))


@pytest.mark.parametrize(
    "scope",
    [
        Scope("2026-autumn"),
        Scope(kind=GameKind.CLUB),
        Scope(start_time=NOW - timedelta(days=400)),
        Scope(end_time=NOW - timedelta(days=1)),
    ],
)
def test_rating_of_some_games_is_that_after_the_last_of_them(scope: Scope) -> None:
    """What came of it since is not the season's: neither in the note, nor in what is said, nor is the peak."""
    last = a_game(0, start_time=NOW - timedelta(days=90), rating_after=1444.5, deviation_after=77.5)
    snapshot = a_player((last, *games(44)[1:]), scope=scope)
    words = words_of(snapshot)
    [line] = [text for text in spoken_of(read(snapshot), "Figure") if text.startswith("Line of the rating")]

    assert "1,445 ± 78 on 25 Aug 2026" in words
    assert "1,512 ± 160" not in words
    assert "peak" not in words
    assert line.endswith("to 1,445, with twice its deviation, 78 on 25 Aug 2026.")


def test_rating_behind_hidden_games_says_of_when_it_is() -> None:
    """Where no game of the season is shown, the rating is that of the day of the report."""
    words = words_of(a_player(games=None, scope=Scope("2026-autumn")))

    assert "1,512 ± 160 on 23 Nov 2026" in words


def test_rating_is_left_out_of_a_season_without_games() -> None:
    """No game of it is hidden: there is none, and the rating of today is not the season's."""
    stats = replace(stats_of(()), rating=Rating(1512, 160, 1192, False, 44))
    words = words_of(a_player((), stats=stats, scope=Scope("1999")))

    assert "1,512" not in words
    assert "not shown" not in words


def test_provisional_rating_says_so() -> None:
    """A rating of few games is not to be taken for a settled one."""
    stats = replace(stats_of(games(2)), rating=Rating(1510, 300, 910, True, 2))

    assert "provisional" in words_of(a_player(games(2), stats=stats)).split("How the figures")[0]


def test_play_that_no_game_told_is_a_dash() -> None:
    """Checks, votes and fouls of nobody are not 0 of 0."""
    stats = Stats(a_tally(5, 4), play=Play(sheriff_checks=Hits(7, 0)))
    lines = lines_of(a_player(stats=stats))

    assert "Sheriff's checks that found black 0 of 7" in lines
    for label in ("Don's checks that found the sheriff", "Votes for black, as red", "Fouls a game"):
        assert f"{label} –" in lines


def test_recent_games_list_every_column() -> None:
    """A row names date, start, seat, role, result in words, end, points, change of rating and length."""
    line = a_game(0, fate_round=2, rating_after=None)
    lines = lines_of(a_player((line, a_game(1))))

    assert "23 Nov 2026 14:45 1 Civilian Win Survived −0.50 – 28 min" in lines
    assert "22 Nov 2026 17:30 8 Mafia Win Killed, round 2 −0.25 +12 41 min" in lines


def test_recent_games_are_capped_when_there_are_more() -> None:
    """At most fifty rows are printed, and the document says of how many they are the latest."""
    lines = lines_of(ten_thousand_games())

    assert "Recent games latest 50 of 10,000" in words_of(ten_thousand_games())
    assert cards(lines)["GAMES"] == ("10,000", "489 drawn")
    assert sum(line.endswith(" min") and "2026" in line for line in lines) == 50


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(), ""),
        (Scope("2026-autumn"), "SEASON 2026-AUTUMN"),
        (Scope(start_time=NOW - timedelta(days=10), end_time=NOW), "FROM 13 NOV 2026 TO BEFORE 23 NOV 2026"),
        (Scope(start_time=NOW), "FROM 23 NOV 2026"),
        (Scope(end_time=NOW), "BEFORE 23 NOV 2026"),
    ],
)
def test_report_says_which_games_it_covers(scope: Scope, said: str) -> None:
    """Beside its kind, nothing when it covers all."""
    assert "  ·  ".join(filter(None, ("PLAYER REPORT", said))) in lines_of(a_player(scope=scope))


def test_footer_has_page_number_and_short_id_on_every_page() -> None:
    """A loose sheet can be put back in its place in its report."""
    pages = read(a_player()).pages

    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(pages)}" in text
        assert "Report 5f0c1d2e" in text


def test_names_of_companions_are_said_as_typed() -> None:
    """Whatever is cut or drawn in boxes, a screen reader has the whole name."""
    player = a_player()
    who = replace(player.partners[0], display_name="𓀀 " + "Maximiliana " * 12)

    assert who.display_name in spoken_of(read(replace(player, partners=(who,))), "TH")


def test_charts_are_vectors_when_there_is_no_avatar() -> None:
    """A document without a portrait has no image at all: charts are shapes and text."""
    assert " Do" not in operators_of(a_player())
    assert " Do" in operators_of(a_player(avatar=a_picture()))


def test_initials_are_shown_when_the_avatar_does_not_decode() -> None:
    """A broken picture costs the picture, not the report."""
    assert "AL" in lines_of(a_player(avatar=b"garbage"))
    assert "AL" not in lines_of(a_player(avatar=a_picture()))


def test_file_is_not_opened_when_a_text_or_the_avatar_names_it(tmp_path: Path) -> None:
    """A path to a picture stays a text, wherever it stands."""
    file = tmp_path / "picture.jpeg"
    file.write_bytes(a_picture())
    for name in (str(file), file.as_uri()):
        snapshot = a_player(avatar=name.encode(), display_name=name, city=name, club=name, about=name)
        assert " Do" not in operators_of(snapshot)


def test_tally_without_games_is_not_divided() -> None:
    """A snapshot whose parts disagree is drawn as it is."""
    assert read(a_player(games(3), stats=Stats(Tally()))).pages
    assert read(a_player((), stats=stats_of(games(3)))).pages
