"""The errors that use cases raise. What each becomes on the wire is decided once, in `runtime.statuses`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One bad field: its path in the request and what it must be, never what it was."""

    field: str
    description: str


class DomainError(Exception):
    """Base of every error that a caller may see.

    Attributes:
        reason: name of a value of `dossier.common.v1.ErrorReason` without its prefix.
        message: one sentence for people that says what to do.
        metadata: the keys that the reason's comment promises.
        retry_after_seconds: when the same call may succeed; None: waiting does not help.
    """

    reason: ClassVar[str]
    retry_after_seconds: float | None = None

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = metadata


class InvalidInput(DomainError):
    """The request is malformed, out of bounds or contradicts itself."""

    reason = "INVALID_REQUEST"

    def __init__(self, message: str, *violations: Violation, **metadata: str) -> None:
        super().__init__(message, **metadata)
        self.violations = violations


class Unauthenticated(DomainError):
    """There is no good proof of who is calling."""

    reason = "TOKEN_INVALID"


class NotAllowed(DomainError):
    """The caller is known and may not do this."""

    reason = "NOT_OWNER"


class RoleMissing(NotAllowed):
    """The caller does not hold a role that is asked for. `wanted` names one, or several with "or" between."""

    reason = "ROLE_MISSING"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"This needs the role {wanted}; ask the club's operator for it, then sign in again.")


class NotFound(DomainError):
    """The thing does not exist."""


class AlreadyExists(DomainError):
    """The name or id is taken."""


class Conflict(DomainError):
    """The thing changed since the caller read it."""


class WrongState(DomainError):
    """The thing is not in a state that allows this."""


class OutOfRange(DomainError):
    """A position lies past the end."""


class DataLoss(DomainError):
    """Stored bytes are gone or damaged."""


class Exhausted(DomainError):
    """There is too much of something."""

    reason = "SERVER_BUSY"

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, **metadata: str) -> None:
        super().__init__(message, **metadata)
        self.retry_after_seconds = retry_after_seconds


class QuotaExceeded(Exhausted):
    """The caller has reached a limit. `subject` names the limit."""

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class Unavailable(DomainError):
    """Something that the call needs does not answer; the same call may succeed after `retry_after_seconds`."""

    reason = "DEPENDENCY_UNAVAILABLE"
    retry_after_seconds = 1.0


class Draining(Unavailable):
    """This process is shutting down."""

    reason = "SERVER_DRAINING"

    def __init__(self) -> None:
        super().__init__("This server is shutting down; try again.")


class DeadlineExceeded(DomainError):
    """The call's deadline passed while something that it needs was working."""

    reason = "DEADLINE_EXCEEDED"
