"""stats, pair, board, seasons: what games add up to."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.cli.output import page_size, take, word
from client.cli.session import (
    JsonOption,
    LimitOption,
    OwnUsernameArgument,
    UsernameArgument,
    examples,
    lower_case,
    session_of,
)

if TYPE_CHECKING:
    from dossier.stats.v1 import player_stats_pb2 as player_stats_pb
    from dossier.stats.v1 import stats_service_pb2 as stats_service_pb

    from client.cli.output import Output
    from client.cli.session import Session

_TALLY_COLUMNS = ("GAMES", "WINS", "LOSSES", "DRAWS", "WIN RATE", "95 % FROM", "TO", "CLUB", "ABOVE", "PLAYED")
_STATS_COLUMNS = ("ROLE", *_TALLY_COLUMNS)
_PAIR_COLUMNS = ("GAMES AS", *_TALLY_COLUMNS)
_BOARD_COLUMNS = ("RANK", "USERNAME", "NAME", "VALUE", "GAMES", "WINS", "LOSSES", "AHEAD OF")
_SEASON_COLUMNS = ("SEASON", "GAMES", "FIRST", "LATEST")
_NEVER = "-"


class KindChoice(StrEnum):
    """The kinds of games."""

    CLUB = "club"
    TOURNAMENT = "tournament"
    ELITE = "elite"


class BoardChoice(StrEnum):
    """By what a leaderboard may be ordered."""

    RATING = "rating"
    WIN_RATE = "win-rate"
    POINTS = "points"
    WINS_ABOVE_CLUB = "wins-above"
    POINTS_PER_GAME = "points-per-game"


SeasonOption = Annotated[str, typer.Option("--season", help="Only games of this season; see dossier seasons.")]
KindOption = Annotated[KindChoice | None, typer.Option("--kind", help="Only games of this kind.")]


def add_to(root: typer.Typer) -> None:
    """Add the commands."""
    root.command(
        "stats",
        epilog=examples("dossier stats", "dossier stats anna --season 2026-autumn", "dossier stats anna --json"),
    )(stats)
    root.command("pair", epilog=examples("dossier pair anna ben", "dossier pair anna ben --kind tournament"))(pair)
    root.command(
        "board",
        epilog=examples(
            "dossier board --by win-rate --min-games 20",
            "dossier board --season 2026-autumn --by points",
            "dossier board --around anna",
        ),
    )(board)
    root.command("seasons", epilog=examples("dossier seasons"))(seasons)


def stats(
    ctx: typer.Context,
    username: OwnUsernameArgument = None,
    season: SeasonOption = "",
    kind: KindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a player's statistics: all games, by side, by role, then rating and points.

    Each line has the win rate, where the true one lies with 95 % confidence, the club's rate in the same roles, and
    how many wins the player has above that. What was never played is a dash.
    """
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            found = await dossier.player_stats(username or dossier.own_username(), season=season, kind=kind_value(kind))
        if session.output.as_json:
            session.output.result(found)
            return
        session.output.table(_STATS_COLUMNS, _stats_rows(session.output, found))
        session.output.record([*_rating_pairs(found), *_points_pairs(found)])

    asyncio.run(work())


def pair(
    ctx: typer.Context,
    username: UsernameArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", parser=lower_case, help="The other player.")],
    season: SeasonOption = "",
    kind: KindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how a player did on one side with another, and against them."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            found = await dossier.pair_stats(username, other, season=season, kind=kind_value(kind))
        if session.output.as_json:
            session.output.result(found)
            return
        rows = [("TOGETHER", found.together), ("AGAINST", found.against)]
        session.output.table(_PAIR_COLUMNS, [_tally_row(session.output, name, tally) for name, tally in rows])

    asyncio.run(work())


def board(
    ctx: typer.Context,
    by: Annotated[BoardChoice, typer.Option("--by", help="What it is ordered by.")] = BoardChoice.RATING,
    season: SeasonOption = "",
    kind: KindOption = None,
    min_games: Annotated[int, typer.Option(min=0, help="Only players with this many games.")] = 0,
    around: Annotated[
        str, typer.Option(metavar="USERNAME", parser=lower_case, help="Only the places around this player.")
    ] = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Show a leaderboard: RANK, USERNAME, NAME, VALUE, GAMES, WINS, LOSSES and the share of players behind.

    Ratings and win rates stand by their lower bounds, so that nobody leads by one lucky game.
    """
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        which: dict[str, Any] = {"season": season, "kind": kind_value(kind), "minimum_sessions": min_games}
        async with session.connect() as dossier:
            if around:
                found = await dossier.standings_around(around, _board_value(by), page_size=limit, **which)
                more = False
            else:
                places = dossier.standings(_board_value(by), page_size=page_size(limit), **which)
                found, more = await take(places, limit)
        _print_board(session, by, found)
        if more:
            session.output.remark(f"There are more than {limit}; --limit 0 lists all.")

    asyncio.run(work())


def seasons(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the seasons in which games were played, newest first: SEASON, GAMES, FIRST, LATEST."""
    session = session_of(ctx, as_json=as_json)

    async def work() -> None:
        async with session.connect() as dossier:
            found = await dossier.seasons()
        if session.output.as_json:
            session.output.result(found)
        else:
            session.output.table(_SEASON_COLUMNS, [_season_row(session.output, season) for season in found])

    asyncio.run(work())


def kind_value(choice: KindChoice | None) -> Any:
    """Return a kind of games as the client library takes it; all kinds when none was chosen."""
    from dossier.stats.v1 import game_pb2 as game_pb

    return game_pb.GAME_KIND_UNSPECIFIED if choice is None else game_pb.GameKind.Value(f"GAME_KIND_{choice.name}")


def _board_value(choice: BoardChoice) -> Any:
    from dossier.stats.v1 import stats_service_pb2 as stats_service_pb

    return stats_service_pb.Board.Value(f"BOARD_{choice.name}")


def _stats_rows(output: Output, found: player_stats_pb.PlayerStats) -> list[tuple[str, ...]]:
    from dossier.stats.v1.game_pb2 import Role

    tallies = [("ALL", found.overall), ("RED", found.red), ("BLACK", found.black)]
    tallies += [(word(Role.Name(role.role)), role.tally) for role in found.roles]
    return [_tally_row(output, name, tally) for name, tally in tallies]


def _tally_row(output: Output, name: str, tally: player_stats_pb.Tally) -> tuple[str, ...]:
    decided = tally.HasField("win_rate")
    return (
        name,
        str(tally.sessions),
        *(str(count) if tally.sessions else _NEVER for count in (tally.wins, tally.losses, tally.draws)),
        output.share(tally.win_rate) if decided else _NEVER,
        output.share(tally.win_interval.low) if tally.HasField("win_interval") else _NEVER,
        output.share(tally.win_interval.high) if tally.HasField("win_interval") else _NEVER,
        output.share(tally.club_win_rate) if tally.HasField("club_win_rate") else _NEVER,
        f"{tally.wins_above_club:+.2f}" if tally.HasField("wins_above_club") else _NEVER,
        output.duration(tally.play_time) if tally.sessions else _NEVER,
    )


def _rating_pairs(found: player_stats_pb.PlayerStats) -> list[tuple[str, str]]:
    names = ("rating", "rating is", "lower bound", "rating as red", "rating as black", "rated games")
    if not found.HasField("rating"):
        return [(name, _NEVER) for name in names]
    rating = found.rating
    state = "provisional" if rating.provisional else "settled"
    values = (
        _rating(rating.rating, rating.deviation),
        f"{state}, being reckoned anew" if rating.pending else state,
        f"{rating.lower_bound:.0f}",
        _rating(rating.red.rating, rating.red.deviation) if rating.HasField("red") else _NEVER,
        _rating(rating.black.rating, rating.black.deviation) if rating.HasField("black") else _NEVER,
        str(rating.rated_games),
    )
    return list(zip(names, values, strict=True))


def _rating(rating: float, deviation: float) -> str:
    return f"{rating:.0f} ± {deviation:.0f}"


def _points_pairs(found: player_stats_pb.PlayerStats) -> list[tuple[str, str]]:
    from dossier.stats.v1.game_pb2 import PointsReason

    total = f"{found.points.total:.2f}" if found.overall.sessions else _NEVER
    reasons = [
        (f"points for {_reason(PointsReason.Name(entry.reason))}", f"{entry.points:+.2f}")
        for entry in found.points.entries
    ]
    return [("points", total), *reasons]


def _reason(name: str) -> str:
    return name.removeprefix("POINTS_REASON_").replace("_", " ").lower()


def _print_board(session: Session, by: BoardChoice, found: list[player_stats_pb.Standing]) -> None:
    if session.output.as_json:
        session.output.result(found)
        return
    rows = [
        (
            str(standing.rank),
            standing.username,
            standing.display_name,
            _board_cell(session.output, by, standing.value),
            str(standing.sessions),
            str(standing.wins),
            str(standing.losses),
            session.output.share(standing.percentile / 100),
        )
        for standing in found
    ]
    session.output.table(_BOARD_COLUMNS, rows)


def _board_cell(output: Output, by: BoardChoice, value: float) -> str:
    if by is BoardChoice.WIN_RATE:
        return output.share(value)
    return f"{value:.0f}" if by is BoardChoice.RATING else f"{value:.2f}"


def _season_row(output: Output, season: stats_service_pb.Season) -> tuple[str, ...]:
    return season.season, str(season.game_count), output.time(season.first_time), output.time(season.last_time)
