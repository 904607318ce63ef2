"""DownloadReport through a real server and stub: ranges, cuts, damage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from dossier.report.v1 import report_pb2 as report_pb

from runtime.blobs import CHUNK_BYTES, Blobs
from tests.integration.report.stage import PDF, FakeRenderer, Stage, a_settings, open_stage, refused

CHUNK = CHUNK_BYTES
CHUNKS = -(-len(PDF) // CHUNK)


async def test_download_sends_the_whole_file_in_chunks(stage: Stage) -> None:
    """Metadata first, then every byte, no chunk over 128 KiB."""
    anna = stage.as_player("anna")
    report = await anna.made()
    metadata, chunks = await anna.downloaded(report.report_id)
    assert b"".join(chunks) == PDF
    assert len(chunks) == CHUNKS
    assert max(map(len, chunks)) == CHUNK
    assert (metadata.content_type, metadata.size_bytes, metadata.sha256) == (
        "application/pdf",
        len(PDF),
        report.sha256,
    )
    assert metadata.file_name == f"anna-{report.create_time.ToDatetime():%Y-%m-%d}.pdf"
    assert (metadata.read_offset, metadata.read_size_bytes) == (0, len(PDF))


@pytest.mark.parametrize(
    ("offset", "limit", "length", "chunk_count"),
    [
        (0, 1, 1, 1),
        (0, CHUNK, CHUNK, 1),
        (5, CHUNK + 1, CHUNK + 1, 2),
        (len(PDF) - 10, 0, 10, 1),
        (len(PDF) - 10, 9999999, 10, 1),
        (len(PDF), 0, 0, 0),
        (1, len(PDF), len(PDF) - 1, CHUNKS),
    ],
)
async def test_download_sends_the_range(stage: Stage, offset: int, limit: int, length: int, chunk_count: int) -> None:
    """Offset and limit cut the file; the metadata still tells of the whole one."""
    anna = stage.as_player("anna")
    report = await anna.made()
    metadata, chunks = await anna.downloaded(report.report_id, read_offset=offset, read_limit=limit)
    assert b"".join(chunks) == PDF[offset : offset + length]
    assert len(chunks) == chunk_count
    assert (metadata.read_offset, metadata.read_size_bytes) == (offset, length)
    assert (metadata.size_bytes, metadata.sha256) == (len(PDF), report.sha256)


async def test_download_is_refused_when_offset_is_past_the_end(stage: Stage) -> None:
    """The error tells how long the file is."""
    anna = stage.as_player("anna")
    report = await anna.made()
    with refused() as refusal:
        await anna.downloaded(report.report_id, read_offset=len(PDF) + 1)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.OUT_OF_RANGE, "OFFSET_OUT_OF_RANGE")
    assert refusal.metadata == {"size_bytes": str(len(PDF))}


async def test_download_goes_on_after_a_cut(stage: Stage) -> None:
    """A reader that left mid-way joins the rest to what it has."""
    anna = stage.as_player("anna")
    report = await anna.made()
    call = anna.download(report.report_id)
    await call.read()
    start = (await call.read()).chunk
    call.cancel()
    _, rest = await anna.downloaded(report.report_id, read_offset=len(start))
    assert start + b"".join(rest) == PDF


async def test_download_is_refused_when_report_is_not_ready(stage: Stage, renderer: FakeRenderer) -> None:
    """There is nothing to download before the end."""
    renderer.gate.clear()
    anna = stage.as_player("anna")
    report = await anna.create()
    with refused() as refusal:
        await anna.downloaded(report.report_id)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REPORT_NOT_READY")
    assert refusal.metadata["state"] in ("QUEUED", "RENDERING")
    renderer.gate.set()


@pytest.mark.parametrize("damage", ["changed", "short", "gone"])
async def test_download_ends_in_data_loss_when_file_is_damaged(stage: Stage, damage: str) -> None:
    """No download of a damaged file ends well."""
    anna = stage.as_player("anna")
    report = await anna.made()
    [file] = (stage.settings.data_dir / "reports" / report.report_id).iterdir()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(b"x" + PDF[1:] if damage == "changed" else PDF[: CHUNK + 5])
    with refused() as refusal:
        await anna.downloaded(report.report_id)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.DATA_LOSS, "FILE_DAMAGED")


async def test_range_ends_in_data_loss_when_file_is_short(stage: Stage) -> None:
    """A range that the stored file does not have is not taken for an end."""
    anna = stage.as_player("anna")
    report = await anna.made()
    [file] = (stage.settings.data_dir / "reports" / report.report_id).iterdir()
    file.write_bytes(PDF[:100])
    for offset in (50, 200):
        with refused() as refusal:
            await anna.downloaded(report.report_id, read_offset=offset, read_limit=100)
        assert refusal.reason == "FILE_DAMAGED"


async def test_empty_file_is_downloaded_as_metadata_alone(tmp_path: Path) -> None:
    """Zero bytes are a file too."""
    async with open_stage(a_settings(tmp_path), renderer=FakeRenderer(b"")) as stage:
        anna = stage.as_player("anna")
        report = await anna.made()
        metadata, chunks = await anna.downloaded(report.report_id)
    assert (report.state, metadata.size_bytes, chunks) == (report_pb.STATE_READY, 0, [])


async def test_slow_reader_holds_back_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are read from the store only as fast as the reader takes them."""
    read = 0
    stream = Blobs.stream

    async def counted(self: Blobs, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        nonlocal read
        async for piece in stream(self, key, offset=offset, length=length):
            read += len(piece)
            yield piece

    monkeypatch.setattr(Blobs, "stream", counted)
    pdf = PDF * 40
    async with open_stage(a_settings(tmp_path), renderer=FakeRenderer(pdf)) as stage:
        anna = stage.as_player("anna")
        report = await anna.made()
        call = anna.download(report.report_id)
        chunks = aiter(call)
        await anext(chunks)
        await anna.get(report.report_id)  # The server has had its turns.
        assert read < len(pdf) / 2
        call.cancel()
