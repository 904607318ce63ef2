"""Downloads over files in memory that come in any pieces."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from report_service.document.snapshot import Format, Scope
from report_service.download import Download, Downloads
from report_service.errors import FileDamaged, OffsetOutOfRange, ReportNotReady
from report_service.reports import Report, State
from report_service.wishes import Kind

DATA = bytes(range(256)) * 4096  # 1 MiB.
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


REPORT = Report(
    report_id="report-1",
    owner_id="anna-id",
    username="anna",
    include_email=False,
    state=State.READY,
    fence=1,
    attempt_count=1,
    create_time=MOMENT,
    update_time=MOMENT,
    expire_time=MOMENT,
    blob_key="key",
    size_bytes=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    failure_reason=None,
    kind=Kind.PLAYER_REPORT,
    format=Format.PDF,
    locale="",
    scope=Scope(),
    game_id="",
)


class FakeFiles:
    """A store that sends `data` in pieces of one size."""

    def __init__(self, data: bytes = DATA, *, piece_bytes: int) -> None:
        self._data = data
        self._piece_bytes = piece_bytes

    async def stream(self, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        assert key == "key"
        wanted = self._data[offset : offset + length]
        for start in range(0, len(wanted), self._piece_bytes):
            yield wanted[start : start + self._piece_bytes]


async def chunks_of(files: FakeFiles, *, offset: int = 0, limit: int = 0) -> list[bytes]:
    """Download a range."""
    downloads = Downloads(files)
    download = downloads.open(REPORT, offset=offset, limit=limit)
    return [chunk async for chunk in downloads.chunks(download)]


@pytest.mark.parametrize("piece_bytes", [7919, len(DATA)])
@pytest.mark.parametrize(("offset", "limit"), [(0, 0), (1, 0), (0, 300_000), (len(DATA), 0), (len(DATA) - 1, 9)])
async def test_chunks_are_the_range_however_they_are_cut(piece_bytes: int, offset: int, limit: int) -> None:
    """However the store cuts a file, the chunks together are the range."""
    chunks = await chunks_of(FakeFiles(piece_bytes=piece_bytes), offset=offset, limit=limit)
    assert b"".join(chunks) == DATA[offset:][: limit or None]


@pytest.mark.parametrize("damage", [b"x" + DATA[1:], DATA[:-1] + b"x", DATA[:-1], b""])
async def test_damage_is_found_before_the_last_chunk(damage: bytes) -> None:
    """A reader never has all bytes of a file that is not the one that was made."""
    downloads = Downloads(FakeFiles(damage, piece_bytes=65536))
    download = downloads.open(REPORT, offset=0, limit=0)
    received: list[bytes] = []

    async def read() -> None:
        async for chunk in downloads.chunks(download):
            received.append(chunk)

    with pytest.raises(FileDamaged):
        await read()
    assert sum(map(len, received)) < len(DATA)


@pytest.mark.parametrize("state", [state for state in State if state is not State.READY])
def test_report_without_a_file_is_not_ready(state: State) -> None:
    """The error tells where it stands, and when to try again as long as that can help."""
    with pytest.raises(ReportNotReady) as caught:
        Downloads(FakeFiles(piece_bytes=1)).open(dataclasses.replace(REPORT, state=state), offset=0, limit=0)
    assert caught.value.metadata == {"state": state}
    assert (caught.value.retry_after_seconds is None) == state.final


async def test_offset_past_the_end_is_out_of_range() -> None:
    """The error tells the size."""
    with pytest.raises(OffsetOutOfRange) as caught:
        await chunks_of(FakeFiles(piece_bytes=1), offset=len(DATA) + 1)
    assert caught.value.metadata == {"size_bytes": str(len(DATA))}


@pytest.mark.parametrize("username", ['anna"\r\nset-cookie: a=b', "../../anna", "анна; x"])
def test_name_of_a_file_never_steers_a_header_or_a_path(username: str) -> None:
    """Whatever a row holds, the name is one of few letters that opens no folder."""
    report = dataclasses.replace(REPORT, username=username)
    assert re.fullmatch("[a-z0-9_.-]+", Download(report, 0, 0).file_name)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "anna-2026-11-23.pdf"),
        ({"format": None, "kind": Kind.ACCOUNT_EXPORT}, "anna-2026-11-23.zip"),
        ({"kind": Kind.SEASON_REPORT, "scope": Scope("2026-spring")}, "season-2026-spring-2026-11-23.pdf"),
        ({"kind": Kind.SEASON_REPORT, "format": Format.CSV}, "all-games-2026-11-23.csv"),
        ({"kind": Kind.GAME_CERTIFICATE, "game_id": "01936d3e-8c5a-3a4d5e6f7081"}, "game-3a4d5e6f7081-2026-11-23.pdf"),
    ],
)
def test_name_of_a_file_says_what_is_in_it(changes: dict[str, Any], name: str) -> None:
    """The player, season or game, the day on which it was asked for, and the file type."""
    assert Download(dataclasses.replace(REPORT, **changes), 0, 0).file_name == name
