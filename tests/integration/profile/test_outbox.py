"""The outbox: several mails at once, no kind at the cost of another, and none left lying."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from profile_service import outbox
from profile_service.mail import Letter
from tests.integration.profile.conftest import running
from tests.integration.profile.postbox import Postbox, sign_up_confirmed
from tests.integration.profile.test_password_resets import forget
from tests.integration.report.stage import eventually

RESET = "Reset your password"


class StuckPostbox(Postbox):
    """A postbox the mail server of which takes letters about passwords, and says nothing to them until `freed`."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Letter] = []
        self.freed = asyncio.Event()

    async def send(self, letter: Letter) -> None:
        if letter.subject == RESET:
            self.held.append(letter)
            await self.freed.wait()
        await super().send(letter)


async def test_mails_of_one_kind_wait_for_each_other_and_keep_up_no_other(tmp_path: Path) -> None:
    """While a server dawdles over many resets, so many are under way, and confirmations arrive."""
    postbox = StuckPostbox()
    async with running(tmp_path, mailer=postbox) as profile:
        for name in ("anna", "boris", "carla"):
            await sign_up_confirmed(profile, postbox, name, f"{name}@example.org")
            await forget(profile, name)
        await eventually(lambda: len(postbox.held) == outbox.AT_ONCE)
        await sign_up_confirmed(profile, postbox, "dora", "dora@example.org")
        assert len(postbox.held) == outbox.AT_ONCE
        postbox.freed.set()
        for name in ("anna", "boris", "carla"):
            await postbox.take(RESET, to=f"{name}@example.org")


async def test_mailer_that_never_answers_is_left_and_the_mail_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever mailer a club has, it takes a place for so long and no longer, so there are more tries than places."""
    monkeypatch.setattr(outbox, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.05)
    postbox = StuckPostbox()
    async with running(tmp_path, mailer=postbox) as profile:
        await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
        await forget(profile, "anna")

        def tried_again() -> bool:
            profile.clock.advance(seconds=10)
            return len(postbox.held) > outbox.AT_ONCE

        await eventually(tried_again)
        assert {letter.mail_id for letter in postbox.held} == {postbox.held[0].mail_id}


async def test_mail_leaves_at_once_when_it_is_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox is woken by each way to queue a mail, and does not have to look by itself."""
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 3600.0)
    postbox = Postbox()
    async with running(tmp_path, mailer=postbox) as profile:
        await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
        await forget(profile, "anna")
        await postbox.take(RESET, to="anna@example.org")


async def test_mail_that_another_process_queued_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wakes the outbox for it, so it looks now and then."""
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.05)
    postbox = Postbox()
    async with running(tmp_path, mailer=postbox) as profile:
        await sign_up_confirmed(profile, postbox, "anna", "anna@example.org")
        await profile.execute(
            "INSERT INTO mails VALUES ('another', 'reset_password', '', '', '', 'anna', '', 0, 1, ?)", profile.clock()
        )
        await postbox.take(RESET, to="anna@example.org")


async def test_old_mails_and_tokens_are_tidied_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token goes when it is too old, used or not, and a mail when no limit counts it any more."""
    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(outbox, "TIDY_SECONDS", 0.0)
    postbox = Postbox()
    async with running(tmp_path, mailer=postbox) as profile:
        await profile.sign_up("anna", email="anna@example.org")
        await postbox.token("Confirm", to="anna@example.org")

        async def rows() -> int:
            query = "SELECT (SELECT COUNT(*) FROM mails) + (SELECT COUNT(*) FROM mail_tokens) AS n"
            return int((await profile.execute(query))[0]["n"])

        async def none_is_left() -> bool:
            return await rows() == 0

        assert await rows() == 2
        profile.clock.advance(hours=24, seconds=1)
        await eventually(none_is_left)
