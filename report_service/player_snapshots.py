"""What profile_service sends of a player as the document takes it."""

from __future__ import annotations

from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb

from report_service import snapshot_words as words
from report_service.document.snapshot import (
    Companion,
    Ending,
    Form,
    GameLine,
    Hits,
    Place,
    Play,
    PlayerSnapshot,
    Rating,
    Scope,
    Stats,
)


def player_snapshot(report_id: str, scope: Scope, answer: snapshot_pb.GetSnapshotResponse) -> PlayerSnapshot:
    """Return a player. Raises ValueError for what cannot be printed."""
    words.check(answer)
    user = answer.user
    return PlayerSnapshot(
        report_id=report_id,
        generated_time=words.moment(answer.read_time),
        scope=scope,
        username=user.username,
        display_name=user.display_name or user.username,
        locale=user.locale,
        gender=words.gender(user.gender),
        email=answer.email or None,
        city=user.city,
        club=user.club,
        about=user.about,
        member_since=words.moment(user.create_time),
        avatar=answer.avatar or None,
        stats=None if answer.stats_hidden else _stats(answer.stats),
        games=None if answer.games_hidden else tuple(map(_game, answer.games)),
        place=_place(answer),
        weeks=tuple(map(words.week, answer.weeks)),
        partners=tuple(map(_companion, answer.partners)),
        opponents=tuple(map(_companion, answer.opponents)),
    )


def _stats(stats: stats_pb.PlayerStats) -> Stats:
    return Stats(
        overall=words.tally(stats.overall),
        roles=tuple(map(words.role_tally, stats.roles)),
        red=words.tally(stats.red),
        black=words.tally(stats.black),
        points=stats.points.total,
        ledger=tuple(map(words.points_entry, stats.points.entries)),
        play=_play(stats.play),
        endings=tuple(map(_ending, stats.endings)),
        form=_form(stats.form),
        rating=_rating(stats.rating) if stats.HasField("rating") else None,
    )


def _play(play: stats_pb.Play) -> Play:
    none, one, two, three = play.best_moves or (0, 0, 0, 0)
    return Play(
        first_kills=play.first_kills,
        first_kill_rate=words.optional(play, "first_kill_rate"),
        best_moves=(none, one, two, three),
        sheriff_checks=_hits(play.sheriff_checks),
        don_checks=_hits(play.don_checks),
        votes=_hits(play.votes),
        shots=_hits(play.shots),
        fouls_per_game=words.optional(play, "fouls_per_game"),
        removed=play.removed_by_fouls + play.removed_by_judge,
    )


def _hits(hits: stats_pb.Hits) -> Hits:
    return Hits(hits.count, hits.hits)


def _ending(ending: stats_pb.Ending) -> Ending:
    fate = words.fate(ending.fate)
    if fate is None:
        raise ValueError("an ending without a fate")
    return Ending(fate, ending.round, ending.count)


def _form(form: stats_pb.Form) -> Form:
    return Form(
        current_run=form.current_run,
        longest_wins=form.longest_wins,
        longest_losses=form.longest_losses,
        latest=tuple(map(words.result, form.latest)),
    )


def _rating(rating: stats_pb.Rating) -> Rating:
    red, black, peak, low = (words.optional(rating, field) for field in ("red", "black", "peak", "low"))
    return Rating(
        rating=rating.rating,
        deviation=rating.deviation,
        lower_bound=rating.lower_bound,
        provisional=rating.provisional,
        rated_games=rating.rated_games,
        red=None if red is None else red.rating,
        black=None if black is None else black.rating,
        peak=None if peak is None else peak.rating,
        low=None if low is None else low.rating,
    )


def _game(game: snapshot_pb.PlayedGame) -> GameLine:
    return GameLine(
        game_id=game.game_id,
        start_time=words.moment(game.start_time),
        duration=words.span(game.duration),
        seat=game.seat_number,
        role=words.role(game.role),
        result=words.result(game.result),
        season=game.season,
        kind=words.game_kind(game.kind),
        table=game.table,
        fate=words.fate(game.fate),
        fate_round=game.fate_round,
        points=game.points,
        rating_before=words.optional(game, "rating_before"),
        rating_after=words.optional(game, "rating_after"),
        deviation_after=words.optional(game, "deviation_after"),
    )


def _place(answer: snapshot_pb.GetSnapshotResponse) -> Place | None:
    if not answer.HasField("standing"):
        return None
    return Place(answer.standing.rank, answer.ranked_players, answer.standing.percentile)


def _companion(companion: snapshot_pb.Companion) -> Companion:
    return Companion(
        username=companion.username,
        display_name=companion.display_name or companion.username,
        tally=words.tally(companion.tally),
    )
