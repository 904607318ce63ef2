"""Signing in: what it costs, and what it renews."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from profile_service.credentials import CredentialRules, Credentials, NewAccount
from profile_service.errors import CredentialsWrong
from profile_service.guessing import Attempt, Counter, GuessingLimits
from profile_service.passwords import Passwords
from profile_service.refresh_tokens import Verdict
from profile_service.sessions import ListedSession, NewSession, SessionRow, Sessions

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PASSWORD = "a long and unusual password"


class CountingPasswords(Passwords):
    """Passwords that count the hashes that were computed to check one."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.checks = 0

    def _verify(self, password: str, stored: str) -> bool:
        self.checks += 1
        return super()._verify(password, stored)


class OneAccount:
    """A store with one account, called anna."""

    def __init__(self, password_hash: str) -> None:
        self.password_hash = password_hash

    async def find_credentials(self, username: str) -> Credentials | None:
        return Credentials("a-1", "anna", self.password_hash) if username == "anna" else None

    async def get_credentials(self, account_id: str) -> Credentials | None:
        return Credentials("a-1", "anna", self.password_hash)

    async def renew_password_hash(self, account_id: str, *, old: str, new: str) -> None:
        if self.password_hash == old:
            self.password_hash = new

    async def change_password_hash(
        self, account_id: str, *, old: str, new: str, kept_session_id: str, network: str
    ) -> bool:
        raise NotImplementedError

    async def create_account(self, account: NewAccount) -> None:
        raise NotImplementedError

    async def find_returning(self, username: str) -> Credentials | None:
        raise NotImplementedError


class OpenDoors:
    """A store that opens sessions for the hash that `account` has at that moment."""

    def __init__(self, account: OneAccount) -> None:
        self._account = account

    async def open_session(self, new: NewSession, *, lifetime: timedelta, keep: int) -> SessionRow | None:
        if new.password_hash != self._account.password_hash:
            return None
        return SessionRow(
            new.session_id, new.account_id, "anna", frozenset(), new.salt, 1, NOW, NOW, NOW + lifetime, False, NOW
        )

    async def find_session(self, session_id: str) -> SessionRow | None:
        raise NotImplementedError

    async def rotate_session(
        self, session_id: str, decide: Callable[[SessionRow], tuple[Verdict, datetime]], *, network: str
    ) -> tuple[Verdict, SessionRow] | None:
        raise NotImplementedError

    async def list_sessions(self, account_id: str, *, limit: int) -> list[ListedSession]:
        raise NotImplementedError

    async def end_session(self, session_id: str) -> None:
        raise NotImplementedError

    async def end_session_of(self, account_id: str, session_id: str) -> bool:
        raise NotImplementedError

    async def end_sessions_of(self, account_id: str) -> None:
        raise NotImplementedError


class Unlimited:
    """A store that lets every try through."""

    async def reserve(self, counters: Sequence[Counter], attempt: Attempt | None = None) -> None:
        return

    async def forgive(self, source: Counter, network: Counter | None) -> None:
        return


def rules(store: OneAccount, passwords: Passwords) -> CredentialRules:
    sessions = Sessions(OpenDoors(store), secret=b"s" * 32, new_id=new_id)
    limits = GuessingLimits(Unlimited(), secret=b"s" * 32, sign_ups_per_hour=0)
    return CredentialRules(store, passwords, limits=limits, sessions=sessions, new_id=new_id)


def new_id() -> str:
    return str(uuid.uuid4())


@pytest.mark.parametrize(("username", "password"), [("anna", "not her password"), ("nobody", PASSWORD)])
async def test_refused_sign_in_costs_one_hash_for_known_and_unknown(username: str, password: str) -> None:
    """Nobody learns from the time of a refusal whether a username exists: both compute one hash."""
    passwords = CountingPasswords()
    try:
        store = OneAccount(await passwords.hash(PASSWORD))
        with pytest.raises(CredentialsWrong):
            await rules(store, passwords).open_session(username, password, device_name="", network="")
        assert passwords.checks == 1
    finally:
        passwords.close()


class Steps(OneAccount):
    """A store, a limiter and passwords that write down what they are asked, in order."""

    def __init__(self, password_hash: str) -> None:
        super().__init__(password_hash)
        self.taken: list[str] = []

    async def find_credentials(self, username: str) -> Credentials | None:
        self.taken.append("find")
        return await super().find_credentials(username)

    async def reserve(self, counters: Sequence[Counter], attempt: Attempt | None = None) -> None:
        self.taken.append(f"reserve {len(counters)}")

    async def forgive(self, source: Counter, network: Counter | None) -> None:
        self.taken.append("forgive")


@pytest.mark.parametrize("network", ["203.0.113.0/24", ""])
@pytest.mark.parametrize(("username", "password"), [("anna", "not her password"), ("nobody", PASSWORD)])
async def test_refused_sign_in_takes_the_same_steps_for_known_and_unknown(
    username: str, password: str, network: str
) -> None:
    """The database is asked the same number of times, first of all to count the try."""
    passwords = CountingPasswords()
    try:
        steps = Steps(await passwords.hash(PASSWORD))
        sessions = Sessions(OpenDoors(steps), secret=b"s" * 32, new_id=new_id)
        limits = GuessingLimits(steps, secret=b"s" * 32, sign_ups_per_hour=0)
        rules = CredentialRules(steps, passwords, limits=limits, sessions=sessions, new_id=new_id)
        with pytest.raises(CredentialsWrong):
            await rules.open_session(username, password, device_name="", network=network)
        assert steps.taken == [f"reserve {3 if network else 2}", "find"]
    finally:
        passwords.close()


async def test_sign_in_with_a_weaker_hash_stores_one_of_today() -> None:
    """Who signs in with a password that was hashed with less effort has it hashed anew; others keep theirs."""
    passwords = Passwords(threads=1)
    try:
        weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        store = OneAccount(weaker)
        await rules(store, passwords).open_session("anna", PASSWORD, device_name="", network="")
        renewed = store.password_hash
        assert "m=19456,t=2,p=1" in renewed
        assert await passwords.matches(PASSWORD, renewed)
        await rules(store, passwords).open_session("anna", PASSWORD, device_name="", network="")
        assert store.password_hash == renewed
    finally:
        passwords.close()


class RenewedMeanwhile(Passwords):
    """Passwords during whose first check another sign-in renews the hash."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.store: OneAccount | None = None

    async def matches(self, password: str, stored: str | None) -> bool:
        matched = await super().matches(password, stored)
        if self.store is not None:
            self.store.password_hash, self.store = await self.hash(password), None
        return matched


async def test_sign_in_is_not_refused_when_the_hash_was_renewed_meanwhile() -> None:
    """Of two sign-ins at once with an old hash, the one that comes second checks the new hash and is let in too."""
    passwords = RenewedMeanwhile()
    try:
        store = passwords.store = OneAccount(await passwords.hash(PASSWORD))
        opened = await rules(store, passwords).open_session("anna", PASSWORD, device_name="", network="")
        assert opened.username == "anna"
    finally:
        passwords.close()
