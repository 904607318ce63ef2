"""The installation under fire that has two of every part, with PostgreSQL, S3 and a cluster of RabbitMQ behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from gateway.tokens import new_key, write_keys
from tests.e2e.installations import SECRETS
from tests.faults.installation import Installation, Servers, environs
from tests.faults.process import Process, process
from tests.faults.proxy import Proxy, open_proxy
from tests.faults.stores import PostgresqlRows, S3Files, Stores
from tests.provision import postgresql as postgresqls
from tests.provision.ports import free_port
from tests.provision.postgresql import PostgresqlServer
from tests.provision.rabbitmq import find_or_install
from tests.provision.rabbitmq_cluster import RabbitCluster
from tests.provision.s3 import BUCKET, CREDENTIALS, SeaweedFS

REPLICAS = 2
DATABASES = ("profile", "report")
POSTGRESQL, S3 = "postgresql", "s3"


@asynccontextmanager
async def scale_out(folder: Path) -> AsyncIterator[Installation]:
    """Run it; players come by a link to either gateway, the services reach PostgreSQL and S3 by links of their own."""
    async with AsyncExitStack() as stack:
        servers = await _servers(folder, stack)
        ports = {kind: [free_port() for _ in range(REPLICAS)] for kind in ("gateway", "profile", "report")}
        links = {
            "players": await stack.enter_async_context(open_proxy(*ports["gateway"])),
            POSTGRESQL: await stack.enter_async_context(open_proxy(servers.postgresql.port)),
            S3: await stack.enter_async_context(open_proxy(servers.s3.port)),
        }
        write_keys(folder / "signing-key.pem", [new_key()])
        parts = _parts(folder, {kind: _addresses(each) for kind, each in ports.items()}, links, servers)
        operator = (f"127.0.0.1:{ports['profile'][0]}", SECRETS["internal"].encode())
        running = Installation(links["players"].address, folder, parts, lambda: operator, links, servers=servers)
        stack.callback(running.clean_up)
        await running.start()
        yield running


async def _servers(folder: Path, stack: AsyncExitStack) -> Servers:
    """Start all servers at once."""
    for name in ("s3", POSTGRESQL):
        (folder / name).mkdir()
    binaries = await asyncio.to_thread(postgresqls.find_or_install)
    server = await asyncio.to_thread(PostgresqlServer, binaries, folder / POSTGRESQL)
    stack.callback(server.close)
    s3 = SeaweedFS(folder / "s3")
    stack.callback(s3.close)
    brokers = RabbitCluster(await asyncio.to_thread(find_or_install), folder / "brokers")
    stack.callback(brokers.close)
    await asyncio.gather(asyncio.to_thread(server.start), asyncio.to_thread(s3.start), brokers.start())
    for database in DATABASES:
        await asyncio.to_thread(server.create_database, database)
    profiles, reports = (PostgresqlRows(server.url(database)) for database in DATABASES)
    avatars, pdfs = (S3Files(s3.url(prefix), CREDENTIALS) for prefix in ("avatars", "reports"))
    return Servers(server, s3, brokers, Stores(profiles, reports, avatars, pdfs))


def _addresses(ports: Iterable[int]) -> list[str]:
    return [f"127.0.0.1:{port}" for port in ports]


def _parts(
    folder: Path, addresses: Mapping[str, list[str]], links: Mapping[str, Proxy], servers: Servers
) -> dict[str, Process]:
    # How gRPC is told of several addresses where no name stands for all of them.
    settings = environs(folder, {kind: f"ipv4:{','.join(each)}" for kind, each in addresses.items()})
    settings["report"]["AMQP_URL"] = servers.brokers.url
    for database in DATABASES:
        settings[database] |= _kept(links, servers, database)

    def part(name: str, *module: str, kind: str, serves: bool = True) -> dict[str, Process]:
        return {
            f"{name} {number}": process(
                folder,
                f"{name} {number}",
                *module,
                kind=kind,
                # Of which a gateway has none.
                environ=settings[kind] | {"DATA_DIR": str(folder / f"{name}{number}")},
                address=address if serves else "",
            )
            for number, address in enumerate(addresses[kind], 1)
        }

    return {
        **part("profile", "profile_service", kind="profile"),
        **part("gateway", "gateway", kind="gateway"),
        **part("api", "report_service", kind="report"),
        **part("worker", "report_service", "worker", kind="report", serves=False),
    }


def _kept(links: Mapping[str, Proxy], servers: Servers, database: str) -> dict[str, str]:
    """Return the settings of where a service keeps rows and files, by the links."""
    url = urlsplit(servers.postgresql.url(database))
    return {
        "DATABASE_URL": url._replace(netloc=f"{url.username}:{url.password}@{links[POSTGRESQL].address}").geturl(),
        "BLOBS_URL": f"s3://{BUCKET}?endpoint=http://{links[S3].address}",
        "BLOBS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
        "BLOBS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
    }
