"""Rules of profile_service that need no server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dossier.stats.v1 import game_pb2, game_service_pb2
from hypothesis import given
from hypothesis import strategies as st

from profile_service import refresh_tokens
from profile_service.games import ROLES, result_for
from profile_service.passwords import Passwords
from profile_service.refresh_tokens import Verdict
from profile_service.statistics import PlayerStats
from profile_service.users import User, etag_of, revision_of, search_key
from runtime.validation import validate
from standalone.sample_club.club import season


@pytest.mark.parametrize(
    ("presented", "current", "seconds", "verdict"),
    [
        (3, 3, 0, Verdict.ROTATE),
        (3, 3, 10**6, Verdict.ROTATE),
        (2, 3, 0, Verdict.REPEAT),
        (2, 3, 20, Verdict.REPEAT),
        (2, 3, 20.01, Verdict.REUSED),
        (1, 3, 0, Verdict.REUSED),
        (4, 3, 0, Verdict.REUSED),
        (0, 1, 0, Verdict.REPEAT),
    ],
)
def test_refresh_token_is_judged_by_its_number_and_age(
    presented: int, current: int, seconds: float, verdict: Verdict
) -> None:
    """The newest token rotates, the one before repeats for twenty seconds, any other is a replay."""
    assert refresh_tokens.judge(presented, current=current, seconds_since_rotation=seconds) is verdict


@given(st.integers(1, 10**14), st.binary(min_size=16, max_size=16))
def test_refresh_token_survives_its_text_form(counter: int, salt: bytes) -> None:
    """What is issued parses to itself and is genuine for its account only."""
    session_id = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
    token = refresh_tokens.issue(b"s" * 32, session_id=session_id, salt=salt, counter=counter, account_id="anna")
    presented = refresh_tokens.parse(token)
    assert presented is not None
    assert (presented.session_id, presented.counter) == (session_id, counter)
    assert refresh_tokens.is_genuine(presented, b"s" * 32, salt=salt, account_id="anna")
    assert not refresh_tokens.is_genuine(presented, b"s" * 32, salt=salt, account_id="boris")
    assert not refresh_tokens.is_genuine(presented, b"t" * 32, salt=salt, account_id="anna")


def test_refresh_token_is_what_it_was_in_earlier_versions() -> None:
    """A change of how tokens are made would sign everybody out."""
    session_id = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
    token = refresh_tokens.issue(b"s" * 32, session_id=session_id, salt=b"salt", counter=7, account_id="a-1")
    assert token == "v1.01936d3e8c5a7f219c0b3a4d5e6f7081.7.90TtXQ-LwMVr1eFLPAIwj2Hi4ejpc-_sHysQp-PEjaI"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.replace("v1", "v2"),
        lambda token: token.replace(".7.", ".x."),
        lambda token: token.replace(".7.", ".07."),
        lambda token: token.replace(".7.", ".-7."),
        lambda token: token.replace(".7.", ".\u0667."),
        lambda token: token.replace(".7.", "." + "7" * 16 + "."),
        lambda token: token.replace("01936d3e8c5a", "01936D3E8C5A"),
        lambda token: token.replace("01936d3e8c5a7f21", "01936d3e-8c5a-7f21-"),
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: token + ".",
        lambda token: " " + token,
    ],
)
def test_refresh_token_of_another_shape_is_none(change: Callable[[str], str]) -> None:
    """Only the one text that was issued stands for a token."""
    session_id = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
    token = refresh_tokens.issue(b"s" * 32, session_id=session_id, salt=b"salt", counter=7, account_id="a-1")
    assert refresh_tokens.parse(token) is not None
    assert refresh_tokens.parse(change(token)) is None


def test_largest_number_of_a_refresh_token_is_fifteen_digits() -> None:
    """Enough for a refresh in every microsecond of thirty years."""
    session_id = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
    token = refresh_tokens.issue(b"s" * 32, session_id=session_id, salt=b"salt", counter=10**15 - 1, account_id="a-1")
    assert refresh_tokens.parse(token) is not None


@given(st.text(max_size=120))
def test_text_that_is_no_refresh_token_parses_to_nothing(text: str) -> None:
    """Arbitrary text is told apart without an error."""
    assert refresh_tokens.parse(text) is None


async def test_password_is_matched_by_its_own_hash_only() -> None:
    """A password matches its hash exactly as typed; another, and an unknown user, do not."""
    passwords = Passwords(threads=1)
    try:
        stored = await passwords.hash("Correct Horse")
        assert await passwords.matches("Correct Horse", stored)
        assert not await passwords.matches("correct horse", stored)
        assert not await passwords.matches("Correct Horse ", stored)
        assert not await passwords.matches("Correct Horse", None)
        assert "m=19456,t=2,p=1" in stored
    finally:
        passwords.close()


@pytest.mark.parametrize(
    ("role", "winner", "result"),
    [
        ("civilian", "red", "win"),
        ("sheriff", "red", "win"),
        ("mafia", "red", "loss"),
        ("don", "black", "win"),
        ("civilian", "black", "loss"),
        ("don", "draw", "draw"),
    ],
)
def test_result_follows_from_role_and_winner(role: str, winner: str, result: str) -> None:
    """A player wins with their side, and nobody wins a draw."""
    assert result_for(role, winner) == result


@given(st.dictionaries(st.sampled_from(ROLES), st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 9))))
def test_statistics_overall_are_the_sum_of_the_roles(counts: dict[str, tuple[int, int, int]]) -> None:
    """Whatever was played in which role, overall is the sum, and a rate exists only when a game was decided."""
    counters = {
        f"{role}.{name}": count
        for role, (wins, losses, draws) in counts.items()
        for name, count in (("games", wins + losses + draws), ("wins", wins), ("losses", losses), ("draws", draws))
    }
    overall = PlayerStats(counters).tally(ROLES)
    assert overall.wins == sum(wins for wins, _, _ in counts.values())
    assert overall.draws == sum(draws for _, _, draws in counts.values())
    assert overall.sessions == overall.wins + overall.losses + overall.draws
    assert (overall.win_rate is None) == (overall.decided == 0)
    assert (overall.interval is None) == (overall.decided == 0)


@pytest.mark.parametrize(
    ("etag", "revision"),
    [
        ("", 0),
        ("r7", 7),
        ("7", -1),
        ("r", -1),
        ("r0", -1),
        ("r-1", -1),
        ("r" + "9" * 18, 10**18 - 1),
        ("r" + "9" * 19, -1),
    ],
)
def test_etag_that_was_never_ours_matches_no_revision(etag: str, revision: int) -> None:
    """Only what was given out as an etag stands for a revision; none given stands for any."""
    assert revision_of(etag) == revision


def test_etag_of_a_user_stands_for_its_revision() -> None:
    """What is sent with a user is understood when it comes back."""
    now = datetime.now(UTC)
    user = User("id", "anna", "Anna", "female", "", "", "", "", None, now, now, 12)
    assert revision_of(etag_of(user)) == 12


def test_search_key_ignores_case_in_every_script() -> None:
    """Names are found however they are typed."""
    assert search_key("ΣΊΣΥΦΟΣ", "Ｊｏｈｎ", "STRASSE") == search_key("σίσυφοσ", "john", "straße")


def test_search_key_keeps_texts_apart() -> None:
    """No search finds what begins in one field and ends in the next."""
    assert search_key("Anna", "Owls") == "anna\nowls"


def test_sample_season_is_made_of_valid_games_in_the_past() -> None:
    """Every game of the sample club is one that the contract accepts, and everybody gets to play."""
    players = json.loads((Path("standalone/sample_club/players.json")).read_text())
    names = [player["username"] for player in players]
    games = season(names, until=datetime.now(UTC))
    assert len(games) >= 60
    assert len({game.game_id for game in games}) == len(games)
    for game in games:
        validate(game_service_pb2.RecordGameRequest(game=game))
        assert len(game.seats) == 10
    assert {seat.username for game in games for seat in game.seats} == set(names)
    assert {game.winner for game in games} == {game_pb2.WINNER_RED, game_pb2.WINNER_BLACK, game_pb2.WINNER_DRAW}
