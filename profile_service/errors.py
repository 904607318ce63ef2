"""What can go wrong with players, their accounts, pictures and games."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from runtime.errors import (
    AlreadyExists,
    Conflict,
    Exhausted,
    InvalidInput,
    NotAllowed,
    NotFound,
    QuotaExceeded,
    Unauthenticated,
    Violation,
    WrongState,
)


class UserNotFound(NotFound):
    """No account has the username, or it was deleted."""

    reason: ClassVar[str] = "USER_NOT_FOUND"

    def __init__(self, username: str) -> None:
        super().__init__(f"No player is called '{username}'; check the spelling.", username=username)


class UsernameTaken(AlreadyExists):
    """An account has the username, or once had."""

    reason: ClassVar[str] = "USERNAME_TAKEN"

    def __init__(self, username: str) -> None:
        super().__init__(f"The username '{username}' is taken; choose another.", username=username)


class PasswordTooCommon(InvalidInput):
    """The password stands on the list of those that are tried first."""

    reason: ClassVar[str] = "PASSWORD_TOO_COMMON"

    def __init__(self, field: str) -> None:
        violation = Violation(field, "is among the most used passwords, or is the username")
        super().__init__("This password is too easy to guess; choose a longer or less usual one.", violation)


class CredentialsWrong(Unauthenticated):
    """Username and password do not match. The same for an unknown username."""

    reason: ClassVar[str] = "CREDENTIALS_WRONG"

    def __init__(self) -> None:
        super().__init__("Username and password do not match; check both.")


class TooManyAttempts(Exhausted):
    """Passwords were tried, or accounts opened, too often from one place. The same for usernames that do not exist."""

    reason: ClassVar[str] = "TOO_MANY_ATTEMPTS"

    def __init__(self, wait: timedelta) -> None:
        seconds = math.ceil(wait.total_seconds())
        super().__init__(f"Too many attempts; try again in {seconds} s.", retry_after_seconds=seconds)


class RefreshTokenInvalid(Unauthenticated):
    """The refresh token is not ours, damaged, or its session is over."""

    reason: ClassVar[str] = "REFRESH_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__("This sign-in session is over; sign in again.")


class RefreshTokenReused(Unauthenticated):
    """A refresh token came back long after it was exchanged."""

    reason: ClassVar[str] = "REFRESH_TOKEN_REUSED"

    def __init__(self) -> None:
        super().__init__("This refresh token was used before, so its session was ended for safety; sign in again.")


class SessionNotFound(NotFound):
    """The account has no live session of this id; the same whether it ended, is foreign or never was."""

    reason: ClassVar[str] = "SESSION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("You have no session with this id, or it has ended; list your sessions.")


class AccountNotFound(NotFound):
    """No account has this id, or it is hidden."""

    reason: ClassVar[str] = "ACCOUNT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such account.")


class ReceiptNotFound(NotFound):
    """No deletion has this receipt."""

    reason: ClassVar[str] = "RECEIPT_NOT_FOUND"

    def __init__(self, receipt_id: str) -> None:
        super().__init__("There is no deletion receipt of this id; check it.", receipt_id=receipt_id)


class NotOwner(NotAllowed):
    """The caller acts on somebody else's account."""

    reason: ClassVar[str] = "NOT_OWNER"

    def __init__(self) -> None:
        super().__init__("This belongs to somebody else, or does not exist; you can change only what is your own.")


class RoleNotGrantable(NotAllowed):
    """The caller may not give or take the role."""

    reason: ClassVar[str] = "ROLE_NOT_GRANTABLE"

    def __init__(self, role: str) -> None:
        super().__init__(f"You may not give or take the role {role}; ask an admin.", role=role)


class RoleNotForPrograms(WrongState):
    """The account is a program's, and the role is for people alone."""

    reason: ClassVar[str] = "ROLE_NOT_FOR_PROGRAMS"

    def __init__(self, role: str) -> None:
        super().__init__(f"A program cannot have the role {role}; give it to a person.", role=role)


class LastAdmin(WrongState):
    """The club would be left without an admin."""

    reason: ClassVar[str] = "LAST_ADMIN"

    def __init__(self) -> None:
        super().__init__("This is the last admin; give the role to another account first.")


class BanNotAllowed(NotAllowed):
    """The caller may not ban or unban the account."""

    reason: ClassVar[str] = "BAN_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("You may not ban or unban yourself, nor a manager or admin; ask an admin.")


class AccountBanned(NotAllowed):
    """The account is banned. Said only to who has shown its password or key."""

    reason: ClassVar[str] = "ACCOUNT_BANNED"

    def __init__(self, expire_time: datetime | None) -> None:
        if expire_time is None:
            super().__init__("This account is banned; ask the club's managers.")
            return
        end = expire_time.isoformat().replace("+00:00", "Z")
        super().__init__(f"This account is banned until {end}; ask the club's managers.", expire_time=end)


class ApiKeyInvalid(Unauthenticated):
    """The API key is not ours, or was revoked."""

    reason: ClassVar[str] = "API_KEY_INVALID"

    def __init__(self) -> None:
        super().__init__("This API key is not good, or was revoked; ask an admin for a new one.")


class ApiKeyNotFound(NotFound):
    """No key has the id, or it was revoked."""

    reason: ClassVar[str] = "API_KEY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("No API key has this id, or it was revoked; list the keys.")


class ApiKeyQuota(QuotaExceeded):
    """The account has as many keys as one may."""

    reason: ClassVar[str] = "API_KEY_QUOTA"

    def __init__(self, most: int) -> None:
        super().__init__(f"An account has at most {most} API keys; revoke one that is not used.", subject="api_keys")


class ServiceAccountNotFound(NotFound):
    """No service account has the username."""

    reason: ClassVar[str] = "SERVICE_ACCOUNT_NOT_FOUND"

    def __init__(self, username: str) -> None:
        super().__init__(f"No service account is called '{username}'; check the spelling.", username=username)


class EtagStale(Conflict):
    """What is to be changed was changed since the caller read it."""

    reason: ClassVar[str] = "ETAG_STALE"

    def __init__(self) -> None:
        super().__init__("It was changed meanwhile; read it again and repeat your change.")


class UpdateMaskInvalid(InvalidInput):
    """The update mask names a field that does not exist or cannot be changed."""

    reason: ClassVar[str] = "UPDATE_MASK_INVALID"

    def __init__(self, field: str) -> None:
        violation = Violation("update_mask", "may name display_name, gender, city, club, about and locale")
        super().__init__("The update mask names a field that cannot be changed.", violation, field=field[:64])


class MailerMissing(WrongState):
    """Mail was to be sent by an installation that sends none."""

    reason: ClassVar[str] = "MAILER_MISSING"

    def __init__(self) -> None:
        super().__init__("This installation sends no mail; ask its operator.")


class MailTokenInvalid(InvalidInput):
    """The token is not one that was sent by mail, was used, or is too old; which of these is not told."""

    reason: ClassVar[str] = "MAIL_TOKEN_INVALID"

    def __init__(self) -> None:
        violation = Violation("token", "must be a token from a mail, not used before and not too old")
        super().__init__("This token is not good, or not any more; ask for another mail.", violation)


class EmailTaken(AlreadyExists):
    """Another account has confirmed the e-mail address."""

    reason: ClassVar[str] = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another account has this e-mail address; remove it there first.")


class EmailNotPending(WrongState):
    """The account has no e-mail address that waits to be confirmed."""

    reason: ClassVar[str] = "EMAIL_NOT_PENDING"

    def __init__(self) -> None:
        super().__init__("You have no e-mail address that waits to be confirmed; change the address first.")


class TooManyMails(Exhausted):
    """Too many mails of a kind were asked for within an hour."""

    reason: ClassVar[str] = "TOO_MANY_MAILS"

    def __init__(self, *, retry_after_seconds: float) -> None:
        super().__init__(
            "Too many mails were asked for; look into the mailbox, or try again later.",
            retry_after_seconds=retry_after_seconds,
        )


class UploadMismatch(InvalidInput):
    """The upload is not what its metadata announced."""

    reason: ClassVar[str] = "UPLOAD_MISMATCH"


class GameNotFound(NotFound):
    """No game has the id."""

    reason: ClassVar[str] = "GAME_NOT_FOUND"

    def __init__(self, game_id: str) -> None:
        super().__init__("No game has this id; check it.", game_id=game_id)


class GameIdTaken(AlreadyExists):
    """Another game was recorded under the id."""

    reason: ClassVar[str] = "GAME_ID_TAKEN"

    def __init__(self, game_id: str) -> None:
        super().__init__("Another game was recorded under this id; choose a new one.", game_id=game_id)


class PlayerUnknown(InvalidInput):
    """Seats name players who have no account."""

    reason: ClassVar[str] = "PLAYER_UNKNOWN"

    def __init__(self, username: str, violations: Sequence[Violation]) -> None:
        message = f"No player is called '{username}'; sign them up first, or give a nickname."
        super().__init__(message, *violations, username=username)


class GameRefused(InvalidInput):
    """A game breaks the rules it says it was played by."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        first = violations[0]
        super().__init__(f"'{first.field}' {first.description}.", *violations)


class RequestIdReused(InvalidInput):
    """A `request_id` came back with another request."""

    reason: ClassVar[str] = "REQUEST_ID_REUSED"

    def __init__(self) -> None:
        super().__init__("This request_id was used for other games; use a new one.")


class GameVoided(WrongState):
    """The game was voided and cannot be corrected."""

    reason: ClassVar[str] = "GAME_VOIDED"

    def __init__(self, game_id: str) -> None:
        super().__init__("The game was voided; record it under a new id.", game_id=game_id)


class GuestNotFound(NotFound):
    """No guest has the nickname."""

    reason: ClassVar[str] = "GUEST_NOT_FOUND"

    def __init__(self, nickname: str) -> None:
        super().__init__(f"No guest is called '{nickname}'; check the spelling.", nickname=nickname)


class GuestSatBesidePlayer(WrongState):
    """Guest and player sat in one game, so they are two people."""

    reason: ClassVar[str] = "GUEST_SAT_BESIDE_PLAYER"

    def __init__(self, game_id: str) -> None:
        super().__init__("The guest and the player sat in one game; correct that game first.", game_id=game_id)


class NotOnBoard(NotFound):
    """The player is not on the leaderboard, or hides it from the caller."""

    reason: ClassVar[str] = "NOT_ON_BOARD"

    def __init__(self, username: str) -> None:
        super().__init__(f"'{username}' is not on this leaderboard; choose another, or fewer games.", username=username)


class ImageUnusable(InvalidInput):
    """The uploaded picture cannot become an avatar."""


class ImageFormat(ImageUnusable):
    """It is not JPEG, PNG or WebP."""

    reason: ClassVar[str] = "IMAGE_FORMAT"


class ImageTooLarge(ImageUnusable):
    """It has too many bytes or pixels."""

    reason: ClassVar[str] = "IMAGE_TOO_LARGE"


class ImageAnimated(ImageUnusable):
    """It has more than one frame."""

    reason: ClassVar[str] = "IMAGE_ANIMATED"


class ImageBroken(ImageUnusable):
    """It cannot be read to its end."""

    reason: ClassVar[str] = "IMAGE_BROKEN"


class ImageNotAllowed(ImageUnusable):
    """The club's moderation does not want it."""

    reason: ClassVar[str] = "IMAGE_REFUSED"

    def __init__(self) -> None:
        super().__init__("The club does not allow this picture; choose another.")


IMAGE_ERRORS = {kind.reason: kind for kind in (ImageFormat, ImageTooLarge, ImageAnimated, ImageBroken)}
