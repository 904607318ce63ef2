"""Page tokens and sizes."""

from __future__ import annotations

import time

import pytest

from runtime.pages import DEFAULT_SIZE, MAX_AGE_SECONDS, MAX_SIZE, PageTokenInvalid, PageTokens, page_size

TOKENS = PageTokens(b"a secret of the replicas")


def test_position_comes_back_for_the_same_query() -> None:
    """A token goes on where it was made."""
    token = TOKENS.seal(["anna", 7], "users", "an", 50)
    assert TOKENS.open(token, "users", "an", 50) == ["anna", 7]


def test_no_token_is_the_first_page() -> None:
    """An empty token begins at the beginning."""
    assert TOKENS.open("", "users") is None


def test_token_says_nothing_to_its_bearer() -> None:
    """Position and query cannot be read from a token."""
    token = TOKENS.seal(["anna"], "users")
    assert "anna" not in token
    assert token != TOKENS.seal(["anna"], "users")


@pytest.mark.parametrize("query", [("users", "b"), ("users",), ("users", "a", ""), ("games", "a"), ("users", 1), ()])
def test_token_of_another_query_is_refused(query: tuple[str | int, ...]) -> None:
    """A token is bound to every part of its query."""
    with pytest.raises(PageTokenInvalid):
        TOKENS.open(TOKENS.seal(["x"], "users", "a"), *query)


def test_number_and_its_text_are_different_queries() -> None:
    """1 is not "1"."""
    with pytest.raises(PageTokenInvalid):
        TOKENS.open(TOKENS.seal(["x"], 1), "1")


def test_changed_token_is_refused_at_every_byte() -> None:
    """A token cannot be bent."""
    token = TOKENS.seal(["anna"], "users")
    for place in range(0, len(token.rstrip("=")) - 1):
        changed = "A" if token[place] != "A" else "B"
        with pytest.raises(PageTokenInvalid):
            TOKENS.open(token[:place] + changed + token[place + 1 :], "users")


@pytest.mark.parametrize("token", ["x", "é", "\0", "=" * 100, "gAAAA", "0"])
def test_rubbish_is_refused(token: str) -> None:
    """What is no token has the reason for it."""
    message = "^This page token does not continue this query; start at the first page\\.$"
    with pytest.raises(PageTokenInvalid, match=message) as caught:
        TOKENS.open(token, "users")
    assert caught.value.reason == "PAGE_TOKEN_INVALID"


def test_token_of_another_secret_is_refused() -> None:
    """Another installation's tokens are nothing here."""
    with pytest.raises(PageTokenInvalid):
        TOKENS.open(PageTokens(b"another").seal(["x"], "users"), "users")


def test_token_of_yesterday_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is good for a day."""
    token = TOKENS.seal(["x"], "users")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + MAX_AGE_SECONDS + 2)
    with pytest.raises(PageTokenInvalid):
        TOKENS.open(token, "users")


@pytest.mark.parametrize(("asked", "given"), [(0, DEFAULT_SIZE), (1, 1), (MAX_SIZE, MAX_SIZE), (10**9, MAX_SIZE)])
def test_page_size_is_defaulted_and_capped(asked: int, given: int) -> None:
    """Nothing asked means the default, too much the cap."""
    assert page_size(asked) == given
