"""E-mail addresses: given, confirmed, changed, and what an unconfirmed one is good for, which is nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import visibility_pb2 as visibility_pb
from grpc import StatusCode

from profile_service import outbox
from profile_service.mail import NotSent
from profile_service.storage import mail_store
from tests.integration.profile.conftest import Player, Profile, running
from tests.integration.profile.postbox import Postbox, account_of, change_email, confirm, sign_up_confirmed
from tests.integration.profile.test_audit_log import events
from tests.integration.profile.test_deletions import delete, purged
from tests.integration.profile.test_own_sessions import change_password
from tests.integration.report.stage import eventually
from tests.provision.databases import contents
from tests.statuses import refused


@pytest.fixture
def postbox() -> Postbox:
    """Where the letters of the test's service arrive."""
    return Postbox()


@pytest.fixture
async def profile(tmp_path: Path, postbox: Postbox) -> AsyncIterator[Profile]:
    """Run a service that sends mail."""
    async with running(tmp_path, mailer=postbox) as service:
        yield service


async def ask_again(profile: Profile, player: Player) -> None:
    request = account_pb.RequestEmailConfirmationRequest()
    await profile.accounts.RequestEmailConfirmation(request, metadata=player.metadata)


async def shown_email(profile: Profile) -> str:
    """Return Anna's address as everybody sees it."""
    user = (await profile.profiles.GetUser(profile_pb.GetUserRequest(username="anna"))).user
    return str(user.email)


async def test_address_of_a_sign_up_is_shown_to_nobody_until_it_is_confirmed(
    profile: Profile, postbox: Postbox
) -> None:
    """Whose address it is, only its mail can tell; after that it is shown to whom its owner wants."""
    anna = await profile.sign_up("anna", email="anna@example.org")
    public = visibility_pb.Visibility(email=visibility_pb.AUDIENCE_PUBLIC)
    await profile.accounts.SetVisibility(account_pb.SetVisibilityRequest(visibility=public), metadata=anna.metadata)
    account = await account_of(profile, anna)
    assert (account.email, account.email_confirmed) == ("anna@example.org", False)
    assert await shown_email(profile) == ""
    await confirm(profile, await postbox.token("Confirm", to="anna@example.org"))
    assert (await account_of(profile, anna)).email_confirmed
    assert await shown_email(profile) == "anna@example.org"


async def test_changed_address_waits_until_it_is_confirmed(profile: Profile, postbox: Postbox) -> None:
    """The old address stays until the new one's mail was read, and is told at once, as is the log."""
    anna = await sign_up_confirmed(profile, postbox, "anna", "old@example.org")
    await change_email(profile, anna, "new@example.org")
    assert (await events(profile))[-1] == ("email_change_requested", "anna", "anna")
    account = await account_of(profile, anna)
    assert (account.email, account.email_confirmed, account.pending_email) == (
        "old@example.org",
        True,
        "new@example.org",
    )
    warning = await postbox.take("being changed", to="old@example.org")
    assert "new@example.org" not in warning.text
    await confirm(profile, await postbox.token("Confirm", to="new@example.org"))
    account = await account_of(profile, anna)
    assert (account.email, account.email_confirmed, account.pending_email) == ("new@example.org", True, "")


async def test_unconfirmed_address_is_not_warned_of_a_change(profile: Profile, postbox: Postbox) -> None:
    """An address that may be a stranger's gets no mail about the account but the question."""
    anna = await profile.sign_up("anna", email="stranger@example.org")
    await postbox.take("Confirm", to="stranger@example.org")
    await change_email(profile, anna, "new@example.org")
    await postbox.take("Confirm", to="new@example.org")
    assert postbox.letters == []


async def test_address_is_not_changed_without_the_password(profile: Profile, postbox: Postbox) -> None:
    """A borrowed session is not enough, and nobody gets mail for it."""
    anna = await sign_up_confirmed(profile, postbox, "anna", "old@example.org")
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await change_email(profile, anna, "new@example.org", password="not the password")
    assert (await account_of(profile, anna)).pending_email == ""


@pytest.mark.parametrize("email", ["not an address", "anna@", "a" * 250 + "@example.org", "a@b.org\r\nBcc: x@y.org"])
async def test_address_that_is_none_is_refused(profile: Profile, email: str) -> None:
    """What no mail server takes, or what would add a header, never becomes a mail."""
    anna = await profile.sign_up("anna")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await change_email(profile, anna, email)


async def test_address_is_removed_at_once(profile: Profile, postbox: Postbox) -> None:
    """An empty address needs no confirmation; the old one is told."""
    anna = await sign_up_confirmed(profile, postbox, "anna", "old@example.org")
    await change_email(profile, anna, "")
    account = await account_of(profile, anna)
    assert (account.email, account.email_confirmed, account.pending_email) == ("", False, "")
    await postbox.take("was removed", to="old@example.org")


async def test_one_of_many_confirmations_at_once_uses_the_token(profile: Profile, postbox: Postbox) -> None:
    """A token is good once, however often it arrives at the same moment, and never again."""
    await profile.sign_up("anna", email="anna@example.org")
    token = await postbox.token("Confirm", to="anna@example.org")
    outcomes = await asyncio.gather(*(confirm(profile, token) for _ in range(8)), return_exceptions=True)
    assert outcomes.count(None) == 1
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, token)
    assert [kind for kind, *_ in await events(profile)].count("email_changed") == 1


@pytest.mark.parametrize("token", ["x", "A" * 43, "ü" * 100])
async def test_token_that_was_never_sent_is_refused(profile: Profile, token: str) -> None:
    """Nothing is confirmed by guessing."""
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, token)


async def test_token_is_too_old_after_a_day(profile: Profile, postbox: Postbox) -> None:
    """A mail that is found much later confirms nothing."""
    anna = await profile.sign_up("anna", email="anna@example.org")
    token = await postbox.token("Confirm", to="anna@example.org")
    profile.clock.advance(hours=24, seconds=1)
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, token)
    assert not (await account_of(profile, anna)).email_confirmed


async def test_token_is_dead_after_another_change(profile: Profile, postbox: Postbox) -> None:
    """Of two changes the later one holds, in whichever order their mails are read."""
    anna = await profile.sign_up("anna", email="first@example.org")
    first = await postbox.token("Confirm", to="first@example.org")
    await change_email(profile, anna, "second@example.org")
    second = await postbox.token("Confirm", to="second@example.org")
    await change_email(profile, anna, "third@example.org")
    third = await postbox.token("Confirm", to="third@example.org")
    for token in (first, second):
        with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
            await confirm(profile, token)
    await confirm(profile, third)
    assert (await account_of(profile, anna)).email == "third@example.org"


async def test_change_that_waits_is_dropped_with_the_password(profile: Profile, postbox: Postbox) -> None:
    """A thief who knew the password cannot finish what they began once the owner has another one."""
    anna = await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
    await change_email(profile, anna, "thief@example.org")
    token = await postbox.token("Confirm", to="thief@example.org")
    await change_password(profile, anna)
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, token)
    account = await account_of(profile, anna)
    assert (account.email, account.pending_email) == ("anna@example.org", "")


async def test_address_is_confirmed_for_one_account_at_most(profile: Profile, postbox: Postbox) -> None:
    """Any account may ask for an address, which tells nothing; the second to confirm it is told by its own mail."""
    await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
    boris = await profile.sign_up("boris", email="ANNA@example.org")
    token = await postbox.token("Confirm", to="ANNA@example.org")
    with refused(StatusCode.ALREADY_EXISTS, "EMAIL_TAKEN"):
        await confirm(profile, token)
    assert not (await account_of(profile, boris)).email_confirmed


async def test_unconfirmed_address_keeps_nobody_from_confirming_it(profile: Profile, postbox: Postbox) -> None:
    """Who claims an address without its mail takes it from nobody."""
    await profile.sign_up("squatter", email="anna@example.org")
    await postbox.take("Confirm", to="anna@example.org")
    anna = await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
    assert (await account_of(profile, anna)).email_confirmed


async def test_confirmation_is_sent_again_until_there_is_nothing_to_confirm(profile: Profile, postbox: Postbox) -> None:
    """A lost mail can be asked for, and each of the mails is good."""
    anna = await profile.sign_up("anna", email="anna@example.org")
    first = await postbox.token("Confirm", to="anna@example.org")
    await ask_again(profile, anna)
    second = await postbox.token("Confirm", to="anna@example.org")
    assert first != second
    await confirm(profile, first)
    with refused(StatusCode.FAILED_PRECONDITION, "EMAIL_NOT_PENDING"):
        await ask_again(profile, anna)


async def test_nobody_is_flooded_with_confirmations(profile: Profile, postbox: Postbox) -> None:
    """One account sends so many an hour, and one address gets so many, whoever asks and however it is written."""
    anna = await profile.sign_up("anna", email="victim@example.org")
    for _ in range(mail_store.CONFIRMATIONS - 1):
        await ask_again(profile, anna)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_MAILS"):
        await change_email(profile, anna, "other@example.org")
    assert (await account_of(profile, anna)).pending_email == ""
    boris = await profile.sign_up("boris", email="Victim@Example.org")
    with refused(StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_MAILS"):
        await ask_again(profile, boris)
    await eventually(lambda: len(postbox.letters) == mail_store.CONFIRMATIONS)
    profile.clock.advance(hours=1, seconds=1)
    await ask_again(profile, boris)


async def test_mail_is_sent_again_when_it_is_not_taken(
    profile: Profile, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server's bad minute delays a mail and loses none."""
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.05)
    postbox.faults = [NotSent("down"), NotSent("still down")]
    await profile.sign_up("anna", email="anna@example.org")

    def arrived() -> bool:
        # Bit by bit, as each wait begins a moment after its fault.
        profile.clock.advance(seconds=10)
        return bool(postbox.letters)

    await eventually(arrived)
    await confirm(profile, await postbox.token("Confirm", to="anna@example.org"))


async def test_mail_is_given_up_when_its_recipient_never_takes_it(profile: Profile, postbox: Postbox) -> None:
    """An address that does not exist is tried once, and holds up no other."""
    postbox.faults = [NotSent("unknown", lasting=True)]
    await profile.sign_up("anna", email="nobody@example.org")
    await eventually(lambda: not postbox.faults)
    profile.clock.advance(hours=3)
    await profile.sign_up("boris", email="boris@example.org")
    await postbox.take("Confirm", to="boris@example.org")
    assert postbox.letters == []


async def test_mail_that_waited_is_sent_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed before a crash is sent after it."""
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.05)
    down = Postbox(faults=[NotSent("down")])
    async with running(tmp_path, mailer=down) as profile:
        await profile.sign_up("anna", email="anna@example.org")
        await eventually(lambda: not down.faults)
    postbox = Postbox()
    async with running(tmp_path, mailer=postbox) as profile:
        profile.clock.advance(minutes=2)
        await confirm(profile, await postbox.token("Confirm", to="anna@example.org"))


async def test_stolen_database_holds_no_token(profile: Profile, postbox: Postbox) -> None:
    """Neither the mails that wait nor those that were sent can be used by who reads the database."""
    await profile.sign_up("anna", email="anna@example.org")
    token = await postbox.token("Confirm", to="anna@example.org")
    dump = str(await contents(profile.rows))
    assert "anna@example.org" in dump
    assert token not in dump


async def test_change_without_a_mailer_is_refused(tmp_path: Path) -> None:
    """Where no mail is sent, an address is kept as it was given, and is confirmed by nobody; removing it works."""
    async with running(tmp_path) as profile:
        anna = await profile.sign_up("anna", email="anna@example.org")
        with refused(StatusCode.FAILED_PRECONDITION, "MAILER_MISSING"):
            await change_email(profile, anna, "new@example.org")
        with refused(StatusCode.FAILED_PRECONDITION, "MAILER_MISSING"):
            await ask_again(profile, anna)
        assert (await account_of(profile, anna)).email == "anna@example.org"
        await change_email(profile, anna, "")
        assert (await account_of(profile, anna)).email == ""


async def test_purged_account_leaves_no_address(profile: Profile, postbox: Postbox) -> None:
    """A token is worth nothing once the account is hidden; after the purge its address is nowhere, and free."""
    anna = await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
    await change_email(profile, anna, "new@example.org")
    token = await postbox.token("Confirm", to="new@example.org")
    receipt_id = await delete(profile, anna)
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, token)
    await purged(profile, receipt_id)
    assert "example.org" not in str(await contents(profile.rows))
    await sign_up_confirmed(profile, postbox, "boris", "anna@example.org")
