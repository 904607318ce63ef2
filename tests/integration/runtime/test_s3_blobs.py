"""What can go wrong with an S3 server: at the start of a service, and afterwards."""

from __future__ import annotations

import asyncio
import io
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event

import obstore
import pytest

from runtime import blobs as blobs_module
from runtime.blob_sweeps import Sweeper
from runtime.blobs import BlobMissing, Blobs, open_blobs, s3_blobs
from runtime.errors import Unavailable
from runtime.s3_store import open_store
from runtime.s3_urls import BlobStoreUnusable, S3Credentials, S3Url, parse_s3_url
from tests.certificates import Authority, write
from tests.eventually import eventually
from tests.provision.s3 import CREDENTIALS, S3Server

pytestmark = pytest.mark.xdist_group("s3")
FOLDER = Path("avatars")
DATA = bytes(range(256)) * 4000


async def keys(blobs: Blobs) -> list[str]:
    return sorted([key async for page in blobs.list_keys() for key in page])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("s3://club/live?region=eu-central-1", "https://club.s3.eu-central-1.amazonaws.com/live/a/1?"),
        ("s3://club?region=eu-central-1&path_style=true", "https://s3.eu-central-1.amazonaws.com/club/a/1?"),
        ("s3://club/live?endpoint=http://minio:9000", "http://minio:9000/club/live/a/1?"),
        ("s3://club?endpoint=https://s3.example.org&path_style=false", "https://club.s3.example.org/a/1?"),
    ],
)
def test_object_is_asked_for_where_the_url_says(text: str, address: str) -> None:
    """On AWS the bucket is part of the host's name, on other servers of the path, unless it is said otherwise."""
    store = open_store(parse_s3_url(text), CREDENTIALS)
    assert obstore.sign(store, "GET", "a/1", timedelta(minutes=1)).startswith(address)


async def test_services_share_a_url_and_see_only_their_own(seaweedfs: S3Server) -> None:
    """The folder's name ends the prefix, and what the start wrote to try the store is gone."""
    url = seaweedfs.url(f"tests/{secrets.token_hex(8)}")
    avatars = await open_blobs(url, FOLDER, CREDENTIALS)
    reports = await open_blobs(url, Path("data/reports"), CREDENTIALS)
    await avatars.put("a/1", b"avatar")
    await reports.put("r/1", b"report")
    assert await keys(avatars) == ["a/1"]
    assert await keys(s3_blobs(url, CREDENTIALS)) == ["avatars/a/1", "reports/r/1"]


@pytest.mark.parametrize("server", ["seaweedfs", "moto"])
async def test_start_is_refused_when_the_bucket_is_missing(server: str, request: pytest.FixtureRequest) -> None:
    """One sentence names the bucket."""
    url = request.getfixturevalue(server).url("club", bucket="nowhere")
    with pytest.raises(
        BlobStoreUnusable, match=r"^there is no bucket for s3://nowhere/club/avatars on http://\S+; make"
    ):
        await open_blobs(url, FOLDER, CREDENTIALS)


@pytest.mark.parametrize(
    "credentials", [S3Credentials("nobody", "anything"), replace(CREDENTIALS, secret_access_key="wrong")]
)
async def test_start_is_refused_when_the_credentials_are(seaweedfs: S3Server, credentials: S3Credentials) -> None:
    """One sentence, with the server's own reason and without the secret."""
    with pytest.raises(BlobStoreUnusable, match=r"^s3://club/avatars on http://\S+ refuses the credentials: The ") as e:
        await open_blobs(seaweedfs.url(), FOLDER, credentials)
    assert credentials.secret_access_key not in str(e.value)


async def test_credentials_of_the_environment_do_not_mix_with_those_given(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session token that belongs to another key is not sent with ours."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "other")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "other")
    blobs = await open_blobs(seaweedfs.url(f"tests/{secrets.token_hex(8)}"), FOLDER, CREDENTIALS)
    await blobs.put("a", b"data")


async def test_credentials_are_found_in_the_environment_when_none_are_given(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As AWS's own programs find them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)
    blobs = await open_blobs(seaweedfs.url(f"tests/{secrets.token_hex(8)}"), FOLDER)
    await blobs.put("a", b"data")


@asynccontextmanager
async def answering(answer: bytes | None, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[S3Url]:
    """Serve one answer to every request, or none ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            while answer is not None:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                writer.write(answer)
            await reader.read()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        scheme = "https" if tls else "http"
        yield S3Url("club", endpoint=f"{scheme}://localhost:{server.sockets[0].getsockname()[1]}")


async def test_start_is_refused_when_the_server_lets_keys_be_written_over(tmp_path: Path) -> None:
    """A server that does not know If-None-Match would break what is promised of keys."""
    async with answering(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 0\r\n\r\n') as url:
        with pytest.raises(BlobStoreUnusable, match="lets objects be written over"):
            await open_blobs(url, FOLDER, CREDENTIALS)


async def test_start_is_refused_when_the_certificate_is_not_trusted(tmp_path: Path) -> None:
    """Waiting would not help, and the variable that does is named."""
    identity = write(Authority().sign("localhost"), tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    async with answering(b"", tls=context) as url:
        with pytest.raises(BlobStoreUnusable, match=r"certificate that is not trusted here; .* SSL_CERT_FILE"):
            await open_blobs(url, FOLDER, CREDENTIALS)


async def test_server_that_never_answers_is_unavailable_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call waits longer than it may, whatever it is."""
    monkeypatch.setattr(blobs_module, "CALL_SECONDS", 0.2)
    monkeypatch.setattr(blobs_module, "FILE_SECONDS", 0.2)
    async with answering(None) as url:
        blobs = s3_blobs(url, CREDENTIALS)
        calls: list[Callable[[], object]] = [
            lambda: blobs.put("a", b"data"),
            lambda: blobs.put_file("a", io.BytesIO(DATA)),
            lambda: blobs.get("a"),
            lambda: anext(blobs.stream("a", offset=0, length=1)),
            lambda: blobs.delete(["a"]),
            lambda: blobs.delete_all("a/"),
            lambda: anext(blobs.list_keys()),
        ]
        for call in calls:
            begun = time.monotonic()
            with pytest.raises(Unavailable):
                await call()  # type: ignore[misc]
            assert time.monotonic() - begun < 2


async def test_service_starts_while_the_server_is_down_and_uses_it_when_it_is_back(own_seaweedfs: S3Server) -> None:
    """Only calls that need files are refused meanwhile."""
    own_seaweedfs.kill()
    blobs = await open_blobs(own_seaweedfs.url(), FOLDER, CREDENTIALS)
    with pytest.raises(Unavailable):
        await blobs.get("a/1")
    await own_seaweedfs.restart()
    async with asyncio.timeout(5):
        await blobs.put("a/1", b"data")
    assert await blobs.get("a/1") == b"data"


async def test_server_killed_under_writers_keeps_whole_blobs(own_seaweedfs: S3Server) -> None:
    """What was acknowledged is there, what was not is there whole or not at all, and its writer is told."""
    blobs = s3_blobs(own_seaweedfs.url("tests"), CREDENTIALS)
    stored: list[str] = []

    async def write(writer: int) -> None:
        for number in count():
            await blobs.put(f"{writer}/{number}", DATA)
            stored.append(f"{writer}/{number}")

    async def is_busy() -> bool:
        return len(stored) >= 20

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    await eventually(is_busy, within_seconds=20)
    own_seaweedfs.kill()
    for writer in writers:
        with pytest.raises(Unavailable):
            await writer
    await own_seaweedfs.restart()
    async with asyncio.timeout(5):
        await blobs.put("later", DATA)
    found = await keys(blobs)
    assert set(stored) <= set(found)
    for key in found:
        assert await blobs.get(key) == DATA


class HeldFile(io.BytesIO):
    """A file that is read half and then no further until it is let go."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.half_read, self.let_go = Event(), Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > len(self.getbuffer()) // 2:
            self.half_read.set()
            self.let_go.wait(30)
        return super().read(size)


async def test_server_killed_half_way_through_a_file_keeps_nothing_of_it(own_seaweedfs: S3Server) -> None:
    """A file in several parts is there only when its last one was stored; its key is as good as new."""
    blobs = s3_blobs(own_seaweedfs.url("tests"), CREDENTIALS)
    content = HeldFile(DATA * 80)
    storing = asyncio.create_task(blobs.put_file("x/large", content))
    assert await asyncio.to_thread(content.half_read.wait, 20)
    own_seaweedfs.kill()
    content.let_go.set()
    with pytest.raises(Unavailable):
        await storing
    await own_seaweedfs.restart()
    with pytest.raises(BlobMissing):
        await blobs.get("x/large")
    assert await keys(blobs) == []
    async with asyncio.timeout(5):
        await blobs.put_file("x/large", io.BytesIO(DATA))
    assert await blobs.get("x/large") == DATA


@pytest.mark.parametrize("server", ["seaweedfs", "moto"])
async def test_bucket_that_is_gone_is_no_loss_of_its_blobs(server: str, request: pytest.FixtureRequest) -> None:
    """A missing bucket is the operator's mistake and told as a fault that may pass, in every call."""
    blobs = s3_blobs(request.getfixturevalue(server).url("tests", bucket="nowhere"), CREDENTIALS)
    with pytest.raises(Unavailable):
        await blobs.get("a")
    with pytest.raises(Unavailable):
        await anext(blobs.stream("a", offset=0, length=1))
    with pytest.raises(Unavailable):
        await blobs.put("a", b"data")
    with pytest.raises(Unavailable):
        await blobs.put_file("a", io.BytesIO(DATA))


async def test_two_sweepers_at_once_delete_the_strays_alone(seaweedfs: S3Server) -> None:
    """Blobs without a row go, whoever else sweeps, and those with one stay."""
    blobs = s3_blobs(seaweedfs.url(f"tests/{secrets.token_hex(8)}"), CREDENTIALS)
    for key in ("a/1", "a/2", "b/1"):
        await blobs.put(key, b"data")

    async def named(folder: str) -> list[str]:
        return ["a/2"] if folder == "a" else []

    sweepers = [Sweeper(blobs, named, age=timedelta(hours=-1)) for _ in range(2)]
    await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
    assert await keys(blobs) == ["a/2"]
