"""What `dossier report create` can be told: of what, of which games, as which file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.cli.session import lower_case
from client.cli.statistics import KindChoice, kind_value

if TYPE_CHECKING:
    from dossier.report.v1 import report_pb2 as report_pb


class ReportChoice(StrEnum):
    """What reports are of."""

    PLAYER = "player"
    SEASON = "season"
    GAME = "game"


class FormatChoice(StrEnum):
    """As which file type a report is made."""

    PDF = "pdf"
    JSON = "json"
    CSV = "csv"


def moment(text: str) -> datetime:
    """Return a day or moment as typed, aware; without a zone it is of here. Raises BadParameter."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise typer.BadParameter("must be a day or moment, such as 2026-03-01 or 2026-03-01T18:00:00Z") from None


def destination(text: str) -> Path:
    """Return where a file is to go, before anything is asked for. Raises BadParameter when there is no such folder."""
    path = Path(text)
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    return path


ReportOption = Annotated[ReportChoice, typer.Option("--kind", help="Of a player, of a season, or of one game.")]
GameKindOption = Annotated[KindChoice | None, typer.Option("--game-kind", help="Only games of this kind.")]
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", metavar="TIME", parser=moment, help="Only games that began then or later; of a player."),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=moment, help="Only games that began before; of a player."),
]
GameOption = Annotated[str, typer.Option("--game", metavar="ID", parser=lower_case, help="The game of a certificate.")]
FormatOption = Annotated[FormatChoice, typer.Option("--format", help="A document, all data, or a table.")]
LocaleOption = Annotated[
    str,
    typer.Option(
        "--locale", metavar="TAG", help="Its language, such as de or uk. Default: the player's own, or yours."
    ),
]
EmailOption = Annotated[
    bool, typer.Option("--include-email", help="Print your e-mail address on it; only on a report of yourself.")
]


def kind_and_format(kind: ReportChoice, file_format: FormatChoice, game_kind: KindChoice | None) -> dict[str, Any]:
    """Return the choices as the client library takes them."""
    from dossier.report.v1 import report_pb2 as report_pb

    kinds: dict[ReportChoice, report_pb.Kind] = {
        ReportChoice.PLAYER: report_pb.KIND_PLAYER_REPORT,
        ReportChoice.SEASON: report_pb.KIND_SEASON_REPORT,
        ReportChoice.GAME: report_pb.KIND_GAME_CERTIFICATE,
    }
    return {
        "kind": kinds[kind],
        "file_format": report_pb.Format.Value(f"FORMAT_{file_format.name}"),
        "game_kind": kind_value(game_kind),
    }
