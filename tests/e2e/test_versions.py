"""An upgrade while people play: the previous version beside this one, on the same rows, queues and files."""

from __future__ import annotations

import asyncio
import io
import subprocess
import tarfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from dossier.report.v1 import report_pb2
from dossier.stats.v1 import game_pb2

from client import DossierClient
from tests.e2e.conftest import Club
from tests.e2e.games import a_game
from tests.e2e.installations import distributed
from tests.e2e.processes import Part
from tests.picture_files import a_picture, saved
from tests.provision.postgresql import PostgresqlServer
from tests.provision.rabbitmq import RabbitNode
from tests.provision.s3 import S3Server
from tests.scraping import scraped

pytestmark = pytest.mark.timeout(180)

# The version that must run beside this one: the last release, once there is one.
PREVIOUS = "85ad874"
# Hints go to both workers in turn, as soon as the second has connected.
MOST_TURNS = 8
_ROOT = Path(__file__).parents[2]
# What of it its services run.
_FOLDERS = ("runtime", "gateway", "profile_service", "report_service", "protos/gen")


@pytest.fixture
def previous(tmp_path: Path) -> Path:
    """The code of the previous version, out of the history of this repository."""
    archive = subprocess.run(
        ["git", "archive", "--format=tar", PREVIOUS, *_FOLDERS], cwd=_ROOT, capture_output=True, check=False, timeout=60
    )
    if archive.returncode:
        pytest.fail(f"Commit {PREVIOUS} is not in this clone; fetch the whole history: {archive.stderr.decode()}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(tmp_path / "previous", filter="data")
    return tmp_path / "previous"


@pytest.fixture
async def club(
    previous: Path, own_rabbitmq: RabbitNode, postgresql: PostgresqlServer, seaweedfs: S3Server, tmp_path: Path
) -> AsyncIterator[Club]:
    """People of an installation whose parts are of the previous version, and those of this one not yet started."""
    servers = {"amqp_url": own_rabbitmq.url, "postgresql": postgresql, "s3": seaweedfs}
    with distributed(tmp_path, replicas=2, previous=previous, **servers) as installation:
        async with AsyncExitStack() as stack:
            yield Club(installation, stack)


def replicas(club: Club, number: int) -> list[Part]:
    """Return the services and the worker of one version."""
    return [club.installation.parts[f"{name}{number or ''}"] for name in ("profile", "report", "worker")]


async def play(club: Club) -> DossierClient:
    """Do what writes to every part: sign up, a picture, a game, and a report from both services' data."""
    referee, player = await club.referee(), await club.player("anna", display_name="Анна")
    await player.set_avatar(saved(a_picture(), "PNG"))
    others = [referee, await club.player("boris"), await club.player("vera")]
    table = [person.own_username() for person in (player, *others)]
    await referee.record_game(a_game(table, game_pb2.WINNER_BLACK))
    report = await player.create_report()
    async for watched in player.watch_report(report.report_id):
        report = watched
    assert report.state == report_pb2.STATE_READY
    return player


async def find(player: DossierClient) -> None:
    """Read all of that back."""
    username = player.own_username()
    assert (await player.get_user(username)).display_name == "Анна"
    assert not (await player.get_avatar(username)).generated
    assert (await player.player_stats(username)).overall.wins == 1
    [report] = [report async for report in player.list_reports()]
    assert (await player.read_report(report.report_id)).startswith(b"%PDF")


async def play_until_all_had_a_part(club: Club) -> list[DossierClient]:
    """Play by the gateways of both versions in turn until both versions' services and workers have done something."""
    before = {part: await done_by(part) for number in (0, 1) for part in replicas(club, number)}
    players: list[DossierClient] = []
    for turn in range(MOST_TURNS):
        club.installation.endpoint = club.installation.parts["gateway1" if turn % 2 else "gateway"].address
        players.append(await play(club))
        idle = [part.name for part, count in before.items() if await done_by(part) == count]
        if turn and not idle:
            return players
    pytest.fail(f"{idle} did nothing for {MOST_TURNS} turns")


async def done_by(part: Part) -> float:
    """Return how many calls a service has answered, or reports a worker has made."""
    if part.address:
        return part.log().count("/dossier.")
    # It serves no health to wait for, and is asked as soon as it has begun to start.
    try:
        made = (await scraped(part.metrics_address)).value("dossier_report_finished_total", state="READY")
    except OSError:
        made = None
    return made or 0.0


async def start(*parts: Part) -> None:
    """Start parts, and wait for those that serve."""
    for part in parts:
        part.start()
    for part in parts:
        if part.address:
            await asyncio.to_thread(part.wait_serving)


async def test_upgrade_goes_through_replica_by_replica(club: Club) -> None:
    """What the previous version kept is there for this one and the other way round, while both serve and after."""
    installation = club.installation
    before = [await play(club)]
    await start(installation.parts["gateway1"])
    installation.endpoint = installation.parts["gateway1"].address
    before.append(await play(club))
    await start(*replicas(club, 1))
    beside = await play_until_all_had_a_part(club)
    for player in [*before, *beside]:
        await find(player)
    for part in replicas(club, 0):
        assert part.stop() == 0, part.log()
    installation.operator_address = installation.parts["profile1"].address
    installation.endpoint = installation.parts["gateway"].address
    after = await play(club)
    for player in [*before, *beside, after]:
        await find(player)
    gateways = [installation.parts["gateway"], installation.parts["gateway1"]]
    for part in [*gateways, *replicas(club, 0), *replicas(club, 1)]:
        assert "Traceback" not in part.log(), part.log()
        assert "report_given_back" not in part.log()
