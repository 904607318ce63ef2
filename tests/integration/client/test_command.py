"""The `dossier` command against a fake server: what it prints and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import pty
import signal
import stat
from typing import TYPE_CHECKING

import grpc
import pytest
from dossier.access.v1 import access_pb2 as access_pb
from dossier.profile.v1 import account_service_pb2 as account_pb

from tests.integration.client.command import Command
from tests.integration.client.fakes import GAME_ID, PASSWORD, FakeServer, Fault

if TYPE_CHECKING:
    from pathlib import Path

GAME = {
    "game_id": GAME_ID,
    "start_time": "2026-11-22T18:00:00Z",
    "duration": "2700s",
    "winner": "WINNER_RED",
    "seats": [{"seat_number": 1, "username": "anna", "role": "ROLE_SHERIFF"}],
}


async def test_sign_in_keeps_credentials_and_sign_out_removes_them(command: Command, fake: FakeServer) -> None:
    """The username is lower-cased, the password sent as it is, and the file is for its owner only."""
    command.environ["DOSSIER_PASSWORD"] = PASSWORD
    result = await command("sign-in", "ANNA")
    assert (result.code, result.out) == (0, "")
    (request,) = fake.requests("SignIn")
    assert (request.username, request.password) == ("anna", PASSWORD)
    assert stat.S_IMODE(command.credentials.stat().st_mode) == 0o600
    assert (await command("whoami")).code == 0
    assert (await command("sign-out")).code == 0
    assert json.loads(command.credentials.read_text()) == {}
    assert (await command("whoami")).code == 3


async def test_sign_in_says_which_computer_it_is(command: Command, fake: FakeServer) -> None:
    """The owner will know this session in the list by the computer's name."""
    await command("sign-in", "anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    (request,) = fake.requests("SignIn")
    assert request.device_name == f"dossier on {platform.node()}"[:100]


async def test_sessions_are_listed_and_revoked(command: Command, fake: FakeServer) -> None:
    """A line per session, the own one marked, and names of others' devices cannot steer the terminal."""
    await command("sign-in", "anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    result = await command("session", "list")
    assert result.out == f"{GAME_ID}\tdossier on a laptop\t\tthis\n\ta [31mphone\t\t\n"
    assert (await command("session", "revoke", GAME_ID.upper())).code == 0
    (request,) = fake.requests("RevokeSession")
    assert request.session_id == GAME_ID


async def test_sign_out_everywhere_forgets_the_credentials(command: Command, fake: FakeServer) -> None:
    """The tokens of this computer are as dead as the others."""
    await command("sign-in", "anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    result = await command("sign-out", "--everywhere")
    assert result.err.endswith("on all devices.\n")
    assert fake.count("SignOutEverywhere") == 1
    assert json.loads(command.credentials.read_text()) == {}


async def test_change_password_takes_both_from_standard_input(command: Command, fake: FakeServer) -> None:
    """Scripts send the current password and the new one as two lines."""
    await command("sign-in", "anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    result = await command("change-password", "--password-stdin", stdin=f"{PASSWORD}\nthe next one\n")
    assert result.code == 0, result.err
    (request,) = fake.requests("ChangePassword")
    assert (request.current_password, request.new_password) == (PASSWORD, "the next one")


async def test_sign_up_signs_in(command: Command, fake: FakeServer) -> None:
    """A new account is signed in at once."""
    arguments = ("sign-up", "Dora", "--display-name", "Дора", "--email", "d@example.org", "--password-stdin")
    result = await command(*arguments, stdin=f" {PASSWORD} \n")
    assert result.code == 0, result.err
    (request,) = fake.requests("SignUp")
    assert (request.username, request.display_name, request.password) == ("dora", "Дора", f" {PASSWORD} ")


async def test_refusal_is_a_sentence_with_its_reason(command: Command) -> None:
    """A refusal is the server's sentence with its reason, and the command that helps where there is one."""
    result = await command("sign-up", "anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert result.code == 1
    assert result.err == "error: This username is taken. (USERNAME_TAKEN)\n"


async def test_wrong_password_ends_with_3(command: Command) -> None:
    """A wrong password is a matter of signing in."""
    result = await command("sign-in", "anna", "--password-stdin", stdin="wrong\n")
    assert result.code == 3
    assert result.err.startswith("error: Username and password do not match. (CREDENTIALS_WRONG)\n")


async def test_not_signed_in_ends_with_3(command: Command) -> None:
    """A command that needs an account says how to sign in."""
    result = await command("report", "list")
    assert result.code == 3
    assert result.err == "error: You are not signed in. (TOKEN_MISSING)\nSign in: dossier sign-in USERNAME\n"


async def test_unknown_player_ends_with_4(command: Command) -> None:
    """What does not exist has an exit code of its own."""
    result = await command("profile", "show", "nobody")
    assert (result.code, result.out) == (4, "")
    assert "USER_NOT_FOUND" in result.err


async def test_unreachable_server_ends_with_5(command: Command) -> None:
    """A server that is not there is named, with what to do."""
    result = await command("--endpoint", "127.0.0.1:1", "profile", "show", "anna")
    assert result.code == 5
    assert result.err.startswith("error: The server at 127.0.0.1:1 cannot be reached. (UNAVAILABLE)\n")
    assert "dossier up" in result.err


async def test_server_on_this_computer_is_reached_past_a_proxy(command: Command) -> None:
    """A proxy in the environment has no say in connections to the loopback address."""
    command.environ |= {"http_proxy": "http://127.0.0.1:1", "no_proxy": "", "NO_PROXY": ""}
    assert (await command("profile", "show", "anna")).code == 0


@pytest.mark.parametrize(
    "arguments", [("bogus",), ("avatar", "get", "anna", "--size", "65"), ("profile", "edit"), ("sign-in", "anna")]
)
async def test_wrong_usage_ends_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    """A command line that cannot be meant ends with 2."""
    assert (await command(*arguments)).code == 2


async def test_field_violations_stand_one_per_line(signed_in: Command, fake: FakeServer) -> None:
    """Bad fields are listed under the sentence."""
    violations = [("user.city", "must be short"), ("user.locale", "must be a tag")]
    fake.fail_next(
        "UpdateUser",
        Fault(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", "Mend the fields.", violations=violations),
    )
    result = await signed_in("profile", "edit", "--city", "x")
    assert result.code == 1
    assert result.err == (
        "error: Mend the fields. (INVALID_REQUEST)\n  user.city: must be short\n  user.locale: must be a tag\n"
    )


async def test_two_commands_at_once_refresh_the_token_once(signed_in: Command, fake: FakeServer) -> None:
    """Two processes that find the token expired do not both use the refresh token."""
    fake.expired = True
    fake.refresh_takes_seconds = 1.0
    results = await asyncio.gather(*(signed_in("whoami") for _ in range(3)))
    assert [result.code for result in results] == [0, 0, 0]
    assert fake.count("RefreshTokens") == 1


async def test_list_in_a_pipe_is_plain_lines(command: Command, fake: FakeServer) -> None:
    """A pipe gets tab-separated lines without a heading, and no name can break them."""
    fake.users["ben"].display_name = "B\te\x1b[2Jn\u202e"
    fake.users["ben"].city = "Kyiv"
    result = await command("profile", "list")
    assert result.out == "anna\tAnna\t\t\nben\tB e [2Jn \tKyiv\t\ncho\tCho\t\t\n"
    limited = await command("profile", "list", "--limit", "1")
    assert limited.out == "anna\tAnna\t\t\n"
    assert "more than 1" in limited.err


async def test_list_as_json_is_an_array(command: Command) -> None:
    """--json may stand before or after the command."""
    for arguments in (("--json", "profile", "list"), ("profile", "list", "--json")):
        users = json.loads((await command(*arguments)).out)
        assert [user["username"] for user in users] == ["anna", "ben", "cho"]


async def test_list_on_a_terminal_is_a_table(command: Command) -> None:
    """A terminal gets a heading."""
    shown = await command.on_terminal("profile", "list")
    heading, *rows = shown.splitlines()
    assert "USERNAME" in heading
    assert "anna" in rows[0]


async def test_profile_edit_changes_the_given_fields(signed_in: Command, fake: FakeServer) -> None:
    """Only what is given is sent, and the profile is printed."""
    result = await signed_in("profile", "edit", "--gender", "female", "--club", "", "--json")
    assert json.loads(result.out)["gender"] == "GENDER_FEMALE"
    (request,) = fake.requests("UpdateUser")
    assert list(request.update_mask.paths) == ["club", "gender"]


async def test_account_delete_needs_yes_without_a_terminal(signed_in: Command, fake: FakeServer) -> None:
    """Nothing is deleted unasked."""
    refused = await signed_in("account", "delete", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert refused.code == 2
    assert fake.count("DeleteAccount") == 0
    done = await signed_in("account", "delete", "--yes", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (done.code, done.out) == (0, f"{GAME_ID}\n"), done.err
    assert "2026-12-07T12:00:00Z" in done.err
    assert json.loads(signed_in.credentials.read_text()) == {}
    assert fake.requests("DeleteAccount")[0].mode == account_pb.DELETION_MODE_ANONYMISE_SEAT


async def test_account_undelete_and_receipt_need_no_session(command: Command, fake: FakeServer) -> None:
    """Who is signed out brings the account back with the password, and sees how far the deletion is."""
    back = await command("account", "undelete", "ANNA", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert back.code == 0, back.err
    assert fake.requests("UndeleteAccount")[0].username == "anna"
    shown = await command("account", "receipt", GAME_ID)
    rows = dict(line.split("\t") for line in shown.out.splitlines())
    assert (rows["state"], rows["seats in games"], rows["sessions"]) == ("SCHEDULED", "ERASE", "2")


async def test_interrupted_question_ends_with_130(signed_in: Command, fake: FakeServer) -> None:
    """Ctrl-C at a question ends the command at once, and nothing is done."""
    controller, terminal = pty.openpty()
    try:
        process = await signed_in.start("account", "delete", stdin=terminal)
        assert process.stderr is not None
        await process.stderr.readuntil(b"[y/N]")
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    finally:
        os.close(terminal)
        os.close(controller)
    assert (process.returncode, err.strip()) == (130, b"")
    assert fake.count("DeleteAccount") == 0


async def test_avatar_goes_up_and_comes_down(signed_in: Command, fake: FakeServer, tmp_path: Path) -> None:
    """A picture is sent from a file and saved to one."""
    (tmp_path / "me.png").write_bytes(b"png" * 50_000)
    assert (await signed_in("avatar", "set", "me.png")).code == 0
    assert b"".join(message.chunk for message in fake.uploads[0]) == b"png" * 50_000
    result = await signed_in("avatar", "get", "BEN", "--size", "128")
    assert result.out == "ben-128.webp\n"
    assert (tmp_path / "ben-128.webp").read_bytes() == fake.avatar
    missing = await signed_in("avatar", "set", "nothing.png")
    assert (missing.code, missing.err) == (1, "error: nothing.png: No such file or directory\n")


async def test_games_are_recorded_listed_and_shown(signed_in: Command, fake: FakeServer) -> None:
    """A list of games is recorded from standard input, with new ids where there are none."""
    fake.roles["anna"].add(access_pb.ROLE_REFEREE)
    without_id = {name: value for name, value in GAME.items() if name != "game_id"}
    recorded = await signed_in("game", "record", "-", stdin=json.dumps([GAME, without_id]))
    assert recorded.code == 0, recorded.err
    assert recorded.out.splitlines()[0] == GAME_ID
    assert len(fake.games) == 2
    listed = await signed_in("game", "list", "anna")
    assert listed.out.splitlines()[0] == f"{GAME_ID}\t2026-11-22T18:00:00Z\t2700\tRED\t1\tSHERIFF\tUNSPECIFIED"
    assert "anna\tSHERIFF" in (await signed_in("game", "show", GAME_ID)).out


async def test_recording_without_the_role_says_who_gives_it(signed_in: Command) -> None:
    """A refusal for want of a role names the operator's command, and how far the file got."""
    result = await signed_in("game", "record", "-", stdin=json.dumps([GAME, GAME]))
    assert result.code == 1
    assert "Game 1 of 2 was not recorded; 0 before it were." in result.err
    assert "dossier admin grant-role USERNAME ROLE" in result.err


async def test_operator_reaches_the_standalone_server(command: Command, fake: FakeServer, tmp_path: Path) -> None:
    """The data folder has the address and the secret; the key of a service account is all that stdout gets."""
    data = tmp_path / "data"
    (data / "secrets").mkdir(parents=True)
    (data / "internal.json").write_text(json.dumps({"address": fake.address}))
    (data / "secrets" / "internal.key").write_text("k" * 43 + "\n")
    assert (await command("admin", "grant-role", "Anna", "referee")).code == 0
    assert fake.roles["anna"] == {access_pb.ROLE_REFEREE}
    assert (await command("admin", "revoke-role", "anna", "referee", "--data", "data")).code == 0
    assert fake.roles["anna"] == set()
    created = await command("admin", "create-service-account", "table-1")
    assert created.out == "dossier_key_of_the_table\n"
    assert all(token.startswith("Bearer ey") for token in fake.service_tokens)


async def test_operator_reaches_a_profile_service_by_address(
    command: Command, fake: FakeServer, tmp_path: Path
) -> None:
    """Address and secret file are given together."""
    (tmp_path / "key").write_text("k" * 43)
    door = ("--profile-address", fake.address, "--internal-secret-file", "key")
    assert (await command("admin", "grant-role", "anna", "service", *door)).code == 0
    assert (await command("admin", "grant-role", "anna", "service", *door[:2])).code == 2


async def test_operator_is_told_when_no_server_runs(command: Command, tmp_path: Path) -> None:
    """A data folder without a server, or with one that is gone, is one sentence."""
    result = await command("admin", "grant-role", "anna", "referee")
    assert result.code == 5
    assert result.err.startswith("error: No server is running with the data folder data. (NOT_RUNNING)\n")
    data = tmp_path / "data"
    (data / "secrets").mkdir(parents=True)
    (data / "internal.json").write_text('{"address": "127.0.0.1:1"}')
    (data / "secrets" / "internal.key").write_text("k" * 43)
    result = await command("admin", "grant-role", "anna", "referee")
    assert result.code == 5
    assert result.err == "error: The server is not running: nothing answers at 127.0.0.1:1. (NOT_RUNNING)\n"
