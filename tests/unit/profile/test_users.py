"""Who changes which profile, and what of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from profile_service.errors import EtagStale, NotOwner, UpdateMaskInvalid, UserNotFound
from profile_service.users import EDITABLE, ProfileEditor, User
from runtime.calls import Caller
from runtime.errors import InvalidInput, Violation

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANNA = Caller("anna-id", "anna", frozenset(), "s-1", NOW, "token")
USER = User("anna-id", "anna", "Anna", "female", "Kyiv", "Night Owls", "", "uk", None, NOW, NOW, 3)


class OneUser:
    """A store with anna's profile, which writes down what it is told to change."""

    def __init__(self) -> None:
        self.user: User | None = USER
        self.told: list[tuple[str, int, Mapping[str, str]]] = []

    async def update_user(self, account_id: str, *, revision: int, changes: Mapping[str, str]) -> User | None:
        self.told.append((account_id, revision, changes))
        return self.user


async def update(store: OneUser, values: Mapping[str, str], **more: Any) -> User:
    """Change as anna what the test does not say otherwise."""
    wish = {"caller": ANNA, "username": "anna", "mask": (), "etag": ""} | more
    return await ProfileEditor(store).update(wish.pop("caller"), wish.pop("username"), values=values, **wish)


async def test_owner_changes_what_is_masked() -> None:
    """What is masked is changed, also to nothing; the rest of what is sent is not."""
    store = OneUser()
    values = {"display_name": "Ann", "city": "", "club": "Owls", "username": ""}
    assert await update(store, values, mask=["display_name", "city"], etag="r3") is USER
    assert store.told == [("anna-id", 3, {"display_name": "Ann", "city": ""})]


async def test_without_a_mask_every_value_is_changed() -> None:
    """A field that is left empty stays as it is, and so does what only the server sets."""
    store = OneUser()
    values = {name: f"new {name}" for name in EDITABLE} | {"about": "", "username": "anna", "revision": "9"}
    await update(store, values)
    assert store.told == [("anna-id", 0, {name: f"new {name}" for name in EDITABLE if name != "about"})]


async def test_profile_of_somebody_else_is_not_changed() -> None:
    """Not by its owner's name, whatever the mask and the etag say, and also not by an admin."""
    store = OneUser()
    admin = dataclasses.replace(ANNA, roles=frozenset({"admin"}))
    for caller in (ANNA, admin):
        with pytest.raises(NotOwner):
            await update(store, {"city": "Lviv"}, caller=caller, username="boris")
    assert store.told == []


@pytest.mark.parametrize("field", ["email", "username", "create_time", "revision", "", "user.city", "City"])
async def test_mask_of_what_nobody_may_change_is_refused(field: str) -> None:
    """The list of what can be changed is whole, and the error names the field."""
    store = OneUser()
    with pytest.raises(UpdateMaskInvalid) as refusal:
        await update(store, {"city": "Lviv", "email": "e@example.org"}, mask=["city", field])
    assert refusal.value.metadata == {"field": field}
    assert store.told == []


async def test_name_for_the_eye_cannot_be_taken_away() -> None:
    """A player is always called something."""
    with pytest.raises(InvalidInput, match=r"^A player needs a display name; give one\.$") as refusal:
        await update(OneUser(), {"display_name": ""}, mask=["display_name"])
    assert refusal.value.violations == (Violation("user.display_name", "must not be empty"),)


async def test_username_cannot_be_changed() -> None:
    """It may be repeated, and no more."""
    message = r"^A username cannot be changed; leave user\.username empty\.$"
    with pytest.raises(InvalidInput, match=message) as refusal:
        await update(OneUser(), {"username": "ann", "city": "Lviv"})
    assert refusal.value.violations == (Violation("user.username", "must be empty or equal to username"),)


async def test_change_of_another_revision_is_refused() -> None:
    """Who read the profile before somebody changed it is told to read it again."""
    store = OneUser()
    store.user = None
    with pytest.raises(EtagStale):
        await update(store, {"city": "Lviv"}, etag="r2")


async def test_change_of_a_deleted_account_is_refused() -> None:
    """A token that outlived its account changes nothing, and the answer says whose."""
    store = OneUser()
    store.user = None
    with pytest.raises(UserNotFound, match="'anna'"):
        await update(store, {"city": "Lviv"})
