"""The story of a club, told through the gateway in every shape of the installation."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import grpc
import pytest
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.profile.v1 import user_pb2, visibility_pb2
from dossier.report.v1 import report_pb2
from dossier.stats.v1 import game_pb2
from PIL import Image
from pypdf import PdfReader

from client import DossierClient, DossierError
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.games import a_game
from tests.eventually import eventually
from tests.statuses import refused


def a_picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


@asynccontextmanager
async def bare_channel(club: Club) -> AsyncIterator[grpc.aio.Channel]:
    """Open a channel for calls that the client library would not make."""
    async with grpc.aio.insecure_channel(club.installation.endpoint) as channel:
        yield channel


async def signed_in(channel: grpc.aio.Channel, username: str) -> tuple[tuple[str, str], ...]:
    """Sign in once more and return the metadata of that session's calls."""
    request = auth_pb.SignInRequest(username=username, password=PASSWORD)
    tokens = (await auth_rpc.AuthServiceStub(channel).SignIn(request)).tokens
    return (("authorization", f"Bearer {tokens.access_token}"),)


async def becomes_dead(channel: grpc.aio.Channel, metadata: tuple[tuple[str, str], ...]) -> None:
    """Return when an access token is refused, which it must be within five seconds."""

    async def is_dead() -> bool:
        try:
            await account_rpc.AccountServiceStub(channel).GetAccount(account_pb.GetAccountRequest(), metadata=metadata)
        except grpc.aio.AioRpcError as error:
            return error.code() is grpc.StatusCode.UNAUTHENTICATED
        return False

    await eventually(is_dead, within_seconds=5.5)


def refused_with(reason: str) -> pytest.RaisesExc[DossierError]:
    """Expect the client to be refused with a reason."""
    return pytest.RaisesExc(DossierError, check=lambda error: error.reason == reason)


async def ready(client: DossierClient, report: report_pb2.Report) -> report_pb2.Report:
    """Watch a report to its end, which must be a good one."""
    async for report in client.watch_report(report.report_id):  # noqa: B007, B020 - the last one counts
        pass
    assert report.state == report_pb2.STATE_READY, report
    return report


async def test_sign_in_of_unknown_user_is_refused(club: Club) -> None:
    """Who never signed up cannot sign in."""
    visitor = await club.visitor()
    with refused_with("CREDENTIALS_WRONG"):
        await visitor.sign_in("nobody-at-all", PASSWORD)


async def test_sign_up_signs_in_and_names_the_caller(club: Club) -> None:
    """Signing up opens a session in the new name."""
    anna = await club.player("anna")
    assert (await anna.caller()).username == anna.own_username()


async def test_sign_up_with_taken_username_is_refused(club: Club) -> None:
    """The same username cannot be taken twice."""
    anna = await club.player("anna")
    visitor = await club.visitor()
    with refused_with("USERNAME_TAKEN"):
        await visitor.sign_up(anna.own_username(), PASSWORD)


async def test_sign_in_with_wrong_password_is_refused(club: Club) -> None:
    """A wrong password opens no session."""
    anna = await club.player("anna")
    visitor = await club.visitor()
    with refused_with("CREDENTIALS_WRONG"):
        await visitor.sign_in(anna.own_username(), "some other password")
    await visitor.sign_in(anna.own_username(), PASSWORD)


async def test_edit_without_signing_in_is_refused(club: Club) -> None:
    """An anonymous caller edits nothing."""
    anna = await club.player("anna")
    request = profile_pb.UpdateUserRequest(username=anna.own_username(), user=user_pb2.User(city="Kyiv"))
    async with bare_channel(club) as channel:
        with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
            await profile_rpc.ProfileServiceStub(channel).UpdateUser(request)
    assert (await anna.get_user(anna.own_username())).city == ""


async def test_own_profile_and_avatar_are_set_and_read_by_anyone(club: Club) -> None:
    """What a player sets, a stranger without an account reads, alone and in the list of all."""
    anna = await club.player("anna")
    await anna.update_user(display_name="Анна Ї", gender=user_pb2.GENDER_FEMALE, city="Kyiv", about="Don, mostly.")
    await anna.set_avatar(a_picture())
    stranger = await club.visitor()
    user = await stranger.get_user(anna.own_username())
    assert (user.display_name, user.gender, user.city) == ("Анна Ї", user_pb2.GENDER_FEMALE, "Kyiv")
    avatar = await stranger.get_avatar(anna.own_username(), size=512)
    assert Image.open(BytesIO(avatar.content)).size == (512, 512)
    assert hashlib.sha256(avatar.content).hexdigest() == user.avatar.sha256
    assert user in [listed async for listed in stranger.list_users(page_size=3)]


async def test_read_of_unknown_user_is_not_found(club: Club) -> None:
    """A username that nobody has is NOT_FOUND."""
    visitor = await club.visitor()
    with refused_with("USER_NOT_FOUND"):
        await visitor.get_user("nobody-at-all")


async def test_partial_update_keeps_the_other_fields(club: Club) -> None:
    """Changing one field leaves the others as they are."""
    anna = await club.player("anna", display_name="Anna")
    await anna.update_user(city="Kyiv", club="Night Owls")
    user = await anna.update_user(city="Lviv")
    assert (user.display_name, user.city, user.club) == ("Anna", "Lviv", "Night Owls")


async def test_edit_or_delete_of_somebody_else_is_refused(club: Club) -> None:
    """Nobody changes another player's profile or avatar, or deletes their account."""
    anna, boris = await club.player("anna"), await club.player("boris")
    victim = boris.own_username()
    async with bare_channel(club) as channel:
        metadata = await signed_in(channel, anna.own_username())
        with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
            update = profile_pb.UpdateUserRequest(username=victim, user=user_pb2.User(city="Nowhere"))
            await profile_rpc.ProfileServiceStub(channel).UpdateUser(update, metadata=metadata)
        with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
            removal = avatar_pb.DeleteAvatarRequest(username=victim)
            await avatar_rpc.AvatarServiceStub(channel).DeleteAvatar(removal, metadata=metadata)
        with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
            deletion = account_pb.DeleteAccountRequest(username=victim, password=PASSWORD)
            await account_rpc.AccountServiceStub(channel).DeleteAccount(deletion, metadata=metadata)
    assert (await boris.get_user(victim)).city == ""


async def test_deleted_account_is_gone_and_its_tokens_are_dead(club: Club) -> None:
    """After deletion the player is in no list, cannot sign in, and their access token opens nothing."""
    anna, visitor = await club.player("anna"), await club.visitor()
    username = anna.own_username()
    async with bare_channel(club) as channel:
        metadata = await signed_in(channel, username)
        await anna.delete_account(PASSWORD)
        with refused_with("USER_NOT_FOUND"):
            await visitor.get_user(username)
        assert [user async for user in visitor.list_users(search=username)] == []
        with refused_with("CREDENTIALS_WRONG"):
            await visitor.sign_in(username, PASSWORD)
        await becomes_dead(channel, metadata)


async def test_signed_out_session_is_dead(club: Club) -> None:
    """Signing out ends the session for its access token, and leaves the account's other sessions alone."""
    anna = await club.player("anna")
    async with bare_channel(club) as channel:
        metadata = await signed_in(channel, anna.own_username())
        await auth_rpc.AuthServiceStub(channel).SignOut(auth_pb.SignOutRequest(), metadata=metadata)
        await becomes_dead(channel, metadata)
    assert (await anna.get_account()).username == anna.own_username()


async def test_report_shows_name_gender_and_the_four_statistics(club: Club, tmp_path: Path) -> None:
    """A report is answered at once with its id; the PDF that arrives says who it is about and what they have played."""
    referee = await club.referee()
    anna = await club.player("anna", email="anna.secret@example.org")
    await anna.update_user(display_name="Анна Ковальчук", gender=user_pb2.GENDER_FEMALE)
    await anna.set_avatar(a_picture())
    others = [(await club.player("other")).own_username() for _ in range(9)]
    table = [anna.own_username(), *others]
    for winner in (game_pb2.WINNER_BLACK, game_pb2.WINNER_BLACK, game_pb2.WINNER_RED):
        await referee.record_game(a_game(table, winner, minutes=40))
    asked = await anna.create_report()
    assert asked.report_id
    report = await ready(anna, asked)
    path = tmp_path / "anna.pdf"
    await anna.download_report(report.report_id, path)
    data = path.read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (report.size_bytes, report.sha256)
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    words = re.sub(r"\s+", " ", text)
    for expected in ("Анна Ковальчук", "Female", "66.7%", "2 h"):
        assert expected in words, words
    assert re.search(r"GAMES 3\b", words, re.IGNORECASE), words
    assert re.search(r"WINS 2\b", words, re.IGNORECASE), words
    assert re.search(r"LOSSES 1\b", words, re.IGNORECASE), words
    assert "anna.secret" not in words


async def test_report_prints_the_email_when_its_owner_asks(club: Club) -> None:
    """The e-mail address stands in a report only when the player asked for it about themselves."""
    anna = await club.player("anna", email="anna@example.org")
    report = await ready(anna, await anna.create_report(include_email=True))
    data = await anna.read_report(report.report_id)
    assert "anna@example.org" in PdfReader(BytesIO(data)).pages[0].extract_text()
    boris = await club.player("boris")
    with refused_with("INVALID_REQUEST"):
        await boris.create_report(anna.own_username(), include_email=True)


async def test_report_shows_its_asker_what_the_player_shows_them(club: Club) -> None:
    """What a player keeps private stands in their own report; one that others ask for says that it is private."""
    referee = await club.referee()
    anna, boris = await club.player("anna"), await club.player("boris")
    others = [(await club.player("other")).own_username() for _ in range(8)]
    await referee.record_game(a_game([anna.own_username(), boris.own_username(), *others], game_pb2.WINNER_BLACK))
    await anna.update_user(city="Kyiv", club="Night Owls", about="Plays don.")
    private, shown = visibility_pb2.AUDIENCE_PRIVATE, visibility_pb2.AUDIENCE_CLUB
    await anna.set_visibility(city=private, about=private, statistics=private, games=private, club=shown)

    async def words(asker: DossierClient) -> str:
        report = await ready(asker, await asker.create_report(anna.own_username()))
        pages = PdfReader(BytesIO(await asker.read_report(report.report_id))).pages
        return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))

    own, foreign = await words(anna), await words(boris)
    for expected in ("Kyiv", "Plays don.", "100%", "45 min"):
        assert expected in own, own
        assert expected not in foreign, foreign
    for expected in ("Night Owls", "Statistics are private", "does not show to others which games"):
        assert expected in foreign, foreign
    assert "private" not in own


async def test_report_of_another_player_is_made_and_stays_its_askers(club: Club) -> None:
    """Everyone signed in may ask for a report of anyone; the report is seen only by who asked."""
    anna, boris = await club.player("anna"), await club.player("boris")
    report = await ready(boris, await boris.create_report(anna.own_username()))
    assert report.username == anna.own_username()
    with refused_with("REPORT_NOT_FOUND"):
        await anna.get_report(report.report_id)
    with refused_with("REPORT_NOT_FOUND"):
        await anna.read_report(report.report_id)
    assert [listed.report_id async for listed in boris.list_reports()] == [report.report_id]
    assert [listed async for listed in anna.list_reports()] == []


async def test_report_of_unknown_player_fails_with_the_reason(club: Club) -> None:
    """A report about nobody ends FAILED and says why."""
    anna = await club.player("anna")
    asked = await anna.create_report("nobody-at-all")
    states = [report async for report in anna.watch_report(asked.report_id)]
    assert states[-1].state == report_pb2.STATE_FAILED
    assert states[-1].failure_reason == report_pb2.FAILURE_REASON_PLAYER_NOT_FOUND


async def test_deleted_report_is_gone(club: Club) -> None:
    """A deleted report can be neither read nor downloaded, and deleting it again finds nothing."""
    anna = await club.player("anna")
    report = await ready(anna, await anna.create_report())
    await anna.delete_report(report.report_id)
    for attempt in (anna.get_report, anna.read_report, anna.delete_report):
        with refused_with("REPORT_NOT_FOUND"):
            await attempt(report.report_id)


async def test_games_are_recorded_by_referees_only(club: Club) -> None:
    """A player cannot record a game; a service account can, and it counts."""
    players = [await club.player("seat") for _ in range(4)]
    names = [player.own_username() for player in players]
    with refused_with("ROLE_MISSING"):
        await players[0].record_game(a_game(names, game_pb2.WINNER_RED))
    async with club.installation.operator() as operator:
        key = await operator.create_service_account(f"server-{names[0]}")
    server = await club.visitor()
    assert await server.sign_in_with_api_key(key) == f"server-{names[0]}"
    game = await server.record_game(a_game(names, game_pb2.WINNER_RED))
    assert [listed.game_id async for listed in players[0].list_games(username=names[0])] == [game.game_id]
    assert (await players[3].player_stats(names[3])).overall.wins == 1


async def test_changed_password_signs_every_other_device_out(club: Club) -> None:
    """The device that changes it stays signed in, the others and the old password are of no more use."""
    anna = await club.player()
    username = anna.own_username()
    async with bare_channel(club) as channel:
        phone = await signed_in(channel, username)
        await anna.change_password(PASSWORD, "another quite unusual password")
        await becomes_dead(channel, phone)
    [own] = await anna.list_sessions()
    assert own.current
    elsewhere = await club.visitor()
    with refused_with("CREDENTIALS_WRONG"):
        await elsewhere.sign_in(username, PASSWORD)
    await elsewhere.sign_in(username, "another quite unusual password")
