"""The words of the game in a language: roles, sides, results, and how players leave and are given points."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from report_service.document.language import Language
from report_service.document.snapshot import Fate, GameKind, Gender, PointsReason, RecordKind, Result, Role, Winner
from report_service.document.text import clean


@cache
def roles(words: Language) -> Mapping[Role, str]:
    """Return what the roles are called."""
    return {
        Role.CIVILIAN: words.text("Civilian"),
        Role.SHERIFF: words.text("Sheriff"),
        Role.MAFIA: words.text("Mafia"),
        Role.DON: words.text("Don"),
    }


@cache
def results(words: Language) -> Mapping[Result, str]:
    """Return what the results of a player are called."""
    return {
        Result.WIN: words.text("Win"),
        Result.LOSS: words.text("Loss"),
        Result.DRAW: words.text("Draw"),
        Result.VOID: words.text("Void"),
    }


@cache
def winners(words: Language) -> Mapping[Winner, str]:
    """Return what is said of who won a game."""
    return {
        Winner.RED: words.text("Red won"),
        Winner.BLACK: words.text("Black won"),
        Winner.DRAW: words.text("Drawn"),
        Winner.VOID: words.text("Void"),
    }


@cache
def kinds(words: Language) -> Mapping[GameKind, str]:
    """Return what the kinds of games are called."""
    return {
        GameKind.CLUB: words.text("Club games"),
        GameKind.TOURNAMENT: words.text("Tournament games"),
        GameKind.ELITE: words.text("Elite games"),
    }


@cache
def kinds_of_one(words: Language) -> Mapping[GameKind, str]:
    """Return what a single game of each kind is called."""
    return {
        GameKind.CLUB: words.text("Club game"),
        GameKind.TOURNAMENT: words.text("Tournament game"),
        GameKind.ELITE: words.text("Elite game"),
    }


@cache
def genders(words: Language) -> Mapping[Gender, str]:
    """Return what the genders are called; one that is not stated is not mentioned."""
    return {
        Gender.UNSPECIFIED: "",
        Gender.FEMALE: words.text("Female"),
        Gender.MALE: words.text("Male"),
        Gender.DIVERSE: words.text("Diverse"),
    }


@cache
def fates(words: Language) -> Mapping[Fate, str]:
    """Return what the ways to leave a game are called."""
    return {
        Fate.SURVIVED: words.text("Survived"),
        Fate.VOTED_OUT: words.text("Voted out"),
        Fate.KILLED: words.text("Killed"),
        Fate.REMOVED_BY_FOULS: words.text("Removed for fouls"),
        Fate.REMOVED_BY_JUDGE: words.text("Removed by the judge"),
    }


@cache
def reasons(words: Language) -> Mapping[PointsReason, str]:
    """Return what points are given for."""
    return {
        PointsReason.RESULT: words.text("Results"),
        PointsReason.BEST_MOVE: words.text("Best moves"),
        PointsReason.BEST_PLAY: words.text("Best play"),
        PointsReason.BONUS: words.text("Referee's bonus"),
        PointsReason.PENALTY: words.text("Referee's penalty"),
        PointsReason.DISCIPLINE: words.text("Discipline"),
        PointsReason.COMPENSATION: words.text("First-night compensation"),
    }


@cache
def records(words: Language) -> Mapping[RecordKind, str]:
    """Return what the records of a season are called."""
    return {
        RecordKind.MOST_GAMES: words.text("Most games"),
        RecordKind.MOST_POINTS: words.text("Most points"),
        RecordKind.BEST_WIN_RATE: words.text("Best win rate"),
        RecordKind.MOST_WINS_ABOVE_CLUB: words.text("Wins above the club"),
        RecordKind.LONGEST_WINS: words.text("Longest run of wins"),
    }


def called(words: Language, display_name: str, username: str) -> str:
    """Return what to call a player, in characters that can be set."""
    return clean(display_name) or clean(username) or words.text("Unnamed player")


def fate(words: Language, of: Fate | None, round_number: int) -> str:
    """Return how somebody left a game and in which round, nothing when it was not told."""
    if of is None:
        return ""
    if round_number and of is not Fate.SURVIVED:
        return words.text("{fate}, round {round}", fate=fates(words)[of], round=words.number(round_number))
    return fates(words)[of]
