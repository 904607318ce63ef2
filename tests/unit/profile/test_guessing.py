"""How long the next try has to wait, and which usernames cannot be had."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta

import pytest

from profile_service.errors import UsernameTaken
from profile_service.guessing import (
    ONE_ACCOUNT,
    ONE_NETWORK,
    ONE_SOURCE,
    Attempt,
    Counter,
    GuessingLimits,
    Rule,
    sign_up_rule,
)
from profile_service.usernames import RESERVED, look_of, require_free

HOME = "203.0.113.0/24"
SECRET = b"s" * 32
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


class Reservations:
    """A store that writes down what is counted."""

    def __init__(self) -> None:
        self.reserved: list[Sequence[Counter]] = []
        self.attempts: list[Attempt | None] = []
        self.cleared: list[Counter] = []
        self.forgiven: list[tuple[Counter, Counter | None]] = []

    async def reserve(self, counters: Sequence[Counter], attempt: Attempt | None = None) -> None:
        self.reserved.append(counters)
        self.attempts.append(attempt)

    async def clear(self, counter: Counter) -> None:
        self.cleared.append(counter)

    async def forgive(self, source: Counter, network: Counter | None) -> None:
        self.forgiven.append((source, network))


def key(*names: str, secret: bytes = SECRET) -> bytes:
    """Return the key of a counter, as every replica and every later version must compute it."""
    return hmac.digest(secret, "\0".join(("attempts", *names)).encode(), "sha256")[:16]


async def test_sign_in_counts_for_its_source_its_network_and_its_account() -> None:
    """In this order, so that the source says whether the account has to wait; forgiving spares the account."""
    store = Reservations()
    limits = GuessingLimits(store, secret=SECRET, sign_ups_per_hour=0)
    attempt = Attempt("anna", network=HOME)
    await limits.reserve(attempt)
    source = Counter(key("source", "anna", HOME), ONE_SOURCE)
    network = Counter(key("network", HOME), ONE_NETWORK)
    assert store.reserved == [[source, network, Counter(key("account", "anna"), ONE_ACCOUNT)]]
    assert store.attempts == [attempt]
    await limits.forgive(attempt)
    assert store.forgiven == [(source, network)]


async def test_sign_in_from_nowhere_known_counts_for_its_account() -> None:
    """Where no network is known none is counted."""
    store = Reservations()
    limits = GuessingLimits(store, secret=SECRET, sign_ups_per_hour=0)
    await limits.reserve(Attempt("anna"))
    await limits.forgive(Attempt("anna"))
    source = Counter(key("source", "anna", ""), ONE_SOURCE)
    assert store.reserved == [[source, Counter(key("account", "anna"), ONE_ACCOUNT)]]
    assert store.forgiven == [(source, None)]


async def test_check_out_of_a_session_counts_for_that_session_alone() -> None:
    """A stolen session makes nobody wait but itself, and no session is kept as a place to know."""
    store = Reservations()
    limits = GuessingLimits(store, secret=SECRET, sign_ups_per_hour=0)
    attempt = Attempt("a-1", session_id="s-1")
    await limits.reserve(attempt)
    source = Counter(key("source", "a-1", "s-1"), ONE_SOURCE)
    assert store.reserved == [[source]]
    await limits.forgive(attempt)
    assert (store.cleared, store.forgiven) == ([source], [])


async def test_sign_ups_count_for_their_network_when_they_are_limited() -> None:
    """Nothing is counted without a limit or without a network."""
    store = Reservations()
    await GuessingLimits(store, secret=SECRET, sign_ups_per_hour=0).reserve_sign_up(HOME)
    limits = GuessingLimits(store, secret=SECRET, sign_ups_per_hour=12)
    await limits.reserve_sign_up("")
    assert store.reserved == []
    await limits.reserve_sign_up(HOME)
    rule = Rule("sign-up", 12, timedelta(minutes=1), timedelta(minutes=15), timedelta(minutes=5))
    assert store.reserved == [[Counter(key("sign-up", HOME), rule)]]


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
