"""The client's plain calls: what they send, repeat and raise."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import grpc
import pytest
from dossier.access.v1 import access_pb2 as access_pb
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb

from client import DigestMismatch, DossierClient, DossierError, Violation
from tests.integration.client.fakes import PASSWORD, UNAVAILABLE, FakeServer, Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def test_error_is_decoded_with_all_its_details(anna: DossierClient, fake: FakeServer) -> None:
    """A refusal carries code, reason, sentence, metadata, violations and delay."""
    fault = Fault(
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_REQUEST",
        "Mend the fields.",
        metadata={"key": "value"},
        violations=[("user.city", "must be short")],
        retry_seconds=0.5,
    )
    fake.fail_next("UpdateUser", fault)
    with pytest.raises(DossierError) as caught:
        await anna.update_user(city="x" * 200)
    error = caught.value
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert error.message == "Mend the fields."
    assert str(error) == "Mend the fields. (INVALID_REQUEST)"
    assert error.violations == (Violation("user.city", "must be short"),)
    assert error.metadata == {"key": "value"}
    assert error.retry_delay == pytest.approx(0.5)


async def test_error_names_the_endpoint_when_nothing_listens() -> None:
    """A server that is not there gives UNAVAILABLE without a reason, and its address."""
    async with DossierClient("127.0.0.1:1") as client:
        with pytest.raises(DossierError, match=r"127\.0\.0\.1:1 cannot be reached") as caught:
            await client.get_user("anna")
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert caught.value.reason == ""


async def test_call_that_needs_sign_in_is_not_sent_without_credentials(
    make_client: Callable[..., DossierClient], fake: FakeServer
) -> None:
    """Nobody signed in gives TOKEN_MISSING without asking the server."""
    async with make_client() as client:
        with pytest.raises(DossierError) as caught:
            await client.get_account()
    assert caught.value.reason == "TOKEN_MISSING"
    assert fake.calls == []


async def test_public_read_is_made_by_who_is_signed_in(
    anna: DossierClient, make_client: Callable[..., DossierClient], fake: FakeServer
) -> None:
    """What a player shows to the club is shown to its members; strangers read without a token."""
    await anna.get_user("ben")
    async with make_client() as stranger:
        await stranger.get_user("ben")
    assert fake.tokens_sent[-2:] == [("GetUser", "Bearer access-1"), ("GetUser", "")]


async def test_public_read_is_made_as_a_stranger_when_the_session_is_over(
    anna: DossierClient, fake: FakeServer
) -> None:
    """Whose session was ended elsewhere still reads what everybody may read."""
    fake.fail_next("GetUser", Fault(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"))
    assert (await anna.get_user("ben")).display_name == "Ben"
    assert fake.tokens_sent[-1] == ("GetUser", "")


async def test_read_is_repeated_once_when_unavailable(anna: DossierClient, fake: FakeServer) -> None:
    """One UNAVAILABLE is hidden from a read; two are not."""
    fake.fail_next("GetUser", UNAVAILABLE)
    assert (await anna.get_user("ben")).display_name == "Ben"
    assert fake.count("GetUser") == 2
    fake.fail_next("GetUser", UNAVAILABLE, UNAVAILABLE)
    with pytest.raises(DossierError) as caught:
        await anna.get_user("ben")
    assert caught.value.reason == "SERVER_DRAINING"


async def test_write_is_not_repeated_when_unavailable(anna: DossierClient, fake: FakeServer) -> None:
    """A write that is not idempotent is sent once."""
    fake.fail_next("UpdateUser", UNAVAILABLE)
    with pytest.raises(DossierError):
        await anna.update_user(city="Kyiv")
    assert fake.count("UpdateUser") == 1


async def test_sign_up_is_not_repeated_when_unavailable(
    make_client: Callable[..., DossierClient], fake: FakeServer
) -> None:
    """A sign-up is sent once, since a repeat could find its own account."""
    fake.fail_next("SignUp", UNAVAILABLE)
    async with make_client() as client:
        with pytest.raises(DossierError):
            await client.sign_up("dora", PASSWORD)
    assert fake.count("SignUp") == 1


async def test_create_report_is_repeated_with_the_same_request_id(anna: DossierClient, fake: FakeServer) -> None:
    """A repeated wish carries the id of the first one."""
    fake.fail_next("CreateReport", UNAVAILABLE)
    await anna.create_report("ben")
    first, second = fake.requests("CreateReport")
    assert first.request_id == second.request_id != ""
    assert first.username == "ben"


async def test_list_goes_through_all_pages(anna: DossierClient, fake: FakeServer) -> None:
    """Listing asks for page after page, and stops asking when the caller does."""
    assert [user.username async for user in anna.list_users(search="n")] == ["anna", "ben", "cho"]
    assert [request.page_token for request in fake.requests("ListUsers")] == ["", "2"]
    assert all(request.search == "n" for request in fake.requests("ListUsers"))


async def test_update_sends_a_mask_of_the_given_fields_only(anna: DossierClient, fake: FakeServer) -> None:
    """An empty value clears a field, None leaves it alone."""
    user = await anna.update_user(etag="e1", city="Kyiv", about="", gender=user_pb.GENDER_FEMALE)
    (request,) = fake.requests("UpdateUser")
    assert list(request.update_mask.paths) == ["about", "city", "gender"]
    assert (request.username, request.etag) == ("anna", "e1")
    assert (user.city, user.display_name) == ("Kyiv", "Anna")


async def test_update_without_a_field_is_refused(anna: DossierClient) -> None:
    """An update of nothing never becomes an empty mask, which means something else."""
    with pytest.raises(ValueError, match="no field"):
        await anna.update_user()


async def test_sign_up_signs_in(make_client: Callable[..., DossierClient]) -> None:
    """After signing up the client acts for the new account."""
    async with make_client() as client:
        await client.sign_up("dora", PASSWORD, display_name="Дора")
        assert client.signed_in_as == "dora"
        assert (await client.caller()).username == "anna"


async def test_sign_out_forgets_tokens_also_when_the_server_is_away(anna: DossierClient, fake: FakeServer) -> None:
    """Signing out leaves no tokens behind, whatever the server answers."""
    fake.fail_next("SignOut", UNAVAILABLE, UNAVAILABLE)
    with pytest.raises(DossierError):
        await anna.sign_out()
    assert anna.signed_in_as is None


async def test_delete_account_forgets_tokens(anna: DossierClient) -> None:
    """A wrong password changes nothing; the right one ends the account and its credentials."""
    with pytest.raises(DossierError):
        await anna.delete_account("wrong")
    assert anna.signed_in_as == "anna"
    receipt = await anna.delete_account(PASSWORD, erase_seats=True)
    assert anna.signed_in_as is None
    assert (await anna.deletion_receipt(receipt.receipt_id)).receipt_id == receipt.receipt_id


async def test_batch_get_tells_the_missing(anna: DossierClient) -> None:
    """Usernames that nobody has are listed."""
    answer = await anna.batch_get_users(["ben", "nobody"])
    assert [user.username for user in answer.users] == ["ben"]
    assert list(answer.missing_usernames) == ["nobody"]


@pytest.mark.parametrize("size", [1, 64 * 1024, 64 * 1024 + 1, 1_000_000])
async def test_upload_sends_chunks_of_64_kib_with_their_digest(
    anna: DossierClient, fake: FakeServer, tmp_path: Path, size: int
) -> None:
    """An upload announces size and SHA-256 and then sends exactly those bytes in chunks of at most 64 KiB."""
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (tmp_path / "me.png").write_bytes(content)
    await anna.set_avatar(tmp_path / "me.png")
    first, *rest = fake.uploads[0]
    assert first.metadata.size_bytes == size
    assert first.metadata.sha256 == hashlib.sha256(content).hexdigest()
    assert first.metadata.username == "anna"
    assert all(0 < len(message.chunk) <= 64 * 1024 for message in rest)
    assert b"".join(message.chunk for message in rest) == content


async def test_upload_is_sent_anew_when_unavailable(anna: DossierClient, fake: FakeServer) -> None:
    """A repeated upload begins with its metadata again."""
    fake.fail_next("UploadAvatar", UNAVAILABLE)
    await anna.set_avatar(b"x" * 200_000)
    assert len(fake.uploads) == 1
    assert fake.uploads[0][0].metadata.size_bytes == 200_000


async def test_upload_of_a_film_is_refused_before_reading_it_all(anna: DossierClient, tmp_path: Path) -> None:
    """A file over 5 MiB is not sent."""
    with (tmp_path / "film").open("wb") as file:
        file.truncate(6 * 1024 * 1024)
    with pytest.raises(DossierError) as caught:
        await anna.set_avatar(tmp_path / "film")
    assert caught.value.reason == "IMAGE_TOO_LARGE"


async def test_avatar_is_checked_against_its_digest(anna: DossierClient, fake: FakeServer) -> None:
    """A good avatar is returned, a damaged one is not."""
    image = await anna.get_avatar("ben", size=64)
    assert (image.content, image.content_type) == (fake.avatar, "image/webp")
    fake.avatar_sha256 = "0" * 64
    with pytest.raises(DigestMismatch) as caught:
        await anna.get_avatar("ben")
    assert caught.value.expected == "0" * 64


async def test_avatar_that_is_still_the_one_comes_without_bytes(anna: DossierClient, fake: FakeServer) -> None:
    """A match of `if_none_match` is not a damaged picture."""
    image = await anna.get_avatar("ben", if_none_match=fake.avatar_sha256)
    assert image.not_modified
    assert image.content == b""


async def test_game_without_id_gets_one_for_both_attempts(anna: DossierClient, fake: FakeServer) -> None:
    """A repeated recording carries the same new id, and the caller's message is left alone."""
    fake.roles["anna"].add(access_pb.ROLE_REFEREE)
    fake.fail_next("RecordGame", UNAVAILABLE)
    game = game_pb.Game(winner=game_pb.WINNER_RED)
    recorded = await anna.record_game(game)
    ids = {request.game.game_id for request in fake.requests("RecordGame")}
    assert ids == {recorded.game_id}
    assert len(recorded.game_id) == 36
    assert game.game_id == ""


async def test_record_game_refreshes_once_when_the_role_is_new(anna: DossierClient, fake: FakeServer) -> None:
    """A role granted after signing in takes effect at once; without it the refusal is passed on."""
    with pytest.raises(DossierError) as caught:
        await anna.record_game(game_pb.Game())
    assert caught.value.reason == "ROLE_MISSING"
    assert fake.count("RefreshTokens") == 1
    fake.roles["anna"].add(access_pb.ROLE_REFEREE)
    await anna.record_game(game_pb.Game())
    assert fake.count("RefreshTokens") == 2


async def test_period_is_sent_as_timestamps(anna: DossierClient, fake: FakeServer) -> None:
    """Aware times become Timestamps; those not given stay absent."""
    await anna.player_stats("ben", start_time=datetime(2026, 1, 1, tzinfo=UTC))
    (request,) = fake.requests("GetPlayerStats")
    assert request.start_time.ToJsonString() == "2026-01-01T00:00:00Z"
    assert not request.HasField("end_time")
