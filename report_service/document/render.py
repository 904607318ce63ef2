"""An order to its document, and nothing else: no clock, no network, no file but the vendored ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from report_service.document import avatar, game_certificate, player_report, season_report, twins
from report_service.document.canvas import Canvas
from report_service.document.fonts import EMOJI, FALLBACKS, face
from report_service.document.language import Language, codes, language
from report_service.document.metadata import Properties
from report_service.document.palette import Weight
from report_service.document.pdf import write
from report_service.document.snapshot import (
    Document,
    Format,
    GameLine,
    Gender,
    Order,
    PlayerSnapshot,
    Result,
    Role,
    Scope,
    SeasonSnapshot,
    Stats,
    Tally,
)


def render(order: Order) -> Document:
    """Return the document: the same bytes for the same order, in any process.

    Nothing that users write makes it fail: unreadable pictures and characters are replaced by stand-ins.
    """
    snapshot = order.snapshot
    if order.format is Format.JSON:
        return Document(twins.to_json(snapshot))
    if order.format is Format.CSV:
        table = twins.to_csv(snapshot)
        return Document(table, blank=twins.is_blank(table))
    words = language(order.locale or snapshot.locale)
    canvas = Canvas(mirrored=words.mirrored)
    title = _draw(canvas, words, order)
    properties = Properties(
        title=title,
        subject=words.text("Made by Dossier"),
        language=words.code,
        created=snapshot.generated_time.astimezone(UTC),
        file_id=snapshot.report_id,
    )
    return Document(write(canvas, properties), canvas.unknown_clusters)


def _draw(canvas: Canvas, words: Language, order: Order) -> str:
    snapshot = order.snapshot
    if isinstance(snapshot, PlayerSnapshot):
        return player_report.draw(canvas, words, snapshot, address=order.verify_address)
    if isinstance(snapshot, SeasonSnapshot):
        return season_report.draw(canvas, words, snapshot, address=order.verify_address)
    return game_certificate.draw(canvas, words, snapshot, address=order.verify_address)


def warm_up() -> None:
    """Open every font and render a small sample, so that the first real report of this process is a quick one."""
    for font in (*Weight, *FALLBACKS, EMOJI):
        face(font)
    avatar.warm_up()
    for code in codes():
        render(Order(_sample(), locale=code, verify_address="urn:uuid:00000000-0000-0000-0000-000000000000"))


def _sample() -> PlayerSnapshot:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    return PlayerSnapshot(
        report_id="00000000-0000-0000-0000-000000000000",
        generated_time=moment,
        scope=Scope(),
        username="sample",
        display_name="Sample Проба 見本 표본 نموذج",
        locale="",
        gender=Gender.UNSPECIFIED,
        email=None,
        city="",
        club="",
        about="",
        member_since=moment,
        avatar=None,
        stats=Stats(Tally(sessions=1, wins=1, play_time=hour)),
        games=(GameLine("1", moment, hour, 1, Role.CIVILIAN, Result.WIN),),
    )
