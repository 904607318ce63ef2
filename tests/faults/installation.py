"""The installation under fire: a process for every part, two workers, an own broker, links that can be spoilt."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dossier.access.v1 import access_pb2

from client import OperatorClient
from runtime.service_tokens import ServiceTokens
from tests.e2e.installations import SECRETS
from tests.faults.disks import SmallDisk
from tests.faults.ledger import Ledger
from tests.faults.process import Process, process
from tests.faults.proxy import Proxy, open_proxy
from tests.faults.stores import Stores
from tests.provision.ports import free_port
from tests.provision.postgresql import PostgresqlServer
from tests.provision.rabbitmq import RabbitNode, find_or_install
from tests.provision.rabbitmq_cluster import RabbitCluster
from tests.provision.s3 import S3Server

# The shortest that the setting allows: what the bench waits for when worker and broker are both gone.
LEASE_SECONDS = 90


@dataclass(frozen=True)
class Servers:
    """The servers that the replicas of every part share."""

    postgresql: PostgresqlServer
    s3: S3Server
    brokers: RabbitCluster
    stores: Stores


@dataclass
class Installation:
    """A running installation.

    Attributes:
        endpoint: where players connect to, through the link "players".
        folder: has profile_service's and report_service's data directories, `profile` and `report`.
        operator: returns profile_service's internal address and secret.
        links: the proxies, by what they lead to and from where.
        disk: the one that can be filled.
        servers: what an installation of shape "scale-out" keeps rows, files and hints in.
        ledger: what members were promised in the fault class that is running.
    """

    endpoint: str
    folder: Path
    parts: dict[str, Process]
    operator: Callable[[], tuple[str, bytes]]
    links: dict[str, Proxy] = field(default_factory=dict)
    broker: RabbitNode | None = None
    disk: SmallDisk | None = None
    servers: Servers | None = None
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def data(self) -> Path:
        """report_service's data directory."""
        return self.folder / "report"

    @property
    def workers(self) -> list[Process]:
        """The worker processes."""
        return self.replicas("worker")

    @property
    def node(self) -> RabbitNode:
        """The broker."""
        assert self.broker is not None, "this installation has none"
        return self.broker

    @property
    def nodes(self) -> list[RabbitNode]:
        """Every node of its broker."""
        if self.servers is not None:
            return self.servers.brokers.nodes
        return [] if self.broker is None else [self.broker]

    @property
    def shared(self) -> Servers:
        """The servers."""
        assert self.servers is not None, "this installation has none"
        return self.servers

    @property
    def stores(self) -> Stores:
        """Where rows and files are."""
        return self.servers.stores if self.servers else Stores.local(self.folder)

    def replicas(self, kind: str) -> list[Process]:
        """Return the processes of one kind, such as "worker"."""
        return [part for name, part in self.parts.items() if name.partition(" ")[0] == kind]

    @property
    def small_disk(self) -> SmallDisk:
        """The disk that can be filled."""
        assert self.disk is not None, "this installation has none"
        return self.disk

    async def grant(self, username: str, role: access_pb2.Role) -> None:
        """Give a role, as the operator does."""
        address, secret = self.operator()
        tokens = ServiceTokens(secret, issuer="operator")
        async with OperatorClient(address, mint_token=lambda: tokens.mint(audience="profile_service")) as operator:
            await operator.grant_role(username, role)

    async def start(self) -> None:
        """Start every part and wait until all serve."""
        for part in self.parts.values():
            part.start()
        await asyncio.gather(*(part.serving() for part in self.parts.values() if part.address))

    async def revive(self) -> None:
        """Heal every link, empty the disk and start what is dead, as usual."""
        if self.disk is not None:
            self.disk.free()
        for link in self.links.values():
            link.heal()
        for part in self.parts.values():
            part.signal(signal.SIGCONT)
            if not part.alive:
                part.start()
        await asyncio.gather(*(part.serving() for part in self.parts.values() if part.address))

    def clean_up(self) -> None:
        """End every process of every life."""
        for part in self.parts.values():
            part.clean_up()


@asynccontextmanager
async def distributed(
    folder: Path, *, with_broker: bool = True, entry: tuple[str, ...] = (), **report: str
) -> AsyncIterator[Installation]:
    """Run gateway, profile_service and report API, with a broker and two workers or without either.

    Args:
        entry: what runs the modules of report_service in place of Python itself.
        report: settings of report_service that are to be unusual.
    """
    async with AsyncExitStack() as stack:
        ports = {name: free_port() for name in ("gateway", "profile", "report")}
        links = {
            "players": await stack.enter_async_context(open_proxy(ports["gateway"])),
            "profile": await stack.enter_async_context(open_proxy(ports["profile"])),
            "report": await stack.enter_async_context(open_proxy(ports["report"])),
        }
        broker = None
        urls = {"in": "", "out": ""}
        if with_broker:
            broker = RabbitNode(await asyncio.to_thread(find_or_install), folder / "rabbitmq")
            stack.push_async_callback(asyncio.to_thread, broker.blocking.close)
            await broker.start()
            for way in urls:
                link = await stack.enter_async_context(open_proxy(broker.blocking.port))
                links[f"broker {way}"] = link
                urls[way] = f"amqp://guest:guest@{link.address}/"
        addresses = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        parts = _parts(folder, addresses, links, urls, entry, report)
        operator = (f"127.0.0.1:{ports['profile']}", SECRETS["internal"].encode())
        running = Installation(links["players"].address, folder, parts, lambda: operator, links, broker)
        stack.callback(running.clean_up)
        await running.start()
        yield running


def environs(folder: Path, addresses: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the settings of gateway, profile and report by their names, without prefixes.

    Args:
        addresses: where they find each other.
    """
    internal = {"INTERNAL_SECRET": SECRETS["internal"]}
    gateway = internal | {
        "PROFILE_ADDRESS": addresses["profile"],
        "REPORT_ADDRESS": addresses["report"],
        "SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
        "CREATE_SIGNING_KEY": "true",
    }
    profile = internal | {
        "DATA_DIR": str(folder / "profile"),
        "GATEWAY_ADDRESS": addresses["gateway"],
        "REFRESH_SECRET": SECRETS["refresh"],
        "PAGE_SECRET": SECRETS["page"],
        "SIGN_UPS_PER_HOUR": "0",
        "DELETION_SECRET": SECRETS["deletion"],
    }
    report = internal | {
        "DATA_DIR": str(folder / "report"),
        "GATEWAY_ADDRESS": addresses["gateway"],
        "PROFILE_ADDRESS": addresses["profile"],
        "PAGE_SECRET": SECRETS["page"],
        "MAX_ACTIVE_REPORTS": "100000",
        "MAX_KEPT_REPORTS": "1000000",
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "RENDER_WORKERS": "1",
        "FAIL_POINTS_ENABLED": "true",
    }
    return {"gateway": gateway, "profile": profile, "report": report}


def _parts(
    folder: Path,
    addresses: Mapping[str, str],
    links: Mapping[str, Proxy],
    urls: Mapping[str, str],
    entry: tuple[str, ...],
    unusual: Mapping[str, str],
) -> dict[str, Process]:
    settings = environs(folder, addresses)
    gateway = settings["gateway"] | {"REPORT_ADDRESS": links["report"].address}
    report = settings["report"] | {"AMQP_URL": urls["out"], **unusual}
    worker = report | {"AMQP_URL": urls["in"], "PROFILE_ADDRESS": links["profile"].address}

    def part(name: str, *module: str, kind: str, environ: Mapping[str, str], serves: bool = True) -> Process:
        address = addresses[kind] if serves else ""
        return process(folder, name, *module, kind=kind, environ=environ, address=address)

    parts = {
        "profile": part("profile", "profile_service", kind="profile", environ=settings["profile"]),
        "gateway": part("gateway", "gateway", kind="gateway", environ=gateway),
        "api": part("api", *entry, "report_service", kind="report", environ=report),
    }
    if urls["in"]:
        for name in ("worker 1", "worker 2"):
            module = (*entry, "report_service", "worker")
            parts[name] = part(name, *module, kind="report", environ=worker, serves=False)
    return parts


@asynccontextmanager
async def standalone(folder: Path, *, entry: tuple[str, ...] = ()) -> AsyncIterator[Installation]:
    """Run everything in one process; `entry` as above."""
    address = f"127.0.0.1:{free_port()}"
    data = folder / "data"
    environ = {"DOSSIER_DATA_DIR": str(data), "DOSSIER_LISTEN": address, "DOSSIER_SIGN_UPS_PER_HOUR": "0"}
    parts = {"standalone": Process(*entry, "standalone", environ=environ, folder=folder / "logs", address=address)}

    def operator() -> tuple[str, bytes]:
        secret = (data / "secrets" / "internal.key").read_bytes().strip()
        return json.loads((data / "internal.json").read_text())["address"], secret

    running = Installation(address, data, parts, operator)
    try:
        await running.start()
        yield running
    finally:
        running.clean_up()


def environ_of_fail_point(name: str, *, nth: int) -> dict[str, Any]:
    """Return what arms a fail point of report_service."""
    return {"DOSSIER_REPORT_FAIL_POINT": f"{name}:{nth}"}
