"""Watching and downloading reports over a connection that is cut."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import aclosing
from typing import TYPE_CHECKING

import grpc
import pytest
from dossier.report.v1 import report_pb2 as report_pb

from client import DigestMismatch, DossierError
from client.patience import Backoff
from tests.integration.client.fake_reports import REPORT_ID
from tests.integration.client.fakes import PASSWORD, UNAVAILABLE, FakeServer, Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from client import DossierClient

QUEUED, RENDERING, READY = report_pb.STATE_QUEUED, report_pb.STATE_RENDERING, report_pb.STATE_READY
IMPATIENT = Backoff(first_seconds=0.001, attempts=0)


def offsets(fake: FakeServer) -> list[int]:
    """Return the offsets that downloads began at."""
    return [request.read_offset for request in fake.requests("DownloadReport")]


async def test_watch_is_opened_again_after_cuts_and_repeats_no_state(anna: DossierClient, fake: FakeServer) -> None:
    """A watcher sees each state once, however often the stream is cut."""
    fake.reports.watches.extend([[QUEUED], [QUEUED, RENDERING], [], [RENDERING, READY]])
    states = [report.state async for report in anna.watch_report(REPORT_ID)]
    assert states == [QUEUED, RENDERING, READY]
    assert fake.count("WatchReport") == 4


async def test_watch_gives_up_when_nothing_new_comes(anna: DossierClient, fake: FakeServer) -> None:
    """A stream that is cut again and again ends with the last error."""
    fake.reports.watches.extend([[QUEUED]] * 10)
    with pytest.raises(DossierError) as caught:
        _ = [report async for report in anna.watch_report(REPORT_ID)]
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert fake.count("WatchReport") == 4


async def test_watch_of_an_unknown_report_is_refused_at_once(anna: DossierClient, fake: FakeServer) -> None:
    """An error that is not a cut is not tried again."""
    fake.fail_next("WatchReport", Fault(grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND"))
    with pytest.raises(DossierError) as caught:
        _ = [report async for report in anna.watch_report(REPORT_ID)]
    assert caught.value.reason == "REPORT_NOT_FOUND"
    assert fake.count("WatchReport") == 1


async def test_watch_can_be_left_early(anna: DossierClient, fake: FakeServer) -> None:
    """Closing the iterator ends the call, and the client goes on working."""
    fake.reports.watches.extend([[QUEUED, RENDERING]])
    async with aclosing(anna.watch_report(REPORT_ID)) as reports:
        async for report in reports:
            assert report.state == QUEUED
            break
    assert (await anna.get_user("ben")).username == "ben"


async def test_cut_download_goes_on_by_offset_and_gives_the_same_bytes(
    anna: DossierClient, fake: FakeServer, tmp_path: Path
) -> None:
    """After each cut the download goes on where it stopped."""
    fake.reports.cuts.extend([1500, 0, 4000])
    seen: list[tuple[int, int]] = []
    path = tmp_path / "anna.pdf"
    saved = await anna.download_report(REPORT_ID, path, on_progress=lambda done, total: seen.append((done, total)))
    size = len(fake.reports.content)
    assert path.read_bytes() == fake.reports.content
    assert offsets(fake) == [0, 1500, 1500, 5500]
    assert saved.sha256 == hashlib.sha256(fake.reports.content).hexdigest()
    assert (saved.size_bytes, saved.resumed_bytes) == (size, 0)
    assert seen[-1] == (size, size)
    assert os.listdir(tmp_path) == ["anna.pdf"]


async def test_read_report_survives_cuts(anna: DossierClient, fake: FakeServer) -> None:
    """The bytes in memory are as whole as those on disk."""
    fake.reports.cuts.extend([1500, 3000])
    assert await anna.read_report(REPORT_ID) == fake.reports.content


async def test_download_goes_on_in_another_process(
    anna: DossierClient, make_client: Callable[..., DossierClient], fake: FakeServer, tmp_path: Path
) -> None:
    """What an earlier process left of the same file is not fetched again."""
    path = tmp_path / "anna.pdf"
    fake.reports.cuts.append(2500)
    async with make_client(backoff=IMPATIENT) as earlier:
        await earlier.sign_in("anna", PASSWORD)
        with pytest.raises(DossierError):
            await earlier.download_report(REPORT_ID, path)
    assert not path.exists()
    async with make_client() as later:
        await later.sign_in("anna", PASSWORD)
        saved = await later.download_report(REPORT_ID, path)
    assert saved.resumed_bytes == 2500
    assert offsets(fake) == [0, 2500]
    assert path.read_bytes() == fake.reports.content
    assert os.listdir(tmp_path) == ["anna.pdf"]


async def test_part_that_is_whole_is_only_put_in_place(anna: DossierClient, fake: FakeServer, tmp_path: Path) -> None:
    """A process that died between the last byte and the renaming costs no download."""
    path = tmp_path / "anna.pdf"
    (tmp_path / "anna.pdf.part").write_bytes(fake.reports.content)
    (tmp_path / "anna.pdf.part.sha256").write_text(hashlib.sha256(fake.reports.content).hexdigest())
    await anna.download_report(REPORT_ID, path)
    assert offsets(fake) == []
    assert path.read_bytes() == fake.reports.content


@pytest.mark.parametrize("note", ["0" * 64, None], ids=["other digest", "no note"])
async def test_part_of_another_report_is_not_used(
    anna: DossierClient, fake: FakeServer, tmp_path: Path, note: str | None
) -> None:
    """A part file that does not belong to the same digest is thrown away."""
    (tmp_path / "anna.pdf.part").write_bytes(b"another report")
    if note:
        (tmp_path / "anna.pdf.part.sha256").write_text(note)
    await anna.download_report(REPORT_ID, tmp_path / "anna.pdf")
    assert offsets(fake) == [0]
    assert (tmp_path / "anna.pdf").read_bytes() == fake.reports.content


async def test_damaged_part_is_fetched_anew(anna: DossierClient, fake: FakeServer, tmp_path: Path) -> None:
    """A part file whose bytes were lost in a power cut does not spoil the download."""
    (tmp_path / "anna.pdf.part").write_bytes(bytes(3000))
    (tmp_path / "anna.pdf.part.sha256").write_text(hashlib.sha256(fake.reports.content).hexdigest())
    saved = await anna.download_report(REPORT_ID, tmp_path / "anna.pdf")
    assert offsets(fake) == [3000, 0]
    assert saved.resumed_bytes == 0
    assert (tmp_path / "anna.pdf").read_bytes() == fake.reports.content


@pytest.mark.parametrize("change", ["damaged", "longer"])
async def test_wrong_bytes_leave_no_file(anna: DossierClient, fake: FakeServer, tmp_path: Path, change: str) -> None:
    """Bytes that do not match the digest never get the file's name, and what was there before stays."""
    content = fake.reports.content
    fake.reports.sent_content = content[:-1] + b"!" if change == "damaged" else content + b"!"
    path = tmp_path / "anna.pdf"
    path.write_bytes(b"an older file")
    with pytest.raises(DigestMismatch):
        await anna.download_report(REPORT_ID, path)
    assert path.read_bytes() == b"an older file"
    with pytest.raises(DigestMismatch):
        await anna.read_report(REPORT_ID)


async def test_wrong_digest_leaves_no_part(anna: DossierClient, fake: FakeServer, tmp_path: Path) -> None:
    """A file that is complete and wrong is deleted with its note."""
    fake.reports.announced_sha256 = "0" * 64
    with pytest.raises(DigestMismatch) as caught:
        await anna.download_report(REPORT_ID, tmp_path / "anna.pdf")
    assert caught.value.expected == "0" * 64
    assert os.listdir(tmp_path) == []


async def test_clean_end_before_the_last_byte_counts_as_a_cut(anna: DossierClient, fake: FakeServer) -> None:
    """A stream that ends too early without an error is tried again, and not for ever."""
    fake.reports.sent_content = fake.reports.content[:5000]
    with pytest.raises(DossierError, match="too early") as caught:
        await anna.read_report(REPORT_ID)
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert offsets(fake) == [0, 5000, 5000, 5000]


async def test_download_gives_up_when_no_byte_comes(anna: DossierClient, fake: FakeServer) -> None:
    """Cuts without progress are borne a few times only."""
    fake.fail_next("DownloadReport", *[UNAVAILABLE] * 10)
    with pytest.raises(DossierError) as caught:
        await anna.read_report(REPORT_ID)
    assert caught.value.reason == "SERVER_DRAINING"
    assert fake.count("DownloadReport") == 4


async def test_report_that_is_not_ready_is_not_downloaded(anna: DossierClient, fake: FakeServer) -> None:
    """A report without a file gives REPORT_NOT_READY and its state."""
    fake.reports.state = RENDERING
    with pytest.raises(DossierError) as caught:
        await anna.read_report(REPORT_ID)
    assert caught.value.reason == "REPORT_NOT_READY"
    assert caught.value.metadata == {"state": "RENDERING"}


async def test_two_downloads_to_one_file_do_not_mix(anna: DossierClient, fake: FakeServer, tmp_path: Path) -> None:
    """While one download has the part file, another one is refused."""
    with (tmp_path / "anna.pdf.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DossierError) as caught:
            await anna.download_report(REPORT_ID, tmp_path / "anna.pdf")
    assert caught.value.reason == "DOWNLOAD_UNDER_WAY"
