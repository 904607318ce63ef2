"""Forgotten passwords: replaced by who reads the account's mail, and by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from grpc import StatusCode

from profile_service import outbox
from profile_service.guessing import ONE_ACCOUNT
from profile_service.mail import NotSent
from profile_service.storage import mail_store
from tests.integration.profile.conftest import PASSWORD, RESET_MAILS_PER_HOUR, Profile, running
from tests.integration.profile.postbox import Postbox, account_of, change_email, confirm, sign_up_confirmed
from tests.integration.profile.test_audit_log import addresses, events
from tests.integration.profile.test_credentials import is_live, sign_in
from tests.integration.profile.test_deletions import delete, undelete
from tests.integration.profile.test_guessing_limits import THROTTLED, outcome
from tests.integration.profile.test_guessing_limits import sign_in as open_session
from tests.integration.profile.test_own_sessions import NEW_PASSWORD, change_password
from tests.integration.report.stage import eventually
from tests.statuses import refused

ANNA = "anna@example.org"


@pytest.fixture
def postbox() -> Postbox:
    """Where the letters of the test's service arrive."""
    return Postbox()


@pytest.fixture
async def profile(tmp_path: Path, postbox: Postbox) -> AsyncIterator[Profile]:
    """Run a service that sends mail."""
    async with running(tmp_path, mailer=postbox) as service:
        yield service


async def forget(profile: Profile, login: str, *, network: str = "192.0.2.0/24") -> None:
    """Ask for a mail that resets a password."""
    request = credentials_pb.RequestPasswordResetRequest(login=login, client_address=network)
    await profile.credentials.RequestPasswordReset(request, metadata=profile.internal)


async def reset(profile: Profile, token: str, *, new: str = NEW_PASSWORD) -> None:
    """Choose another password."""
    request = credentials_pb.ResetPasswordRequest(token=token, new_password=new, client_address="198.51.100.0/24")
    await profile.credentials.ResetPassword(request, metadata=profile.internal)


@pytest.mark.parametrize("login", ["anna", "ANNA", ANNA, "Anna@EXAMPLE.org"])
async def test_password_is_reset_by_who_reads_the_mail(profile: Profile, postbox: Postbox, login: str) -> None:
    """Username and confirmed address both do; all sessions end, and the log tells."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await forget(profile, login)
    await reset(profile, await postbox.token("Reset", to=ANNA))
    assert not await is_live(profile, anna.session_id)
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await sign_in(profile, "anna", PASSWORD)
    assert await sign_in(profile, "anna", NEW_PASSWORD)
    assert ("password_reset", "", "anna") in await events(profile)
    assert await addresses(profile, "password_reset") == ["198.51.100.0/24"]


async def test_reset_lets_the_owner_in_at_once_where_everybody_guesses(profile: Profile, postbox: Postbox) -> None:
    """An account that is guessed at from everywhere is open to who reads its mail, wherever they are."""
    profile.clock.stop()
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    for number in range(ONE_ACCOUNT.free):
        await outcome(open_session(profile, "anna", "a guess", network=f"10.0.{number}.0/24"))
    away = "198.51.100.0/24"
    assert await outcome(open_session(profile, "anna", PASSWORD, network=away)) == THROTTLED
    await forget(profile, "anna", network=away)
    await reset(profile, await postbox.token("Reset", to=ANNA))
    assert (await open_session(profile, "anna", NEW_PASSWORD, network=away)).username == "anna"


async def test_nobody_gets_mail_but_a_confirmed_address(profile: Profile, postbox: Postbox) -> None:
    """Unknown names, unconfirmed addresses and those that wait get none, and the answer is the same for all."""
    await profile.sign_up("boris", email="boris@example.org")
    await postbox.take("Confirm", to="boris@example.org")
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await change_email(profile, anna, "pending@example.org")
    await postbox.take("Confirm", to="pending@example.org")
    await postbox.take("being changed", to=ANNA)
    for login in ("nobody", "nobody@example.org", "boris", "boris@example.org", "pending@example.org", "%", "' OR 1"):
        await forget(profile, login)
    await forget(profile, "anna")
    await postbox.token("Reset", to=ANNA)
    assert postbox.letters == []


async def test_mail_goes_to_the_stored_address_not_the_typed_one(profile: Profile, postbox: Postbox) -> None:
    """What looks like an account's address finds the account, and the mail goes to where it always goes."""
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await forget(profile, "ａｎｎａ@example.org")
    await postbox.token("Reset", to=ANNA)


async def test_deleted_account_is_brought_back_with_a_reset_password(profile: Profile, postbox: Postbox) -> None:
    """Whoever stole the password and deleted the account has not the last word, nor has who forgot it."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await delete(profile, anna)
    await forget(profile, "anna")
    await reset(profile, await postbox.token("Reset", to=ANNA))
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await undelete(profile, "anna", PASSWORD)
    await undelete(profile, "anna", NEW_PASSWORD)
    assert await sign_in(profile, "anna", NEW_PASSWORD)


async def test_one_of_many_resets_at_once_uses_the_token(profile: Profile, postbox: Postbox) -> None:
    """A token is good once, however often it arrives at the same moment, and the password is the winner's."""
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await forget(profile, "anna")
    token = await postbox.token("Reset", to=ANNA)
    wishes = [reset(profile, token, new=f"{NEW_PASSWORD} {number}") for number in range(4)]
    outcomes = await asyncio.gather(*wishes, return_exceptions=True)
    [number] = [number for number, outcome in enumerate(outcomes) if outcome is None]
    assert await sign_in(profile, "anna", f"{NEW_PASSWORD} {number}")
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await reset(profile, token)


async def test_token_is_too_old_after_an_hour(profile: Profile, postbox: Postbox) -> None:
    """A mail that is found later resets nothing."""
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await forget(profile, "anna")
    token = await postbox.token("Reset", to=ANNA)
    profile.clock.advance(hours=1, seconds=1)
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await reset(profile, token)


async def test_token_stays_good_when_the_new_password_is_too_easy(profile: Profile, postbox: Postbox) -> None:
    """A bad choice costs no second mail."""
    await sign_up_confirmed(profile, postbox, "anna-maria", ANNA)
    await forget(profile, "anna-maria")
    token = await postbox.token("Reset", to=ANNA)
    for easy in ("password1", "anna-maria"):
        with refused(StatusCode.INVALID_ARGUMENT, "PASSWORD_TOO_COMMON"):
            await reset(profile, token, new=easy)
    await reset(profile, token)


async def test_token_of_one_kind_is_not_good_for_the_other(profile: Profile, postbox: Postbox) -> None:
    """Reading a question about an address gives no password, and the other way round."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await change_email(profile, anna, "new@example.org")
    confirmation = await postbox.token("Confirm", to="new@example.org")
    await forget(profile, "anna")
    resetting = await postbox.token("Reset", to=ANNA)
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await reset(profile, confirmation)
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, resetting)


@pytest.mark.parametrize("way", ["another reset", "a change of password", "a change of address"])
async def test_tokens_are_dead_after(profile: Profile, postbox: Postbox, way: str) -> None:
    """A mail that lies about resets nothing once the account has another password or address."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await forget(profile, "anna")
    token = await postbox.token("Reset", to=ANNA)
    if way == "another reset":
        await forget(profile, "anna")
        await reset(profile, await postbox.token("Reset", to=ANNA))
    elif way == "a change of password":
        await change_password(profile, anna)
    else:
        await change_email(profile, anna, "new@example.org")
        await confirm(profile, await postbox.token("Confirm", to="new@example.org"))
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await reset(profile, token, new="one more new password")


async def test_reset_drops_a_change_of_address_that_waits(profile: Profile, postbox: Postbox) -> None:
    """Who took a session and began to change the address loses both to the owner of the mailbox."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await change_email(profile, anna, "thief@example.org")
    thiefs = await postbox.token("Confirm", to="thief@example.org")
    await forget(profile, "anna")
    await reset(profile, await postbox.token("Reset", to=ANNA))
    with refused(StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID"):
        await confirm(profile, thiefs)
    session = await sign_in(profile, "anna", NEW_PASSWORD)
    account = await account_of(profile, profile.player(session))
    assert (account.email, account.pending_email) == (ANNA, "")


async def test_account_gets_few_mails_an_hour_and_nobody_is_told(profile: Profile, postbox: Postbox) -> None:
    """More wishes than the limit, from anywhere, are answered alike and send nothing."""
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    for number in range(mail_store.RESETS_OF_ACCOUNT + 3):
        await forget(profile, "anna", network=f"192.0.{number}.0/24")
    await sign_up_confirmed(profile, postbox, "boris", "boris@example.org")
    await forget(profile, "boris")
    await postbox.take("Reset", to="boris@example.org")
    assert len(postbox.letters) == mail_store.RESETS_OF_ACCOUNT
    profile.clock.advance(hours=1, seconds=1)
    postbox.letters.clear()
    await forget(profile, "anna")
    await postbox.take("Reset", to=ANNA)


@pytest.mark.parametrize("login", ["anna", "nobody"])
async def test_network_asks_for_few_mails_an_hour(profile: Profile, postbox: Postbox, login: str) -> None:
    """The limit of a network is told, the same for names that exist and those that do not; others are free."""
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    for _ in range(RESET_MAILS_PER_HOUR):
        await forget(profile, login)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_MAILS"):
        await forget(profile, login)
    await forget(profile, login, network="198.51.100.0/24")


async def test_too_many_wishes_at_once_are_refused(
    profile: Profile, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits has a bound, whoever asks."""
    monkeypatch.setattr(mail_store, "WAITING_RESETS", 0)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"):
        await forget(profile, "anna")


async def test_mail_is_not_lost_to_the_tries_of_sending_it(
    profile: Profile, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail that is sent again after faults counts once."""
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.05)
    await sign_up_confirmed(profile, postbox, "anna", ANNA)
    for _ in range(mail_store.RESETS_OF_ACCOUNT - 1):
        await forget(profile, "anna")
        await postbox.take("Reset", to=ANNA)
    postbox.faults = [NotSent("down")] * 2
    await forget(profile, "anna")

    def arrived() -> bool:
        # Bit by bit, as each wait begins a moment after its fault.
        profile.clock.advance(seconds=10)
        return bool(postbox.letters)

    await eventually(arrived)
    await reset(profile, await postbox.token("Reset", to=ANNA))


async def test_reset_without_a_mailer_is_refused(tmp_path: Path) -> None:
    """Where no mail is sent, the operator is who can help."""
    async with running(tmp_path) as profile:
        with refused(StatusCode.FAILED_PRECONDITION, "MAILER_MISSING"):
            await forget(profile, "anna")
