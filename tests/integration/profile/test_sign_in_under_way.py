"""What happens to an account while somebody signs in to it, and more sign-ins than can wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
from dossier.access.v1 import access_pb2
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from grpc import StatusCode

from profile_service.passwords import Passwords
from runtime.admission import Limits
from tests.integration.profile.conftest import PASSWORD, Profile, running
from tests.integration.profile.details import assert_busy
from tests.statuses import refused


async def sign_in(profile: Profile, username: str, password: str) -> credentials_pb.Session:
    request = credentials_pb.OpenSessionRequest(username=username, password=password)
    answer: credentials_pb.OpenSessionResponse = await profile.credentials.OpenSession(
        request, metadata=profile.internal
    )
    return answer.session


class HeldPasswords(Passwords):
    """Passwords whose first check waits, when it is done, until it is released."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.checked = asyncio.Event()
        self.released = asyncio.Event()

    async def matches(self, password: str, stored: str | None) -> bool:
        matched = await super().matches(password, stored)
        if not self.checked.is_set():
            self.checked.set()
            await self.released.wait()
        return matched


class StuckPasswords(Passwords):
    """Passwords whose checks all wait in their thread until they are released."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.released = threading.Event()

    def _verify(self, password: str, stored: str) -> bool:
        self.released.wait()
        return super()._verify(password, stored)


@asynccontextmanager
async def running_with(passwords: Passwords, folder: Path) -> AsyncIterator[Profile]:
    try:
        async with running(folder, passwords=passwords) as profile:
            yield profile
    finally:
        passwords.close()


async def test_revoke_role_during_a_sign_in_leaves_no_session_with_the_role(tmp_path: Path) -> None:
    """A role that is taken away while a password is checked is not in the session that opens then."""
    passwords = HeldPasswords()
    async with running_with(passwords, tmp_path) as profile:
        await profile.sign_up("anna")
        grant = credentials_pb.GrantRoleRequest(username="anna", role=access_pb2.ROLE_REFEREE)
        await profile.credentials.GrantRole(grant, metadata=profile.internal)
        signing_in = asyncio.create_task(sign_in(profile, "anna", PASSWORD))
        await passwords.checked.wait()
        revoke = credentials_pb.RevokeRoleRequest(username="anna", role=access_pb2.ROLE_REFEREE)
        await profile.credentials.RevokeRole(revoke, metadata=profile.internal)
        passwords.released.set()
        assert list((await signing_in).roles) == []


async def test_delete_account_during_a_sign_in_leaves_no_session(tmp_path: Path) -> None:
    """An account that is deleted while its password is checked is not signed in to."""
    passwords = HeldPasswords()
    async with running_with(passwords, tmp_path) as profile:
        anna = await profile.sign_up("anna")
        signing_in = asyncio.create_task(sign_in(profile, "anna", PASSWORD))
        await passwords.checked.wait()
        request = account_pb.DeleteAccountRequest(username="anna", password=PASSWORD)
        await profile.accounts.DeleteAccount(request, metadata=anna.metadata)
        passwords.released.set()
        with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
            await signing_in


async def test_open_session_with_every_place_taken_is_refused_with_a_delay(tmp_path: Path) -> None:
    """One more sign-in than can wait is told at once when to try again, and the others are served."""
    passwords = StuckPasswords()
    async with running_with(passwords, tmp_path) as profile:
        names = [f"player-{number}" for number in range(Limits().credentials + 1)]
        for name in names:
            await profile.sign_up(name)
        attempts = [asyncio.create_task(sign_in(profile, name, PASSWORD)) for name in names]
        refusals, waiting = await asyncio.wait(attempts, return_when=asyncio.FIRST_COMPLETED)
        passwords.released.set()
        [error] = [attempt.exception() for attempt in refusals]
        assert isinstance(error, grpc.aio.AioRpcError)
        assert_busy(error)
        assert all(session.refresh_token for session in await asyncio.gather(*waiting))
