"""The errors of reports. Those that a caller may see derive from `runtime.errors`; the rest end inside the service."""

from __future__ import annotations

from typing import ClassVar

from runtime.errors import DataLoss, InvalidInput, NotFound, OutOfRange, QuotaExceeded, Unavailable, WrongState

# Most reports are made in less, also when some wait.
RETRY_AFTER_SECONDS = 1.0


class ReportNotFound(NotFound):
    """The caller has no such report; the same whether it is foreign, deleted or never was."""

    reason: ClassVar[str] = "REPORT_NOT_FOUND"

    def __init__(self, report_id: str) -> None:
        super().__init__("You have no report with this id; list your reports.", report_id=report_id)


class ReportNotReady(WrongState):
    """A report was to be downloaded that has no file. Waiting helps where it is still being made."""

    reason: ClassVar[str] = "REPORT_NOT_READY"

    def __init__(self, state: str, *, under_way: bool) -> None:
        advice = "watch it until it is READY" if under_way else "ask for a new one"
        super().__init__(f"The report is {state}; {advice}.", state=state)
        self.retry_after_seconds = RETRY_AFTER_SECONDS if under_way else None


class ReportFinished(WrongState):
    """A report was to be cancelled that has already been made or has failed."""

    reason: ClassVar[str] = "REPORT_FINISHED"

    def __init__(self, state: str) -> None:
        super().__init__(f"The report is already {state}; delete it if it is not wanted.", state=state)


class RequestIdReused(InvalidInput):
    """A `request_id` came back with another wish."""

    reason: ClassVar[str] = "REQUEST_ID_REUSED"

    def __init__(self) -> None:
        super().__init__("This request_id was used for another report; use a new one.")


class ReportQuota(QuotaExceeded):
    """The owner has as many reports as one may."""

    reason: ClassVar[str] = "REPORT_QUOTA"


class OffsetOutOfRange(OutOfRange):
    """A download was to begin past the end of the file."""

    reason: ClassVar[str] = "OFFSET_OUT_OF_RANGE"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            f"The file has {size_bytes} bytes; begin at one of them or at its end.", size_bytes=str(size_bytes)
        )


class ExportNotShareable(WrongState):
    """An export was to be shared, which holds everything that is kept of its owner."""

    reason: ClassVar[str] = "EXPORT_NOT_SHAREABLE"

    def __init__(self) -> None:
        super().__init__("An export of your account has no links; download it, and hand over what is to be known.")


class ShareLinkInvalid(NotFound):
    """A link leads nowhere; the same whether it was made up, has ended, or its report or an account is gone."""

    reason: ClassVar[str] = "SHARE_LINK_INVALID"

    def __init__(self) -> None:
        super().__init__("This link leads to no report, or not any more; ask whoever gave it to you.")


class ShareLinkNotFound(NotFound):
    """None of the caller's reports has such a link; the same whether it is foreign, has ended or never was."""

    reason: ClassVar[str] = "SHARE_LINK_NOT_FOUND"

    def __init__(self, link_id: str) -> None:
        super().__init__("None of your reports has a link with this id; list the links of the report.", link_id=link_id)


class ShareLinkQuota(QuotaExceeded):
    """The report has as many links as one may."""

    reason: ClassVar[str] = "SHARE_LINK_QUOTA"


class FileDamaged(DataLoss):
    """The stored bytes are not those that were made."""

    reason: ClassVar[str] = "FILE_DAMAGED"

    def __init__(self) -> None:
        super().__init__("The stored file is damaged; ask for a new report.")


class PlayerNotFound(NotFound):
    """No account has the username. Ends a report, never a call."""

    reason: ClassVar[str] = "USER_NOT_FOUND"


class GameNotFound(NotFound):
    """No game has the id. Ends a certificate, never a call."""

    reason: ClassVar[str] = "GAME_NOT_FOUND"


class RequestIdTaken(Exception):
    """Another transaction inserted the same `request_id` a moment ago; read again."""


class HintNotSent(Exception):
    """The transport did not confirm a hint. The row's alarm sends another."""


class HintUnusable(Exception):
    """A message is no hint that this version understands. `reason` is a `report_service.hint_messages.HintFault`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RenderFailed(Exception):
    """The document could not be made from the snapshot, and would not be the next time either."""


class RenderLimit(Exception):
    """Making the document took too long or too much memory, or it became too large."""


class RenderCrashed(Exception):
    """The render process died at the document. Another attempt may succeed: it may have been killed from outside."""


class RenderInterrupted(Unavailable):
    """No render process could be started, or it was stopped; another attempt may succeed."""


class NotStored(Exception):
    """The file store is full or away; the report waits for it."""
