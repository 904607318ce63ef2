"""Deletion: hidden at once, brought back within the grace, purged after it, and proved by a receipt."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import managed_account_pb2
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import game_pb2, game_service_pb2
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf import json_format
from grpc import StatusCode

from tests.eventually import eventually
from tests.integration.profile.conftest import DELETION_SECRET, PASSWORD, Player, Profile, a_game
from tests.integration.profile.test_avatars import a_picture, upload
from tests.integration.profile.test_credentials import rotate, sign_in
from tests.integration.profile.test_roles import search
from tests.statuses import refused

OTHERS = [f"other-{number}" for number in range(9)]
MARKERS = ("markeda", "Márkéd Ánna", "marked@example.org", "Markedville", "marked phone", "198.51.100.0/24")


async def delete(profile: Profile, player: Player, mode: Any = account_pb.DELETION_MODE_ERASE) -> str:
    """Delete an account and return the receipt's id."""
    request = account_pb.DeleteAccountRequest(username=player.username, password=PASSWORD, mode=mode)
    answer = await profile.accounts.DeleteAccount(request, metadata=player.metadata)
    return str(answer.receipt.receipt_id)


async def undelete(profile: Profile, username: str, password: str = PASSWORD) -> None:
    request = credentials_pb.UndeleteAccountRequest(username=username, password=password)
    await profile.credentials.UndeleteAccount(request, metadata=profile.internal)


async def receipt(profile: Profile, receipt_id: str) -> account_pb.DeletionReceipt:
    request = account_pb.GetDeletionReceiptRequest(receipt_id=receipt_id)
    answer: account_pb.GetDeletionReceiptResponse = await profile.accounts.GetDeletionReceipt(request)
    return answer.receipt


async def waiting(profile: Profile) -> list[lifecycle_pb.Purge]:
    answer = await profile.lifecycle.ListPurges(lifecycle_pb.ListPurgesRequest(), metadata=profile.internal)
    return list(answer.purges)


async def confirm(profile: Profile, receipt_id: str, **counts: int) -> None:
    """Say that report_service has deleted its part."""
    request = lifecycle_pb.ConfirmPurgeRequest(receipt_id=receipt_id, counts=account_pb.PurgedCounts(**counts))
    await profile.lifecycle.ConfirmPurge(request, metadata=profile.internal)


def has_state(profile: Profile, receipt_id: str, state: account_pb.DeletionState) -> Callable[[], Any]:
    async def holds() -> bool:
        return (await receipt(profile, receipt_id)).state == state

    return holds


async def purged(profile: Profile, receipt_id: str) -> account_pb.DeletionReceipt:
    """Let the grace pass, do report_service's part, and return the final receipt."""
    profile.clock.advance(days=14, seconds=1)
    await eventually(has_state(profile, receipt_id, account_pb.DELETION_STATE_PURGING), within_seconds=10)
    await confirm(profile, receipt_id, report_count=3, foreign_report_count=2, export_count=1)
    await eventually(has_state(profile, receipt_id, account_pb.DELETION_STATE_PURGED), within_seconds=10)
    return await receipt(profile, receipt_id)


async def a_marked_player(profile: Profile) -> Player:
    """Return a player of whom every text is a marker, with an avatar and two sessions."""
    anna = await profile.sign_up("markeda", display_name=MARKERS[1], email=MARKERS[2], device_name=MARKERS[4])
    change = profile_pb.UpdateUserRequest(username="markeda", user=user_pb2.User(city=MARKERS[3]))
    await profile.profiles.UpdateUser(change, metadata=anna.metadata)
    await upload(profile, anna, a_picture())
    phone = await sign_in(profile, "markeda", PASSWORD)
    await rotate(profile, phone.refresh_token)
    profile.clock.advance(seconds=21)
    # Nobody is the actor of this event, and the network may be the player's own.
    replay = credentials_pb.RotateSessionRequest(refresh_token=phone.refresh_token, client_address=MARKERS[5])
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED"):
        await profile.credentials.RotateSession(replay, metadata=profile.internal)
    return anna


async def played(profile: Profile, *usernames: str) -> game_pb2.Game:
    """Record a game of these players among others."""
    referee = await profile.referee()
    request = game_service_pb2.RecordGameRequest(game=a_game([*usernames, *OTHERS[: 10 - len(usernames)]]))
    game: game_pb2.Game = (await profile.games.RecordGame(request, metadata=referee.metadata)).game
    return game


async def with_others(profile: Profile) -> None:
    for name in OTHERS:
        await profile.sign_up(name)


async def traces(profile: Profile) -> list[tuple[str, str]]:
    """Return which marker stands in the database, or in the bytes or the name of which file."""
    folder = profile.data_dir
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files["database"] = await profile.rows.kept()
    return [
        (name, marker)
        for name, content in files.items()
        for marker in MARKERS
        if marker.encode() in content or marker in name
    ]


async def test_deleted_account_is_hidden_from_everybody_at_once(profile: Profile) -> None:
    """During the grace the player is not found, their seats have no name, and nobody can take the username."""
    await with_others(profile)
    anna = await a_marked_player(profile)
    game = await played(profile, "markeda")
    await delete(profile, anna)
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await profile.profiles.GetUser(profile_pb.GetUserRequest(username="markeda"))
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await profile.stats.GetPlayerStats(stats_pb.GetPlayerStatsRequest(username="markeda"))
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await anext(aiter(profile.avatars.GetAvatar(avatar_pb.GetAvatarRequest(username="markeda"))))
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, anna.refresh_token)
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await sign_in(profile, "markeda", PASSWORD)
    with refused(StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
        await profile.sign_up("markeda")
    kept = (await profile.games.GetGame(game_service_pb2.GetGameRequest(game_id=game.game_id))).game
    assert [seat.username for seat in kept.seats] == ["", *OTHERS]


async def test_undeleted_account_is_as_it_was_but_signed_out(profile: Profile) -> None:
    """Username and password bring back profile, games and e-mail until the grace ends; the old sessions stay ended."""
    await with_others(profile)
    anna = await a_marked_player(profile)
    await played(profile, "markeda")
    before = (await profile.profiles.GetUser(profile_pb.GetUserRequest(username="markeda"))).user
    receipt_id = await delete(profile, anna)
    profile.clock.advance(days=13, hours=23)
    with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
        await undelete(profile, "markeda", "not the password")
    await undelete(profile, "markeda")
    await undelete(profile, "markeda")
    after = (await profile.profiles.GetUser(profile_pb.GetUserRequest(username="markeda"))).user
    assert (after.display_name, after.city, after.avatar) == (before.display_name, before.city, before.avatar)
    stats = (await profile.stats.GetPlayerStats(stats_pb.GetPlayerStatsRequest(username="markeda"))).stats
    assert stats.overall.sessions == 1
    with refused(StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"):
        await rotate(profile, anna.refresh_token)
    back = profile.player(await sign_in(profile, "markeda", PASSWORD))
    account = (await profile.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=back.metadata)).account
    assert account.email == MARKERS[2]
    assert (await receipt(profile, receipt_id)).state == account_pb.DELETION_STATE_UNDELETED
    assert await delete(profile, back) != receipt_id


async def test_last_admin_is_not_deleted(profile: Profile) -> None:
    """A club keeps an admin; with another one, the first may go."""
    ada = await profile.with_role("ada", access_pb2.ROLE_ADMIN)
    await profile.sign_up("eve")
    with refused(StatusCode.FAILED_PRECONDITION, "LAST_ADMIN"):
        await delete(profile, ada)
    give = admin_pb.SetRolesRequest(username="eve", give=[access_pb2.ROLE_ADMIN])
    await profile.admin.SetRoles(give, metadata=ada.metadata)
    await delete(profile, ada)


async def test_grace_is_no_shelter_from_losing_a_role(profile: Profile) -> None:
    """Who is hidden can be deposed and banned, and comes back as that."""
    ada = await profile.with_role("ada", access_pb2.ROLE_ADMIN)
    bea = await profile.with_role("bea", access_pb2.ROLE_ADMIN)
    await delete(profile, bea)
    take = admin_pb.SetRolesRequest(username="bea", take=[access_pb2.ROLE_ADMIN])
    assert not (await profile.admin.SetRoles(take, metadata=ada.metadata)).roles
    await profile.admin.BanUser(admin_pb.BanUserRequest(username="bea", reason="left in anger"), metadata=ada.metadata)
    await undelete(profile, "bea")
    with refused(StatusCode.PERMISSION_DENIED, "ACCOUNT_BANNED"):
        await sign_in(profile, "bea", PASSWORD)


async def test_managers_find_who_is_in_their_grace_with_its_end(profile: Profile) -> None:
    """Who is hidden from the others is shown to those who look after them, and is no more when the grace is over."""
    maria = await profile.with_role("maria", access_pb2.ROLE_MANAGER)
    receipt_id = await delete(profile, await profile.sign_up("anna"))
    scheduled = await receipt(profile, receipt_id)
    everybody = (await search(profile, maria)).accounts
    assert [(found.username, found.HasField("purge_time")) for found in everybody] == [("anna", True), ("maria", False)]
    assert everybody[0].purge_time == scheduled.purge_time
    for state, names in {
        managed_account_pb2.ACCOUNT_STATE_LEAVING: ["anna"],
        managed_account_pb2.ACCOUNT_STATE_ACTIVE: ["maria"],
        managed_account_pb2.ACCOUNT_STATE_BANNED: [],
    }.items():
        assert [found.username for found in (await search(profile, maria, state=state)).accounts] == names
    await undelete(profile, "anna")
    assert not (await search(profile, maria, prefix="anna")).accounts[0].HasField("purge_time")


async def test_undelete_after_the_grace_or_of_nobody_is_refused_alike(profile: Profile) -> None:
    """Whose grace is over is unknown, as is who never was."""
    anna = await profile.sign_up("anna")
    receipt_id = await delete(profile, anna)
    profile.clock.advance(days=14, seconds=1)
    await eventually(has_state(profile, receipt_id, account_pb.DELETION_STATE_PURGING), within_seconds=10)
    for username in ("anna", "nobody-at-all"):
        with refused(StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG"):
            await undelete(profile, username)


@pytest.mark.parametrize("mode", [account_pb.DELETION_MODE_ERASE, account_pb.DELETION_MODE_ANONYMISE_SEAT])
async def test_purge_leaves_no_trace_and_a_receipt_that_counts(profile: Profile, mode: Any) -> None:
    """After the purge no file holds any text of the player's, and the receipt says how much there was."""
    await with_others(profile)
    anna = await a_marked_player(profile)
    await played(profile, "markeda")
    receipt_id = await delete(profile, anna, mode)
    assert await traces(profile)
    final = await purged(profile, receipt_id)
    assert await traces(profile) == []
    assert [path for path in profile.data_dir.rglob("*") if anna.account_id in str(path) and path.is_file()] == []
    assert final.counts == account_pb.PurgedCounts(
        session_count=2,
        avatar_file_count=4,
        seat_count=1,
        audit_event_count=5,
        report_count=3,
        foreign_report_count=2,
        export_count=1,
    )


@pytest.mark.parametrize(
    ("mode", "seats"),
    [(account_pb.DELETION_MODE_ERASE, OTHERS), (account_pb.DELETION_MODE_ANONYMISE_SEAT, ["", *OTHERS])],
)
async def test_purge_keeps_games_and_statistics_of_others(profile: Profile, mode: Any, seats: list[str]) -> None:
    """The seat goes, or stays without a name and with its role; the others have played and won what they have."""
    await with_others(profile)
    anna = await profile.sign_up("anna")
    game = await played(profile, "anna")
    request = stats_pb.GetPlayerStatsRequest(username=OTHERS[0])
    before = await profile.stats.GetPlayerStats(request)
    await purged(profile, await delete(profile, anna, mode))
    kept = (await profile.games.GetGame(game_service_pb2.GetGameRequest(game_id=game.game_id))).game
    assert [seat.username for seat in kept.seats] == seats
    assert [seat.role for seat in kept.seats] == [seat.role for seat in game.seats][10 - len(seats) :]
    assert await profile.stats.GetPlayerStats(request) == before


async def test_username_of_a_purged_account_stays_taken(profile: Profile) -> None:
    """A name is never given out again, nor one that looks like it, although nothing but a keyed hash is kept."""
    boris = await profile.sign_up("boris")
    await purged(profile, await delete(profile, boris))
    for username in ("boris", "bor1s"):
        with refused(StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
            await profile.sign_up(username)
    await profile.sign_up("boris2")


async def test_purge_waits_until_report_service_has_deleted_its_part(profile: Profile) -> None:
    """Without that word the receipt is not PURGED; it names account and username to report_service alone."""
    anna, boris = await profile.sign_up("anna"), await profile.sign_up("boris")
    receipt_id = await delete(profile, anna)
    await delete(profile, boris)
    assert await waiting(profile) == []
    profile.clock.advance(days=14, seconds=1)

    async def both_wait() -> bool:
        return len(await waiting(profile)) == 2

    await eventually(both_wait, within_seconds=10)
    first = (await waiting(profile))[0]
    assert (first.receipt_id, first.account_id, first.username) == (receipt_id, anna.account_id, "anna")
    await confirm(profile, receipt_id, report_count=1)
    await confirm(profile, receipt_id, report_count=5)
    await eventually(has_state(profile, receipt_id, account_pb.DELETION_STATE_PURGED), within_seconds=10)
    assert (await receipt(profile, receipt_id)).counts.report_count == 1
    assert [purge.username for purge in await waiting(profile)] == ["boris"]


async def test_receipt_is_sealed_as_the_contract_says(profile: Profile) -> None:
    """The operator's secret and the receipt's own fields give its seal; one that is not final has none."""
    anna = await profile.sign_up("anna")
    receipt_id = await delete(profile, anna)
    scheduled = await receipt(profile, receipt_id)
    assert (scheduled.state, scheduled.seal) == (account_pb.DELETION_STATE_SCHEDULED, "")
    assert not scheduled.HasField("end_time")
    assert scheduled.purge_time.seconds - scheduled.schedule_time.seconds == 14 * 24 * 3600
    final = await purged(profile, receipt_id)
    names = [field.name for field in account_pb.PurgedCounts.DESCRIPTOR.fields]
    lines = [
        receipt_id,
        "PURGED",
        "ERASE",
        str(final.schedule_time.ToMicroseconds()),
        str(final.end_time.ToMicroseconds()),
        *(f"{name}={getattr(final.counts, name)}" for name in names),
    ]
    text = "".join(f"{line}\n" for line in lines)
    assert final.seal == hmac.new(DELETION_SECRET, text.encode(), hashlib.sha256).hexdigest()


async def checked(tmp_path: Path, receipt: str, secret: bytes) -> tuple[int, str]:
    """Run the operator's command on a receipt, and return its exit code and what it said."""
    files = [tmp_path / "receipt.json", tmp_path / "deletions.key"]
    files[0].write_text(receipt, "utf-8")
    files[1].write_bytes(secret + b"\n")
    command = [sys.executable, "-m", "profile_service.receipts", *map(str, files)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = await process.communicate()
    return int(process.returncode or 0), said.decode()


async def test_operator_tells_a_genuine_receipt_from_others(profile: Profile, tmp_path: Path) -> None:
    """One that was changed, is not final, is sealed with another secret or is none at all is not genuine."""
    anna = await profile.sign_up("anna")
    receipt_id = await delete(profile, anna)
    scheduled = await receipt(profile, receipt_id)
    genuine = await purged(profile, receipt_id)
    text = json_format.MessageToJson(genuine)
    code, said = await checked(tmp_path, text, DELETION_SECRET)
    assert (code, f"{receipt_id} is genuine: PURGED" in said) == (0, True)
    changed = account_pb.DeletionReceipt.FromString(genuine.SerializeToString())
    changed.counts.seat_count += 1
    for other, secret in [
        (json_format.MessageToJson(changed), DELETION_SECRET),
        (json_format.MessageToJson(scheduled), DELETION_SECRET),
        (text, b"e" * 32),
        ("none", DELETION_SECRET),
    ]:
        code, said = await checked(tmp_path, other, secret)
        assert (code, "not genuine" in said, "Traceback" in said) == (1, True, False)


async def test_receipt_of_an_unknown_id_is_not_found(profile: Profile) -> None:
    """There is nothing to be had for a guess."""
    with refused(StatusCode.NOT_FOUND, "RECEIPT_NOT_FOUND"):
        await receipt(profile, str(uuid.uuid4()))
