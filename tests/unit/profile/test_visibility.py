"""Who may see what of a player, without a server."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from profile_service.users import User
from profile_service.visibility import (
    ANYBODY,
    DEFAULT_VISIBILITY,
    FIELDS,
    Audience,
    Viewer,
    calling_viewer,
    viewer,
)
from runtime import calls
from runtime.calls import Call, Caller

NOW = datetime(2026, 5, 1, tzinfo=UTC)
USER = User(
    "anna-id", "anna", "Anna", "female", "Kyiv", "Night Owls", "Plays don.", "uk", None, NOW, NOW, 3, "anna@example.org"
)
BLANK = {"email": "", "gender": "unspecified", "city": "", "club": "", "about": ""}


def seen_by(who: Viewer) -> set[Audience]:
    """Return the audiences of which the viewer sees anna's fields."""
    return {audience for audience in Audience if who.sees(audience, owner_id="anna-id")}


@pytest.mark.parametrize(
    ("account_id", "seen"),
    [
        ("", {Audience.PUBLIC}),
        ("boris-id", {Audience.PUBLIC, Audience.CLUB}),
        ("anna-id", set(Audience)),
    ],
)
def test_viewer_sees_the_audiences_they_belong_to(account_id: str, seen: set[Audience]) -> None:
    """Strangers see what is public, the club's players what is for the club, owners everything of their own."""
    assert seen_by(viewer(account_id)) == seen


def test_who_has_no_account_sees_what_is_public() -> None:
    """As whoever asks without a token."""
    assert seen_by(ANYBODY) == {Audience.PUBLIC}


@pytest.mark.parametrize("field", BLANK)
@pytest.mark.parametrize("audience", Audience)
def test_field_that_is_not_for_the_viewer_is_blank(field: str, audience: Audience) -> None:
    """One field's audience says nothing of another's, and names are for everybody."""
    everywhere = dataclasses.replace(DEFAULT_VISIBILITY, email=Audience.PUBLIC)
    user = dataclasses.replace(USER, visibility=dataclasses.replace(everywhere, **{field: audience}))
    for who in (ANYBODY, viewer("boris-id"), viewer("anna-id")):
        hidden = {} if who.sees(audience, owner_id="anna-id") else {field: BLANK[field]}
        assert user.shown_to(who) == dataclasses.replace(user, **hidden)  # type: ignore[arg-type]


def test_newcomers_show_all_but_their_address() -> None:
    """What an owner has not chosen is as the contract says."""
    hidden = {name for name in FIELDS if getattr(DEFAULT_VISIBILITY, name) is not Audience.PUBLIC}
    assert hidden == {"email"}
    assert DEFAULT_VISIBILITY.email is Audience.PRIVATE
    assert USER.shown_to(viewer("boris-id")) == dataclasses.replace(USER, email="")


async def test_viewer_of_a_call_is_its_caller() -> None:
    """Nobody sees with another's eyes: outside of a call, or in an anonymous one, it is anybody."""
    assert calling_viewer() == ANYBODY
    call = Call("/test", "r-1")
    calls.enter(call)
    assert calling_viewer() == ANYBODY
    call.caller = Caller("anna-id", "anna", frozenset(), "s-1", NOW, "token")
    assert calling_viewer() == viewer("anna-id")
