"""game import: many games from a file, checked as a whole before the first is recorded."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from client.cli.failures import FAILED
from client.cli.game_csv import GAME_COLUMNS, SEAT_COLUMNS
from client.cli.game_tables import Problem, ToldGame, read_told
from client.cli.session import JsonOption, examples, session_of

if TYPE_CHECKING:
    from client.cli.output import Output
    from client.cli.session import Session
    from client.dossier_client import DossierClient
    from client.errors import DossierError

_PROBLEM_COLUMNS = ("LINE", "FIELD", "PROBLEM")
# What the server refuses for what the games say; anything else ends the command.
_REFUSALS: Final = frozenset({"INVALID_REQUEST", "PLAYER_UNKNOWN", "GAME_ID_TAKEN"})

_FORMATS = f"""\b
CSV has a line for each seat, beneath a line with the columns' names:
  of the game  {", ".join(GAME_COLUMNS[:5])},
               {", ".join(GAME_COLUMNS[5:])}
  of the seat  {", ".join(SEAT_COLUMNS[:5])},
               {", ".join(SEAT_COLUMNS[5:9])},
               {", ".join(SEAT_COLUMNS[9:])}
Lines of one game have the same game_id, or without ids the same
start_time and table. What is told of the game on its first line
may be left out on the others.
  start_time   2026-11-22T18:00:00Z    best_move  3 5 9
  duration     2700, 45:00 or 0:45:00  winner     red, black, draw, void
  role         civilian, sheriff, mafia, don
  fate         survived, voted_out, killed, removed_by_fouls,
               removed_by_judge

\b
JSON is a list of games as `dossier game list --json` prints it.
A game without game_id gets one that is made of what it says, so
that a file may be imported again. docs/importing.md has more.

"""


def add_to(group: typer.Typer) -> None:
    """Add the command."""
    epilog = _FORMATS + examples("dossier game import season.csv --dry-run", "dossier game import season.csv")
    group.command("import", epilog=epilog)(import_games)


def import_games(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|FILE.json", help="The games.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and record nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Record the games of a file. Needs the role referee or service.

    All are checked first. If there are problems, each is listed with its line, nothing is recorded, and the exit code
    is 1. Importing a file again is safe.
    """
    session = session_of(ctx, as_json=as_json)
    told = read_told(file)
    problems, recorded = asyncio.run(_import(session, told.games, told.problems, dry_run=dry_run))
    _print(session.output, problems, checked=len(told.games), recorded=recorded)
    if problems:
        raise typer.Exit(FAILED)


async def _import(
    session: Session, games: list[ToldGame], problems: list[Problem], *, dry_run: bool
) -> tuple[list[Problem], int]:
    from client.cli.progress import CountProgress
    from client.games import batches

    recorded = 0
    async with session.connect() as dossier:
        with CountProgress("checked", len(games)) as progress:
            checked = 0
            for batch in batches(each.game for each in games):
                problems = problems + await _check(dossier, games[checked : checked + len(batch)])
                checked += len(batch)
                progress.add(len(batch))
        if problems or dry_run:
            return sorted(set(problems)), 0
        with CountProgress("recorded", len(games)) as progress:
            async for batch in dossier.record_games(each.game for each in games):
                progress.add(len(batch))
                recorded += len(batch)
    return [], recorded


async def _check(dossier: DossierClient, games: list[ToldGame]) -> list[Problem]:
    """Return what the server finds; a refusal names few fields, so that it is asked again about ever smaller parts."""
    from client.errors import DossierError

    try:
        await dossier.check_games([each.game for each in games])
    except DossierError as error:
        if error.reason not in _REFUSALS:
            raise
        if len(games) == 1:
            return _problems(games[0], error)
    else:
        return []
    middle = len(games) // 2
    return await _check(dossier, games[:middle]) + await _check(dossier, games[middle:])


def _problems(told: ToldGame, error: DossierError) -> list[Problem]:
    if not error.violations:
        return [Problem(told.line_of(""), "", error.message)]
    fields = [(each.field.removeprefix("games[0]").lstrip("."), each.description) for each in error.violations]
    return [Problem(told.line_of(field), field, description) for field, description in fields]


def _print(output: Output, problems: list[Problem], *, checked: int, recorded: int) -> None:
    if output.as_json:
        output.result({"problems": [asdict(problem) for problem in problems], "recorded": recorded})
        return
    if problems:
        rows = [(str(problem.line), problem.field or "-", problem.description) for problem in problems]
        output.table(_PROBLEM_COLUMNS, rows)
        output.remark(f"{len(problems)} problems; nothing was recorded.")
    elif recorded:
        output.remark(f"{recorded} games are recorded.")
    else:
        output.remark(f"{checked} games could be recorded; nothing was.")
