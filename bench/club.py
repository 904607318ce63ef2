"""The sample club that is measured: made once a run, with one large file among the star's reports."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import grpc
import jwt
import uuid_utils
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from bench.installations import standalone
from report_service.app import STORAGE
from report_service.reports import Rules
from report_service.storage.report_store import ReportStore
from report_service.wishes import Wish
from runtime.blobs import local_blobs
from runtime.sqlite import open_sqlite

PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Club:
    """A data directory, once its first process has stopped.

    Attributes:
        username: the star, who has an avatar and 72 games.
        report_id: the star's report with the large file.
    """

    data: Path
    username: str
    password: str
    report_id: str
    report_bytes: int


def found_club(folder: Path, *, report_bytes: int) -> Club:
    """Play in the sample club, as `make run` does, and add the large file to it."""
    data = folder / "club"
    with standalone(folder, data=data, sample=True) as process:
        until = time.monotonic() + PATIENCE_SECONDS
        while not process.said("sample account"):
            if time.monotonic() > until:
                raise TimeoutError("the sample club is not complete")
            time.sleep(0.05)
        record = json.loads((data / "sample-club.json").read_text(encoding="utf-8"))
        token = sign_in(process.address, record["username"], record["password"])
    owner_id = jwt.decode(token, options={"verify_signature": False})["sub"]
    report_id = asyncio.run(add_report(data / "report", owner_id, record["username"], report_bytes))
    return Club(data, record["username"], record["password"], report_id, report_bytes)


def sign_in(address: str, username: str, password: str) -> str:
    """Return an access token."""
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        request = auth_pb.SignInRequest(username=username, password=password)
        answer = auth_rpc.AuthServiceStub(channel).SignIn(request, timeout=60)
    return str(answer.tokens.access_token)


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata that carries a token."""
    return (("authorization", f"Bearer {token}"),)


async def add_report(folder: Path, owner_id: str, username: str, size_bytes: int) -> str:
    """Return a finished report with random bytes for a file; the store itself goes through its life.

    `folder` is report_service's data directory.
    """
    report_id = str(uuid_utils.uuid7())
    data = hashlib.shake_128(b"bench").digest(size_bytes)
    async with open_sqlite(folder / "report.sqlite3", storage=STORAGE) as database:
        store = ReportStore(database, rules=Rules())
        async with store.deciding() as rows:
            await rows.insert(report_id, Wish(owner_id, username, include_email=False, request_id=""))
        job = await store.claim(report_id, take_over=False)
        if job is None:
            raise RuntimeError("the report that was just asked for is not there")
        key = f"{report_id}/bench.pdf"
        await local_blobs(folder / "reports").put(key, data)
        await store.complete(job, blob_key=key, size_bytes=size_bytes, sha256=hashlib.sha256(data).hexdigest())
    return report_id
