"""The installation under fire: a process for every part, two workers, an own broker, links that can be spoilt."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dossier.access.v1 import access_pb2

from client import OperatorClient
from runtime.service_tokens import ServiceTokens
from tests.e2e.installations import SECRETS
from tests.e2e.processes import Part
from tests.faults.disks import SmallDisk
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy, open_proxy
from tests.provision.ports import free_port
from tests.provision.rabbitmq import RabbitNode, find_or_install

# The shortest that the setting allows: what the bench waits for when worker and broker are both gone.
LEASE_SECONDS = 90
EXIT_SECONDS = 60.0


class Process(Part):
    """A part that is broken on purpose, again and again."""

    def __init__(self, *module: str, environ: Mapping[str, str], folder: Path, address: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(*module, environ=environ, folder=folder, address=address)
        self._usual_environ = dict(self._environ)
        self._module = module
        self._groups: list[int] = []

    def twin(self, folder: Path, *, address: str, **unusual: str) -> Process:
        """Return another of its kind, not started, for whom some variables are set otherwise."""
        return Process(*self._module, environ={**self._usual_environ, **unusual}, folder=folder, address=address)

    def start(self, **unusual: str) -> None:
        """Start it, with some variables set otherwise this time."""
        self._environ = {**self._usual_environ, **unusual}
        super().start()
        self._groups.append(self.running.pid)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.running.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, not to its children."""
        with suppress(ProcessLookupError):
            self.running.send_signal(number)

    async def serving(self) -> None:
        """Return when its health says SERVING; fail when it does not in time."""
        await asyncio.to_thread(self.wait_serving)

    async def dead(self, *, within_seconds: float = EXIT_SECONDS) -> bool:
        """Wait until it has ended. False: it has not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                while self.alive:
                    await asyncio.sleep(0.01)
        return not self.alive

    def children(self) -> list[int]:
        """Return the process ids of its children."""
        with suppress(OSError):
            threads = Path(f"/proc/{self.running.pid}/task").iterdir()
            return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        return []

    def orphans(self) -> list[str]:
        """Return the living processes of its earlier lives, and of this one when it is dead."""
        groups = set(self._groups) - ({self.running.pid} if self.alive else set())
        return [line for line in map(_group_member, _pids()) if line and int(line.split()[0]) in groups]

    def clean_up(self) -> None:
        """End the process, and all children of all its lives."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        super().clean_up()


def _pids() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]


def _group_member(pid: str) -> str:
    """Return a process's group, id and command; nothing of one that is gone or waits to be reaped."""
    with suppress(OSError):
        state, _parent, group = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:3]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return "" if state == "Z" else f"{group} {pid} {command}"
    return ""


@dataclass
class Installation:
    """A running installation.

    Attributes:
        endpoint: where players connect to, through the link "players".
        folder: has profile_service's and report_service's data directories, `profile` and `report`.
        operator: returns profile_service's internal address and secret.
        links: the proxies, by what they lead to and from where.
        disk: the one that can be filled.
        ledger: what members were promised in the fault class that is running.
    """

    endpoint: str
    folder: Path
    parts: dict[str, Process]
    operator: Callable[[], tuple[str, bytes]]
    links: dict[str, Proxy] = field(default_factory=dict)
    broker: RabbitNode | None = None
    disk: SmallDisk | None = None
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def data(self) -> Path:
        """report_service's data directory."""
        return self.folder / "report"

    @property
    def workers(self) -> list[Process]:
        """The worker processes."""
        return [part for name, part in self.parts.items() if name.startswith("worker")]

    @property
    def node(self) -> RabbitNode:
        """The broker."""
        assert self.broker is not None, "this installation has none"
        return self.broker

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
        parts = _parts(folder, ports, links, urls, entry, report)
        operator = (f"127.0.0.1:{ports['profile']}", SECRETS["internal"].encode())
        running = Installation(links["players"].address, folder, parts, lambda: operator, links, broker)
        stack.callback(running.clean_up)
        await running.start()
        yield running


def _parts(
    folder: Path,
    ports: Mapping[str, int],
    links: Mapping[str, Proxy],
    urls: Mapping[str, str],
    entry: tuple[str, ...],
    unusual: Mapping[str, str],
) -> dict[str, Process]:
    addresses = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    gateway = {
        "LISTEN": addresses["gateway"],
        "PROFILE_ADDRESS": addresses["profile"],
        "REPORT_ADDRESS": links["report"].address,
        "INTERNAL_SECRET": SECRETS["internal"],
        "SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
        "CREATE_SIGNING_KEY": "true",
    }
    profile = {
        "LISTEN": addresses["profile"],
        "DATA_DIR": str(folder / "profile"),
        "GATEWAY_ADDRESS": addresses["gateway"],
        "INTERNAL_SECRET": SECRETS["internal"],
        "REFRESH_SECRET": SECRETS["refresh"],
        "PAGE_SECRET": SECRETS["page"],
        "SIGN_UPS_PER_HOUR": "0",
    }
    report = {
        "LISTEN": addresses["report"],
        "DATA_DIR": str(folder / "report"),
        "GATEWAY_ADDRESS": addresses["gateway"],
        "PROFILE_ADDRESS": addresses["profile"],
        "INTERNAL_SECRET": SECRETS["internal"],
        "PAGE_SECRET": SECRETS["page"],
        "AMQP_URL": urls["out"],
        "MAX_ACTIVE_REPORTS": "100000",
        "MAX_KEPT_REPORTS": "1000000",
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "RENDER_WORKERS": "1",
        "FAIL_POINTS_ENABLED": "true",
        **unusual,
    }
    worker = report | {"AMQP_URL": urls["in"], "PROFILE_ADDRESS": links["profile"].address}

    def part(name: str, *module: str, kind: str, environ: Mapping[str, str], address: str = "") -> Process:
        named = {f"DOSSIER_{kind}_{key}": value for key, value in environ.items()}
        return Process(*module, environ=named, folder=folder / "logs" / name, address=address)

    parts = {
        "profile": part("profile", "profile_service", kind="PROFILE", environ=profile, address=addresses["profile"]),
        "gateway": part("gateway", "gateway", kind="GATEWAY", environ=gateway, address=addresses["gateway"]),
        "api": part("api", *entry, "report_service", kind="REPORT", environ=report, address=addresses["report"]),
    }
    if urls["in"]:
        for number in (1, 2):
            name = f"worker {number}"
            parts[name] = part(f"worker{number}", *entry, "report_service", "worker", kind="REPORT", environ=worker)
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
