"""game record, list, show, correct, void, merge."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from client.cli.game_files import read_games
from client.cli.output import page_size, take, word
from client.cli.session import JsonOption, LimitOption, UsernameArgument, examples, lower_case, session_of

if TYPE_CHECKING:
    from dossier.stats.v1 import game_pb2 as game_pb

    from client.cli.output import Output
    from client.cli.session import Session

app = typer.Typer(help="Played games.", no_args_is_help=True)

_GAME_COLUMNS = ("GAME", "BEGAN", "LASTED", "WINNER", "SEATS", "ROLE", "RESULT")

GameIdArgument = Annotated[str, typer.Argument(metavar="ID", parser=lower_case, help="The game's id.")]

_GAME_EXAMPLE = """\b
A file holds one game, or a list of games, as JSON:
  {"start_time": "2026-11-22T18:00:00Z", "duration": "2700s",
   "winner": "WINNER_RED",
   "seats": [
     {"seat_number": 1, "username": "anna", "role": "ROLE_SHERIFF"},
     {"seat_number": 2, "username": "ben", "role": "ROLE_CIVILIAN"},
     {"seat_number": 3, "username": "cho", "role": "ROLE_DON"}]}
With a game_id (a UUID) of your own, recording it twice is safe;
without one each run records a new game.

"""


@app.command(
    "record", epilog=_GAME_EXAMPLE + examples("dossier game record evening.json", "dossier game record - < game.json")
)
def record(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.json", help="The games; - reads standard input.")],
    as_json: JsonOption = False,
) -> None:
    """Record finished games. Needs the role referee or service. Prints the game ids."""
    session = session_of(ctx, as_json=as_json)
    games = read_games(file)  # before the event loop runs, which would not let Ctrl-C interrupt the reading
    asyncio.run(_record(session, games))


async def _record(session: Session, games: list[game_pb.Game]) -> None:
    from client.errors import DossierError

    recorded: list[game_pb.Game] = []
    async with session.connect() as dossier:
        for number, game in enumerate(games, start=1):
            try:
                recorded.append(await dossier.record_game(game))
            except DossierError:
                if len(games) > 1:
                    session.output.remark(
                        f"Game {number} of {len(games)} was not recorded; {number - 1} before it were."
                    )
                raise
            if not session.output.as_json:
                session.output.line(recorded[-1].game_id)
    if session.output.as_json:
        session.output.result(recorded)


@app.command("list", epilog=examples("dossier game list", "dossier game list anna --limit 20"))
def list_games(
    ctx: typer.Context,
    username: Annotated[
        str | None, typer.Argument(metavar="USERNAME", parser=lower_case, help="Only this player's games.")
    ] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List games, newest first: GAME, BEGAN, LASTED, WINNER, SEATS and, of one player, ROLE and RESULT."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            games, more = await take(dossier.list_games(username=username or "", page_size=page_size(limit)), limit)
        if session.output.as_json:
            session.output.result(games)
        else:
            session.output.table(_GAME_COLUMNS, [_game_row(session.output, game, username or "") for game in games])
        if more:
            session.output.remark(f"There are more than {limit}; --limit 0 lists all.")

    asyncio.run(work())


@app.command("show", epilog=examples("dossier game show 01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"))
def show(
    ctx: typer.Context,
    game_id: GameIdArgument,
    as_json: JsonOption = False,
) -> None:
    """Show a game and who sat where."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            game = await dossier.get_game(game_id)
        _print_game(session.output, game)

    asyncio.run(work())


@app.command("correct", epilog=examples("dossier game show ID --json > game.json", "dossier game correct game.json"))
def correct(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.json", help="The games; - reads standard input.")],
    as_json: JsonOption = False,
) -> None:
    """Put games in the place of the recorded ones of the same game_id. Needs the role referee or service.

    A file made by `game show --json` has the etag of what was read: if the game was corrected since, it is refused.
    """
    session = session_of(ctx, as_json=as_json)
    games = read_games(file)

    async def work() -> None:
        async with session.connect() as dossier:
            corrected = [await dossier.correct_game(game, etag=game.etag) for game in games]
        for game in corrected:
            session.output.remark(f"Game {game.game_id} is corrected.")
        if session.output.as_json:
            session.output.result(corrected)

    asyncio.run(work())


@app.command("void", epilog=examples("dossier game void 01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"))
def void(ctx: typer.Context, game_id: GameIdArgument) -> None:
    """Have a game count for nothing, as if it had never been. It is kept. Needs the role referee or service."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.void_game(game_id)
        session.output.remark(f"Game {game_id} counts for nothing.")

    asyncio.run(work())


@app.command("merge", epilog=examples('dossier game merge "Big Joe" joe'))
def merge(
    ctx: typer.Context,
    nickname: Annotated[str, typer.Argument(metavar="NICKNAME", help="What the guest was called.")],
    username: UsernameArgument,
) -> None:
    """Give all games of a guest to a player, for good. Needs the role referee."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            count = await dossier.merge_guest(nickname, username)
        session.output.remark(f"{username} has {count} games of the guest {nickname}.")

    asyncio.run(work())


def _game_row(output: Output, game: game_pb.Game, username: str) -> tuple[str, ...]:
    from dossier.stats.v1.game_pb2 import Result, Role, Winner

    seat = next((seat for seat in game.seats if username and seat.username == username), None)
    return (
        game.game_id,
        output.time(game.start_time),
        output.duration(game.duration),
        word(Winner.Name(game.winner)),
        str(len(game.seats)),
        word(Role.Name(seat.role)) if seat else "",
        word(Result.Name(seat.result)) if seat else "",
    )


def _print_game(output: Output, game: game_pb.Game) -> None:
    from dossier.stats.v1.game_pb2 import GameState, Result, Role, Winner

    if output.as_json:
        output.result(game)
        return
    output.record(
        [
            ("game", game.game_id),
            ("began", output.time(game.start_time)),
            ("lasted", output.duration(game.duration)),
            ("winner", word(Winner.Name(game.winner))),
            ("season", game.season),
            ("state", word(word(GameState.Name(game.state)))),
        ]
    )
    rows = [
        (
            str(seat.seat_number),
            seat.username or seat.nickname or "-",
            word(Role.Name(seat.role)),
            word(Result.Name(seat.result)),
        )
        for seat in game.seats
    ]
    output.table(("SEAT", "PLAYER", "ROLE", "RESULT"), rows)
