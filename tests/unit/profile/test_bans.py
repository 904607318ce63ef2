"""Who may ban whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from profile_service.bans import Bans
from profile_service.errors import BanNotAllowed
from profile_service.roles import Standing

NEXT_WEEK = datetime(2026, 5, 8, tzinfo=UTC)


class Standings:
    """A store that asks about an actor and a subject, and keeps what is let through."""

    def __init__(self, actor: Standing, subject: Standing) -> None:
        self.actor = actor
        self.subject = subject
        self.done: list[tuple[object, ...]] = []

    async def ban(
        self,
        username: str,
        *,
        actor_id: str,
        reason: str,
        expire_time: datetime | None,
        check: Callable[[Standing, Standing], None],
    ) -> None:
        check(self.actor, self.subject)
        self.done.append((username, actor_id, reason, expire_time))

    async def unban(self, username: str, *, actor_id: str, check: Callable[[Standing, Standing], None]) -> None:
        check(self.actor, self.subject)
        self.done.append((username, actor_id))


def standings(actor: str, subject: str, *, banned: bool = False) -> Standings:
    """Return a store where an actor of one role deals with a subject of another."""
    return Standings(Standing("anna-id", frozenset({actor}), banned), Standing("boris-id", frozenset({subject}), False))


@pytest.mark.parametrize("actor", ["player", "referee", "service", "manager", "admin"])
@pytest.mark.parametrize("subject", ["player", "referee", "service", "manager", "admin"])
async def test_bans_are_for_those_above_the_banned(actor: str, subject: str) -> None:
    """Managers and admins ban players, referees and programs; only an admin bans a manager or an admin."""
    store = standings(actor, subject)
    ban = Bans(store).ban("boris", actor_id="anna-id", reason="swore", expire_time=NEXT_WEEK)
    unban = Bans(store).unban("boris", actor_id="anna-id")
    if actor == "admin" or (actor == "manager" and subject not in ("manager", "admin")):
        await ban
        await unban
        assert store.done == [("boris", "anna-id", "swore", NEXT_WEEK), ("boris", "anna-id")]
    else:
        for work in (ban, unban):
            with pytest.raises(BanNotAllowed):
                await work
        assert store.done == []


async def test_nobody_bans_or_unbans_themselves() -> None:
    """An admin who was banned does not get out again, nor locks themselves out by a slip."""
    anna = Standing("anna-id", frozenset({"admin"}), banned=False)
    bans = Bans(Standings(anna, anna))
    with pytest.raises(BanNotAllowed):
        await bans.ban("anna", actor_id="anna-id", reason="oops", expire_time=None)
    with pytest.raises(BanNotAllowed):
        await bans.unban("anna", actor_id="anna-id")


async def test_banned_admin_bans_nobody() -> None:
    """A ban takes all powers."""
    with pytest.raises(BanNotAllowed):
        await Bans(standings("admin", "player", banned=True)).unban("boris", actor_id="anna-id")
