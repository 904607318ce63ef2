"""Snapshots and orders for tests: plain ones by default, anything else by keyword. The same at each call."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from report_service.document.render import render
from report_service.document.snapshot import (
    Calibration,
    CalibrationBin,
    Companion,
    Ending,
    Fate,
    Form,
    GameKind,
    GameLine,
    GameSnapshot,
    Gender,
    Hits,
    Interval,
    Order,
    Place,
    Play,
    PlayerSnapshot,
    PointsEntry,
    PointsReason,
    Rating,
    RecordKind,
    Result,
    Role,
    RoleTally,
    Scope,
    SeasonRecord,
    SeasonSnapshot,
    SeatLine,
    Snapshot,
    StandingLine,
    Stats,
    Tally,
    Week,
    Winner,
)

NOW = datetime(2026, 11, 23, 17, 45, tzinfo=UTC)
REPORT_ID = "5f0c1d2e-7a41-4c3b-9d55-0123456789ab"
ADDRESS = f"https://club.example/verify/{REPORT_ID}"
NAMES = ("Boris", "Κλέα Παππά", "Ганна Ткач", "山田太郎", "Emma 🎮", "Frank", "Gia", "Olga Åström")
_RESULTS = (Result.WIN, Result.WIN, Result.LOSS, Result.WIN, Result.LOSS, Result.WIN, Result.DRAW, Result.LOSS)
_ROLES = (Role.CIVILIAN, Role.MAFIA, Role.CIVILIAN, Role.SHERIFF, Role.CIVILIAN, Role.CIVILIAN, Role.DON)
_FATES = (Fate.SURVIVED, Fate.KILLED, Fate.VOTED_OUT, Fate.SURVIVED, Fate.REMOVED_BY_FOULS)
_HOURS_BETWEEN = (3, 21, 70, 4, 95, 6, 130, 48, 26)


def rendered(order: Order) -> bytes:
    """Return the bytes of what is made of an order."""
    return render(order).data


def an_order(snapshot: Snapshot, **changes: Any) -> Order:
    """Return an order of a PDF in English whose code leads to ADDRESS."""
    return replace(Order(snapshot, verify_address=ADDRESS), **changes)


def a_game(number: int, **changes: Any) -> GameLine:
    """Return a rated game; the higher the number, the longer ago."""
    ago = sum(_HOURS_BETWEEN[i % len(_HOURS_BETWEEN)] for i in range(number % 500 + 1)) + number // 500 * 20_000
    result, fate = _RESULTS[number % len(_RESULTS)], _FATES[number % len(_FATES)]
    rating = 1500.0 + number * 37 % 60
    game = GameLine(
        game_id=f"game-{number}",
        start_time=NOW - timedelta(hours=ago, minutes=number % 4 * 15),
        duration=timedelta(minutes=28 + number * 13 % 47),
        seat=number * 7 % 10 + 1,
        role=_ROLES[number % len(_ROLES)],
        result=result,
        season="2026-autumn",
        table="Table 1",
        fate=fate,
        fate_round=0 if fate is Fate.SURVIVED else number % 4 + 1,
        points=number % 9 / 4 - 0.5,
        rating_before=rating,
        rating_after=rating + {Result.WIN: 12.0, Result.LOSS: -11.0}.get(result, 0.0),
        deviation_after=160.0 - number % 50,
    )
    return replace(game, **changes)


def games(count: int, **changes: Any) -> tuple[GameLine, ...]:
    """Return games, newest first."""
    return tuple(a_game(number, **changes) for number in range(count))


def a_tally(wins: int = 0, losses: int = 0, draws: int = 0, **changes: Any) -> Tally:
    """Return counts with their rates, at 40 minutes a game and a club that wins every second."""
    decided = wins + losses
    tally = Tally(wins + losses + draws, wins, losses, draws, timedelta(minutes=40) * (decided + draws))
    if decided:
        rate = wins / decided
        interval = Interval(max(0.0, rate - 0.2), min(1.0, rate + 0.2))
        tally = replace(
            tally, win_rate=rate, win_interval=interval, club_win_rate=0.5, wins_above_club=wins - 0.5 * decided
        )
    return replace(tally, **changes)


def counted(lines: Sequence[GameLine]) -> Tally:
    """Count games."""
    results = [line.result for line in lines]
    counts = [results.count(result) for result in (Result.WIN, Result.LOSS, Result.DRAW)]
    return a_tally(*counts, play_time=sum((line.duration for line in lines), timedelta()))


def stats_of(lines: Sequence[GameLine]) -> Stats:
    """Return the statistics of games."""
    by_role = {role: [line for line in lines if line.role is role] for role in Role}
    roles = (
        RoleTally(role, counted(own), sum(line.points for line in own), 0.5) for role, own in by_role.items() if own
    )
    endings = Counter((line.fate, line.fate_round) for line in lines if line.fate)
    points = sum(line.points for line in lines)
    ledger = (PointsEntry(PointsReason.RESULT, points + 1.5), PointsEntry(PointsReason.PENALTY, -1.5))
    red = [line for line in lines if line.role in (Role.CIVILIAN, Role.SHERIFF)]
    black = [line for line in lines if line.role in (Role.MAFIA, Role.DON)]
    return Stats(
        overall=counted(lines),
        roles=tuple(roles),
        red=counted(red),
        black=counted(black),
        points=points,
        ledger=ledger if lines else (),
        play=Play(3, 0.07, (1, 2, 3, 4), Hits(21, 8), Hits(30, 6), Hits(180, 92), Hits(40, 31), 0.74, 2)
        if lines
        else Play(),
        endings=tuple(Ending(fate, number, count) for (fate, number), count in endings.items()),
        form=Form(2, 9, 5, tuple(line.result for line in lines[:10])) if lines else Form(),
        rating=Rating(1512, 160, 1192, False, len(lines), 1520, 1490, 1633, 1402) if lines else None,
    )


def weeks_of(lines: Sequence[GameLine]) -> tuple[Week, ...]:
    """Return the ISO weeks of games, in order."""
    by_monday: dict[datetime, list[GameLine]] = {}
    for line in lines:
        by_monday.setdefault(_monday(line.start_time), []).append(line)
    return tuple(_week(monday, own) for monday, own in sorted(by_monday.items()))


def a_player(lines: Sequence[GameLine] | None = None, **changes: Any) -> PlayerSnapshot:
    """Return a player whose statistics are those of the games (44 unless given)."""
    played = games(44) if lines is None else tuple(lines)
    company = tuple(Companion(f"user{n}", name, a_tally(9 - n, 4)) for n, name in enumerate(NAMES)) if played else ()
    snapshot = PlayerSnapshot(
        report_id=REPORT_ID,
        generated_time=NOW,
        scope=Scope(),
        username="ana.lima",
        display_name="Ana Lima",
        locale="",
        gender=Gender.FEMALE,
        email=None,
        city="Porto",
        club="Night Owls",
        about="",
        member_since=datetime(2024, 3, 9, 10, 0, tzinfo=UTC),
        avatar=None,
        stats=stats_of(played),
        games=played,
        place=Place(7, 86, 93.0) if played else None,
        weeks=weeks_of(played),
        partners=company,
        opponents=company[::-1],
    )
    return replace(snapshot, **changes)


def a_season(places: int = 40, **changes: Any) -> SeasonSnapshot:
    """Return a season of 285 games, two of them void."""
    shown = games(44)
    snapshot = SeasonSnapshot(
        report_id=REPORT_ID,
        generated_time=NOW,
        scope=Scope("2026-autumn", GameKind.CLUB),
        first_time=NOW - timedelta(days=80),
        last_time=NOW - timedelta(days=3),
        red_wins=160,
        black_wins=120,
        draws=3,
        voids=2,
        play_time=timedelta(hours=230),
        players=places,
        weeks=weeks_of(shown),
        roles=stats_of(shown).roles,
        standings=tuple(_standing(rank) for rank in range(1, places + 1)),
        total=places,
        records=tuple(
            SeasonRecord(kind, f"user{n}", NAMES[n], value)
            for n, (kind, value) in enumerate(zip(RecordKind, (93, 88.13, 0.687, 7.4, 9), strict=True))
        ),
        calibration=Calibration(
            270, 0.642, 0.684, 0.226, tuple(CalibrationBin(n / 10, 30, n / 10 + 0.05, 3 * n) for n in range(3, 8))
        ),
    )
    return replace(snapshot, **changes)


def an_empty_season(**changes: Any) -> SeasonSnapshot:
    """Return a season without a game."""
    none: dict[str, Any] = dict.fromkeys(("red_wins", "black_wins", "draws", "voids", "players", "total"), 0)
    none |= dict.fromkeys(("weeks", "roles", "standings", "records"), ())
    none |= {"first_time": None, "last_time": None, "calibration": None, "play_time": timedelta()}
    return a_season(**none | changes)


def a_certificate(**changes: Any) -> GameSnapshot:
    """Return a game that red won."""
    snapshot = GameSnapshot(
        report_id=REPORT_ID,
        generated_time=NOW,
        game_id="01936d3e-8c5a-7f21-9c0b-aaaaaaaaaaaa",
        start_time=NOW - timedelta(days=3),
        duration=timedelta(minutes=52),
        season="2026-autumn",
        kind=GameKind.TOURNAMENT,
        table="Table 3",
        rule_set="classic-10",
        points_profile="federation-1",
        winner=Winner.RED,
        voided=False,
        red_chance=0.57,
        best_move=(2, (8, 9, 10)),
        seats=tuple(a_seat(number) for number in range(1, 11)),
    )
    return replace(snapshot, **changes)


def a_seat(number: int, **changes: Any) -> SeatLine:
    """Return one of ten seats; the last three are black and lost."""
    role = {7: Role.SHERIFF, 8: Role.MAFIA, 9: Role.MAFIA, 10: Role.DON}.get(number, Role.CIVILIAN)
    won = number < 8
    fate = _FATES[number % len(_FATES)]
    points = [PointsEntry(PointsReason.RESULT, 1.0 if won else 0.0)]
    points += [PointsEntry(PointsReason.BEST_MOVE, 0.4)] if number == 2 else []
    points += [PointsEntry(PointsReason.DISCIPLINE, -0.5)] if number == 6 else []
    seat = SeatLine(
        seat=number,
        username=f"user{number}",
        name=(*NAMES, "Ida", "Jon")[number - 1],
        role=role,
        result=Result.WIN if won else Result.LOSS,
        fate=fate,
        fate_round=0 if fate is Fate.SURVIVED else number % 3 + 1,
        fouls=number % 4,
        points=tuple(points),
    )
    return replace(seat, **changes)


def a_picture(kind: str = "JPEG", *, side: int = 512, **save_options: Any) -> bytes:
    """Return an encoded gradient."""
    red = Image.linear_gradient("L").resize((side, side))
    image = Image.merge("RGB", (red, red.rotate(90), Image.new("L", (side, side), 120)))
    out = io.BytesIO()
    image.save(out, kind, **save_options)
    return out.getvalue()


def _standing(rank: int) -> StandingLine:
    wins, losses = max(1, 45 - rank // 2), 20
    above = 3.2 - rank * 0.2
    name = NAMES[rank % len(NAMES)]
    rate = wins / (wins + losses)
    return StandingLine(
        rank, f"user{rank}", name, 90 - rank * 2.13, wins + losses, wins, losses, rate, above, 1500.0 - rank
    )


def _week(monday: datetime, lines: Sequence[GameLine]) -> Week:
    tally = counted(lines)
    return Week(monday, tally.wins, tally.losses, tally.draws, tally.play_time)


def _monday(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())
