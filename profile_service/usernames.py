"""Which usernames cannot be had, beside those that are taken."""

from __future__ import annotations

from profile_service.errors import UsernameTaken

# Who speaks under such a name would be believed. Referees and players are people of the club.
RESERVED = frozenset((
    "abuse", "account", "accounts", "admin", "administrator", "administrators", "admins", "anonymous", "api", "billing",
    "contact", "dossier", "everyone", "help", "helpdesk", "host", "info", "login", "mail", "manager", "me", "mod",
    "moderator", "moderators", "mods", "news", "no-reply", "noreply", "null", "official", "operator", "owner",
    "postmaster", "privacy", "root", "security", "server", "service", "staff", "status", "sudo", "superuser", "support",
    "sysadmin", "system", "team", "undefined", "webmaster",
))  # fmt: skip
# The lower-case letters, digits and signs of usernames that are read for one another. Migration 0004 says the same.
_LOOK_ALIKE = (("0", "o"), ("1", "l"), ("i", "l"), ("rn", "m"), ("vv", "w"))


def look_of(username: str) -> str:
    """Return what a username looks like: the same for `admin` and `adm1n`. Meant to be compared, not to be shown."""
    for seen, meant in _LOOK_ALIKE:
        username = username.replace(seen, meant)
    return username


_RESERVED_LOOKS = frozenset(map(look_of, RESERVED))


def require_free(username: str) -> None:
    """Raise UsernameTaken for a username that is reserved, or looks like one that is."""
    if look_of(username) in _RESERVED_LOOKS:
        raise UsernameTaken(username)
