"""A club of 10,000 that moves from a folder to PostgreSQL and S3, killed again and again, and back."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.standalone.clubs import Club, contents, make_club
from tests.integration.standalone.commands import kill_after, run
from tests.integration.standalone.servers import new_places
from tests.provision.postgresql import PostgresqlServer, find_or_install
from tests.provision.s3 import S3Server, SeaweedFS

CLUB = Club(users=10_000, pictures=2_000, reports=500)
KILLS = 5


@dataclass
class Moving:
    """What came of it.

    Attributes:
        seconds: how long each move took that was let end: to the servers after the kills, and back.
        told: what the move to the servers said that it had brought.
        same: whether what came back is what had left.
    """

    kills: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    same: bool = False

    @property
    def broken(self) -> bool:
        """Whether anything is missing, or there twice, or otherwise than it was."""
        return not self.same

    def lines(self) -> Sequence[str]:
        """Return the figures."""
        took = ", ".join(f"{name} in {seconds:.0f} s" for name, seconds in self.seconds.items())
        end = "all of it the same in the end" if self.same else "NOT the same in the end"
        return [*self.told, f"{self.kills} kills; {took}; {end}"]


async def measure(seed: int, _seconds: float, folder: Path) -> Moving:
    """Move the club there with kills, and back without."""
    data, back, chance, seen = folder / "data", folder / "back", random.Random(seed), Moving()
    with _servers(folder) as (postgresql, s3):
        await make_club(data, CLUB)
        environ = await new_places(data, postgresql, s3)
        while seen.kills < KILLS:
            lines = chance.randrange(1, 300)
            seen.kills += await kill_after(lines, "standalone.stored", "move", "--from", data, environ=environ)
        seen.told = await _moved(seen, "there", "--from", data, environ=environ)
        await _moved(seen, "back", "--to", back, environ=environ)
    seen.same = await asyncio.to_thread(contents, back) == await asyncio.to_thread(contents, data)
    return seen


async def _moved(seen: Moving, name: str, *arguments: str | Path, environ: Mapping[str, str]) -> list[str]:
    begin = time.monotonic()
    result = await run("standalone.stored", "move", *arguments, environ=environ)
    seen.seconds[name] = time.monotonic() - begin
    if result.code:
        raise RuntimeError(result.err)
    return [line for line in result.out.splitlines() if "are there" in line]


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[PostgresqlServer, S3Server]]:
    (folder / "s3").mkdir()
    postgresql, s3 = PostgresqlServer(find_or_install(), folder), SeaweedFS(folder / "s3")
    try:
        postgresql.start()
        s3.start()
        yield postgresql, s3
    finally:
        s3.close()
        postgresql.close()
