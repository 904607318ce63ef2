"""After a purge, no column of any table holds anything that says who it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.stats.v1 import game_service_pb2

from tests.integration.profile.conftest import PASSWORD, Player, Profile, a_game, running
from tests.integration.profile.postbox import change_email, confirm
from tests.integration.profile.test_avatars import a_picture, upload
from tests.integration.profile.test_credentials import sign_in
from tests.integration.profile.test_deletions import OTHERS, delete, purged, with_others
from tests.integration.profile.test_outbox import StuckPostbox
from tests.integration.profile.test_password_resets import forget
from tests.integration.report.stage import eventually
from tests.provision.databases import Place, contents

MARKERS = ("markeda", "marked anna", "@marked.example.org", "markedville", "marked club", "marked phone", "198.51.100")
EMAIL, NEW_EMAIL = "anna@marked.example.org", "new@marked.example.org"
# Tables that tell of no player: keyed hashes of names and networks, keys of programs, what all games come to, how far
# that is reckoned, and what the schema is.
NAMELESS = {"retired_usernames", "attempts", "api_keys", "side_biases", "baselines", "reckoning", "schema_version"}
# The id of a purged account stands for nobody any more.
KEPT_IDS = {("audit_events", "actor_id"), ("audit_events", "subject_id")}


async def a_player_everywhere(profile: Profile, postbox: StuckPostbox) -> Player:
    """Return a player of whom something stands in every table that can hold something."""
    await with_others(profile)
    who = {"display_name": "Marked Anna", "device_name": "marked phone", "client_address": "198.51.100.0/24"}
    anna = await profile.sign_up("markeda", email=EMAIL, **who)
    await confirm(profile, await postbox.token("Confirm", to=EMAIL))
    user = user_pb2.User(city="Markedville", club="Marked Club", about="I am Marked Anna")
    change = profile_pb.UpdateUserRequest(username="markeda", user=user)
    await profile.profiles.UpdateUser(change, metadata=anna.metadata)
    await upload(profile, anna, a_picture())
    as_referee = profile.player(await sign_in(profile, "markeda", PASSWORD), "referee")
    game = a_game(["markeda", *OTHERS])
    request = game_service_pb2.RecordGameRequest(game=game, request_id="01a215a8-49f6-774e-830c-113ecabebe46")
    await profile.games.RecordGame(request, metadata=as_referee.metadata)
    as_guest = a_game(["", *OTHERS])
    as_guest.seats[0].nickname = "Marked Anna"
    await profile.games.RecordGame(game_service_pb2.RecordGameRequest(game=as_guest), metadata=as_referee.metadata)
    merge = game_service_pb2.MergeGuestRequest(nickname="Marked Anna", username="markeda")
    await profile.games.MergeGuest(merge, metadata=as_referee.metadata)
    await change_email(profile, anna, NEW_EMAIL)
    await postbox.take("Confirm", to=NEW_EMAIL)
    return anna


async def what_happens_in_the_grace(profile: Profile, postbox: StuckPostbox) -> None:
    """Ban the player, in words that name them, and have mails under way."""
    ada = await profile.with_role("ada", access_pb2.ROLE_ADMIN)
    ban = admin_pb.BanUserRequest(username="markeda", reason="Marked Anna was loud")
    await profile.admin.BanUser(ban, metadata=ada.metadata)
    for login in ("MARKEDA", EMAIL.upper()):
        await forget(profile, login, network="198.51.100.0/24")
    await eventually(lambda: len(postbox.held) == 2)


async def columns_that_tell(place: Place, account_id: str) -> set[tuple[str, str]]:
    """Return the columns in which the account's id or a marker stands, in whatever case."""
    return {
        (table, name)
        for table, rows in (await contents(place)).items()
        for row in rows
        for name, cell in row.items()
        if any(text in str(cell).casefold() for text in (account_id, *MARKERS))
    }


@pytest.mark.parametrize("mode", [account_pb.DELETION_MODE_ERASE, account_pb.DELETION_MODE_ANONYMISE_SEAT])
async def test_no_column_tells_of_a_purged_account(tmp_path: Path, mode: Any) -> None:
    """Before it every table that could hold something does, so that a new table has to be thought of here."""
    postbox = StuckPostbox()
    async with running(tmp_path, mailer=postbox) as profile:
        anna = await a_player_everywhere(profile, postbox)
        receipt_id = await delete(profile, anna, mode)
        await what_happens_in_the_grace(profile, postbox)
        all_tables = set(await profile.rows.tables())
        before = await columns_that_tell(profile.rows, anna.account_id)
        assert {table for table, _ in before} == all_tables - NAMELESS
        assert {("mails", "recipient_key"), ("mails", "login"), ("bans", "reason"), ("games", "recorder_id")} <= before
        await purged(profile, receipt_id)
        assert await columns_that_tell(profile.rows, anna.account_id) == KEPT_IDS
