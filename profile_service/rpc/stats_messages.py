"""Turns statistics into the contract's messages."""

from __future__ import annotations

from dossier.stats.v1 import player_stats_pb2 as stats_pb

from profile_service.game_messages import FATE, REASON, RESULT, ROLE, timestamp
from profile_service.games import POINT, ROLES, ROUNDS, SEATS
from profile_service.leaderboards import Board, Page, Place
from profile_service.rates import role_luck
from profile_service.rating.display import Shown
from profile_service.runs import RESULTS, Runs
from profile_service.statistics import (
    BLACK_ROLES,
    COMPENSATION,
    REASONS,
    RED_ROLES,
    PairStats,
    Peak,
    PlayerStats,
    RatingChange,
    RatingPicture,
    Tally,
)

_BY_LETTER = {letter: RESULT.value(result) for letter, result in RESULTS.items()}
# The names of counters, so that they are not put together anew for each answer.
_SEATS = [(number, f"seat.{number}.games", f"seat.{number}.wins", f"seat.{number}.losses") for number in SEATS]
_ENDINGS = [
    *((FATE.value(fate), 0, fate) for fate in ("survived", "removed_by_fouls", "removed_by_judge")),
    *((FATE.value(fate), number, f"{fate}_{number}") for fate in ("voted_out", "killed") for number in ROUNDS),
]


def stats_message(stats: PlayerStats) -> stats_pb.PlayerStats:
    """Return statistics as a message."""
    message = stats_pb.PlayerStats()
    fill_stats(message, stats)
    return message


def fill_stats(message: stats_pb.PlayerStats, stats: PlayerStats) -> None:
    """Fill in an empty message, which stands in another one: a message that is given to another is copied."""
    overall = stats.tally(ROLES)
    _fill_tally(message.overall, overall)
    for roles, shown in ((RED_ROLES, message.red), (BLACK_ROLES, message.black)):
        tally = stats.tally(roles)
        if tally.sessions or tally.voids:
            _fill_tally(shown, tally)
    for role in stats.played():
        _add_role(message, stats, role, games=overall.sessions)
    _add_seats(message, stats)
    _add_endings(message, stats)
    if stats.counters:
        _fill_points(message.points, stats)
        _fill_play(message.play, stats)
        _fill_form(message.form, stats.runs)
    if stats.rating is not None:
        _fill_rating(message.rating, stats.rating)


def pair_message(pair: PairStats) -> stats_pb.PairStats:
    """Return how two players did as a message."""
    message = stats_pb.PairStats()
    for shown, tally in ((message.together, pair.together), (message.against, pair.against)):
        counts = (tally.sessions, tally.wins, tally.losses, tally.draws, tally.voids, tally.play_time)
        _fill_tally(shown, Tally(*counts, expected=None))
    return message


def change_message(change: RatingChange) -> stats_pb.RatingChange:
    """Return what a game did to a rating as a message."""
    return stats_pb.RatingChange(
        game_id=change.game_id,
        start_time=timestamp(change.start_time),
        role=ROLE.value(change.role),
        result=RESULT.value(change.result),
        chance=change.chance,
        rating_before=change.rating_before,
        rating_after=change.rating_after,
        deviation_before=change.deviation_before,
        deviation_after=change.deviation_after,
        elo_before=change.elo_before,
        elo_after=change.elo_after,
    )


def standing_message(page: Page, place: Place, board: Board) -> stats_pb.Standing:
    """Return a place on a leaderboard as a message."""
    return stats_pb.Standing(
        rank=place.rank,
        username=place.username,
        display_name=place.display_name,
        value=place.value / POINT if board is Board.POINTS else place.value,
        sessions=place.sessions,
        wins=place.wins,
        losses=place.losses,
        percentile=page.percentile(place),
    )


def tally_message(tally: Tally) -> stats_pb.Tally:
    """Return counts as a message."""
    message = stats_pb.Tally()
    _fill_tally(message, tally)
    return message


def _fill_tally(message: stats_pb.Tally, tally: Tally) -> None:
    message.sessions = tally.sessions
    message.wins = tally.wins
    message.losses = tally.losses
    message.draws = tally.draws
    message.voids = tally.voids
    time = message.play_time
    time.seconds, micros = divmod(tally.play_time, 1_000_000)
    time.nanos = micros * 1000
    decided, interval = tally.decided, tally.interval
    if interval is not None:
        message.win_rate = tally.wins / decided
        shown = message.win_interval
        shown.low, shown.high = interval
        if tally.expected is not None:
            message.club_win_rate = tally.expected / decided
            message.wins_above_club = tally.wins - tally.expected


def _add_role(message: stats_pb.PlayerStats, stats: PlayerStats, role: str, *, games: int) -> None:
    tally = stats.tally((role,))
    shown = message.roles.add(
        role=ROLE.value(role),
        luck=role_luck(tally.sessions, games, role),
        points=stats.points_as(role) / POINT,
    )
    _fill_tally(shown.tally, tally)


def _add_seats(message: stats_pb.PlayerStats, stats: PlayerStats) -> None:
    get = stats.counters.get
    for number, games, won, lost in _SEATS:
        sessions = get(games)
        if sessions:
            wins, losses = get(won, 0), get(lost, 0)
            seat = message.seats.add()
            seat.seat_number = number
            seat.sessions = sessions
            seat.wins = wins
            seat.losses = losses
            if wins + losses:
                seat.win_rate = wins / (wins + losses)


def _fill_points(message: stats_pb.Points, stats: PlayerStats) -> None:
    points = {reason: stats.count(f"points_{reason}") for reason in REASONS}
    if not stats.of_period:
        points["compensation"] = stats.counters.get(COMPENSATION, 0)
    message.total = sum(points.values()) / POINT
    for reason, sum_of_reason in points.items():
        if sum_of_reason:
            message.entries.add(reason=REASON.value(reason), points=sum_of_reason / POINT)


def _fill_play(message: stats_pb.Play, stats: PlayerStats) -> None:
    count, get = stats.count, stats.counters.get
    message.first_kills = count("first_kills")
    message.first_kill_losses = count("first_kill_losses")
    fates_known = get("civilian.fates_known", 0) + get("sheriff.fates_known", 0)
    if fates_known:
        first_kills = get("civilian.first_kills", 0) + get("sheriff.first_kills", 0)
        message.first_kill_rate = first_kills / fates_known
    best_moves = [count(f"best_moves_{hits}") for hits in range(4)]
    if any(best_moves):
        message.best_moves.extend(best_moves)
    _fill_hits(message.sheriff_checks, get("sheriff.checks", 0), get("sheriff.check_hits", 0))
    message.three_nights = count("three_nights")
    _fill_hits(message.don_checks, get("don.checks", 0), get("don.check_hits", 0))
    message.sheriff_found_first = get("don.first_night_hits", 0)
    votes_black = count("votes_black")
    _fill_hits(message.votes, votes_black + count("votes_red"), votes_black)
    message.votes_against_sheriff = count("votes_sheriff")
    message.votes_received = count("votes_received")
    message.nominations = count("nominations")
    message.nominated = count("nominated")
    shots = count("shots")
    _fill_hits(message.shots, shots, shots - count("misses"))
    fouls_known = count("fouls_known")
    if fouls_known:
        message.fouls_per_game = count("fouls") / fouls_known
    message.removed_by_fouls = count("removed_by_fouls")
    message.removed_by_judge = count("removed_by_judge")
    message.yellow_cards = count("yellow_cards")


def _fill_hits(message: stats_pb.Hits, count: int, hits: int) -> None:
    if count:
        message.count = count
        message.hits = hits


def _add_endings(message: stats_pb.PlayerStats, stats: PlayerStats) -> None:
    if stats.count("fates_known"):
        for fate, number, counter in _ENDINGS:
            count = stats.count(counter)
            if count:
                message.endings.add(fate=fate, round=number, count=count)


def _fill_form(message: stats_pb.Form, runs: Runs) -> None:
    message.current_run = runs.current
    message.longest_wins = runs.longest_wins
    message.longest_losses = runs.longest_losses
    message.latest.extend([_BY_LETTER[letter] for letter in reversed(runs.latest)])


def _fill_rating(message: stats_pb.Rating, rating: RatingPicture) -> None:
    message.rating = rating.overall.rating
    message.deviation = rating.overall.deviation
    message.lower_bound = rating.overall.lower_bound
    message.provisional = rating.provisional
    message.rated_games = rating.rated_games
    message.pending = rating.pending
    _fill_side(message.red, rating.red, rating.elo.red)
    _fill_side(message.black, rating.black, rating.elo.black)
    _fill_peak(message.peak, rating.peak)
    _fill_peak(message.low, rating.low)


def _fill_side(message: stats_pb.SideRating, shown: Shown | None, elo: float) -> None:
    if shown is not None:
        message.rating = shown.rating
        message.deviation = shown.deviation
        message.elo = elo


def _fill_peak(message: stats_pb.RatingPeak, peak: Peak) -> None:
    message.rating = peak.rating
    message.game_id = peak.game_id
    if peak.start_time is not None:
        message.start_time.CopyFrom(timestamp(peak.start_time))
