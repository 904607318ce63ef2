"""How a repeat of a wish is known."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from report_service.document.snapshot import Format, GameKind, Scope
from report_service.wishes import Kind, Wish

WISH = Wish("anna-id", "anna", include_email=False, request_id="again")
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
CHANGES: list[dict[str, Any]] = [
    {},
    {"username": "bert"},
    {"include_email": True},
    {"format": Format.JSON},
    {"format": Format.CSV},
    {"locale": "uk"},
    {"locale": "de"},
    {"scope": Scope(season="uk")},
    {"scope": Scope(season="club")},
    {"scope": Scope(kind=GameKind.CLUB)},
    {"scope": Scope(kind=GameKind.ELITE)},
    {"scope": Scope(start_time=MOMENT)},
    {"scope": Scope(start_time=MOMENT + timedelta.resolution)},
    {"scope": Scope(end_time=MOMENT)},
    {"scope": Scope(end_time=MOMENT + timedelta.resolution)},
    {"locale": "uk", "username": "bert"},
    {"locale": "uk", "include_email": True},
    {"kind": Kind.SEASON_REPORT},
    {"kind": Kind.SEASON_REPORT, "format": Format.CSV},
    {"kind": Kind.GAME_CERTIFICATE, "game_id": "game-1"},
    {"kind": Kind.GAME_CERTIFICATE, "game_id": "game-2"},
    {"kind": Kind.ACCOUNT_EXPORT},
]


def test_wishes_that_differ_in_anything_are_no_repeats() -> None:
    """Each part of a wish tells it from others, also where the same word stands in another part."""
    for one, other in combinations(CHANGES, 2):
        assert dataclasses.replace(WISH, **one).digest != dataclasses.replace(WISH, **other).digest, (one, other)


def test_same_wish_of_another_request_is_the_same() -> None:
    """The digest is of what was asked for, not of how."""
    for change in CHANGES:
        assert (
            dataclasses.replace(WISH, **change, request_id="other").digest == dataclasses.replace(WISH, **change).digest
        )
