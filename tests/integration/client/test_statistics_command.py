"""`dossier stats`, `pair`, `board` and `seasons`, and the calls beneath them, against a fake server."""

from __future__ import annotations

from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb

from client.dossier_client import DossierClient
from tests.integration.client.command import Command
from tests.integration.client.fakes import GAME_ID, FakeServer

FOUR_GAMES = "4\t3\t1\t0\t0.7500\t0.3006\t0.9544\t0.4000\t+1.40\t7200"
NEVER_PLAYED = "0" + "\t-" * 9


async def test_stats_have_dashes_for_what_was_never_played(command: Command) -> None:
    """All games come first, then each side and role; who was never red has no rate as red, and no default rating."""
    result = await command("stats", "ANNA")
    lines = result.out.splitlines()
    assert lines[:4] == [f"ALL\t{FOUR_GAMES}", f"RED\t{NEVER_PLAYED}", f"BLACK\t{FOUR_GAMES}", f"DON\t{FOUR_GAMES}"]
    assert "rating\t-" in lines
    assert lines[-2:] == ["points\t2.50", "points for result\t+2.50"]


async def test_stats_are_asked_of_a_season_and_kind(command: Command, fake: FakeServer) -> None:
    """The filters reach the server, and a rating says how far off it may be and that it is provisional."""
    result = await command("stats", "ben", "--season", "2026-autumn", "--kind", "tournament")
    (request,) = fake.requests("GetPlayerStats")
    assert (request.season, request.kind) == ("2026-autumn", game_pb.GAME_KIND_TOURNAMENT)
    assert "rating\t1523 ± 80\nrating is\tprovisional\nlower bound\t1300\n" in result.out


async def test_pair_shows_together_and_against(command: Command) -> None:
    """Two who were never on different sides have dashes there."""
    result = await command("pair", "Anna", "BEN")
    assert result.out == f"TOGETHER\t{FOUR_GAMES}\nAGAINST\t{NEVER_PLAYED}\n"


async def test_board_is_read_page_by_page(command: Command, fake: FakeServer) -> None:
    """As many places as asked for, with the filters on each page."""
    result = await command("board", "--by", "win-rate", "--min-games", "2", "--kind", "elite", "--limit", "2")
    assert result.out == "1\tp1\tP 1\t0.5000\t3\t2\t1\t0.5000\n2\tp2\tP 2\t0.5000\t3\t2\t1\t0.5000\n"
    assert result.err == "There are more than 2; --limit 0 lists all.\n"
    request = fake.requests("ListStandings")[-1]
    assert (request.board, request.minimum_sessions, request.kind) == (
        stats_pb.BOARD_WIN_RATE,
        2,
        game_pb.GAME_KIND_ELITE,
    )


async def test_board_around_a_player_is_one_page(command: Command, fake: FakeServer) -> None:
    """The server finds the place; no further page is asked for."""
    result = await command("board", "--around", "ANNA")
    assert (result.code, len(result.out.splitlines())) == (0, 1)
    (request,) = fake.requests("ListStandings")
    assert (request.around, request.board) == ("anna", stats_pb.BOARD_RATING)


async def test_seasons_are_listed(command: Command) -> None:
    """A line for each season, with how many games it has and from when to when."""
    result = await command("seasons")
    assert result.out == "2026-autumn\t12\t2026-09-01T18:00:00Z\t2026-11-22T18:00:00Z\n"


async def test_statistics_are_json_when_asked_for(command: Command) -> None:
    """JSON is the contract's own, with nothing put in for what is absent."""
    result = await command("pair", "anna", "ben", "--json")
    assert '"together"' in result.out
    assert '"against"' not in result.out


async def test_table_on_a_terminal_names_its_columns(command: Command) -> None:
    """People see what each figure is, and rates in percent."""
    text = await command.on_terminal("stats", "ben")
    assert "95 % FROM" in text
    assert "75.0%" in text


async def test_rating_changes_and_rules_are_read(anna: DossierClient) -> None:
    """Changes come page after page; rules in one answer."""
    assert [change.game_id async for change in anna.rating_changes("anna")] == ["first", "second"]
    assert (await anna.rules()).default_points_profile == "federation-1"


async def test_guest_is_merged_and_game_voided(signed_in: Command, fake: FakeServer) -> None:
    """Both say what they did."""
    fake.games[GAME_ID] = game_pb.Game(game_id=GAME_ID)
    merged = await signed_in("game", "merge", "Big Joe", "ANNA")
    assert merged.err == "anna has 3 games of the guest Big Joe.\n"
    assert (await signed_in("game", "void", GAME_ID.upper())).err == f"Game {GAME_ID} counts for nothing.\n"


async def test_correction_names_the_etag_that_the_file_has(signed_in: Command, fake: FakeServer) -> None:
    """What `game show --json` printed is corrected as what it was read as."""
    fake.games[GAME_ID] = game_pb.Game(game_id=GAME_ID, etag="abc", table="7")
    shown = await signed_in("game", "show", GAME_ID, "--json")
    result = await signed_in("game", "correct", "-", stdin=shown.out)
    assert result.code == 0, result.err
    (request,) = fake.requests("CorrectGame")
    assert (request.etag, request.game.table) == ("abc", "7")
