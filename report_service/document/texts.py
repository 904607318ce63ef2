"""Every word the document prints, in English."""

from __future__ import annotations

from report_service.document.snapshot import Gender, Result, Role

REPORT = "Player report"
NAMELESS = "Unnamed player"

CITY = "City"
CLUB = "Club"
MEMBER_SINCE = "Member since"
GENERATED = "Generated"
EMAIL = "E-mail"
ABOUT = "About"
UTC = "UTC"

GENDERS = {
    Gender.UNSPECIFIED: "Gender not stated",
    Gender.FEMALE: "Female",
    Gender.MALE: "Male",
    Gender.DIVERSE: "Diverse",
}
ROLES = {Role.CIVILIAN: "Civilian", Role.SHERIFF: "Sheriff", Role.MAFIA: "Mafia", Role.DON: "Don"}
TEAMS = {Role.CIVILIAN: "Red", Role.SHERIFF: "Red", Role.MAFIA: "Black", Role.DON: "Black"}
RESULTS = {Result.WIN: "Win", Result.LOSS: "Loss", Result.DRAW: "Draw"}

SESSIONS = "Sessions"
WINS = "Wins"
LOSSES = "Losses"
DRAWS = "Draws"
WIN_RATE = "Win rate"
PLAY_TIME = "Play time"

RESULTS_HEADING = "Results"
WEEKS_HEADING = "Games per week"
ROLES_HEADING = "Win rate by role"
ROLE_TABLE_HEADING = "Results by role"
GAMES_HEADING = "Recent games"

ROLE_COLUMNS = ("Role", "Games", "Wins", "Losses", "Draws", "Time")
GAME_COLUMNS = ("Date", "Start (UTC)", "Seat", "Role", "Team", "Result", "Duration")

NO_GAMES = "No games yet"
NO_RECENT_GAMES = "No games in these weeks"
NO_GAMES_LONG = "Games appear here, newest first, once they have been played and recorded."
NOT_PLAYED = "not played"

PRIVATE = "private"
STATISTICS_PRIVATE = "Statistics are private"
GAMES_PRIVATE = "Games are private"
GAMES_PRIVATE_LONG = "The player does not show to others which games they sat in."


def username(name: str) -> str:
    """Return the handle."""
    return f"@{name}"


def drawn(draws: str) -> str:
    """Return the note under the number of sessions."""
    return f"{draws} drawn"


def share(of: str) -> str:
    """Return the note under a number of wins or losses."""
    return f"{of} of sessions"


def decided(games: str) -> str:
    """Return the note under the win rate."""
    return f"of {games} decided"


def average(length: str) -> str:
    """Return the note under the play time."""
    return f"{length} a game"


def won(wins: str, games: str) -> str:
    """Return the count behind a role's rate."""
    return f"{wins} of {games}"


def weeks(first: str, last: str) -> str:
    """Return which weeks a chart covers."""
    return f"ISO weeks from {first} to {last}"


def latest_counted(shown: str) -> str:
    """Return the warning that a chart knows only the newest games."""
    return f"latest {shown} games only"


def latest(shown: str, total: str) -> str:
    """Return how many of the games a table lists."""
    return f"latest {shown} of {total}"


def games(total: str) -> str:
    """Return how many games a table lists when it lists them all."""
    return f"{total} games"


def page(number: int, total: int) -> str:
    """Return the page number."""
    return f"Page {number} of {total}"


def report(short_id: str) -> str:
    """Return the name of the report in its footer."""
    return f"Report {short_id}"
