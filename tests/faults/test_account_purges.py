"""Deleted accounts: whatever is killed at whichever step, the purge goes on and nothing of the players is left."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from dossier.access.v1 import access_pb2
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import game_pb2

from client import DossierClient
from report_service.fail_points import ACCOUNT_NAMES
from tests.e2e.conftest import PASSWORD
from tests.e2e.games import a_game
from tests.e2e.test_story import a_picture, ready
from tests.eventually import eventually
from tests.faults.installation import Installation, distributed
from tests.faults.process import Process

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("faults")]
MARK = "xq7marked"
PURGED_SECONDS = 60.0
NO_GRACE = {"DOSSIER_PROFILE_DELETION_GRACE_DAYS": "0", "DOSSIER_PROFILE_FAIL_POINTS_ENABLED": "true"}
BEGINNING = ("purge_before_begin", "purge_after_begin")
END = (
    "purge_before_files",
    "purge_after_files",
    "purge_before_records",
    "purge_after_records",
    "purge_before_end",
    "purge_after_end",
)


class Club:
    """People of one installation."""

    def __init__(self, installation: Installation, stack: AsyncExitStack) -> None:
        self.installation = installation
        self._stack = stack

    async def visitor(self) -> DossierClient:
        return await self._stack.enter_async_context(DossierClient(self.installation.endpoint))

    async def player(self, username: str) -> DossierClient:
        client = await self.visitor()
        email = f"{username}@example.org"
        await client.sign_up(username, PASSWORD, display_name=f"The {username}", email=email, device_name=username)
        return client

    async def marked(self, number: int, admirer: DossierClient) -> DossierClient:
        """Return a player of whom there is everything that can be, all of it marked."""
        client = await self.player(f"{MARK}-{number}")
        await client.update_user(city=f"{MARK} city", club=f"{MARK} club", about=f"{MARK} about", locale="uk")
        await client.update_user(gender=user_pb2.GENDER_FEMALE)
        await client.set_avatar(a_picture())
        await ready(client, await client.create_report(include_email=True))
        await ready(client, await client.export_account())
        await ready(admirer, await admirer.create_report(client.own_username()))
        return client


def traces(folder: Path) -> list[str]:
    """Return the files of both services whose bytes or name hold the mark."""
    files = [path for name in ("profile", "report") for path in (folder / name).rglob("*") if path.is_file()]
    return [str(path) for path in files if MARK.encode() in path.read_bytes() or MARK in path.name]


def arm(installation: Installation, part: str, name: str) -> Process:
    """Start a part that is dead so that it dies at a fail point."""
    process = installation.parts[part]
    service = "PROFILE" if part == "profile" else "REPORT"
    process.start(**{**NO_GRACE, f"DOSSIER_{service}_FAIL_POINT": name})
    return process


async def died(process: Process) -> None:
    """Return when a part has died at its fail point."""
    assert await process.dead(), f"{process.name} never came there"
    assert process.running.returncode == -signal.SIGKILL, process.log()[-2000:]


async def restart(installation: Installation, part: str) -> None:
    process = installation.parts[part]
    if process.alive:
        process.kill()
    process.start(**NO_GRACE)
    await process.serving()


async def die_at_every_step(installation: Installation) -> None:
    """Kill the profile service at the beginning, the report service at its part, the profile service up to the end."""
    installation.parts["profile"].kill()
    for name in BEGINNING:
        await died(arm(installation, "profile", name))
    profile = arm(installation, "profile", END[0])
    await profile.serving()
    for name in ACCOUNT_NAMES:
        await died(arm(installation, "api", name))
    await restart(installation, "api")
    await died(profile)
    for name in END[1:]:
        await died(arm(installation, "profile", name))
    await restart(installation, "profile")


async def test_purge_that_is_killed_at_every_step_leaves_nothing(tmp_path: Path) -> None:
    """Both services die at each of their steps; afterwards all receipts say PURGED and no byte tells of the players."""
    async with (
        distributed(tmp_path, with_broker=False, PURGE_POLL_SECONDS="0.2") as installation,
        AsyncExitStack() as stack,
    ):
        await restart(installation, "profile")
        club = Club(installation, stack)
        admirer, referee = await club.player("admirer"), await club.player("referee")
        await installation.grant("referee", access_pb2.ROLE_REFEREE)
        await referee.sign_in("referee", PASSWORD)
        others = [await club.player(f"other-{number}") for number in range(7)]
        marked = [await club.marked(number, admirer) for number in range(3)]
        table = [client.own_username() for client in (*marked, *others)]
        game = await referee.record_game(a_game(table, game_pb2.WINNER_RED))
        assert len(traces(tmp_path)) > 10
        installation.parts["api"].kill()
        receipts = [
            (await client.delete_account(PASSWORD, erase_seats=number > 0)).receipt_id
            for number, client in enumerate(marked)
        ]
        await die_at_every_step(installation)
        visitor = await club.visitor()

        async def all_purged() -> bool:
            found = [await visitor.deletion_receipt(receipt_id) for receipt_id in receipts]
            return all(receipt.state == account_pb.DELETION_STATE_PURGED for receipt in found)

        await eventually(all_purged, within_seconds=PURGED_SECONDS)
        assert traces(tmp_path) == []
        for receipt_id in receipts:
            counts = (await visitor.deletion_receipt(receipt_id)).counts
            assert (counts.report_count, counts.foreign_report_count, counts.export_count) == (1, 1, 1)
            assert (counts.session_count, counts.avatar_file_count, counts.seat_count) == (1, 4, 1)
        seats = (await visitor.get_game(game.game_id)).seats
        assert [seat.username for seat in seats] == ["", *(client.own_username() for client in others)]
        with pytest.raises(Exception, match="taken"):
            await club.player(f"{MARK}-0")
        assert traces(tmp_path) == []
