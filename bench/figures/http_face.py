"""HTTP: an authenticated GetUser against the same call over gRPC, and a download against a file sent by Starlette."""

from __future__ import annotations

import hashlib
import http.client
from contextlib import ExitStack

from bench.club import bearer, sign_in
from bench.figures.get_user import CONNECTIONS, STREAMS, request_of
from bench.http1 import HttpLoad
from bench.load import Load
from bench.measuring import Figure, Plan, answers, compare, ratio_figure, received_bytes
from bench.processes import CORES, LOAD_CORE, SERVER_CORE, free_address, pinned, running

FILE_BYTES = 10 * 1024 * 1024
DOWNLOADS = 2
MEBIBYTE = 1024 * 1024


def get_user(plan: Plan) -> list[Figure]:
    """Measure one process by both of its ports: as many calls are under way, of the same user by the same token."""
    process, club = plan.standalone, plan.club
    request = request_of(process.address, club)
    process.pin(SERVER_CORE)
    with ExitStack() as stack:
        stack.callback(process.pin, *CORES)
        stack.enter_context(pinned([LOAD_CORE]))
        path, headers = f"/v1/users/{club.username}", dict(request.metadata)
        length = _length_of(process.http_address, path, headers)
        by_http = stack.enter_context(
            HttpLoad(process.http_address, path, headers, answer_bytes=length, connections=CONNECTIONS * STREAMS)
        )
        by_grpc = stack.enter_context(Load(request, connections=CONNECTIONS, streams=STREAMS))
        rounds = compare(plan, (by_http, [process]), (by_grpc, [process]), count=answers)
    return [ratio_figure("http_get_user", "GetUser, HTTP of gRPC", rounds, aim=0.70, unit="calls/s")]


def download(plan: Plan) -> list[Figure]:
    """Measure the first 10 MiB of a report against a file of that size."""
    process, club, address = plan.standalone, plan.club, free_address()
    headers = dict(bearer(sign_in(process.address, club.username, club.password)))
    file = plan.folder / "file.bin"
    file.write_bytes(hashlib.shake_128(b"bench").digest(FILE_BYTES))
    process.pin(SERVER_CORE)
    with ExitStack() as stack:
        stack.callback(process.pin, *CORES)
        arguments = ["bench.file_server", address, str(file)]
        peer = stack.enter_context(running(arguments, address=address, folder=plan.folder, settings={}))
        peer.wait_until_serving(health=False)
        peer.pin(SERVER_CORE)
        stack.enter_context(pinned([LOAD_CORE]))
        path = f"/v1/reports/{club.report_id}:download"
        headers["range"] = f"bytes=0-{FILE_BYTES - 1}"
        ours, theirs = (
            stack.enter_context(HttpLoad(*what, answer_bytes=FILE_BYTES, connections=DOWNLOADS))
            for what in ((process.http_address, path, headers), (address, "/", {}))
        )
        rounds = compare(plan, (ours, [process]), (theirs, [peer]), count=received_bytes)
    title = "Download, HTTP of FileResponse"
    return [ratio_figure("http_download", title, rounds, aim=1.0, unit="MiB/s", scale=MEBIBYTE)]


def _length_of(address: str, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(address)
    try:
        connection.request("GET", path, headers=headers)
        return len(connection.getresponse().read())
    finally:
        connection.close()
