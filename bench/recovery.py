"""What only a simulated club can tell: whether a rating finds the truth."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from statistics import fmean
from typing import Final

from bench.open_skill import OpenSkillTable
from bench.plain_tables import print_table
from bench.simulated_club import Plan, SimulatedClub, play_out, true_rate_of_fresh
from profile_service.rating.calibration import BaseRate, EloTable, TwoSidedTable, log_loss, predict, spearman
from profile_service.rating.display import PROVISIONAL_GAMES, overall
from profile_service.rating.two_sided import FRESH, FRESH_BIAS, chance_of_red

SPREADS: Final = (0.5, 1.0, 1.5, 2.0, 2.5)
ORDER_AIM: Final = 0.9
FRESH_AIM: Final = 0.02
_BOARD: Final = 20
_ATTENDANCE: Final = 1.1


def order_of_players(club: SimulatedClub) -> tuple[str, bool]:
    """Print how well the order of the players was found; the aim is about that by strength over all deals."""
    ours, elo, openskill = TwoSidedTable(), EloTable(), OpenSkillTable()
    for forecaster in (ours, elo, openskill):
        predict(forecaster, club.games)
    names = [name for name in club.strengths if name in ours.players]
    true = [(club.strengths[name].red + club.strengths[name].black) / 2 for name in names]
    found = spearman(true, [overall(ours.players[name]).rating for name in names])
    rows = [
        ("two-sided rating, overall", found),
        ("as red", spearman([club.strengths[n].red for n in names], [ours.players[n].red for n in names])),
        ("as black", spearman([club.strengths[n].black for n in names], [ours.players[n].black for n in names])),
        ("Elo, mean of both", spearman(true, [elo.players[n].red + elo.players[n].black for n in names])),
        ("openskill (sums)", spearman(true, [openskill.players[n].mu for n in names])),
    ]
    title = f"Order of {len(names)} players after {club.plan.games_each} games each"
    print_table(title, ("order by", "Spearman"), [(name, f"{value:.3f}") for name, value in rows])
    return f"Spearman at least {ORDER_AIM:g}", found >= ORDER_AIM


def strangers(club: SimulatedClub) -> tuple[str, bool]:
    """Print what is predicted among strangers once the biases are learned, and how often red truly wins then."""
    table = TwoSidedTable()
    predict(table, club.games)
    rows, off = [], 0.0
    for kind in club.plan.kinds:
        predicted = chance_of_red([FRESH] * 7, [FRESH] * 3, table.biases.get(kind.name, FRESH_BIAS))
        true = true_rate_of_fresh(club.plan, kind)
        games = sum(game.kind == kind.name for game in club.games)
        rows.append((kind.name, str(games), f"{predicted:.3f}", f"{true:.3f}", f"{predicted - true:+.3f}"))
        off = max(off, abs(predicted - true))
    print_table("Red's chance among strangers", ("kind", "games", "predicted", "true", "off by"), rows)
    return f"red among strangers within {FRESH_AIM:g}", off <= FRESH_AIM


def other_spreads(plan: Plan) -> None:
    """Print what is left of it where players differ less or more."""
    rows = []
    for spread in SPREADS:
        club = play_out(replace(plan, spread=spread))
        table = TwoSidedTable()
        ours, base = log_loss(predict(table, club.games)), log_loss(predict(BaseRate(), club.games))
        names = list(table.players)
        true = [club.strengths[n].red + club.strengths[n].black for n in names]
        order = spearman(true, [overall(table.players[n]).rating for n in names])
        rows.append((f"{spread:g}", f"{_best_tenth(club):.0%}", f"{ours - base:+.4f}", f"{order:.3f}"))
    columns = ("spread", "best tenth wins", "log-loss to base rate", "Spearman")
    print_table("The same club with other spreads of strength", columns, rows)


def _best_tenth(club: SimulatedClub) -> float:
    """Return how often the best tenth of the players truly wins."""
    chances: dict[str, list[float]] = {}
    for game, chance in zip(club.games, club.true_chances, strict=True):
        for name in game.reds:
            chances.setdefault(name, []).append(chance)
        for name in game.blacks:
            chances.setdefault(name, []).append(1.0 - chance)
    rates = sorted((fmean(those) for those in chances.values()), reverse=True)
    return fmean(rates[: math.ceil(len(rates) / 10)])


def boards(plan: Plan) -> None:
    """Print what a board of the best is like by how many deviations are taken off, where some come far oftener."""
    club = play_out(replace(plan, spread=1.0, attendance=_ATTENDANCE))
    table = TwoSidedTable()
    predict(table, club.games)
    played = Counter(name for game in club.games for name in game.reds + game.blacks)
    names = [name for name, games in played.items() if games >= PROVISIONAL_GAMES]
    true = {name: (club.strengths[name].red + club.strengths[name].black) / 2 for name in names}
    rows = []
    for deviations in range(4):
        shown = {name: overall(table.players[name]) for name in names}
        bound = {name: shown[name].rating - deviations * shown[name].deviation for name in names}
        board = sorted(names, key=bound.__getitem__, reverse=True)[:_BOARD]
        rows.append(
            (
                str(deviations),
                f"{spearman([true[n] for n in names], [bound[n] for n in names]):.3f}",
                f"{spearman([played[n] for n in names], [bound[n] for n in names]):.3f}",
                f"{fmean(true[n] for n in board):.2f}",
                str(min(played[n] for n in board)),
            )
        )
    columns = (
        "deviations off",
        "Spearman to strength",
        "to games played",
        f"strength of best {_BOARD}",
        "fewest games",
    )
    print_table(f"Boards of {len(names)} players with {PROVISIONAL_GAMES} games or more, spread 1", columns, rows)
