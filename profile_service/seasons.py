"""One consistent picture of a season, for reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import log

from profile_service.leaderboards import Page
from profile_service.rating.calibration import Prediction, Tenth, brier, log_loss, reliability
from profile_service.statistics import PlayerStats, WeekTally


@dataclass(frozen=True, slots=True)
class SeasonWeek:
    """The games of everybody in one ISO week.

    Attributes:
        tally: red's wins and losses, which are black's, without games that were broken off.
        first_time, last_time: when the first and the last game began, also of such as were broken off.
    """

    tally: WeekTally
    voids: int
    first_time: datetime
    last_time: datetime


class Record(StrEnum):
    """At what one may be the best, in the order in which it is shown."""

    MOST_GAMES = "most_games"
    MOST_POINTS = "most_points"
    BEST_WIN_RATE = "best_win_rate"
    MOST_WINS_ABOVE_CLUB = "most_wins_above_club"
    LONGEST_WINS = "longest_wins"


@dataclass(frozen=True, slots=True)
class RecordHolder:
    """Who is the best at something, and by how much."""

    username: str
    display_name: str
    value: float


@dataclass(frozen=True, slots=True)
class StandingExtras:
    """What is shown beside a place by points. `rating_bound` is as of now, over all games."""

    wins_above: float | None
    rating_bound: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the chances that red was given compare with what happened.

    Attributes:
        games: never 0.
        base_log_loss: that of a forecast which gives red its share of these games' wins each time.
    """

    games: int
    log_loss: float
    base_log_loss: float
    brier: float
    tenths: list[Tenth]


@dataclass(frozen=True, slots=True)
class SeasonSnapshot:
    """A season at one moment, for one viewer.

    Attributes:
        weeks: those in which there were games, in order.
        players: how many took part, without guests.
        club: what everybody's games add up to.
        board: the first places by points.
        extras: beside each place, by account.
        records: those that somebody holds.
        calibration: None when no game was rated.
        locale: the viewer's language as a BCP 47 tag, or empty.
    """

    weeks: list[SeasonWeek]
    players: int
    club: PlayerStats
    board: Page
    extras: Mapping[str, StandingExtras]
    records: Mapping[Record, RecordHolder]
    calibration: Calibration | None
    read_time: datetime
    locale: str


def calibration(predictions: Sequence[Prediction]) -> Calibration | None:
    """Return how good these predictions were, None when there are none."""
    if not predictions:
        return None
    share = sum(prediction.red_won for prediction in predictions) / len(predictions)
    return Calibration(
        games=len(predictions),
        log_loss=log_loss(predictions),
        base_log_loss=sum(chance * log(1 / chance) for chance in (share, 1 - share) if chance),
        brier=brier(predictions),
        tenths=reliability(predictions),
    )
