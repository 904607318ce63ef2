"""What the messages about reports say, and reports as they say it."""

from __future__ import annotations

from datetime import UTC, datetime

from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as service_pb
from dossier.stats.v1 import game_pb2 as game_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.document.snapshot import Format, GameKind, Scope
from report_service.download import Download
from report_service.issued_reports import IssuedReport
from report_service.reports import Report
from report_service.wishes import Kind, Wish
from runtime import calls
from runtime.calls import Caller
from runtime.errors import InvalidInput, Violation

_CONTENT_TYPES = {
    Format.PDF: "application/pdf",
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    None: "application/zip",
}
_NANOS = range(1_000_000_000)


def wish_of(request: service_pb.CreateReportRequest, caller: Caller) -> Wish:
    """Return what a caller asks for, with what is unspecified filled in. Raises InvalidInput."""
    kind = Kind(report_pb.Kind.Name(request.kind or report_pb.KIND_PLAYER_REPORT).removeprefix("KIND_"))
    return Wish(
        owner_id=caller.account_id,
        username=request.username or caller.username if kind is Kind.PLAYER_REPORT else "",
        include_email=request.include_email,
        request_id=request.request_id,
        kind=kind,
        format=Format[report_pb.Format.Name(request.format or report_pb.FORMAT_PDF).removeprefix("FORMAT_")],
        locale=request.locale,
        scope=_scope_of(request),
        game_id=request.game_id,
        origin=calls.origin(),
    )


def _scope_of(request: service_pb.CreateReportRequest) -> Scope:
    name = game_pb.GameKind.Name(request.game_kind).removeprefix("GAME_KIND_")
    return Scope(
        season=request.season,
        kind=GameKind[name] if request.game_kind else None,
        start_time=_moment_of(request, "start_time"),
        end_time=_moment_of(request, "end_time"),
    )


def _moment_of(request: service_pb.CreateReportRequest, field: str) -> datetime | None:
    if not request.HasField(field):
        return None
    message: Timestamp = getattr(request, field)
    require_nanos(message, field)
    return message.ToDatetime(UTC)


def require_nanos(message: Timestamp | Duration, field: str) -> None:
    """Raise InvalidInput when the nanoseconds are more or less than those of a second, which no rule can see."""
    if message.nanos not in _NANOS:
        raise InvalidInput(
            f"'{field}' must have nanos from 0 to 999999999; mend it and try again.",
            Violation(f"{field}.nanos", "must be from 0 to 999999999"),
        )


def report_message(report: Report, *, public_url: str) -> report_pb.Report:
    """Return a report as its owner sees it. `public_url` is where HTTP serves the club; empty when nobody says."""
    scope = report.scope
    return report_pb.Report(
        report_id=report.report_id,
        username=report.username,
        state=f"STATE_{report.state}",
        failure_reason=f"FAILURE_REASON_{report.failure_reason or 'UNSPECIFIED'}",
        include_email=report.include_email,
        create_time=timestamp_of(report.create_time),
        update_time=timestamp_of(report.update_time),
        expire_time=timestamp_of(report.expire_time),
        size_bytes=report.size_bytes,
        sha256=report.sha256,
        attempt_count=report.attempt_count,
        kind=f"KIND_{report.kind}",
        format=f"FORMAT_{report.format.name if report.format else 'UNSPECIFIED'}",
        locale=report.locale,
        season=scope.season,
        game_kind=f"GAME_KIND_{scope.kind.name if scope.kind else 'UNSPECIFIED'}",
        start_time=timestamp_of(scope.start_time),
        end_time=timestamp_of(scope.end_time),
        game_id=report.game_id,
        download_uri=f"{public_url}/v1/reports/{report.report_id}:download",
    )


def issued_message(issued: IssuedReport) -> report_pb.IssuedReport:
    """Return what anybody is told of a report that was made."""
    scope = issued.scope
    return report_pb.IssuedReport(
        report_id=issued.report_id,
        kind=f"KIND_{issued.kind}",
        format=f"FORMAT_{issued.format.name}",
        issue_time=timestamp_of(issued.issue_time),
        sha256=issued.sha256,
        size_bytes=issued.size_bytes,
        username=issued.username,
        season=scope.season,
        game_kind=f"GAME_KIND_{scope.kind.name if scope.kind else 'UNSPECIFIED'}",
        start_time=timestamp_of(scope.start_time),
        end_time=timestamp_of(scope.end_time),
        game_id=issued.game_id,
    )


def metadata_message(download: Download) -> service_pb.DownloadReportMetadata:
    """Return what a download announces about itself."""
    report = download.report
    return service_pb.DownloadReportMetadata(
        content_type=_CONTENT_TYPES[report.format],
        file_name=download.file_name,
        size_bytes=report.size_bytes,
        sha256=report.sha256,
        read_offset=download.offset,
        read_size_bytes=download.length,
    )


def timestamp_of(time: datetime | None) -> Timestamp | None:
    """Return a moment as messages have it."""
    if time is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp
