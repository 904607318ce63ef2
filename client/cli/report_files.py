"""Waits for a report and saves it under a good name."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from client.cli.failures import CommandFailure
from client.cli.progress import ReportProgress

if TYPE_CHECKING:
    from dossier.report.v1 import report_pb2 as report_pb

    from client.cli.session import Session
    from client.dossier_client import DossierClient
    from client.downloads import DownloadedReport

_FAILURES: Final = {
    "PLAYER_NOT_FOUND": "No account has this username, or it was deleted.",
    "GAME_NOT_FOUND": "No game has this id, or it was deleted.",
    "RENDER_FAILED": "The document could not be made from the data; this is a fault of the server.",
    "RENDER_LIMIT": "Making the document took too long or too much memory, or it became too large.",
    "RENDER_CRASHED": "Each process that was to make the document died at it; this is a fault of the server.",
    "ATTEMPTS_EXHAUSTED": "The server had passing faults too often; ask again later.",
}


def require_made(report: report_pb.Report) -> None:
    """Raise CommandFailure when the report can never be downloaded."""
    from dossier.report.v1 import report_pb2 as report_pb

    if report.state == report_pb.STATE_FAILED:
        reason = report_pb.FailureReason.Name(report.failure_reason).removeprefix("FAILURE_REASON_")
        message = _FAILURES.get(reason, "The server gives no known reason.")
        raise CommandFailure(f"The report could not be made. {message}", reason=reason)
    if report.state == report_pb.STATE_CANCELLED:
        advice = "Ask for a new one: dossier report create"
        raise CommandFailure("The report was cancelled.", reason="CANCELLED", advice=advice)


async def save(session: Session, dossier: DossierClient, report: report_pb.Report, output: Path | None) -> None:
    """Wait until the report is made, download it and print where it is. Raises CommandFailure."""
    try:
        with ReportProgress() as progress:
            async for report in dossier.watch_report(report.report_id):  # noqa: B020 - each one is newer than the last
                progress.stand(report)
            require_made(report)
            path = _path(report, output)
            saved = await dossier.download_report(report.report_id, path, on_progress=progress.received)
    except asyncio.CancelledError:
        session.output.remark(f"Interrupted. Fetch it later: dossier report download {report.report_id}")
        raise
    _print_saved(session, report, saved)


def _print_saved(session: Session, report: report_pb.Report, saved: DownloadedReport) -> None:
    output = session.output
    if output.as_json:
        output.result({"path": str(saved.path), "resumed_bytes": saved.resumed_bytes, "report": report})
        return
    if saved.resumed_bytes:
        output.remark(f"went on after {saved.resumed_bytes} bytes that were there already")
    output.remark(f"checked {saved.size_bytes} bytes, SHA-256 {saved.sha256}")
    output.line(str(saved.path))


def file_type(report: report_pb.Report) -> str:
    """Return how a report's file name ends: pdf, json, csv, or zip of an export."""
    from dossier.report.v1 import report_pb2 as report_pb

    if report.kind == report_pb.KIND_ACCOUNT_EXPORT:
        return "zip"
    # An older server says nothing, and makes nothing but this.
    return report_pb.Format.Name(report.format or report_pb.FORMAT_PDF).removeprefix("FORMAT_").lower()


def _topic(report: report_pb.Report) -> str:
    from dossier.report.v1 import report_pb2 as report_pb

    if report.kind == report_pb.KIND_SEASON_REPORT:
        return f"season-{report.season}" if report.season else "all-games"
    if report.kind == report_pb.KIND_GAME_CERTIFICATE:
        return f"game-{report.game_id.rpartition('-')[2]}"
    return report.username


def _path(report: report_pb.Report, output: Path | None) -> Path:
    """Return where to save: what was asked for, or a name that is still free. A file named outright is replaced."""
    if output is not None and not output.is_dir():
        return output
    topic = re.sub(r"[^a-z0-9_-]", "_", _topic(report)) or "report"  # the server does not choose our paths
    stem = f"{topic}-{report.create_time.ToDatetime():%Y-%m-%d}"
    folder = output or Path()
    ending = file_type(report)
    path, number = folder / f"{stem}.{ending}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.{ending}"
    return path
