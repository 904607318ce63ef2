"""Who may give and take which role."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from profile_service.audit import NOBODY
from profile_service.errors import RoleNotGrantable
from profile_service.roles import Roles, Standing

ROLE_SETS = ((), ("referee",), ("service",), ("manager",), ("admin",))


class Standings:
    """A store where anna acts on boris."""

    def __init__(self, *, anna: Standing, boris: Standing) -> None:
        self.anna = anna
        self.boris = boris

    async def change_roles(
        self, username: str, *, actor_id: str, decide: Callable[[Standing, Standing], frozenset[str]]
    ) -> frozenset[str]:
        assert username == "boris"
        assert actor_id in ("anna-id", NOBODY)
        return decide(self.anna, self.boris)


def roles_of(*held: str, banned: bool = False, subject: tuple[str, ...] = ()) -> Roles:
    """Return the use case for an actor of these roles."""
    return Roles(
        Standings(
            anna=Standing("anna-id", frozenset(held), banned), boris=Standing("boris-id", frozenset(subject), False)
        )
    )


@pytest.mark.parametrize("held", ROLE_SETS)
@pytest.mark.parametrize("role", ["referee", "manager", "admin", "service"])
@pytest.mark.parametrize("direction", ["give", "take"])
async def test_roles_are_given_and_taken_by_those_above_them(held: tuple[str, ...], role: str, direction: str) -> None:
    """Managers and admins make referees; all other roles are for admins."""
    change = roles_of(*held).change("boris", actor_id="anna-id", **{direction: frozenset({role})})
    if "admin" in held or ("manager" in held and role == "referee"):
        assert await change == (frozenset({role}) if direction == "give" else frozenset())
    else:
        with pytest.raises(RoleNotGrantable, match=f"the role {role};"):
            await change


@pytest.mark.parametrize("role", ["referee", "manager", "admin", "service"])
async def test_operator_gives_any_role(role: str) -> None:
    """Who is at the server's own machine has no account, and may do anything."""
    assert await roles_of().change("boris", actor_id=NOBODY, give=frozenset({role})) == {role}


async def test_banned_admin_gives_nothing() -> None:
    """A ban takes the powers before it takes the roles."""
    with pytest.raises(RoleNotGrantable):
        await roles_of("admin", banned=True).change("boris", actor_id="anna-id", give=frozenset({"referee"}))


async def test_every_role_of_a_change_must_be_grantable() -> None:
    """One that the actor may not give refuses the whole."""
    with pytest.raises(RoleNotGrantable):
        await roles_of("manager").change(
            "boris", actor_id="anna-id", give=frozenset({"referee"}), take=frozenset({"admin"})
        )


async def test_change_adds_and_takes_and_keeps_the_rest() -> None:
    """What is not named stays; what is both given and taken is gone."""
    roles = roles_of("admin", subject=("referee", "manager"))
    given, taken = frozenset({"service", "admin"}), frozenset({"referee", "admin"})
    assert await roles.change("boris", actor_id="anna-id", give=given, take=taken) == {"manager", "service"}
