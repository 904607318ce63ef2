"""A mailer that keeps the letters, and what tests do with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dossier.profile.v1 import account_service_pb2 as account_pb

from profile_service.mail import Letter, NotSent
from tests.integration.profile.conftest import PASSWORD, Player, Profile
from tests.integration.report.stage import eventually

TOKEN = re.compile(r"^[\w-]{43}$", re.MULTILINE)


@dataclass
class Postbox:
    """Implements `mail.Mailer`; `faults` are raised first, one a letter."""

    letters: list[Letter] = field(default_factory=list)
    faults: list[NotSent] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.letters.append(letter)

    async def take(self, subject: str, *, to: str) -> Letter:
        """Wait for a letter and take it out."""

        def found() -> list[Letter]:
            return [letter for letter in self.letters if letter.recipient == to and subject in letter.subject]

        letter: Letter = (await eventually(found))[0]
        self.letters.remove(letter)
        return letter

    async def token(self, subject: str, *, to: str) -> str:
        """Wait for a letter and return the token that it holds."""
        [token] = TOKEN.findall((await self.take(subject, to=to)).text)
        return str(token)


async def change_email(profile: Profile, player: Player, email: str, *, password: str = PASSWORD) -> None:
    """Ask for another address."""
    request = account_pb.ChangeEmailRequest(email=email, password=password)
    await profile.accounts.ChangeEmail(request, metadata=player.metadata)


async def confirm(profile: Profile, token: str) -> None:
    """Send a token back."""
    await profile.accounts.ConfirmEmail(account_pb.ConfirmEmailRequest(token=token))


async def account_of(profile: Profile, player: Player) -> account_pb.Account:
    """Return the private side of an account."""
    answer: account_pb.GetAccountResponse = await profile.accounts.GetAccount(
        account_pb.GetAccountRequest(), metadata=player.metadata
    )
    return answer.account


async def sign_up_confirmed(profile: Profile, postbox: Postbox, username: str, email: str) -> Player:
    """Open an account whose address is confirmed."""
    player = await profile.sign_up(username, email=email)
    await confirm(profile, await postbox.token("Confirm", to=email))
    return player
