"""Who may see what of a player. This is decided here and nowhere else.

Whatever reads a player for somebody takes a `Viewer`. What that viewer may not see looks as if it had never been there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

from runtime import calls


class Audience(IntEnum):
    """Who may see a field. The greater, the fewer: queries compare the numbers, and rows keep them."""

    PUBLIC = 0
    CLUB = 1
    PRIVATE = 2


@dataclass(frozen=True, slots=True)
class Visibility:
    """The audience of each field of one player."""

    email: Audience = Audience.PRIVATE
    gender: Audience = Audience.PUBLIC
    city: Audience = Audience.PUBLIC
    club: Audience = Audience.PUBLIC
    about: Audience = Audience.PUBLIC
    statistics: Audience = Audience.PUBLIC
    games: Audience = Audience.PUBLIC


DEFAULT_VISIBILITY = Visibility()
FIELDS = tuple(field.name for field in fields(Visibility))


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a player is read: `sight` is the smallest audience that they belong to with other players.

    `account_id` is empty, which no account's is, for who is not signed in.
    """

    account_id: str
    sight: Audience

    def sees(self, audience: int, *, owner_id: str) -> bool:
        """Return whether a field of this audience is for the viewer. Filters say the same in the query `list_users`."""
        return audience <= self.sight or owner_id == self.account_id


ANYBODY = Viewer("", Audience.PUBLIC)


def viewer(account_id: str) -> Viewer:
    """Return the viewer that an account is; an empty id is nobody's."""
    return Viewer(account_id, Audience.CLUB) if account_id else ANYBODY


def calling_viewer() -> Viewer:
    """Return the viewer that makes the call being served."""
    call = calls.current()
    return viewer(call.caller.account_id) if call is not None and call.caller is not None else ANYBODY
