"""Hundreds of files that somebody may upload: what each becomes, and what of it is stored."""

from __future__ import annotations

import multiprocessing
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import grpc
import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb

from profile_service import imaging
from profile_service.avatar_images import CHILD_MEMORY_BYTES
from profile_service.imaging import ImageRefused
from tests.hostile_images import ACCEPTED, SECRET, Case, cases
from tests.integration.profile.conftest import Profile
from tests.provision.fixtures import on_one_engine
from tests.statuses import reason_of

pytestmark = on_one_engine

CASES = cases()
# Each upload starts a process of its own, so not every file is uploaded. What no metadata may announce is left out.
UPLOADED = [case for case in CASES if 1 <= len(case.data) <= imaging.MAX_INPUT_BYTES][::14]
UPLOAD_CHUNK_BYTES = 512 * 1024
# For all files together, where the service allows it for each.
CPU_SECONDS = 300


@pytest.fixture(scope="module")
def child() -> Iterator[ProcessPoolExecutor]:
    """One process, confined as those of the service are, for one file after the other. A crash breaks it for good."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, imaging.confine, (CHILD_MEMORY_BYTES, CPU_SECONDS)) as pool:
        yield pool


def test_there_are_hundreds_of_files() -> None:
    """The table shrinks by nobody's oversight."""
    assert len({case.name for case in CASES}) == len(CASES) >= 300


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_file_becomes_an_avatar_or_is_refused_as_declared(child: ProcessPoolExecutor, case: Case) -> None:
    """Each file has its one outcome; what becomes of it holds pixels alone, and nothing that was planted in it."""
    reason, variants = ACCEPTED, dict[int, bytes]()
    try:
        variants = child.submit(imaging.process, case.data).result(timeout=30).variants
    except ImageRefused as refusal:
        reason = refusal.reason_code
    assert reason == case.expected
    assert len(variants) == (4 if reason == ACCEPTED else 0)
    for stored in variants.values():
        assert_only_pixels(stored)


def assert_only_pixels(stored: bytes) -> None:
    """Assert that a WebP has chunks of pixels and transparency only, ends where it says, and keeps no secret."""
    assert SECRET not in stored
    assert int.from_bytes(stored[4:8], "little") + 8 == len(stored)
    kinds, place = set(), 12
    while place < len(stored):
        kinds.add(stored[place : place + 4])
        size = int.from_bytes(stored[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    assert kinds <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


@pytest.mark.parametrize("case", UPLOADED, ids=lambda case: case.name)
async def test_uploaded_file_is_answered_as_declared(profile: Profile, case: Case) -> None:
    """A client is told with INVALID_ARGUMENT and the reason, and files of ours on the disk hold nothing planted."""
    anna = await profile.sign_up("anna")

    async def upload() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
        metadata = avatar_pb.UploadAvatarMetadata(username="anna", size_bytes=len(case.data))
        yield avatar_pb.UploadAvatarRequest(metadata=metadata)
        for start in range(0, len(case.data), UPLOAD_CHUNK_BYTES):
            yield avatar_pb.UploadAvatarRequest(chunk=case.data[start : start + UPLOAD_CHUNK_BYTES])

    code, reason = grpc.StatusCode.OK, ACCEPTED
    try:
        await profile.avatars.UploadAvatar(upload(), metadata=anna.metadata, timeout=30)
    except grpc.aio.AioRpcError as error:
        code, reason = error.code(), reason_of(error)
    expected = grpc.StatusCode.INVALID_ARGUMENT if case.expected else grpc.StatusCode.OK
    assert (code, reason) == (expected, case.expected)
    stored = [path for path in Path(profile.data_dir).rglob("*") if path.is_file()]
    assert not [path for path in stored if SECRET in path.read_bytes()]
    avatars = [path for path in stored if "avatars" in path.parts]
    assert len(avatars) == (4 if case.expected == ACCEPTED else 0)
