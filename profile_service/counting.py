"""Counts what a game says of each of its players. Everything that is kept of many games is a sum of these counts."""

from __future__ import annotations

from collections import defaultdict

from profile_service.games import Game, Move, Seat, side_of
from profile_service.points import ledger
from runtime.times import MICRO

Counts = dict[str, int]
_RESULTS = {"win": "wins", "loss": "losses", "draw": "draws"}


def counts_of_game(game: Game) -> list[Counts]:
    """Return the counts of each seat, in the order of the seats, without any that is 0.

    The names: `<role>.<counter>`, `seat.<number>.<counter>` and `series.<points profile>.<counter>`, the last for what
    is not a sum over games. A void game counts for nothing but that it was.
    """
    if game.winner == "void":
        return [{f"{seat.role}.voids": 1} for seat in game.seats]
    table = _Table(game)
    return [_named(game, seat, table.counts(seat)) for seat in game.seats]


class _Table:
    """A game with what its moves say of each seat."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._moves: dict[int, Counts] = {seat.seat_number: defaultdict(int) for seat in game.seats}
        self._roles = {seat.seat_number: seat.role for seat in game.seats}
        for move in game.votes:
            self._count_vote(move)
        for move in game.nominations:
            self._moves[move.by_seat]["nominations"] += 1
            self._moves[move.seat_number]["nominated"] += 1
        self._count_checks()
        self._count_shots()
        self._count_best_move()

    def counts(self, seat: Seat) -> Counts:
        """Return the counts of a seat by the names of counters alone."""
        counts: Counts = {
            "games": 1,
            _RESULTS[seat.result]: 1,
            "play_time": self._game.duration // MICRO,
            **self._moves[seat.seat_number],
            **_discipline(seat),
        }
        if seat.fate:
            counts["fates_known"] = 1
            counts[seat.fate if seat.fate in _WITHOUT_ROUND else f"{seat.fate}_{seat.fate_round}"] = 1
        if seat.fate == "killed" and seat.fate_round == 1:
            counts["first_kills"] = 1
            if seat.result == "loss":
                counts["first_kill_losses"] = 1
        return counts | {f"points_{reason}": points for reason, points in ledger(self._game, seat)}

    def _count_vote(self, vote: Move) -> None:
        voter, role = self._moves[vote.by_seat], self._roles[vote.seat_number]
        voter[f"votes_{side_of(role)}"] += 1
        if role == "sheriff":
            voter["votes_sheriff"] += 1
        self._moves[vote.seat_number]["votes_received"] += 1

    def _count_checks(self) -> None:
        hits: dict[int, int] = defaultdict(int)
        for check in self._game.checks:
            found = self._roles[check.seat_number]
            hit = found == "sheriff" if self._roles[check.by_seat] == "don" else side_of(found) == "black"
            counts = self._moves[check.by_seat]
            counts["checks"] += 1
            if hit:
                counts["check_hits"] += 1
                counts["first_night_hits"] += check.round == 1
                hits[check.by_seat] += check.round <= 3
        for seat_number, count in hits.items():
            if self._roles[seat_number] == "sheriff" and count == 3:
                self._moves[seat_number]["three_nights"] = 1

    def _count_shots(self) -> None:
        victims = {seat.fate_round: seat.seat_number for seat in self._game.seats if seat.fate == "killed"}
        for shot in self._game.shots:
            counts = self._moves[shot.by_seat]
            counts["shots"] += 1
            if victims.get(shot.round) != shot.seat_number:
                counts["misses"] += 1

    def _count_best_move(self) -> None:
        move = self._game.best_move
        if move is not None:
            blacks = sum(side_of(self._roles[suspect]) == "black" for suspect in move.suspects)
            self._moves[move.seat_number][f"best_moves_{blacks}"] += 1


_WITHOUT_ROUND = ("survived", "removed_by_fouls", "removed_by_judge")


def _discipline(seat: Seat) -> Counts:
    counts = {"yellow_cards": seat.yellow_cards} if seat.yellow_cards else {}
    if seat.fouls is not None:
        counts["fouls_known"] = 1
        if seat.fouls:
            counts["fouls"] = seat.fouls
    return counts


def _named(game: Game, seat: Seat, counts: Counts) -> Counts:
    named = {f"{seat.role}.{name}": count for name, count in counts.items() if count}
    named[f"seat.{seat.seat_number}.games"] = 1
    named[f"seat.{seat.seat_number}.{_RESULTS[seat.result]}"] = 1
    if seat.result != "draw":
        named |= {f"series.{game.points_profile}.{name}": 1 for name in _series(seat, counts)}
    return named


def _series(seat: Seat, counts: Counts) -> list[str]:
    """Return what the compensation for first nights is reckoned from."""
    names = ["games"]
    if "first_kills" in counts:
        names.append("first_kills")
        if seat.result == "loss":
            names.append("lost_first_kills")
    if side_of(seat.role) == "red":
        names += [f"red_{name}" for name in names]
    if counts.keys() & {"best_moves_2", "best_moves_3"}:
        names.append("good_best_moves")
    return names
