"""What the columns of a report's row hold."""

from __future__ import annotations

from typing import Any

from report_service.document.snapshot import Format, GameKind, Scope
from report_service.reports import FailureReason, Report, State
from report_service.wishes import Kind, Wish
from runtime.calls import Origin
from runtime.database import Row
from runtime.times import micros, moment

# Later than any row.
END_OF_TIME = 2**62


def to_report(row: Row) -> Report:
    """Return a report as its row stands."""
    kind = Kind(row["kind"])
    return Report(
        report_id=row["report_id"],
        owner_id=row["owner_id"],
        username=row["username"],
        include_email=bool(row["include_email"]),
        state=State(row["state"]),
        fence=row["fence"],
        attempt_count=row["attempt_count"],
        create_time=moment(row["create_time"]),
        update_time=moment(row["update_time"]),
        expire_time=None if row["expire_time"] is None else moment(row["expire_time"]),
        blob_key=row["blob_key"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        failure_reason=FailureReason(row["failure_reason"]) if row["failure_reason"] else None,
        kind=kind,
        format=None if kind is Kind.ACCOUNT_EXPORT else Format[row["format"]],
        locale=row["locale"],
        scope=scope_of(row),
        game_id=row["game_id"],
    )


def wish_columns(wish: Wish) -> dict[str, Any]:
    """Return what a new row says of which games, how they are shown and as what, and of who asked."""
    scope = wish.scope
    return {
        "format": wish.format.name,
        "locale": wish.locale,
        "season": scope.season,
        "game_kind": scope.kind.name if scope.kind else "",
        "start_time": None if scope.start_time is None else micros(scope.start_time),
        "end_time": None if scope.end_time is None else micros(scope.end_time),
        "game_id": wish.game_id,
        "call_id": wish.origin.request_id,
        "traceparent": wish.origin.traceparent,
    }


def origin_of(row: Row) -> Origin:
    """Return which call asked for the report."""
    return Origin(row["call_id"], row["traceparent"])


def scope_of(row: Row) -> Scope:
    """Return which games a row is about."""
    return Scope(
        season=row["season"],
        kind=GameKind[row["game_kind"]] if row["game_kind"] else None,
        start_time=None if row["start_time"] is None else moment(row["start_time"]),
        end_time=None if row["end_time"] is None else moment(row["end_time"]),
    )
