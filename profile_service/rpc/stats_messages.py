"""Turns statistics into the contract's messages."""

from __future__ import annotations

from dossier.stats.v1 import player_stats_pb2 as stats_pb
from google.protobuf.duration_pb2 import Duration

from profile_service.game_messages import FATE, RESULT, ROLE, points_entry, timestamp
from profile_service.games import POINT, ROLES
from profile_service.leaderboards import Board, Page, Place
from profile_service.rates import Interval, role_luck
from profile_service.rating.display import Shown
from profile_service.runs import RESULTS, Runs
from profile_service.statistics import (
    BLACK_ROLES,
    REASONS,
    RED_ROLES,
    PairStats,
    PairTally,
    Peak,
    PlayerStats,
    RatingChange,
    RatingPicture,
    Tally,
)

# How a part ends: by counters with the round behind their names, and by such without.
_BY_ROUND = ("voted_out", "killed")
_IN_ALL = ("survived", "removed_by_fouls", "removed_by_judge")


def stats_message(stats: PlayerStats) -> stats_pb.PlayerStats:
    """Return statistics as a message."""
    message = stats_pb.PlayerStats(
        overall=tally_message(stats.tally(ROLES)),
        roles=[_role(stats, role) for role in stats.played()],
        seats=_seats(stats),
        endings=_endings(stats),
        rating=None if stats.rating is None else _rating(stats.rating),
    )
    for roles, shown in ((RED_ROLES, message.red), (BLACK_ROLES, message.black)):
        tally = stats.tally(roles)
        if tally.sessions or tally.voids:
            shown.CopyFrom(tally_message(tally))
    if stats.counters:
        message.points.CopyFrom(_points(stats))
        message.play.CopyFrom(_play(stats))
        message.form.CopyFrom(_form(stats.runs))
    return message


def pair_message(pair: PairStats) -> stats_pb.PairStats:
    """Return how two players did as a message."""
    return stats_pb.PairStats(together=_pair_tally(pair.together), against=_pair_tally(pair.against))


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
    message = stats_pb.Tally(
        sessions=tally.sessions,
        wins=tally.wins,
        losses=tally.losses,
        draws=tally.draws,
        play_time=_duration(tally.play_time),
        voids=tally.voids,
    )
    interval = tally.interval
    if interval is not None:
        message.win_rate = tally.wins / tally.decided
        message.win_interval.CopyFrom(_interval(interval))
        if tally.expected is not None:
            message.club_win_rate = tally.expected / tally.decided
            message.wins_above_club = tally.wins - tally.expected
    return message


def _interval(interval: Interval) -> stats_pb.Interval:
    return stats_pb.Interval(low=interval.low, high=interval.high)


def _duration(micros: int) -> Duration:
    seconds, rest = divmod(micros, 1_000_000)
    return Duration(seconds=seconds, nanos=rest * 1000)


def _role(stats: PlayerStats, role: str) -> stats_pb.RoleTally:
    tally = stats.tally((role,))
    points = sum(stats.count(f"points_{reason}", (role,)) for reason in REASONS)
    return stats_pb.RoleTally(
        role=ROLE.value(role),
        tally=tally_message(tally),
        luck=role_luck(tally.sessions, stats.count("games"), role),
        points=points / POINT,
    )


def _seats(stats: PlayerStats) -> list[stats_pb.SeatTally]:
    names = [name.split(".") for name in stats.counters if name.startswith("seat.")]
    return [_seat(stats, number) for number in sorted({int(number) for _, number, _ in names})]


def _seat(stats: PlayerStats, number: int) -> stats_pb.SeatTally:
    get = stats.counters.get
    wins, losses = get(f"seat.{number}.wins", 0), get(f"seat.{number}.losses", 0)
    return stats_pb.SeatTally(
        seat_number=number,
        sessions=get(f"seat.{number}.games", 0),
        wins=wins,
        losses=losses,
        win_rate=wins / (wins + losses) if wins + losses else None,
    )


def _points(stats: PlayerStats) -> stats_pb.Points:
    points = stats.points()
    return stats_pb.Points(
        total=sum(points.values()) / POINT,
        entries=[points_entry(reason, count) for reason, count in points.items()],
    )


def _play(stats: PlayerStats) -> stats_pb.Play:
    count = stats.count
    fates_known = count("fates_known", RED_ROLES)
    best_moves = [count(f"best_moves_{hits}") for hits in range(4)]
    fouls_known = count("fouls_known")
    return stats_pb.Play(
        first_kills=count("first_kills"),
        first_kill_losses=count("first_kill_losses"),
        first_kill_rate=count("first_kills", RED_ROLES) / fates_known if fates_known else None,
        best_moves=best_moves if any(best_moves) else [],
        sheriff_checks=_hits(stats, "checks", "check_hits", ("sheriff",)),
        three_nights=count("three_nights"),
        don_checks=_hits(stats, "checks", "check_hits", ("don",)),
        sheriff_found_first=count("first_night_hits", ("don",)),
        votes=_votes(stats),
        votes_against_sheriff=count("votes_sheriff"),
        votes_received=count("votes_received"),
        nominations=count("nominations"),
        nominated=count("nominated"),
        shots=_shots(stats),
        fouls_per_game=count("fouls") / fouls_known if fouls_known else None,
        removed_by_fouls=count("removed_by_fouls"),
        removed_by_judge=count("removed_by_judge"),
        yellow_cards=count("yellow_cards"),
    )


def _hits(stats: PlayerStats, tries: str, hits: str, roles: tuple[str, ...] = ROLES) -> stats_pb.Hits | None:
    count = stats.count(tries, roles)
    return stats_pb.Hits(count=count, hits=stats.count(hits, roles)) if count else None


def _votes(stats: PlayerStats) -> stats_pb.Hits | None:
    black, red = stats.count("votes_black"), stats.count("votes_red")
    return stats_pb.Hits(count=black + red, hits=black) if black + red else None


def _shots(stats: PlayerStats) -> stats_pb.Hits | None:
    shots = stats.count("shots")
    return stats_pb.Hits(count=shots, hits=shots - stats.count("misses")) if shots else None


def _endings(stats: PlayerStats) -> list[stats_pb.Ending]:
    found = [stats_pb.Ending(fate=FATE.value(fate), count=stats.count(fate)) for fate in _IN_ALL if stats.count(fate)]
    names = {name.partition(".")[2] for name in stats.counters}
    for fate in _BY_ROUND:
        prefix = f"{fate}_"
        rounds = sorted(int(name.removeprefix(prefix)) for name in names if name.startswith(prefix))
        found += [
            stats_pb.Ending(fate=FATE.value(fate), round=number, count=stats.count(f"{fate}_{number}"))
            for number in rounds
        ]
    return found


def _form(runs: Runs) -> stats_pb.Form:
    return stats_pb.Form(
        current_run=runs.current,
        longest_wins=runs.longest_wins,
        longest_losses=runs.longest_losses,
        latest=[RESULT.value(RESULTS[letter]) for letter in reversed(runs.latest)],
    )


def _rating(rating: RatingPicture) -> stats_pb.Rating:
    return stats_pb.Rating(
        rating=rating.overall.rating,
        deviation=rating.overall.deviation,
        lower_bound=rating.overall.lower_bound,
        provisional=rating.provisional,
        rated_games=rating.rated_games,
        red=_side(rating.red, rating.elo.red),
        black=_side(rating.black, rating.elo.black),
        peak=_peak(rating.peak),
        low=_peak(rating.low),
        pending=rating.pending,
    )


def _side(shown: Shown | None, elo: float) -> stats_pb.SideRating | None:
    if shown is None:
        return None
    return stats_pb.SideRating(rating=shown.rating, deviation=shown.deviation, elo=elo)


def _peak(peak: Peak) -> stats_pb.RatingPeak:
    start_time = None if peak.start_time is None else timestamp(peak.start_time)
    return stats_pb.RatingPeak(rating=peak.rating, game_id=peak.game_id, start_time=start_time)


def _pair_tally(tally: PairTally) -> stats_pb.Tally:
    return tally_message(
        Tally(tally.sessions, tally.wins, tally.losses, tally.draws, tally.voids, tally.play_time, None)
    )
