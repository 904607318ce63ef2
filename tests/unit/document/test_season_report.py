"""What the report of a season says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from report_service.document.snapshot import GameKind, RecordKind, Scope, SeasonRecord
from tests.document.builders import a_season, an_empty_season
from tests.unit.document.reading import lines_of, read, spoken_of, words_of


def test_cards_show_how_the_games_ended() -> None:
    """Games that counted, those of each side with its share of the decided, and time."""
    words = words_of(a_season())

    for card in (
        "GAMES 283 2 void",
        "RED WON 160 57% of decided",
        "BLACK WON 120 43% of decided",
        "DRAWS 3",
        "PLAY TIME 230 h 49 min a game",
    ):
        assert card in words


def test_season_without_games_has_dashes_and_no_share() -> None:
    """Nothing was decided: not 0 %."""
    words = words_of(an_empty_season())

    assert "RED WON 0 none decided" in words
    assert "PLAY TIME – no games yet" in words
    assert "No games in these weeks" in words
    assert "How well the ratings foretold" not in words
    assert "Nobody yet" in words
    assert "0% of decided" not in words
    assert len(read(an_empty_season()).pages) == 1


def test_standings_are_those_of_the_snapshot() -> None:
    """Place, name, points, counts, rate, wins above the club, and the rating's lower edge."""
    season = a_season(3)
    unrated = replace(season.standings[2], win_rate=None, wins_above_club=None, rating_bound=None, points=-1.5)
    lines = lines_of(replace(season, standings=(*season.standings[:2], unrated)))

    assert "1 Κλέα Παππά 87.87 65 45 20 69% +3.0 1,499" in lines
    assert "3 山田太郎 −1.50 64 44 20 – – –" in lines


def test_standings_go_over_pages_and_say_of_how_many_they_are_the_first() -> None:
    """A hundred places of 912."""
    season = a_season(100, total=912)
    lines = lines_of(season)

    assert "Standings by points first 100 of 912" in words_of(season)
    assert len([line for line in lines if line.startswith("100 ")]) == 1
    assert len(read(season).pages) > 3


def test_every_record_has_its_own_measure() -> None:
    """Games, points, a share, a difference, a run."""
    words = words_of(a_season())

    for record in (
        "Most games Boris 93",
        "Most points Κλέα Παππά 88.13",
        "Best win rate Ганна Ткач 69%",
        "Wins above the club 山田太郎 +7.4",
        "Longest run of wins",
    ):
        assert record in words


def test_records_are_said_with_the_name_as_typed() -> None:
    """A name that cannot be set in full is heard in full."""
    record = SeasonRecord(RecordKind.MOST_GAMES, "x", "𓀀" * 40, 5)

    assert "𓀀" * 40 in spoken_of(read(a_season(records=(record,))))


def test_calibration_is_told_in_words_too() -> None:
    """Each stretch with its chance, how often red won, and of how many games."""
    spoken = next(text for text in spoken_of(read(a_season()), "Figure") if text.startswith("Chance given to red"))

    assert "35%: 30% of 30" in spoken
    assert "0.642" in words_of(a_season())


def test_title_names_the_season_or_all_of_them() -> None:
    """And which kind of games it covers."""
    assert "Season 2026-autumn" in lines_of(a_season())
    assert "All seasons" in lines_of(a_season(scope=Scope()))
    assert "All kinds of games" in words_of(a_season(scope=Scope("x")))
    assert "Elite games" in words_of(a_season(scope=Scope("x", GameKind.ELITE)))


def test_length_of_a_game_is_the_mean() -> None:
    """Void games are not among them."""
    season = a_season(red_wins=1, black_wins=1, draws=0, voids=9, play_time=timedelta(hours=2))

    assert "60 min a game" in words_of(season)
