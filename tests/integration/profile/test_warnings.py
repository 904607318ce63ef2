"""Mails that tell an owner what somebody did who knows the password."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb

from profile_service.storage.mail_queue import WARNINGS
from tests.integration.profile.conftest import PASSWORD, Player, Profile, running
from tests.integration.profile.postbox import Postbox, sign_up_confirmed
from tests.integration.profile.test_deletions import delete
from tests.integration.profile.test_password_resets import NEW_PASSWORD, forget, reset

ANNA = "anna@example.org"
CHANGED, DELETED = "Your password was changed", "Your account is being deleted"


@pytest.fixture
def postbox() -> Postbox:
    """Where the service's letters go."""
    return Postbox()


@pytest.fixture
async def profile(tmp_path: Path, postbox: Postbox) -> AsyncIterator[Profile]:
    """The service, with mail."""
    async with running(tmp_path, mailer=postbox) as profile:
        yield profile


async def change_password(profile: Profile, player: Player, current: str, new: str) -> None:
    request = credentials_pb.ChangePasswordRequest(
        account_id=player.account_id, session_id=player.session_id, current_password=current, new_password=new
    )
    await profile.credentials.ChangePassword(request, metadata=profile.internal)


async def nothing_else_comes(profile: Profile, postbox: Postbox) -> None:
    """Wait for a letter that is queued after all others."""
    await sign_up_confirmed(profile, postbox, "last", "last@example.org")
    assert postbox.letters == []


async def test_owner_is_told_that_the_password_was_changed(profile: Profile, postbox: Postbox) -> None:
    """Whether it was changed with the old one or by a mail."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await change_password(profile, anna, PASSWORD, NEW_PASSWORD)
    assert "anna" in (await postbox.take(CHANGED, to=ANNA)).text
    await forget(profile, "anna")
    await reset(profile, await postbox.token("Reset", to=ANNA), new=NEW_PASSWORD + " again")
    await postbox.take(CHANGED, to=ANNA)


async def test_owner_is_told_that_the_account_is_being_deleted(profile: Profile, postbox: Postbox) -> None:
    """The account is hidden by then, and its owner is told nevertheless."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    await delete(profile, anna)
    await postbox.take(DELETED, to=ANNA)


async def test_unconfirmed_address_is_told_nothing(profile: Profile, postbox: Postbox) -> None:
    """Nobody knows whose it is."""
    anna = await profile.sign_up("anna", email=ANNA)
    await postbox.take("Confirm", to=ANNA)
    await change_password(profile, anna, PASSWORD, NEW_PASSWORD)
    await nothing_else_comes(profile, postbox)


async def test_owner_is_not_flooded_with_warnings(profile: Profile, postbox: Postbox) -> None:
    """Whoever changes the password to and fro sends so many mails an hour and no more."""
    anna = await sign_up_confirmed(profile, postbox, "anna", ANNA)
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(WARNINGS + 2)]
    for current, new in zip([PASSWORD, *passwords], passwords, strict=False):
        await change_password(profile, anna, current, new)
    for _ in range(WARNINGS):
        await postbox.take(CHANGED, to=ANNA)
    await nothing_else_comes(profile, postbox)
