"""What grows: the parts on PostgreSQL and RabbitMQ, with the small club's rows, and workers that come and go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.large_club import SMALL
from bench.processes import Process, free_address, running
from tests.provision.postgresql import PostgresqlServer

_SECRET = "a-secret-of-the-bench-{}-0123456789abcdef"
GATEWAY_WORKERS = 2
REPORTS = "reports"
# Where nobody listens.
_NOBODY = "127.0.0.1:1"


@dataclass(frozen=True, slots=True)
class Servers:
    """Running parts.

    Attributes:
        gateway: one of one process.
        gateways: one of two processes, before the same services.
        folder: where the services keep files.
    """

    gateway: Process
    gateways: Process
    profile: Process
    report: Process
    folder: Path
    report_settings: dict[str, str]

    @contextmanager
    def worker(self) -> Iterator[Process]:
        """Run a report worker with one render process; its address is that of its metrics."""
        address = free_address()
        own = {"DOSSIER_REPORT_RENDER_WORKERS": "1", "DOSSIER_REPORT_METRICS_LISTEN": address}
        settings, command = self.report_settings | own, ["report_service", "worker"]
        with running(command, address=address, folder=self.folder, settings=settings) as worker:
            worker.wait_until_said("working")
            yield worker


@contextmanager
def profile_alone(folder: Path, server: PostgresqlServer, database: str) -> Iterator[Process]:
    """Run profile_service without a gateway, for calls without a token."""
    address = free_address()
    folder.mkdir()
    settings = _profile_settings(folder, server.url(database), address, gateway=_NOBODY)
    with running(["profile_service"], address=address, folder=folder, settings=settings) as process:
        process.wait_until_serving(health=False)
        yield process


@contextmanager
def report_alone(folder: Path, url: str, amqp_url: str) -> Iterator[Process]:
    """Run a report API by itself, for the hints that it sends; its address is that of its metrics."""
    address, metrics = free_address(), free_address()
    data = folder / metrics.partition(":")[2]
    settings = _report_settings(data, url, address, gateway=_NOBODY, profile=_NOBODY)
    settings |= {"DOSSIER_REPORT_AMQP_URL": amqp_url, "DOSSIER_REPORT_METRICS_LISTEN": metrics}
    with running(["report_service"], address=metrics, folder=folder, settings=settings) as process:
        process.wait_until_serving(health=False)
        yield process


@contextmanager
def on_servers(folder: Path, server: PostgresqlServer, *, amqp_url: str) -> Iterator[Servers]:
    """Run every part but workers, on the small club's rows."""
    folder.mkdir()
    server.create_database(REPORTS)
    gateway, gateways, profile, report = (free_address() for _ in range(4))
    report_settings = _report_settings(folder / "report", server.url(REPORTS), report, gateway=gateway, profile=profile)
    report_settings |= {
        "DOSSIER_REPORT_AMQP_URL": amqp_url,
        "DOSSIER_REPORT_MAX_ACTIVE_REPORTS": "1000",
        "DOSSIER_REPORT_MAX_KEPT_REPORTS": "100000",
    }
    common = {
        "DOSSIER_GATEWAY_PROFILE_ADDRESS": profile,
        "DOSSIER_GATEWAY_REPORT_ADDRESS": report,
        "DOSSIER_GATEWAY_INTERNAL_SECRET": _SECRET.format("INTERNAL"),
        "DOSSIER_GATEWAY_SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
        "DOSSIER_GATEWAY_CREATE_SIGNING_KEY": "true",
    }
    with ExitStack() as stack:

        def start(name: str, address: str, settings: dict[str, str]) -> Process:
            return stack.enter_context(running([name], address=address, folder=folder, settings=settings))

        profile_settings = _profile_settings(folder, server.url(SMALL), profile, gateway=gateway)
        one = start("gateway", gateway, common | {"DOSSIER_GATEWAY_LISTEN": gateway})
        one.wait_until_serving(health=False)  # The others wait for its keys.
        workers = {"DOSSIER_GATEWAY_LISTEN": gateways, "DOSSIER_GATEWAY_WORKERS": str(GATEWAY_WORKERS)}
        parts = Servers(
            gateway=one,
            gateways=start("gateway", gateways, common | workers),
            profile=start("profile_service", profile, profile_settings),
            report=start("report_service", report, report_settings),
            folder=folder,
            report_settings=report_settings,
        )
        for process in (parts.profile, parts.report, parts.gateway, parts.gateways):
            process.wait_until_serving()
        yield parts


def worker_pids(gateways: Process) -> list[int]:
    """Return the processes that serve, of a part with several."""
    lines = (json.loads(line) for line in gateways.log.splitlines() if line.startswith("{"))
    return [line["pid"] for line in lines if line["event"] == "worker_listens"]


def _profile_settings(folder: Path, url: str, address: str, *, gateway: str) -> dict[str, str]:
    return {
        "DOSSIER_PROFILE_LISTEN": address,
        "DOSSIER_PROFILE_GATEWAY_ADDRESS": gateway,
        "DOSSIER_PROFILE_DATA_DIR": str(folder / "profile"),
        "DOSSIER_PROFILE_DATABASE_URL": url,
        "DOSSIER_PROFILE_SIGN_UPS_PER_HOUR": "0",
    } | {f"DOSSIER_PROFILE_{name}_SECRET": _SECRET.format(name) for name in ("INTERNAL", "REFRESH", "PAGE", "DELETION")}


def _report_settings(data: Path, url: str, address: str, *, gateway: str, profile: str) -> dict[str, str]:
    return {
        "DOSSIER_REPORT_LISTEN": address,
        "DOSSIER_REPORT_GATEWAY_ADDRESS": gateway,
        "DOSSIER_REPORT_PROFILE_ADDRESS": profile,
        "DOSSIER_REPORT_DATA_DIR": str(data),
        "DOSSIER_REPORT_DATABASE_URL": url,
    } | {f"DOSSIER_REPORT_{name}_SECRET": _SECRET.format(name) for name in ("INTERNAL", "PAGE")}
