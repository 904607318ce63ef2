"""What members were promised beside reports: each acknowledged write, to be held against the database."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from client import DossierClient, DossierError
from tests.faults.stores import PROFILES, REPORTS, Row, Stores

Key = tuple[str, str]
"""What was written and of whom: ("account", username), ("city", username), ("avatar", username), ("game", game_id)."""
ACTIVE, LEAVING, RECORDED = "active", "leaving", "recorded"
USERS = "SELECT username, state, city, avatar_sha256 FROM users"
GAMES = "SELECT game_id FROM games"
# The value of a write whose answer tells what it made.
ANY = "any"
_PASSING = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "UNKNOWN")


@dataclass(slots=True)
class Promise:
    """The value last acknowledged, and one that is being written and may or may not be there."""

    acknowledged: str | None = None
    attempted: str | None = None

    def kept(self, value: str) -> bool:
        """Whether the value may be there."""
        return value == self.acknowledged or self.attempted in (ANY, value)


class Ledger:
    """The promises of one run.

    Attributes:
        acknowledged: how many writes were answered OK.
        answers: how often each error was answered.
        lost: the promises that were found broken.
        examinations, sound: how often databases were looked at after a kill, and how often both were whole.
    """

    def __init__(self) -> None:
        self._promises: dict[Key, Promise] = {}
        self.acknowledged = 0
        self.answers: Counter[str] = Counter()
        self.lost: list[str] = []
        self.examinations = 0
        self.sound = 0

    async def write(
        self, key: Key, value: str, attempt: Callable[[], Awaitable[object]], *, done_by: tuple[str, ...] = ()
    ) -> None:
        """Write until it is acknowledged.

        Args:
            attempt: the call; what it returns is the value where that is ANY.
            done_by: the reasons by which a repeated call tells that an earlier one was carried out.
        """
        promise = self._promises.setdefault(key, Promise())
        promise.attempted = value
        while True:
            try:
                answer = await attempt()
            except DossierError as error:
                self.answers[f"{key[0]}: {error.code.name} {error.reason}".strip()] += 1
                if error.reason in done_by:
                    break
                if error.reason and error.code.name not in _PASSING:
                    raise
                await asyncio.sleep(error.retry_delay or 0.3)
            else:
                self.acknowledged += 1
                value = str(answer) if value == ANY else value
                break
        promise.acknowledged, promise.attempted = value, None

    def forget(self, *keys: Key) -> None:
        """Expect nothing of these any more: their owner is about to go."""
        for key in keys:
            self._promises.pop(key, None)

    async def examine(self, data: Path) -> None:
        """Look at the databases of a killed installation before it starts again, without touching them."""
        problems, stored = await asyncio.to_thread(_read_copies, data)
        self.examinations += 1
        self.sound += not problems
        self.lost += problems
        self.compare(stored, when=f"after kill {self.examinations}")

    def compare(self, stored: dict[Key, str], *, when: str) -> None:
        """Note every promise that the rows do not keep."""
        for key, promise in self._promises.items():
            if promise.acknowledged is not None and not promise.kept(stored.get(key, "")):
                self.lost.append(f"{when}: {key[0]} {key[1]} is {stored.get(key)!r}, not {promise.acknowledged!r}")

    async def sample(self, client: DossierClient, *, count: int) -> None:
        """Read the promises that were acknowledged last through the API."""
        settled = [key for key, promise in self._promises.items() if promise.acknowledged and promise.attempted is None]
        for kind, name in settled[-count:]:
            try:
                if kind == "game":
                    await client.get_game(name)
                elif kind == "account" and self._promises[kind, name].acknowledged == ACTIVE:
                    await client.get_user(name)
            except DossierError as error:
                promise = self._promises[kind, name]
                if error.code.name == "NOT_FOUND" and LEAVING not in (promise.acknowledged, promise.attempted):
                    self.lost.append(f"{kind} {name} cannot be read: {error.reason}")

    def notes(self) -> list[str]:
        """Return the figures of the run, each beside its bar."""
        notes = [f"{self.acknowledged} other writes acknowledged, {len(self.lost)} lost (0)"]
        if self.examinations:
            notes.append(f"integrity_check ok after {self.sound} of {self.examinations} kills")
        return notes

    async def settle(self, stores: Stores) -> None:
        """Hold every promise against the rows of a running installation, and avatars against their files."""
        rows = stores.profiles
        self.compare(_stored(await rows.ask(USERS), await rows.ask(GAMES)), when="at the end")
        digests = await stores.avatars.digests()
        for avatar in await rows.ask("SELECT blob_key, sha256 FROM avatar_variants"):
            if digests.get(avatar["blob_key"]) != avatar["sha256"]:
                self.lost.append(f"the file of avatar {avatar['blob_key']} is not what its row says")


def _read_copies(data: Path) -> tuple[list[str], dict[Key, str]]:
    """Return what is wrong with the databases and what the rows say, from copies: opening one mends and changes it."""
    problems: list[str] = []
    stored: dict[Key, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for source in (data / PROFILES, data / REPORTS):
            for path in (source, source.with_name(f"{source.name}-wal")):
                if path.exists():
                    shutil.copy(path, scratch)
            with closing(sqlite3.connect(Path(scratch) / source.name)) as database:
                verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
                if verdict != "ok":
                    problems.append(f"integrity_check of {source.name}: {verdict}")
                elif source.name == Path(PROFILES).name:
                    database.row_factory = sqlite3.Row
                    stored = _stored(database.execute(USERS), database.execute(GAMES))
    return problems, stored


def _stored(users: Iterable[Row], games: Iterable[Row]) -> dict[Key, str]:
    stored: dict[Key, str] = {}
    for user in users:
        name, avatar = user["username"], user["avatar_sha256"] or ""
        stored |= {("account", name): user["state"], ("city", name): user["city"], ("avatar", name): avatar}
    return stored | {("game", game["game_id"]): RECORDED for game in games}
