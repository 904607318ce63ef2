"""`python -m bench.calibrate`: how good our ratings predict games, beside those who know less.

Without a file it plays out a simulated club, whose true strengths are known, and says whether the rating finds them.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from openskill.models import PlackettLuce

from bench.open_skill import OpenSkillTable
from bench.plain_tables import print_remark, print_table
from bench.recorded_games import read_games
from bench.recovery import boards, order_of_players, other_spreads, strangers
from bench.simulated_club import Plan, play_out
from profile_service.rating.calibration import (
    BaseRate,
    Coin,
    DecidedGame,
    EloTable,
    Forecaster,
    Prediction,
    TwoSidedTable,
    brier,
    log_loss,
    predict,
    reliability,
)
from profile_service.rating.two_sided import FRESH, FRESH_BIAS, chance_of_red


def main() -> int:
    """Print the tables. Returns the exit code: 1 when an aim is missed."""
    options = _options()
    if options.games is not None:
        games = read_games(options.games)
        if not games:
            print_remark(f"{options.games} has no game that a side won.")
            return 1
        return 0 if _scores(games) else 1
    plan = Plan(players=options.players, games_each=options.games_each, spread=options.spread, seed=options.seed)
    return 0 if _simulated(plan) else 1


def _options() -> argparse.Namespace:
    usual = Plan()
    parser = argparse.ArgumentParser(
        prog="python -m bench.calibrate", description="Compare ratings by their predictions."
    )
    parser.add_argument("games", nargs="?", type=Path, help="JSON of `dossier game list --limit 0 --json`")
    parser.add_argument("--players", type=int, default=usual.players, help="of the simulated club")
    parser.add_argument("--games-each", type=int, default=usual.games_each, help="games of each player, on the mean")
    parser.add_argument("--spread", type=float, default=usual.spread, help="of true strengths, in logits")
    parser.add_argument("--seed", type=int, default=usual.seed)
    return parser.parse_args()


def _simulated(plan: Plan) -> bool:
    """Print everything about a club whose truth is known. Returns whether all aims are met."""
    club = play_out(plan)
    print_remark(
        f"A simulated club (seed {plan.seed}): {plan.players} players, {plan.games_each} games each, strengths with a "
        f"standard deviation of {plan.spread:g} logits, red and black correlated by {plan.correlation:g}."
    )
    better = _scores(club.games, truth=club.true_chances)
    aims = [("log-loss below the base rate", better), order_of_players(club), strangers(club)]
    print_table("What was aimed at", ("aim", "met"), [(name, "yes" if met else "no") for name, met in aims])
    other_spreads(plan)
    boards(plan)
    return all(met for _, met in aims)


def _scores(games: Sequence[DecidedGame], *, truth: Sequence[float] = ()) -> bool:
    """Print how everybody predicts. Returns whether our rating beats the base rate."""
    forecasters: dict[str, Forecaster] = {
        "two-sided rating": TwoSidedTable(),
        "Elo on team means": EloTable(),
        "side base rate": BaseRate(),
        "coin": Coin(),
        "openskill (sums)": OpenSkillTable(),
    }
    predictions: dict[str, list[Prediction]] = {}
    microseconds: dict[str, float] = {}
    for name, forecaster in forecasters.items():
        begin = time.perf_counter()
        predictions[name] = predict(forecaster, games)
        microseconds[name] = (time.perf_counter() - begin) * 1e6 / len(games)
    if truth:
        predictions["the truth"] = [Prediction(p, game.red_won) for p, game in zip(truth, games, strict=True)]
    base = log_loss(predictions["side base rate"])
    rows = [
        (
            name,
            f"{brier(those):.4f}",
            f"{log_loss(those):.4f}",
            f"{log_loss(those) - base:+.4f}",
            f"{microseconds[name]:.0f}" if name in microseconds else "",
        )
        for name, those in predictions.items()
    ]
    print_table(f"{len(games)} games", ("predicted by", "Brier", "log-loss", "to base rate", "µs a game"), rows)
    _reliability(predictions["two-sided rating"])
    reds, blacks = Counter(len(game.reds) for game in games), Counter(len(game.blacks) for game in games)
    _trap(reds.most_common(1)[0][0], blacks.most_common(1)[0][0])
    return log_loss(predictions["two-sided rating"]) < base


def _reliability(predictions: Sequence[Prediction]) -> None:
    rows = [
        (f"{tenth.lower:.1f}", str(tenth.games), f"{tenth.mean_chance:.3f}", f"{tenth.red_share:.3f}")
        for tenth in reliability(predictions)
    ]
    print_table("Reliability of the two-sided rating", ("from", "games", "predicted", "red won"), rows)


def _trap(reds: int, blacks: int) -> None:
    model = PlackettLuce()
    by_sums = model.predict_win([[model.rating()] * reds, [model.rating()] * blacks])[0]
    by_means = chance_of_red([FRESH] * reds, [FRESH] * blacks, FRESH_BIAS)
    rows = [("openskill (sums)", f"{by_sums:.4f}"), ("two-sided rating", f"{by_means:.4f}")]
    print_table(f"Red's chance at the first game, {reds} against {blacks} strangers", ("predicted by", "chance"), rows)


if __name__ == "__main__":
    raise SystemExit(main())
