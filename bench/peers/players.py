"""Players who have played much: no two alike, so that no engine is handed what it has already drawn."""

from __future__ import annotations

import io
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from PIL import Image

from report_service.document.snapshot import (
    Companion,
    Ending,
    Fate,
    Form,
    GameLine,
    Gender,
    Hits,
    Interval,
    Place,
    Play,
    PlayerSnapshot,
    PointsEntry,
    PointsReason,
    Rating,
    Result,
    Role,
    RoleTally,
    Scope,
    Stats,
    Tally,
    Week,
)

GAMES = 128
AVATAR_BYTES = 64 * 1000
_NOW = datetime(2026, 11, 23, 18, 4, tzinfo=UTC)
_ROLES = (*[Role.CIVILIAN] * 6, Role.SHERIFF, *[Role.MAFIA] * 2, Role.DON)
_FATES = (Fate.SURVIVED, Fate.SURVIVED, Fate.KILLED, Fate.VOTED_OUT, Fate.VOTED_OUT, Fate.REMOVED_BY_FOULS)
_RESULTS = (Result.WIN, Result.LOSS, Result.DRAW)
# In scripts that the face of the text has, as the other engines are given no other.
NAMES = (
    "Анна Петрова",
    "Борис",
    "Κλέα Δημητρίου",
    "Daria Konstantinopolskaya-Alexandrovna",
    "Zoë",
    "Émile",
    "Ґанна",
    "Max",
)


def a_player(number: int, *, name: str = "", avatar: bytes | None = None) -> PlayerSnapshot:
    """Return the player with this number, always the same one."""
    dice = random.Random(number)
    games = _games(dice)
    company = tuple(Companion(f"user{i}", who, _tally(games[i::9])) for i, who in enumerate(NAMES))
    return PlayerSnapshot(
        report_id=str(UUID(int=dice.getrandbits(128), version=4)),
        generated_time=_NOW,
        scope=Scope(),
        username=f"player{number}",
        display_name=name or f"{NAMES[number % len(NAMES)]} {number}",
        locale="",
        gender=Gender.FEMALE,
        email=f"player{number}@example.org",
        city="Київ",
        club="Чорний котик",
        about="I like the sheriff's chair, long tables and short speeches. Ask me about the night of 14 March.",
        member_since=_NOW - timedelta(days=500 + number),
        avatar=avatar or an_avatar(number),
        stats=_stats(games, dice),
        games=tuple(reversed(games)),
        place=Place(7, 86, 93.0),
        weeks=_weeks(games),
        partners=company,
        opponents=company[::-1],
    )


def an_avatar(number: int) -> bytes:
    """Return a JPEG photograph's worth of bytes, within a few per cent of AVATAR_BYTES."""
    picture = Image.effect_mandelbrot((512, 512), (-2, -1.5, 1 + number / 1000, 1.5), 80)
    grain = Image.frombytes("L", (256, 256), random.Random(number).randbytes(256 * 256)).resize((512, 512))
    soft = Image.blend(Image.new("L", (512, 512), 128), grain, 0.4)
    image = Image.merge("RGB", (Image.blend(picture, grain, 0.3), soft, picture))
    low, high, best = 30, 98, b""
    while low <= high:
        quality = (low + high) // 2
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if len(out.getvalue()) <= AVATAR_BYTES:
            low, best = quality + 1, out.getvalue()
        else:
            high = quality - 1
    return best


def _games(dice: random.Random) -> list[GameLine]:
    games, moment, rating, deviation = [], _NOW - timedelta(days=420), 1500.0, 180.0
    for number in range(GAMES):
        moment += timedelta(hours=dice.uniform(20, 120))
        result = dice.choices(_RESULTS, (55, 42, 3))[0]
        before = rating
        rating += {Result.WIN: 1, Result.LOSS: -1}.get(result, 0) * dice.uniform(4, 20)
        deviation = max(60.0, deviation * 0.985)
        fate = dice.choice(_FATES)
        games.append(
            GameLine(
                game_id=str(number),
                start_time=moment,
                duration=timedelta(minutes=dice.randint(30, 75)),
                seat=dice.randint(1, 10),
                role=dice.choice(_ROLES),
                result=result,
                season="2026-autumn",
                table="Table 1",
                fate=fate,
                fate_round=dice.randint(1, 5) if fate is not Fate.SURVIVED else 0,
                points=round(dice.uniform(-0.5, 1.7), 2),
                rating_before=before,
                rating_after=rating,
                deviation_after=deviation,
            )
        )
    return games


def _stats(games: Sequence[GameLine], dice: random.Random) -> Stats:
    endings = Counter((game.fate, game.fate_round) for game in games)
    points = round(sum(game.points for game in games), 2)
    extras = [(reason, round(dice.uniform(-4, 9), 2)) for reason in PointsReason if reason is not PointsReason.RESULT]
    ledger = [(PointsReason.RESULT, round(points - sum(given for _, given in extras), 2)), *extras]
    last = games[-1]
    rating, deviation = last.rating_after or 0.0, last.deviation_after or 0.0
    after = [game.rating_after or 0.0 for game in games]
    return Stats(
        overall=_tally(games),
        roles=tuple(_role(role, [game for game in games if game.role is role]) for role in Role),
        points=points,
        ledger=tuple(PointsEntry(reason, given) for reason, given in ledger),
        play=Play(14, 0.14, (2, 5, 4, 3), Hits(21, 8), Hits(30, 6), Hits(180, 92), Hits(40, 31), 0.74, 4),
        endings=tuple(Ending(fate, turn, count) for (fate, turn), count in endings.items() if fate),
        form=Form(3, 9, 5, tuple(game.result for game in games[:-11:-1])),
        rating=Rating(rating, deviation, rating - 2 * deviation, False, GAMES, 1520, 1490, max(after), min(after)),
    )


def _role(role: Role, games: Sequence[GameLine]) -> RoleTally:
    return RoleTally(role, _tally(games, club=0.52), round(sum(game.points for game in games), 2), 1.2)


def _tally(games: Sequence[GameLine], *, club: float = 0.5) -> Tally:
    wins, losses, draws = (sum(game.result is result for game in games) for result in _RESULTS)
    decided = wins + losses
    play_time = sum((game.duration for game in games), timedelta())
    if not decided:
        return Tally(len(games), wins, losses, draws, play_time)
    above = wins - club * decided
    return Tally(len(games), wins, losses, draws, play_time, wins / decided, _wilson(wins, decided), club, above)


def _wilson(wins: int, games: int) -> Interval:
    z, rate = 1.96, wins / games
    middle = (rate + z * z / 2 / games) / (1 + z * z / games)
    half = z * math.sqrt(rate * (1 - rate) / games + z * z / 4 / games**2) / (1 + z * z / games)
    return Interval(middle - half, middle + half)


def _weeks(games: Sequence[GameLine]) -> tuple[Week, ...]:
    by_monday = defaultdict(list)
    for game in games:
        midnight = game.start_time.replace(hour=0, minute=0, second=0, microsecond=0)
        by_monday[midnight - timedelta(days=midnight.weekday())].append(game)
    tallies = [(monday, _tally(those)) for monday, those in sorted(by_monday.items())]
    return tuple(Week(monday, one.wins, one.losses, one.draws, one.play_time) for monday, one in tallies)
