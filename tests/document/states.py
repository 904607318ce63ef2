"""The golden states: the documents of every kind at their limits and in every language, and what each must say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from report_service.document.language import codes, language
from report_service.document.snapshot import (
    GameKind,
    Order,
    PlayerSnapshot,
    Rating,
    Result,
    Scope,
    SeatLine,
    Snapshot,
    Stats,
    Winner,
)
from tests.document.builders import (
    ADDRESS,
    NOW,
    a_certificate,
    a_game,
    a_picture,
    a_player,
    a_season,
    a_seat,
    a_tally,
    an_empty_season,
    games,
    rendered,
    stats_of,
    weeks_of,
)
from tests.document.check import State

_LONG_NAME = "Maximiliana Alexandrovna " * 8
_LONG_WORD = "W" * 200
_ASTRONAUTS = "👩‍🚀👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇺🇦"
_RIGHT_TO_LEFT = "محمد עברית 12 (علي)"
_UNKNOWN_SCRIPT = "𓀀𓀁 ꦲꦏ ᚠᚢᚦ"


def ten_thousand_games() -> PlayerSnapshot:
    """Return a player of 10,000 games, of whom the report has 500 lines and 160 weeks."""
    stats = replace(stats_of(games(500)), overall=a_tally(5_210, 4_301, 489))
    stats = replace(stats, rating=Rating(1512.0, 160.0, 1192.0, False, 10_000, 1530.0, 1490.0, 1901.0, 1402.0))
    weekly = tuple(a_game(number, start_time=NOW - timedelta(weeks=number)) for number in range(160))
    return a_player(games(500), stats=stats, weeks=weeks_of(weekly))


def with_strangers() -> Snapshot:
    """Return a game with a guest without a name, one with, and somebody who is hidden."""
    guests = {
        3: a_seat(3, username="", name="Guest Zoë"),
        4: a_seat(4, username="", name=""),
        9: a_seat(9, username="", name=""),
    }
    plain = a_certificate()
    return replace(
        plain, seats=tuple(guests.get(seat.seat, seat) for seat in plain.seats), red_chance=None, best_move=None
    )


def seats_of(result: Result) -> tuple[SeatLine, ...]:
    """Return ten seats without a winner or a point."""
    return tuple(a_seat(number, result=result, points=()) for number in range(1, 11))


def everything_long() -> PlayerSnapshot:
    """Return a player every one of whose texts is as long as it can be."""
    player = a_player(avatar=a_picture())
    return replace(
        player,
        username="u" * 40,
        display_name=_LONG_WORD,
        email=f"{'e' * 60}@{'d' * 60}.example",
        city=_LONG_NAME,
        club=_LONG_WORD,
        about="I like the sheriff's chair, long tables and short speeches. " * 20,
        scope=Scope("S" * 64, GameKind.TOURNAMENT, NOW - timedelta(days=90), NOW),
        partners=tuple(replace(who, display_name=_LONG_WORD) for who in player.partners),
        opponents=tuple(replace(who, display_name=_LONG_NAME) for who in player.opponents),
    )


PLAYERS = {
    "no games": a_player(()),
    "one game": a_player(games(1)),
    "only wins": a_player(games(12, result=Result.WIN)),
    "only draws": a_player(games(3, result=Result.DRAW)),
    "only void games": a_player(games(2, result=Result.VOID)),
    "ten thousand games": ten_thousand_games(),
    "counts without games": a_player((), stats=stats_of(games(9))),
    "hidden statistics": a_player(stats=None, place=None),
    "hidden games": a_player(games=None, weeks=(), partners=(), opponents=()),
    "all hidden": a_player(stats=None, games=None, weeks=(), partners=(), opponents=(), place=None),
    "every place empty": a_player(city="", club="", email=None, about=""),
    "no rating": a_player(stats=Stats(a_tally(5, 4))),
    "avatar": a_player(avatar=a_picture(), email="ana@example.org", about="Sheriff at heart."),
    "broken avatar": a_player(avatar=b"\xff\xd8\xff\xe0 not a picture"),
    "a period": a_player(scope=Scope(start_time=NOW - timedelta(days=90), end_time=NOW - timedelta(days=30))),
    "a season's kind": a_player(scope=Scope("2026-autumn", GameKind.ELITE)),
    "name of 200 letters": a_player(display_name=_LONG_WORD),
    "name of 200 in words": a_player(display_name=_LONG_NAME),
    "right to left": a_player(display_name="ליאת דהן", about="אני אוהבת את תפקיד השריף."),
    "both directions": a_player(display_name=_RIGHT_TO_LEFT, city="القاهرة"),
    "many scripts": a_player(display_name="王小明 김철수 สมชาย नमस्ते Հայկ"),
    "all emoji": a_player(display_name="🎮🎲🔥🎉" * 10),
    "joined emoji": a_player(display_name=_ASTRONAUTS),
    "unknown script": a_player(display_name=_UNKNOWN_SCRIPT),
    "controls only": a_player(display_name="\u202e\x00\u200b", username=""),
    "everything long": everything_long(),
}
SEASONS = {
    "season": a_season(),
    "empty season": an_empty_season(),
    "all seasons": a_season(scope=Scope()),
    "first places only": a_season(100, total=912, players=912),
    "season never rated": a_season(calibration=None, records=()),
}
CERTIFICATES = {
    "certificate": a_certificate(),
    "void game": a_certificate(winner=Winner.VOID, voided=True, red_chance=None, seats=seats_of(Result.VOID)),
    "drawn game": a_certificate(winner=Winner.DRAW, seats=seats_of(Result.DRAW)),
    "strangers": with_strangers(),
    "long certificate": a_certificate(
        table=_LONG_WORD, season="S" * 64, seats=tuple(a_seat(number, name=_LONG_NAME) for number in range(1, 11))
    ),
}
SNAPSHOTS: dict[str, Snapshot] = {**PLAYERS, **SEASONS, **CERTIFICATES}
_TEXTS = {
    "avatar": ("Ana Lima", "ana@example.org", "Sheriff at heart."),
    "ten thousand games": ("10,000", "latest 50 of 10,000"),
    "many scripts": ("王小明 김철수 สมชาย",),
    "joined emoji": (_ASTRONAUTS,),
    "all emoji": ("🎮🎲🔥🎉",),
    "unknown script": ("\ufffd\ufffd",),
    "controls only": ("Unnamed player",),
    "season": ("Season 2026-autumn", "Olga Åström"),
    "certificate": ("Olga Åström", "classic-10", "federation-1"),
    "strangers": ("Guest Zoë", "not shown"),
}


def orders() -> Iterator[tuple[str, Order]]:
    """Yield each state's order: all snapshots in English, the fullest of each kind in every other language."""
    for name, snapshot in SNAPSHOTS.items():
        yield name, Order(snapshot, verify_address=ADDRESS)
    for code in codes()[1:]:
        for name in ("avatar", "no games", "everything long", "both directions", "season", "empty season", "strangers"):
            yield f"{name} in {code}", Order(SNAPSHOTS[name], locale=code, verify_address=ADDRESS)


def _state(name: str, order: Order) -> State:
    """Say what the file must hold: its own texts, and every name as it was typed, for ears."""
    snapshot = order.snapshot
    spoken = (snapshot.display_name,) if isinstance(snapshot, PlayerSnapshot) and name != "controls only" else ()
    texts = _TEXTS.get(name, ())
    if order.locale:
        texts = (language(order.locale).number(snapshot.red_wins),) if name.startswith("season") else ()
    return State(partial(rendered, order), texts=texts, spoken=spoken, links=(ADDRESS,))


STATES = {name: _state(name, order) for name, order in orders()}
