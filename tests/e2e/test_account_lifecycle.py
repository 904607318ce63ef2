"""An account's data taken along, its deletion, and its return, in every shape of the installation."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import jsonschema
import pytest
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.report.v1 import report_pb2
from dossier.stats.v1 import game_pb2

from client import DossierClient, DossierError
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.games import a_game
from tests.e2e.test_story import a_picture, ready, refused_with


async def exported(client: DossierClient) -> tuple[report_pb2.Report, ZipFile]:
    """Ask for an export, wait for it, and return it with its content."""
    export = await ready(client, await client.export_account())
    data = await client.read_report(export.report_id)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (export.size_bytes, export.sha256)
    return export, ZipFile(BytesIO(data))


async def test_export_has_everything_that_is_kept_and_no_secret(club: Club) -> None:
    """Profile, picture, games, sessions, reports and the log are in one file that its own schema accepts."""
    referee, anna = await club.referee(), await club.player("anna", email="anna@example.org")
    await anna.update_user(display_name="Анна", city="Kyiv")
    await anna.set_avatar(a_picture())
    others = [(await club.player("other")).own_username() for _ in range(9)]
    games = [await referee.record_game(a_game([anna.own_username(), *others], game_pb2.WINNER_BLACK)) for _ in range(2)]
    report = await ready(anna, await anna.create_report())
    _, archive = await exported(anna)
    account = json.loads(archive.read("account.json"))
    jsonschema.Draft202012Validator(json.loads(archive.read("account.schema.json"))).validate(account)
    assert (account["profile"]["display_name"], account["account"]["email"]) == ("Анна", "anna@example.org")
    assert {game["game_id"] for game in account["games"]} == {game.game_id for game in games}
    assert account["statistics"]["overall"]["wins"] == "2"
    assert len(account["sessions"]) == 1
    assert "sign_up" in {event["kind"] for event in account["audit_events"]}
    assert archive.read(f"reports/{report.report_id}.pdf").startswith(b"%PDF")
    assert hashlib.sha256(archive.read("avatar.webp")).hexdigest() == account["profile"]["avatar"]["sha256"]
    text = archive.read("account.json").decode()
    assert not [word for word in ("argon2", "password_hash", "salt", *others) if word in text]


async def test_export_is_noted_in_the_log_of_the_next(club: Club) -> None:
    """Who took the data along is told, once."""
    anna = await club.player("anna")
    first, _ = await exported(anna)
    _, archive = await exported(anna)
    events = json.loads(archive.read("account.json"))["audit_events"]
    assert [event["details"] for event in events if event["kind"] == "export_made"] == [f"export={first.report_id}"]


async def test_deleted_account_comes_back_with_everything(club: Club) -> None:
    """Within the grace username and password bring back profile, picture and reports; the receipt says so."""
    anna, visitor = await club.player("anna"), await club.visitor()
    username = anna.own_username()
    await anna.update_user(city="Kyiv")
    report = await ready(anna, await anna.create_report())
    receipt = await anna.delete_account(PASSWORD)
    assert (await visitor.deletion_receipt(receipt.receipt_id)).state == account_pb.DELETION_STATE_SCHEDULED
    with refused_with("USER_NOT_FOUND"):
        await visitor.get_user(username)
    with refused_with("CREDENTIALS_WRONG"):
        await visitor.undelete_account(username, "some other password")
    await visitor.undelete_account(username, PASSWORD)
    await anna.sign_in(username, PASSWORD)
    assert (await visitor.get_user(username)).city == "Kyiv"
    assert (await anna.get_report(report.report_id)).state == report_pb2.STATE_READY
    assert (await visitor.deletion_receipt(receipt.receipt_id)).state == account_pb.DELETION_STATE_UNDELETED


async def test_report_in_hand_is_verified_and_names_nobody_who_is_hidden(club: Club, tmp_path: Path) -> None:
    """By file and by id, without an account; the name goes with the account and comes back with it."""
    anna, visitor = await club.player("anna"), await club.visitor()
    username = anna.own_username()
    report = await ready(anna, await anna.create_report())
    await anna.download_report(report.report_id, tmp_path / "anna.pdf")
    issued = await visitor.verify_report(report.report_id)
    assert (issued.issued, issued.report.username, issued.report.sha256) == (True, username, report.sha256)
    assert await visitor.verify_report_file(tmp_path / "anna.pdf") == issued
    (tmp_path / "anna.pdf").write_bytes(b"forged")
    assert not (await visitor.verify_report_file(tmp_path / "anna.pdf")).issued
    await anna.delete_account(PASSWORD)
    hidden = await visitor.verify_report(report.report_id)
    assert (hidden.issued, hidden.report.username) == (True, "")
    await visitor.undelete_account(username, PASSWORD)
    assert await visitor.verify_report(report.report_id) == issued


async def test_receipt_that_never_was_is_not_found(club: Club) -> None:
    """A made-up id proves nothing."""
    visitor = await club.visitor()
    with pytest.raises(DossierError) as refusal:
        await visitor.deletion_receipt("3f1c9a52-7d6e-4b0a-9a51-0e8d2c6f4b17")
    assert refusal.value.reason == "RECEIPT_NOT_FOUND"
