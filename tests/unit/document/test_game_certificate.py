"""What the certificate of a game says."""

from __future__ import annotations

from report_service.document.snapshot import Fate, Winner
from tests.document.builders import a_certificate, a_seat
from tests.document.states import with_strangers
from tests.unit.document.reading import lines_of, read, spoken_of, words_of


def test_seats_have_role_result_end_fouls_and_points_by_reason() -> None:
    """A column for each reason that occurred, with a dash where it did not, and the sum."""
    lines = lines_of(a_certificate())

    assert "1 Boris Civilian Win Killed, round 2 1 – – 1.00" in lines
    assert "2 Κλέα Παππά Civilian Win Voted out, round 3 2 0.40 – 1.40" in lines
    assert "6 Frank Civilian Win Killed, round 1 2 – −0.50 0.50" in lines
    assert "10 Jon Don Loss Survived 2 – – 0.00" in lines


def test_kind_of_one_game_is_singular() -> None:
    """A certificate is of one game; its id stands before the season's name, which may be long."""
    assert "Tournament game · ID 5f0c1d2e · Season 2026-autumn" in words_of(a_certificate())


def test_reason_that_nobody_had_has_no_column() -> None:
    """Without best move and discipline there are points alone."""
    lines = lines_of(a_certificate(seats=(a_seat(1), a_seat(3))))

    assert "SEAT PLAYER ROLE RESULT LEFT THE GAME FOULS POINTS" in lines


def test_what_was_not_told_is_a_dash() -> None:
    """No end and no fouls are not zero."""
    seat = a_seat(1, fate=None, fate_round=0, fouls=None, points=())

    assert "1 Boris Civilian Win – – 0.00" in lines_of(a_certificate(seats=(seat,)))


def test_hidden_players_and_guests_are_told_apart_from_names() -> None:
    """A guest has the name that the game has; who is hidden has none."""
    words, spoken = words_of(with_strangers()), spoken_of(read(with_strangers()))

    assert words.count("not shown") == 2
    assert "Guest Zoë" in words
    assert "user4" not in words
    assert "Boris" in spoken or "Boris" in words


def test_winner_length_and_chance_are_those_of_the_snapshot() -> None:
    """The four cards."""
    words = words_of(a_certificate())

    for card in ("RESULT Red won Civilian · Sheriff", "LENGTH 52 min", "SEATS 10", "RED'S CHANCE 57%"):
        assert card in words
    assert "RESULT Black won Mafia · Don" in words_of(a_certificate(winner=Winner.BLACK))


def test_chance_is_a_dash_when_the_game_is_not_rated() -> None:
    """Not known is not 0 %."""
    assert "RED'S CHANCE – not rated" in words_of(a_certificate(red_chance=None))


def test_best_move_names_its_seats() -> None:
    """Who made it and whom it named; nothing when there was none."""
    assert "Best move: seat 2 named the seats 8, 9, 10." in words_of(a_certificate())
    assert "Best move: seat" not in words_of(a_certificate(best_move=None))


def test_voided_game_says_so() -> None:
    """A game that counts for nothing cannot be shown as one that does."""
    said = "This game was voided: it counts for nothing."

    assert said in words_of(a_certificate(voided=True))
    assert said not in words_of(a_certificate())


def test_rules_and_identity_are_named() -> None:
    """By which rules and points it was, at which table, in which season, and its id."""
    words = words_of(a_certificate())

    for part in ("classic-10", "federation-1", "Table 3", "2026-autumn", "01936d3e-8c5a-7f21-9c0b-aaaaaaaaaaaa"):
        assert part in words
    assert "Rule set: –." in words_of(a_certificate(rule_set=""))


def test_every_way_to_leave_has_its_words() -> None:
    """With the round where it matters."""
    seats = tuple(a_seat(number, fate=fate, fate_round=2) for number, fate in enumerate(Fate, start=1))
    words = words_of(a_certificate(seats=seats))

    for said in (
        "Survived",
        "Voted out, round 2",
        "Killed, round 2",
        "Removed for fouls, round 2",
        "Removed by the judge",
    ):
        assert said in words
    assert "Survived, round" not in words


def test_certificate_is_one_page() -> None:
    """Ten seats fit on one sheet, to be hung up."""
    assert len(read(a_certificate()).pages) == 1
