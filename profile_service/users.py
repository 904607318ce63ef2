"""Players as others see them, and the rules of changing one's own profile."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from profile_service.errors import EtagStale, NotOwner, UpdateMaskInvalid, UserNotFound
from profile_service.visibility import DEFAULT_VISIBILITY, Viewer, Visibility
from runtime.calls import Caller
from runtime.errors import InvalidInput, Violation

EDITABLE = ("display_name", "gender", "city", "club", "about", "locale")


@dataclass(frozen=True, slots=True)
class Avatar:
    """What is known of an avatar without its bytes; digest and size are those of the largest variant."""

    sha256: str
    content_type: str
    size_bytes: int
    update_time: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A player's profile. `revision` grows with every change; `gender` is the contract's word in lower case.

    `email` is the confirmed address; one that is not confirmed is no part of the profile.
    """

    account_id: str
    username: str
    display_name: str
    gender: str
    city: str
    club: str
    about: str
    locale: str
    avatar: Avatar | None
    create_time: datetime
    update_time: datetime
    revision: int
    email: str = ""
    visibility: Visibility = DEFAULT_VISIBILITY

    def shown_to(self, viewer: Viewer) -> User:
        """Return the profile with every field blank that is not for the viewer."""

        def shown(field: str) -> str:
            seen = viewer.sees(getattr(self.visibility, field), owner_id=self.account_id)
            return str(getattr(self, field)) if seen else ""

        return replace(
            self,
            email=shown("email"),
            gender=shown("gender") or "unspecified",
            city=shown("city"),
            club=shown("club"),
            about=shown("about"),
        )


class UserStore(Protocol):
    """Where profiles are kept."""

    async def update_user(self, account_id: str, *, revision: int, changes: Mapping[str, str]) -> User | None:
        """Change the fields named when the revision is still the one given (0: any). None when it is not."""


class ProfileEditor:
    """Changes profiles."""

    def __init__(self, store: UserStore) -> None:
        self._store = store

    async def update(
        self, caller: Caller, username: str, *, values: Mapping[str, str], mask: Iterable[str], etag: str
    ) -> User:
        """Change the masked fields of the caller's own profile; an empty mask means every value that is not empty.

        Raises:
            NotOwner: `username` is not the caller's.
            UpdateMaskInvalid: the mask names something else than EDITABLE.
            InvalidInput: the display name would become empty, or the values have another username.
            EtagStale: the profile is not the one that `etag` was read from.
            UserNotFound: the account was deleted while the caller's token still stood, and there is no `etag`.
        """
        changes = _changes(username, values, mask)
        if username != caller.username:
            raise NotOwner()
        user = await self._store.update_user(caller.account_id, revision=revision_of(etag), changes=changes)
        if user is None:
            raise EtagStale() if etag else UserNotFound(username)
        return user


def _changes(username: str, values: Mapping[str, str], mask: Iterable[str]) -> dict[str, str]:
    if values.get("username", "") not in ("", username):
        raise InvalidInput(
            "A username cannot be changed; leave user.username empty.",
            Violation("user.username", "must be empty or equal to username"),
        )
    fields = list(mask) or [name for name in EDITABLE if values.get(name)]
    for field in fields:
        if field not in EDITABLE:
            raise UpdateMaskInvalid(field)
    changes = {field: values[field] for field in fields}
    if changes.get("display_name") == "":
        raise InvalidInput(
            "A player needs a display name; give one.", Violation("user.display_name", "must not be empty")
        )
    return changes


def etag_of(user: User) -> str:
    """Return the etag of a profile as it stands."""
    return f"r{user.revision}"


def revision_of(etag: str) -> int:
    """Return the revision that an etag stands for: 0 for none given, -1 for one that was never ours."""
    if not etag:
        return 0
    digits = etag.removeprefix("r")
    return (int(digits) or -1) if etag.startswith("r") and digits.isdecimal() and len(digits) < 19 else -1


def search_key(*texts: str) -> str:
    """Return texts in the form in which they are searched: without regard to case and compatibility forms."""
    return "\n".join(unicodedata.normalize("NFKC", text).casefold() for text in texts)
