"""What is measured: Dossier in one process and in three, on copies of a sample club; and the bare server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.echo_server import CHUNK_BYTES
from bench.processes import SERVER_CORE, Process, free_address, running


@dataclass(frozen=True, slots=True)
class Split:
    """The three services, each in a process of its own."""

    gateway: Process
    profile: Process
    report: Process


@contextmanager
def echo(folder: Path, *, unary_bytes: int = 1, stream_bytes: int = 0) -> Iterator[Process]:
    """Run the bare server on the servers' core."""
    address = free_address()
    arguments = ["bench.echo_server", address, str(unary_bytes), str(stream_bytes // CHUNK_BYTES)]
    with running(arguments, address=address, folder=folder, settings={}) as process:
        process.wait_until_serving(health=False)
        process.pin(SERVER_CORE)
        yield process


@contextmanager
def standalone(folder: Path, *, data: Path, sample: bool = False) -> Iterator[Process]:
    """Run everything in one process, on the data as they are."""
    address = free_address()
    arguments = ["standalone", "--sample"] if sample else ["standalone"]
    settings = {"DOSSIER_DATA_DIR": str(data), "DOSSIER_LISTEN": address, "DOSSIER_HTTP_LISTEN": free_address()}
    with running(arguments, address=address, folder=folder, settings=settings) as process:
        process.wait_until_serving()
        yield process


@contextmanager
def split(folder: Path, *, data: Path) -> Iterator[Split]:
    """Run three processes on the data of a standalone one, which has stopped."""
    addresses = _Addresses(free_address(), free_address(), free_address())
    with ExitStack() as stack:

        def start(name: str, address: str, settings: dict[str, str]) -> Process:
            return stack.enter_context(running([name], address=address, folder=folder, settings=settings))

        processes = Split(
            gateway=start("gateway", addresses.gateway, _gateway_settings(data, addresses)),
            profile=start("profile_service", addresses.profile, _profile_settings(data, addresses)),
            report=start("report_service", addresses.report, _report_settings(data, addresses)),
        )
        processes.gateway.wait_until_serving(health=False)  # The others wait for its keys.
        for process in (processes.profile, processes.report, processes.gateway):
            process.wait_until_serving()
        yield processes


def copied(data: Path, to: Path) -> Path:
    """Copy a data directory whose process has stopped, and return the copy."""
    shutil.copytree(data, to)
    return to


@dataclass(frozen=True, slots=True)
class _Addresses:
    gateway: str
    profile: str
    report: str


def _gateway_settings(data: Path, addresses: _Addresses) -> dict[str, str]:
    return {
        "DOSSIER_GATEWAY_SIGNING_KEY_FILE": str(data / "secrets" / "signing-key.pem"),
        "DOSSIER_GATEWAY_INTERNAL_SECRET_FILE": str(data / "secrets" / "internal.key"),
        "DOSSIER_GATEWAY_PROFILE_ADDRESS": addresses.profile,
        "DOSSIER_GATEWAY_REPORT_ADDRESS": addresses.report,
        "DOSSIER_GATEWAY_LISTEN": addresses.gateway,
    }


def _profile_settings(data: Path, addresses: _Addresses) -> dict[str, str]:
    return {
        "DOSSIER_PROFILE_INTERNAL_SECRET_FILE": str(data / "secrets" / "internal.key"),
        "DOSSIER_PROFILE_REFRESH_SECRET_FILE": str(data / "secrets" / "refresh.key"),
        "DOSSIER_PROFILE_PAGE_SECRET_FILE": str(data / "secrets" / "pages.key"),
        "DOSSIER_PROFILE_DELETION_SECRET_FILE": str(data / "secrets" / "deletions.key"),
        "DOSSIER_PROFILE_DATA_DIR": str(data / "profile"),
        "DOSSIER_PROFILE_GATEWAY_ADDRESS": addresses.gateway,
        "DOSSIER_PROFILE_LISTEN": addresses.profile,
    }


def _report_settings(data: Path, addresses: _Addresses) -> dict[str, str]:
    return {
        "DOSSIER_REPORT_INTERNAL_SECRET_FILE": str(data / "secrets" / "internal.key"),
        "DOSSIER_REPORT_PAGE_SECRET_FILE": str(data / "secrets" / "pages.key"),
        "DOSSIER_REPORT_DATA_DIR": str(data / "report"),
        "DOSSIER_REPORT_PROFILE_ADDRESS": addresses.profile,
        "DOSSIER_REPORT_GATEWAY_ADDRESS": addresses.gateway,
        "DOSSIER_REPORT_LISTEN": addresses.report,
    }
