"""Who replaces a forgotten password, and by what."""

from __future__ import annotations

import pytest

from profile_service.errors import MailerMissing, MailTokenInvalid, PasswordTooCommon
from profile_service.guessing import Attempt
from profile_service.mail import token_hash
from profile_service.password_resets import PasswordResets

NEW_PASSWORD = "quite another password"
HOME = "203.0.113.0/24"


class Club:
    """The store, with a token for anna, and the hashing."""

    def __init__(self, *, sends_mail: bool = True) -> None:
        self.used_meanwhile = False
        self.hashed = 0
        self.tried: list[str] = []
        self.known: list[Attempt] = []
        self.asked: list[tuple[str, str]] = []
        self.done: list[tuple[str, str]] = []
        self.resets = PasswordResets(self, self, limits=self, sends_mail=sends_mail)  # type: ignore[arg-type]

    async def queue_reset(self, login: str, *, network: str) -> None:
        self.asked.append((login, network))

    async def username_of(self, token_hash_: str) -> str | None:
        return "annabella-1999" if token_hash_ == token_hash("good") else None

    async def reserve_token(self, network: str) -> None:
        self.tried.append(network)

    async def forgive_token(self, network: str) -> None:
        self.tried.remove(network)

    async def know(self, attempt: Attempt) -> None:
        self.known.append(attempt)

    async def reset(self, token_hash: str, *, password_hash: str, network: str) -> bool:
        self.done.append((token_hash, password_hash))
        return not self.used_meanwhile

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return f"hash of {password}"


async def test_wish_is_queued_for_whoever_is_meant() -> None:
    """Nothing is looked up, so nothing tells whether there is such an account."""
    club = Club()
    await club.resets.request("anna@example.org", network=HOME)
    assert club.asked == [("anna@example.org", HOME)]


async def test_wish_without_a_mailer_is_refused() -> None:
    """It would wait for a mail that never comes."""
    club = Club(sends_mail=False)
    with pytest.raises(MailerMissing):
        await club.resets.request("anna", network=HOME)
    assert club.asked == []


async def test_good_token_replaces_the_password() -> None:
    """The store sees digests alone."""
    club = Club()
    await club.resets.reset("good", NEW_PASSWORD, network=HOME)
    assert club.done == [(token_hash("good"), f"hash of {NEW_PASSWORD}")]
    assert (club.tried, club.known) == ([], [Attempt("annabella-1999", network=HOME)])


async def test_bad_token_is_refused_before_a_password_is_hashed() -> None:
    """A flood of guesses costs no hashes."""
    club = Club()
    with pytest.raises(MailTokenInvalid):
        await club.resets.reset("bad", NEW_PASSWORD, network=HOME)
    assert (club.hashed, club.done, club.tried, club.known) == (0, [], [HOME], [])


@pytest.mark.parametrize("password", ["password1", "annabella-1999"])
async def test_password_that_is_tried_first_does_not_replace_another(password: str) -> None:
    """Neither one of the most used nor the account's name; the token is good for a better one."""
    club = Club()
    with pytest.raises(PasswordTooCommon) as refusal:
        await club.resets.reset("good", password, network=HOME)
    assert [violation.field for violation in refusal.value.violations] == ["new_password"]
    assert club.done == []


async def test_token_used_in_the_same_moment_is_refused() -> None:
    """The transaction has the last word."""
    club = Club()
    club.used_meanwhile = True
    with pytest.raises(MailTokenInvalid):
        await club.resets.reset("good", NEW_PASSWORD, network=HOME)
