"""`dossier game import`: every problem by its line, nothing recorded until there is none, and again without harm."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import grpc
import pytest
from dossier.stats.v1 import game_pb2 as game_pb

from client.cli.game_tables import read_told
from client.games import batches
from standalone.app import open_app
from standalone.settings import Settings
from tests.integration.client.command import ROOT, Command, Result
from tests.integration.client.fakes import GAME_ID, PASSWORD, FakeServer, Fault

EXAMPLE = ROOT / "docs" / "examples" / "games.csv"
HEADER = "game_id,start_time,duration,winner,seat,username,nickname,role,fate,best_move\n"
GOOD = (
    f"{GAME_ID},2026-11-22T18:00:00Z,45:00,red,1,Anna,,sheriff,Killed,2 3\n"
    f"{GAME_ID},,,,2,ben,,mafia,voted-out,\n"
    f"{GAME_ID},,,,3,,Big Joe,don,,\n"
)


@pytest.fixture
def sheet(signed_in: Command) -> Path:
    """A file to write games into."""
    return signed_in.folder / "games.csv"


def problems(result: Result) -> list[tuple[int, str]]:
    """Return the lines and fields that a command complained of."""
    cells = [line.split("\t") for line in result.out.splitlines()]
    return [(int(line), field) for line, field, _ in cells]


async def test_sheet_is_recorded(signed_in: Command, fake: FakeServer, sheet: Path) -> None:
    """Rows of one id become one game; words may be written as people write them."""
    sheet.write_text(HEADER + GOOD)
    result = await signed_in("game", "import", "games.csv")
    assert (result.code, result.out) == (0, ""), result.out
    assert result.err.splitlines() == ["checked 1 of 1", "recorded 1 of 1", "1 games are recorded."]
    game = fake.games[GAME_ID]
    assert (game.winner, game.duration.seconds, game.best_move.seat_number) == (game_pb.WINNER_RED, 2700, 1)
    assert list(game.best_move.suspects) == [2, 3]
    assert [(seat.username, seat.nickname) for seat in game.seats] == [("anna", ""), ("ben", ""), ("", "Big Joe")]
    assert [seat.fate for seat in game.seats] == [game_pb.FATE_KILLED, game_pb.FATE_VOTED_OUT, game_pb.FATE_UNSPECIFIED]


async def test_sheet_tells_all_that_has_columns(signed_in: Command, fake: FakeServer, sheet: Path) -> None:
    """Cards, the best player and a win that the judge gave; no other words than yes and no."""
    header = HEADER.replace("best_move", "best_move,awarded,yellow_cards,best_play")
    lines = [f"{line},{more}\n" for line, more in zip(GOOD.splitlines(), ("Yes,2,no", ",,yes", ",,"), strict=True)]
    sheet.write_text(header + "".join(lines))
    assert (await signed_in("game", "import", "games.csv")).code == 0
    game = fake.games[GAME_ID]
    assert game.awarded
    assert [(seat.yellow_cards, seat.best_play) for seat in game.seats] == [(2, False), (0, True), (0, False)]
    sheet.write_text(header + "".join(lines).replace("Yes", "true"))
    assert problems(await signed_in("game", "import", "games.csv", "--dry-run")) == [(2, "awarded")]


async def test_sheet_of_a_time_that_cannot_be_is_a_problem_of_its_line(signed_in: Command, sheet: Path) -> None:
    """Not a crash of the command."""
    sheet.write_text(HEADER + GOOD.replace("2026-11-22T18:00:00Z", "0001-01-01T00:00:00+14:00"))
    assert problems(await signed_in("game", "import", "games.csv", "--dry-run")) == [(2, "start_time")]
    many = sheet.with_suffix(".json")
    many.write_text('[{"duration": ' + "9" * 5000 + "}]")
    assert problems(await signed_in("game", "import", "games.json", "--dry-run")) == [(1, "-")]


async def test_dry_run_records_nothing(signed_in: Command, fake: FakeServer, sheet: Path) -> None:
    """The server is only asked."""
    sheet.write_text(HEADER + GOOD)
    result = await signed_in("game", "import", "games.csv", "--dry-run")
    assert (result.code, result.err.splitlines()[-1]) == (0, "1 games could be recorded; nothing was.")
    assert fake.games == {}


async def test_every_problem_is_listed_by_its_line(signed_in: Command, fake: FakeServer, sheet: Path) -> None:
    """What this side finds and what the server finds, of all games, each with the line to mend."""
    sheet.write_text(
        HEADER
        + GOOD
        + ",2026-11-22 19:00,soon,blue,1,anna,,sherif,,\n"
        + ",2026-11-22T20:00:00Z,0,red,x,anna,,sheriff,,\n"
        + ",2026-11-22T21:00:00Z,2700,red,1,stranger,,sheriff,,\n"
        + ",2026-11-22T21:00:00Z,2800,,2,nobody,,civilian,,a b\n"
        + "only,three,cells\n"
        + ",2026-11-22T22:00:00Z,2700,red,1,anna,Ann,sheriff,,\n"
        + ",2026-11-22T23:00:00Z,2700,red,1,stranger,,sheriff,,\n"
        + ",2026-11-22T23:00:00Z,,,2,nobody,,civilian,,77\n"
    )
    result = await signed_in("game", "import", "games.csv", "--dry-run")
    assert result.code == 1
    assert problems(result) == [
        (5, "duration"),
        (5, "role"),
        (5, "start_time"),
        (5, "winner"),
        (6, "seat"),
        (8, "best_move"),
        (8, "duration"),
        (9, "-"),
        (10, "seats[0]"),
        (11, "seats[0].username"),
        (12, "seats[1].username"),
    ]
    assert result.err.endswith("11 problems; nothing was recorded.\n")


async def test_more_problems_than_an_answer_names_are_all_listed(
    signed_in: Command, fake: FakeServer, sheet: Path
) -> None:
    """An answer names twenty fields; the server is asked about ever smaller parts."""
    rows = [f",2026-11-22T18:{minute:02}:00Z,60,red,1,nobody{minute},,sheriff,,\n" for minute in range(50)]
    sheet.write_text(HEADER + "".join(rows))
    result = await signed_in("game", "import", "games.csv")
    assert problems(result) == [(line, "seats[0].username") for line in range(2, 52)]
    assert fake.games == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {(1, name) for name in ("start_time", "duration", "winner", "seat", "role")}),
        (HEADER.replace("fate", "fait"), {(1, "fait")}),
        (HEADER.replace("fate", "role"), {(1, "role")}),
        (HEADER + '"' + GOOD, {(2, "-")}),
    ],
)
async def test_file_that_is_no_table_is_told(
    signed_in: Command, sheet: Path, text: str, expected: set[tuple[int, str]]
) -> None:
    """Columns that lack, are unknown or double, and quotes that do not end."""
    sheet.write_text(text)
    result = await signed_in("game", "import", "games.csv")
    assert result.code == 1
    assert expected <= set(problems(result)), result.out


async def test_json_problems_have_lines_too(signed_in: Command, fake: FakeServer) -> None:
    """The line is that of the innermost object with the fault."""
    seats = [
        {"seat_number": 1, "username": "stranger", "role": "ROLE_SHERIFF"},
        {"seat_number": 2, "username": "ben", "role": "ROLE_DON"},
    ]
    game = {"start_time": "2026-11-22T18:00:00Z", "duration": "60s", "winner": "WINNER_RED", "seats": seats}
    bad = game | {"winner": "BLUE", "seats": [seats[0] | {"role": "ROLE_KING", "fouls": "many"}]}
    path = signed_in.folder / "games.json"
    path.write_text(json.dumps([game, bad], indent=1))
    result = await signed_in("game", "import", "games.json", "--dry-run")
    assert problems(result) == [(7, "seats[0].username"), (19, "winner"), (24, "fouls"), (24, "role")]
    path.write_text('[\n{"start_time": }]')
    assert problems(await signed_in("game", "import", "games.json")) == [(2, "-")]


async def test_what_game_list_prints_can_be_imported(signed_in: Command, fake: FakeServer, sheet: Path) -> None:
    """A club's games move to another server as they are, output-only fields and all."""
    sheet.write_text(HEADER + GOOD)
    await signed_in("game", "import", "games.csv")
    fake.games[GAME_ID].seats[0].result = game_pb.RESULT_WIN
    fake.games[GAME_ID].etag = "abc"
    listed = await signed_in("game", "list", "--json")
    (signed_in.folder / "listed.json").write_text(listed.out)
    before = dict(fake.games)
    fake.games.clear()
    assert (await signed_in("game", "import", "listed.json")).code == 0
    assert fake.games == before


async def test_refusal_of_the_caller_is_no_problem_of_the_file(
    signed_in: Command, fake: FakeServer, sheet: Path
) -> None:
    """Who may not record is told so once, with who gives roles."""
    sheet.write_text(HEADER + GOOD)
    fault = Fault(grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING", "Only referees record games.")
    fake.fail_next("BatchRecordGames", fault, fault)
    result = await signed_in("game", "import", "games.csv")
    assert (result.code, result.out) == (1, "")
    assert "grant-role" in result.err


def test_games_without_an_id_always_get_the_same(tmp_path: Path) -> None:
    """The id is made of what the game says, on every computer and in every version."""
    first = read_told(EXAMPLE).games
    (tmp_path / "again.csv").write_text(EXAMPLE.read_text().replace("45:00", "46:00"))
    second = read_told(tmp_path / "again.csv").games
    assert first[0].game.game_id != second[0].game.game_id
    assert first[1].game.game_id == second[1].game.game_id == "5de34b24-3ce9-5f36-b098-36f6d29aa4cb"
    assert uuid.UUID(first[1].game.game_id).version == 5


def test_batches_are_bounded_by_count_and_bytes() -> None:
    """The server takes 500 games and about a megabyte in a call."""
    small = [game_pb.Game(game_id=GAME_ID)] * 1200
    assert [len(batch) for batch in batches(small)] == [500, 500, 200]
    votes = [game_pb.Vote(day=1, by_seat=1, seat_number=2)] * 400
    large = [game_pb.Game(game_id=GAME_ID, votes=votes)] * 500
    assert sum(map(len, batches(large))) == 500
    assert max(sum(game.ByteSize() for game in batch) for batch in batches(large)) <= 1_000_000


async def test_example_of_the_documentation_is_imported_once(tmp_path: Path) -> None:
    """A real server takes the example, twice, and has each game once."""
    settings = Settings(data_dir=tmp_path / "data", listen="127.0.0.1:0", sign_ups_per_hour=0)
    async with open_app(settings) as server:
        command = Command(server.address, tmp_path)
        for name in ("noa", "omar", "vera", "amara", "minjun", "yuki", "lars", "layla", "dimitri", "giorgos"):
            signed_up = await command("sign-up", name, "--password-stdin", stdin=f"{PASSWORD}\n")
            assert signed_up.code == 0, signed_up.err
        assert (await command("admin", "grant-role", "giorgos", "referee")).code == 0
        for _ in range(2):
            imported = await command("game", "import", str(EXAMPLE))
            assert (imported.code, imported.out) == (0, ""), imported.err
        assert len((await command("game", "list")).out.splitlines()) == 2
        assert (await command("stats", "vera")).out.startswith("ALL\t2\t1\t1\t0\t0.5000\t")
        assert (await command("board", "--season", "2026-autumn", "--by", "points")).out.count("\n") == 10
