"""What an owner may ask for, and how a repeat of it is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from report_service.document.snapshot import Format, Scope
from runtime.calls import NO_CALL, Origin

_ALL_GAMES = Scope()


class Kind(StrEnum):
    """What is made."""

    PLAYER_REPORT = "PLAYER_REPORT"
    ACCOUNT_EXPORT = "ACCOUNT_EXPORT"
    SEASON_REPORT = "SEASON_REPORT"
    GAME_CERTIFICATE = "GAME_CERTIFICATE"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an owner asked for.

    Attributes:
        username: the player it is about; an export is of the owner; empty for a season and a game.
        request_id: empty when a repeat need not be safe.
        format: of no meaning for an export, which is a ZIP file.
        locale: BCP 47 tag; empty leaves it to the profile of the player or, of a season and a game, of the owner.
        game_id: the game that a certificate is about, else empty.
        origin: the call that asked; a repeat is one by another.
    """

    owner_id: str
    username: str
    include_email: bool
    request_id: str
    kind: Kind = Kind.PLAYER_REPORT
    format: Format = Format.PDF
    locale: str = ""
    scope: Scope = _ALL_GAMES
    game_id: str = ""
    origin: Origin = NO_CALL

    @property
    def digest(self) -> str:
        """Tells whether a repeated `request_id` asks for the same."""
        if self.kind is Kind.ACCOUNT_EXPORT:
            return str(self.kind)
        told = [self.username, str(int(self.include_email))]
        if (self.kind, self.format, self.locale, self.scope) != (Kind.PLAYER_REPORT, Format.PDF, "", _ALL_GAMES):
            # Left out of what earlier versions could be asked for, so that a repeat is known by a row of theirs.
            scope = self.scope
            times = [time.isoformat() if time else "" for time in (scope.start_time, scope.end_time)]
            told += [self.kind, self.format, self.locale, scope.season, scope.kind or "", *times, self.game_id]
        return hashlib.sha256("\0".join(told).encode()).hexdigest()
