"""Finds accounts for managers and admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profile_service.bans import Ban
from profile_service.storage.standing_store import ban_of, roles_of
from profile_service.storage.user_store import like_text
from profile_service.users import search_key
from runtime.database import Database, Row
from runtime.times import moment


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An account as managers and admins see it. `purge_time` is that of one that was deleted and is in its grace."""

    username: str
    display_name: str
    email: str
    is_service: bool
    roles: frozenset[str]
    ban: Ban | None
    create_time: datetime
    purge_time: datetime | None


class AccountSearch:
    """Reads accounts of all kinds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(
        self, *, after: str, prefix: str, state: str, role: str, sees_email: bool, count: int
    ) -> list[FoundAccount]:
        """Return up to `count` accounts after a username, in the order of usernames.

        `state` is "active", "banned" or "leaving"; empty is any, as with the other filters. Without `sees_email`
        addresses are neither looked at nor returned.
        """
        pattern = f"{like_text(search_key(prefix))}%"
        async with self._database.read() as session:
            rows = await session.all(
                "search_accounts",
                after=after,
                pattern=pattern,
                state=state,
                role=role,
                sees_email=int(sees_email),
                count=count,
            )
        return [_found(row) for row in rows]


def _found(row: Row) -> FoundAccount:
    return FoundAccount(
        row["username"],
        row["display_name"],
        row["email"],
        row["kind"] == "service",
        roles_of(row["roles"]),
        ban_of(row),
        moment(row["create_time"]),
        None if row["purge_time"] is None else moment(row["purge_time"]),
    )
