"""Links to reports over rows in memory: who may make them, and which token leads where."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_service.errors import (
    ExportNotShareable,
    ReportNotFound,
    ShareLinkInvalid,
    ShareLinkNotFound,
    ShareLinkQuota,
)
from report_service.reports import Report
from report_service.share_links import MAX_LINKS, Shared, ShareLink, ShareLinks, Tokens, Wanted
from report_service.wishes import Kind
from tests.unit.report.test_download import REPORT

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SECRET = b"a secret that all replicas share"
WANTED = Wanted("anna-id", "anna", "report-1", seconds=3600.0)
LINK = ShareLink("01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081", "report-1", NOW, NOW + timedelta(hours=1))


class FakeStore:
    """One report of anna's and its links; counts how often it was asked what a link leads to."""

    def __init__(self, report: Report = REPORT) -> None:
        self.report = report
        self.links: dict[str, tuple[ShareLink, str]] = {}
        self.asked = 0
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[FakeStore]:
        async with self._one_at_a_time:
            yield self

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        return self.report if (owner_id, report_id) == (self.report.owner_id, self.report.report_id) else None

    async def count(self, report_id: str) -> int:
        await asyncio.sleep(0)  # Another may come in between.
        return len(self.links)

    async def insert(self, link_id: str, wanted: Wanted) -> ShareLink:
        link = ShareLink(link_id, wanted.report_id, NOW, NOW + timedelta(seconds=wanted.seconds))
        self.links[link_id] = link, wanted.owner_username
        return link

    async def live(self, report_id: str) -> list[ShareLink]:
        return [link for link, _ in self.links.values()]

    async def delete(self, owner_id: str, link_id: str) -> bool:
        return owner_id == self.report.owner_id and self.links.pop(link_id, None) is not None

    async def shared(self, link_id: str) -> Shared | None:
        self.asked += 1
        return Shared(self.report, self.links[link_id][1]) if link_id in self.links else None


class FakeOwned:
    """The reports of a FakeStore, as owners have them."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    async def get(self, owner_id: str, report_id: str) -> Report:
        report = await self._store.get(owner_id, report_id)
        if report is None:
            raise ReportNotFound(report_id)
        return report


class FakePlayers:
    """Everybody is to be seen but those who are `hidden`."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.asked: list[str] = []

    async def is_visible(self, username: str) -> bool:
        self.asked.append(username)
        return username not in self.hidden


class World:
    """The use cases with what they stand on, and a clock to turn."""

    def __init__(self, report: Report = REPORT) -> None:
        self.now = NOW
        self.store, self.players = FakeStore(report), FakePlayers()
        self.tokens = Tokens(SECRET, clock=lambda: self.now)
        ids = iter(range(1000))
        self.links = ShareLinks(
            self.store,
            FakeOwned(self.store),
            self.players,
            tokens=self.tokens,
            new_id=lambda: f"01936d3e-8c5a-7f21-9c0b-{next(ids):012x}",
        )

    async def token(self, wanted: Wanted = WANTED) -> str:
        """Make a link and return its token."""
        return self.tokens.of(await self.links.create(wanted))

    async def require_invalid(self, token: str) -> None:
        """Fail unless the token leads nowhere."""
        with pytest.raises(ShareLinkInvalid) as caught:
            await self.links.report_of(token)
        assert caught.value.metadata == {}


async def test_token_leads_to_the_report_until_its_time_is_over() -> None:
    """The last moment is the one before the end, and the storage is not asked afterwards."""
    world = World()
    token = await world.token()
    world.now = NOW + timedelta(hours=1) - timedelta(microseconds=1)
    assert await world.links.report_of(token) == REPORT
    world.now += timedelta(microseconds=1)
    await world.require_invalid(token)
    assert world.store.asked == 1


@given(st.integers(0, 2**63), st.integers(min_value=0))
async def test_token_with_a_bit_flipped_is_refused_unasked(place: int, bit: int) -> None:
    """What is not signed is not looked for."""
    world = World()
    token = world.tokens.of(LINK).encode()
    place %= len(token)
    changed = token[:place] + bytes([token[place] ^ 1 << bit % 7]) + token[place + 1 :]
    await world.require_invalid(changed.decode())
    assert world.store.asked == 0


async def test_token_of_another_secret_is_refused_unasked() -> None:
    """Another club's links are nothing here."""
    world = World()
    await world.require_invalid(Tokens(b"another secret of some length", clock=lambda: NOW).of(LINK))
    assert world.store.asked == 0


async def test_deleted_link_leads_nowhere() -> None:
    """The token stays as it is and opens nothing more; deleting it again finds nothing."""
    world = World()
    token = await world.token()
    with pytest.raises(ShareLinkNotFound):
        await world.links.delete("bert-id", world.tokens.link_of(token))
    assert await world.links.report_of(token) == REPORT
    await world.links.delete("anna-id", world.tokens.link_of(token))
    await world.require_invalid(token)
    with pytest.raises(ShareLinkNotFound) as caught:
        await world.links.delete("anna-id", world.tokens.link_of(token))
    assert caught.value.metadata == {"link_id": world.tokens.link_of(token)}


@pytest.mark.parametrize("hidden", ["anna", "bert"])
async def test_link_leads_nowhere_while_an_account_is_hidden(hidden: str) -> None:
    """Who shares, and whom the report is about, are gone for strangers as soon as they ask to be deleted."""
    world = World(dataclasses.replace(REPORT, username="bert"))
    token = await world.token()
    world.players.hidden.add(hidden)
    await world.require_invalid(token)
    world.players.hidden.clear()
    assert await world.links.report_of(token) == world.store.report


async def test_program_and_season_are_no_players_to_ask_for() -> None:
    """A link that a program made to what is about nobody depends on nobody's account."""
    world = World(dataclasses.replace(REPORT, username="", kind=Kind.SEASON_REPORT))
    token = await world.token(dataclasses.replace(WANTED, owner_username=""))
    assert await world.links.report_of(token) == world.store.report
    assert world.players.asked == []


async def test_export_cannot_be_shared() -> None:
    """What holds everything of a person leaves by their own hands only."""
    world = World(dataclasses.replace(REPORT, kind=Kind.ACCOUNT_EXPORT, format=None))
    with pytest.raises(ExportNotShareable):
        await world.token()


async def test_links_beyond_the_limit_are_refused_also_at_once() -> None:
    """Of more wishes than there may be links, as many as may be are met; a deleted link makes room for one."""
    world = World()
    made = await asyncio.gather(*(world.token() for _ in range(MAX_LINKS + 3)), return_exceptions=True)
    refused = [one for one in made if isinstance(one, ShareLinkQuota)]
    assert (len(refused), len(world.store.links)) == (3, MAX_LINKS)
    assert refused[0].subject == "share_links"
    await world.links.delete("anna-id", next(iter(world.store.links)))
    await world.token()


@pytest.mark.parametrize(("owner_id", "report_id"), [("bert-id", "report-1"), ("anna-id", "report-2")])
async def test_foreign_report_is_an_absent_one(owner_id: str, report_id: str) -> None:
    """Neither can be shared, and no links of it are told."""
    world = World()
    await world.token()
    with pytest.raises(ReportNotFound):
        await world.token(dataclasses.replace(WANTED, owner_id=owner_id, report_id=report_id))
    with pytest.raises(ReportNotFound):
        await world.links.live(owner_id, report_id)
