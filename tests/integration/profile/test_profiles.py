"""Profiles: read by everyone, edited by their owner."""

from __future__ import annotations

import asyncio

import pytest
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from grpc import StatusCode

from tests.integration.profile.conftest import PASSWORD, Profile
from tests.integration.profile.details import refused_naming
from tests.statuses import refused


def change(username: str, *paths: str, etag: str = "", **fields: object) -> profile_pb.UpdateUserRequest:
    return profile_pb.UpdateUserRequest(
        username=username, user=user_pb2.User(**fields), update_mask=FieldMask(paths=paths), etag=etag
    )


async def test_get_user_after_sign_up_shows_the_public_profile(profile: Profile) -> None:
    """Anybody reads a new player's profile, and the e-mail address is no part of it."""
    await profile.sign_up("anna", display_name="Анна", email="anna@example.org")
    user = (await profile.profiles.GetUser(profile_pb.GetUserRequest(username="anna"))).user
    assert (user.username, user.display_name, user.gender) == ("anna", "Анна", user_pb2.GENDER_UNSPECIFIED)
    assert "example.org" not in str(user)


async def test_get_user_of_unknown_name_is_not_found(profile: Profile) -> None:
    """A username that no account has is NOT_FOUND."""
    with refused(StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        await profile.profiles.GetUser(profile_pb.GetUserRequest(username="nobody"))


async def test_update_user_with_mask_changes_only_the_named_fields(profile: Profile) -> None:
    """A field that the mask does not name keeps its value although the message has another."""
    anna = await profile.sign_up("anna")
    first = change("anna", "city", "gender", city="Kyiv", gender=user_pb2.GENDER_DIVERSE)
    await profile.profiles.UpdateUser(first, metadata=anna.metadata)
    second = change("anna", "club", club="Night Owls", city="Lviv")
    user = (await profile.profiles.UpdateUser(second, metadata=anna.metadata)).user
    assert (user.city, user.club, user.gender) == ("Kyiv", "Night Owls", user_pb2.GENDER_DIVERSE)


async def test_update_user_without_mask_keeps_the_fields_that_are_not_set(profile: Profile) -> None:
    """Without a mask, the fields that are set change and the others stay."""
    anna = await profile.sign_up("anna", display_name="Anna")
    await profile.profiles.UpdateUser(change("anna", city="Kyiv"), metadata=anna.metadata)
    user = (await profile.profiles.UpdateUser(change("anna", about="Plays don."), metadata=anna.metadata)).user
    assert (user.display_name, user.city, user.about) == ("Anna", "Kyiv", "Plays don.")


async def test_update_user_with_masked_empty_value_clears_the_field(profile: Profile) -> None:
    """A field that the mask names and the message leaves empty becomes empty."""
    anna = await profile.sign_up("anna")
    await profile.profiles.UpdateUser(change("anna", city="Kyiv"), metadata=anna.metadata)
    user = (await profile.profiles.UpdateUser(change("anna", "city"), metadata=anna.metadata)).user
    assert user.city == ""


async def test_update_user_of_somebody_else_is_refused(profile: Profile) -> None:
    """Nobody edits another player's profile, whether that player exists or not."""
    anna = await profile.sign_up("anna")
    await profile.sign_up("boris")
    for username in ("boris", "nobody"):
        with refused(StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
            await profile.profiles.UpdateUser(change(username, city="Kyiv"), metadata=anna.metadata)


async def test_update_user_without_token_is_refused(profile: Profile) -> None:
    """Editing needs a signed-in caller."""
    await profile.sign_up("anna")
    with refused(StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await profile.profiles.UpdateUser(change("anna", city="Kyiv"))


async def test_update_user_with_stale_etag_is_aborted(profile: Profile) -> None:
    """Of two editors that read the same profile, the second is told to read it again."""
    anna = await profile.sign_up("anna")
    etag = (await profile.profiles.GetUser(profile_pb.GetUserRequest(username="anna"))).user.etag
    await profile.profiles.UpdateUser(change("anna", city="Kyiv", etag=etag), metadata=anna.metadata)
    for stale in (etag, "never-ours"):
        with refused(StatusCode.ABORTED, "ETAG_STALE"):
            await profile.profiles.UpdateUser(change("anna", city="Lviv", etag=stale), metadata=anna.metadata)


@pytest.mark.parametrize("path", ["username", "avatar", "email", "password_hash", "roles", "create_time", "nonsense"])
async def test_update_user_with_forbidden_mask_is_refused(profile: Profile, path: str) -> None:
    """Only the editable fields can be named; a role cannot be taken this way."""
    anna = await profile.sign_up("anna")
    with refused(StatusCode.INVALID_ARGUMENT, "UPDATE_MASK_INVALID"):
        await profile.profiles.UpdateUser(change("anna", path), metadata=anna.metadata)


async def test_update_user_to_another_username_is_refused_by_name(profile: Profile) -> None:
    """A username cannot be changed, and nothing else is when that is tried; the same one may be sent along."""
    anna = await profile.sign_up("anna")
    request = change("anna", city="Kyiv")
    request.user.username = "hanna"
    with refused_naming("user.username"):
        await profile.profiles.UpdateUser(request, metadata=anna.metadata)
    request = change("anna", club="Owls")
    request.user.username = "anna"
    user = (await profile.profiles.UpdateUser(request, metadata=anna.metadata)).user
    assert (user.username, user.city, user.club) == ("anna", "", "Owls")


@pytest.mark.parametrize(
    ("etag", "code", "reason"), [("", StatusCode.NOT_FOUND, "USER_NOT_FOUND"), ("r1", StatusCode.ABORTED, "ETAG_STALE")]
)
async def test_update_user_just_after_its_deletion_says_what_is_so(
    profile: Profile, etag: str, code: StatusCode, reason: str
) -> None:
    """A token outlives its account by seconds: without an etag nothing can be stale, so the player is not found."""
    anna = await profile.sign_up("anna")
    request = account_pb.DeleteAccountRequest(username="anna", password=PASSWORD)
    await profile.accounts.DeleteAccount(request, metadata=anna.metadata)
    with refused(code, reason):
        await profile.profiles.UpdateUser(change("anna", city="Kyiv", etag=etag), metadata=anna.metadata)


@pytest.mark.parametrize("field", ["search", "city", "club"])
@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\nb", "\x7f"])
async def test_list_users_by_control_characters_is_refused_by_name(profile: Profile, field: str, text: str) -> None:
    """What no name can contain is not searched for."""
    with refused_naming(field):
        await profile.profiles.ListUsers(profile_pb.ListUsersRequest(**{field: text}))


async def test_update_user_to_empty_display_name_is_refused(profile: Profile) -> None:
    """A player always has a name to show."""
    anna = await profile.sign_up("anna")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await profile.profiles.UpdateUser(change("anna", "display_name"), metadata=anna.metadata)


async def test_batch_get_users_keeps_order_and_lists_the_missing(profile: Profile) -> None:
    """The answer has the order of the question, and names whom it did not find."""
    for username in ("anna", "boris", "clara"):
        await profile.sign_up(username)
    request = profile_pb.BatchGetUsersRequest(usernames=["clara", "nobody", "anna", "clara"])
    answer = await profile.profiles.BatchGetUsers(request)
    assert [user.username for user in answer.users] == ["clara", "anna", "clara"]
    assert list(answer.missing_usernames) == ["nobody"]


async def test_list_users_in_pages_shows_everybody_once(profile: Profile) -> None:
    """Pages follow each other without gap or double, and the last one has no token."""
    names = sorted(f"player-{number}" for number in range(7))
    await asyncio.gather(*(profile.sign_up(name) for name in names))
    seen: list[str] = []
    token = ""
    for _ in range(4):
        page = await profile.profiles.ListUsers(profile_pb.ListUsersRequest(page_size=2, page_token=token))
        seen += [user.username for user in page.users]
        token = page.next_page_token
    assert (seen, token) == (names, "")


@pytest.mark.parametrize(
    ("search", "found"),
    [("ÄNNE", ["anne"]), ("ann", ["anne"]), ("nn", ["anne"]), ("%", ["percent"]), ("_", []), ("zzz", [])],
)
async def test_list_users_with_search_finds_without_regard_to_case(
    profile: Profile, search: str, found: list[str]
) -> None:
    """A search matches anywhere in display name or username, in any script's case, and knows no wildcards."""
    await profile.sign_up("anne", display_name="Änne")
    await profile.sign_up("percent", display_name="100 % red")
    page = await profile.profiles.ListUsers(profile_pb.ListUsersRequest(search=search))
    assert [user.username for user in page.users] == found


async def test_list_users_after_rename_is_searched_by_the_new_name(profile: Profile) -> None:
    """A changed display name is found and the old one is not."""
    anna = await profile.sign_up("anna", display_name="Old")
    await profile.profiles.UpdateUser(change("anna", display_name="Новая"), metadata=anna.metadata)
    for search, count in (("новая", 1), ("old", 0), ("anna", 1)):
        assert len((await profile.profiles.ListUsers(profile_pb.ListUsersRequest(search=search))).users) == count


async def test_list_users_by_city_and_club_filters(profile: Profile) -> None:
    """Filters compare the whole value without regard to case and work together."""
    for username, city, club in (("anna", "Kyiv", "Owls"), ("boris", "Kyiv", "Foxes"), ("clara", "Lviv", "Owls")):
        player = await profile.sign_up(username)
        await profile.profiles.UpdateUser(change(username, city=city, club=club), metadata=player.metadata)
    page = await profile.profiles.ListUsers(profile_pb.ListUsersRequest(city="KYIV", club="owls"))
    assert [user.username for user in page.users] == ["anna"]


async def test_list_users_with_foreign_page_token_is_refused(profile: Profile) -> None:
    """A page token continues only the query it came from."""
    for username in ("anna", "boris"):
        await profile.sign_up(username)
    token = (await profile.profiles.ListUsers(profile_pb.ListUsersRequest(page_size=1))).next_page_token
    for request in (
        profile_pb.ListUsersRequest(page_token=token, search="a"),
        profile_pb.ListUsersRequest(page_token="garbage"),
    ):
        with refused(StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"):
            await profile.profiles.ListUsers(request)
