"""Who changes an e-mail address, and by what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from profile_service.credentials import Credentials
from profile_service.emails import Emails
from profile_service.errors import CredentialsWrong, MailerMissing, MailTokenInvalid
from profile_service.mail import NotSent, email_key, new_token, token_hash
from runtime.calls import Caller

PASSWORD = "a long and unusual password"
ANNA = Caller("anna-id", "anna", frozenset(), "s-1", datetime(2026, 5, 1, tzinfo=UTC), "token")
CREDENTIALS = Credentials("anna-id", "anna", "hash", None)


class Club:
    """The store and the check of passwords, for anna alone."""

    def __init__(self, *, sends_mail: bool = True) -> None:
        self.password_changed_meanwhile = False
        self.done: list[tuple[object, ...]] = []
        self.emails = Emails(self, self, sends_mail=sends_mail)  # type: ignore[arg-type]

    async def require_password(self, account_id: str, password: str, *, session_id: str) -> Credentials:
        assert (account_id, session_id) == ("anna-id", "s-1")
        if password != PASSWORD:
            raise CredentialsWrong()
        return CREDENTIALS

    async def begin_change(self, credentials: Credentials, email: str, *, session_id: str) -> bool:
        assert session_id == "s-1"
        self.done.append(("begin_change", credentials, email))
        return not self.password_changed_meanwhile

    async def remove(self, credentials: Credentials) -> bool:
        self.done.append(("remove", credentials))
        return not self.password_changed_meanwhile

    async def confirm(self, token_hash: str) -> bool:
        self.done.append(("confirm", token_hash))
        return True

    async def queue_confirmation(self, account_id: str) -> None:
        self.done.append(("queue_confirmation", account_id))


@pytest.mark.parametrize(
    ("email", "done"),
    [
        ("anna@example.org", ("begin_change", CREDENTIALS, "anna@example.org")),
        ("", ("remove", CREDENTIALS)),
    ],
)
async def test_address_is_changed_with_the_password_alone(email: str, done: tuple[object, ...]) -> None:
    """A stolen session neither sets an address nor takes it away."""
    club = Club()
    with pytest.raises(CredentialsWrong):
        await club.emails.change(ANNA, email, "not that one")
    assert club.done == []
    await club.emails.change(ANNA, email, PASSWORD)
    assert club.done == [done]


@pytest.mark.parametrize("email", ["anna@example.org", ""])
async def test_password_that_was_just_changed_changes_no_address(email: str) -> None:
    """The transaction has the last word on the password."""
    club = Club()
    club.password_changed_meanwhile = True
    with pytest.raises(CredentialsWrong):
        await club.emails.change(ANNA, email, PASSWORD)


async def test_address_is_taken_away_without_a_mailer_but_not_set() -> None:
    """What nobody can confirm does not begin to wait."""
    club = Club(sends_mail=False)
    with pytest.raises(MailerMissing):
        await club.emails.change(ANNA, "anna@example.org", PASSWORD)
    with pytest.raises(MailerMissing):
        await club.emails.request_confirmation(ANNA)
    assert club.done == []
    await club.emails.change(ANNA, "", PASSWORD)
    assert club.done == [("remove", CREDENTIALS)]


async def test_mail_is_sent_again_to_the_caller_alone() -> None:
    """It is the caller's account that is asked for."""
    club = Club()
    await club.emails.request_confirmation(ANNA)
    assert club.done == [("queue_confirmation", "anna-id")]


async def test_address_is_confirmed_by_the_token_that_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store sees its digest, and a token that it does not know is refused."""
    club, token = Club(), new_token()
    await club.emails.confirm(token)
    assert club.done == [("confirm", token_hash(token))]

    async def unknown(_token_hash: str) -> bool:
        return False

    monkeypatch.setattr(club, "confirm", unknown)
    with pytest.raises(MailTokenInvalid):
        await club.emails.confirm(token)


def test_token_of_a_mail_cannot_be_guessed() -> None:
    """256 random bits, and what is kept of them is a plain digest."""
    tokens = {new_token() for _ in range(10)}
    assert len(tokens) == 10
    assert {len(token) for token in tokens} == {43}
    assert token_hash("a token") == "e3316e2bafebb6103a3418e8778c0adc960d40213a03a7e7f4fcd3426ed807bf"


def test_failure_to_send_is_tried_again_unless_it_lasts() -> None:
    """What says no for good has to say so, and the cause is told either way."""
    assert not NotSent("host is away").lasting
    assert NotSent("no such mailbox", lasting=True).lasting
    assert str(NotSent("host is away")) == "host is away"


def test_addresses_that_look_alike_are_one() -> None:
    """They are compared without case and compatibility forms."""
    assert email_key("ANNA@Straße.example") == email_key("anna@strasse.example")
    assert email_key("anna@example.org") != email_key("ann@example.org")
