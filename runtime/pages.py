"""Opaque page tokens, sealed and bound to the query that they continue."""

from __future__ import annotations

import hashlib
import json
from typing import ClassVar

from runtime.errors import InvalidInput
from runtime.seals import Broken, Seal

DEFAULT_SIZE = 50
MAX_SIZE = 200
MAX_AGE_SECONDS = 24 * 3600


class PageTokenInvalid(InvalidInput):
    """The page token is not ours, too old, or of another query."""

    reason: ClassVar[str] = "PAGE_TOKEN_INVALID"


class PageTokens:
    """Seals and opens page tokens with a secret that all replicas share."""

    def __init__(self, secret: bytes) -> None:
        self._seal = Seal(secret, purpose="page tokens")

    def seal(self, position: list[str | int], *query: object) -> str:
        """Return a token that goes on after `position` in the results of `query`."""
        return self._seal.seal(json.dumps([_digest(query), position]).encode())

    def open(self, token: str, *query: object) -> list[str | int] | None:
        """Return the position to go on after, None for the first page. Raises PageTokenInvalid."""
        if not token:
            return None
        try:
            digest, position = json.loads(self._seal.open(token, max_age_seconds=MAX_AGE_SECONDS))
        except (Broken, ValueError) as error:
            raise _invalid() from error
        if digest != _digest(query):
            raise _invalid()
        return list(position)


def page_size(asked: int) -> int:
    """Return how many items a page holds: the default for 0, never more than the cap."""
    return min(asked or DEFAULT_SIZE, MAX_SIZE)


def _digest(query: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(query).encode()).hexdigest()[:16]


def _invalid() -> PageTokenInvalid:
    return PageTokenInvalid("This page token does not continue this query; start at the first page.")
