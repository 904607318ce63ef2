"""How long the next try has to wait, and which usernames cannot be had."""

from __future__ import annotations

from datetime import timedelta

import pytest

from profile_service.errors import UsernameTaken
from profile_service.guessing import ONE_ACCOUNT, ONE_NETWORK, ONE_SOURCE, Rule, sign_up_rule
from profile_service.usernames import RESERVED, look_of, require_free

RULES = (ONE_SOURCE, ONE_NETWORK, ONE_ACCOUNT, sign_up_rule(30))


def test_wait_doubles_after_the_free_tries() -> None:
    """Nine tries are free, the tenth costs a second, and each further one twice as much."""
    waits = [ONE_SOURCE.wait_after(tries).total_seconds() for tries in (1, 9, 10, 11, 12, 19, 20)]
    assert waits == [0, 0, 1, 2, 4, 512, 900]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_wait_never_becomes_a_lock(rule: Rule) -> None:
    """However often somebody tries, fifteen minutes later they may try again."""
    assert rule.wait_after(10**9) == rule.longest <= timedelta(minutes=15)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_tries_are_forgotten_no_faster_than_they_are_possible(rule: Rule) -> None:
    """Who tries without end has the longest wait in the end, since a try is not forgotten during it."""
    assert rule.forgotten_after >= rule.longest or rule.name == "sign-up"


@pytest.mark.parametrize(
    ("one", "other"), [("admin", "adm1n"), ("root", "r00t"), ("modern", "modem"), ("vvera", "wera"), ("lily", "1i1y")]
)
def test_usernames_that_are_read_for_one_another_look_alike(one: str, other: str) -> None:
    """Zero and o, one, l and i, rn and m, vv and w are the same to the eye."""
    assert look_of(one) == look_of(other)


def test_usernames_that_differ_to_the_eye_look_different() -> None:
    """Separators and other digits count."""
    assert len({look_of(name) for name in ("anna", "anna-", "an.na", "anna2", "anna3", "hanna")}) == 6


@pytest.mark.parametrize("username", [*sorted(RESERVED), "adm1n", "supp0rt", "r0ot"])
def test_reserved_usernames_cannot_be_had(username: str) -> None:
    """Nobody signs up under a name that would be believed to be the club's."""
    with pytest.raises(UsernameTaken):
        require_free(username)
