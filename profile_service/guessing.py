"""How often passwords may be tried and accounts be opened.

A try is counted before the password is looked at, so that tries at the same moment never get more looks than one after
the other. Nobody is locked out for good: who tries too often waits, 15 minutes at most.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

KEY_BYTES = 16
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one counter allows: `free` tries at once, then the wait after each doubles from `first` up to `longest`.

    Attributes:
        forgotten_after: how long until one try is forgotten, and so how often they are possible in the long run.
        spares_known: whether it does not count where the right password was shown before.
        is_told: whether the account's audit log tells that it makes tries wait.
    """

    name: str
    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta
    spares_known: bool = False
    is_told: bool = False

    def wait_after(self, tries: int) -> timedelta:
        """Return how long the next try has to wait after so many of them."""
        if tries < self.free:
            return timedelta()
        doublings = min(tries - self.free, 20)  # No wait needs more.
        return min(self.first * (1 << doublings), self.longest)


# The passwords of one account, tried from one network or out of one session. Who is known there has this rule alone.
ONE_SOURCE = Rule("source", 10, _SECOND, 15 * _MINUTE, 15 * _MINUTE, is_told=True)
# One network: against one password tried on many accounts. A whole club may sit behind it, so it waits for less, and
# who signs in where they have been before does not.
ONE_NETWORK = Rule("network", 300, _SECOND, _MINUTE, _MINUTE, spares_known=True)
# One account: against many networks that share the work. Its owner is let in where they have been before.
ONE_ACCOUNT = Rule("account", 100, _SECOND, _MINUTE, _MINUTE, spares_known=True, is_told=True)

# One network: tries at API keys and at tokens to reset a password. Both are 256 random bits, which nobody guesses; the
# rule is there so that no way in is without one.
ONE_TOKEN_SOURCE = Rule("token", 300, _SECOND, _MINUTE, _MINUTE)


def sign_up_rule(per_hour: int) -> Rule:
    """Return the rule for the accounts that one network opens."""
    return Rule("sign-up", per_hour, _MINUTE, 15 * _MINUTE, timedelta(hours=1) / per_hour)


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter, found by its key."""

    key: bytes
    rule: Rule


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at a password.

    Attributes:
        account: what names the account to who tries: its username, or its id when they have signed in.
        network: where a sign-in comes from; empty when nobody knows, or for a try out of a session.
        session_id: the session of who has signed in. Whoever stole it cannot keep the owner's others waiting.
    """

    account: str
    network: str = ""
    session_id: str = ""


class AttemptStore(Protocol):
    """Where tries are counted."""

    async def reserve(self, counters: Sequence[Counter], attempt: Attempt | None = None) -> None:
        """Count a try at each counter. Raises TooManyAttempts when one of them has to wait; then none has counted.

        A source is known from `forgive` or `know` on. When the first counter is of a known one, those that spare it do
        not count. When tries have to wait from this one on, the audit log of the attempt's account tells it.
        """

    async def forgive(self, source: Counter, network: Counter | None) -> None:
        """Empty the counter of a source, which is known from now on, and take back its try at the network's counter."""

    async def clear(self, counter: Counter) -> None:
        """Forget all tries at a counter."""

    async def know(self, source: Counter) -> None:
        """Empty the counter of a source, which is known from now on, without a try before."""

    async def take_back(self, counter: Counter) -> None:
        """Take one try back."""


class GuessingLimits:
    """The use cases. `secret` makes the counters' keys, so that nobody can aim at another's counter."""

    def __init__(self, store: AttemptStore, *, secret: bytes, sign_ups_per_hour: int) -> None:
        self._store = store
        self._secret = secret
        self._sign_ups = sign_up_rule(sign_ups_per_hour) if sign_ups_per_hour else None

    async def reserve(self, attempt: Attempt) -> None:
        """Count a try at a password before it is checked. Raises TooManyAttempts."""
        counters = [self._source(attempt)]
        network = self._network(attempt)
        if network is not None:
            counters.append(network)
        if not attempt.session_id:
            counters.append(self._counter(ONE_ACCOUNT, attempt.account))
        await self._store.reserve(counters, attempt)

    async def forgive(self, attempt: Attempt) -> None:
        """Take back a try whose password was right, and the wrong ones from the same source before it."""
        if attempt.session_id:
            await self._store.clear(self._source(attempt))
            return
        await self._store.forgive(self._source(attempt), self._network(attempt))

    async def reserve_token(self, network: str) -> None:
        """Count a try at an API key or a token from a mail before it is looked at. Raises TooManyAttempts."""
        if network:
            await self._store.reserve([self._counter(ONE_TOKEN_SOURCE, network)])

    async def forgive_token(self, network: str) -> None:
        """Take back a try at an API key or token that was good."""
        if network:
            await self._store.take_back(self._counter(ONE_TOKEN_SOURCE, network))

    async def know(self, attempt: Attempt) -> None:
        """Count a source as the owner's: the account was opened there, or its password reset with a mail's token."""
        if attempt.network:
            await self._store.know(self._source(attempt))

    async def reserve_sign_up(self, network: str) -> None:
        """Count an account before it is opened. Raises TooManyAttempts."""
        if self._sign_ups is not None and network:
            await self._store.reserve([self._counter(self._sign_ups, network)])

    def _source(self, attempt: Attempt) -> Counter:
        return self._counter(ONE_SOURCE, attempt.account, attempt.network or attempt.session_id)

    def _network(self, attempt: Attempt) -> Counter | None:
        return self._counter(ONE_NETWORK, attempt.network) if attempt.network else None

    def _counter(self, rule: Rule, *names: str) -> Counter:
        text = "\0".join(("attempts", rule.name, *names))
        return Counter(hmac.digest(self._secret, text.encode(), "sha256")[:KEY_BYTES], rule)
