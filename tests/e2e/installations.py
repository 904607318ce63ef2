"""The shapes in which the same story must hold."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import grpc
from dossier.access.v1 import access_pb2

from client import OperatorClient
from runtime.service_tokens import ServiceTokens
from runtime.tls import Identity, channel_credentials
from tests.e2e.processes import Part
from tests.provision.collector import Collector
from tests.provision.envoy import envoy_before
from tests.provision.ports import free_port
from tests.provision.postgresql import PostgresqlServer
from tests.provision.s3 import CREDENTIALS, S3Server

PASSWORD = "a long and unusual password"
SECRETS = {name: f"{name}-secret-of-the-tests-0123456789abcdef" for name in ("internal", "refresh", "page", "deletion")}


@dataclass
class Installation:
    """A running installation as its users and its operator see it.

    Attributes:
        http_address: where it serves browsers.
        collector: gets its traces, where it sends any.
    """

    endpoint: str
    operator_address: str
    internal_secret: bytes
    signing_key: Path | None = None
    credentials: grpc.ChannelCredentials | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    collector: Collector | None = None
    http_address: str = ""

    async def grant(self, username: str, role: access_pb2.Role) -> None:
        """Give a role, as the operator does on the server's own machine."""
        async with self.operator() as operator:
            await operator.grant_role(username, role)

    def operator(self) -> OperatorClient:
        """Return the operator's client; enter it to use it."""
        tokens = ServiceTokens(self.internal_secret, issuer="operator")
        return OperatorClient(
            self.operator_address,
            mint_token=lambda: tokens.mint(audience="profile_service"),
            credentials=self.credentials,
        )


@contextmanager
def _running(parts: dict[str, Part], *, later: Collection[str] = ()) -> Iterator[None]:
    try:
        started = [part for name, part in parts.items() if name not in later]
        for part in started:
            part.start()
        for part in started:
            if part.address:
                part.wait_serving()
        yield
    finally:
        for part in parts.values():
            part.clean_up()


@contextmanager
def standalone(folder: Path, *, collector: Collector | None = None) -> Iterator[Installation]:
    """Run everything in one process. `collector`: where it sends traces."""
    endpoint, http_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
    data = folder / "data"
    environ = {
        "DOSSIER_DATA_DIR": str(data),
        "DOSSIER_LISTEN": endpoint,
        "DOSSIER_HTTP_LISTEN": http_address,
        "DOSSIER_DEVELOPMENT": "true",
        "DOSSIER_SIGN_UPS_PER_HOUR": "0",
        "DOSSIER_RESET_MAILS_PER_HOUR": "0",
    }
    environ |= _traced("DOSSIER_", collector)
    parts = {"standalone": Part("standalone", environ=environ, folder=folder, address=endpoint)}
    with _running(parts):
        internal = json.loads((data / "internal.json").read_text())["address"]
        secret = (data / "secrets" / "internal.key").read_bytes().strip()
        yield Installation(
            endpoint,
            internal,
            secret,
            data / "secrets" / "signing-key.pem",
            parts=parts,
            collector=collector,
            http_address=http_address,
        )


@contextmanager
def distributed(
    folder: Path,
    *,
    amqp_url: str = "",
    postgresql: PostgresqlServer | None = None,
    s3: S3Server | None = None,
    replicas: int = 1,
    workers: int = 1,
    identity: Identity | None = None,
    previous: Path | None = None,
    collector: Collector | None = None,
    trusted_proxies: int = 0,
) -> Iterator[Installation]:
    """Run every part as its own process.

    Args:
        amqp_url: where RabbitMQ is, for a worker of its own; without one, report_service makes the reports.
        postgresql: the server on which each service gets a database; without one, they keep files.
        s3: where pictures and reports are kept; without one, they are files.
        replicas: how many of each part there are but the gateway.
        workers: how many processes the gateway and the first replica of each service have.
        identity: what every part shows, to clients and to the others; without one, they speak plain text.
        previous: where the code of an earlier version is, which the gateway and the first replica of each service and
            worker run; the other replicas wait to be started, and so does a gateway of this version.
        collector: where they send traces.
        trusted_proxies: how many stand before gateway and services.
    """
    gateway, http_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
    profiles, reports = ([f"127.0.0.1:{free_port()}" for _ in range(replicas)] for _ in range(2))
    # How gRPC is told of several addresses where no name stands for all of them.
    profile, report = f"ipv4:{','.join(profiles)}", f"ipv4:{','.join(reports)}"
    gateway_environ = {
        "DOSSIER_GATEWAY_LISTEN": gateway,
        "DOSSIER_GATEWAY_HTTP_LISTEN": http_address,
        "DOSSIER_GATEWAY_WORKERS": str(workers),
        "DOSSIER_GATEWAY_PROFILE_ADDRESS": profile,
        "DOSSIER_GATEWAY_REPORT_ADDRESS": report,
        "DOSSIER_GATEWAY_INTERNAL_SECRET": SECRETS["internal"],
        "DOSSIER_GATEWAY_SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
        "DOSSIER_GATEWAY_CREATE_SIGNING_KEY": "true",
        "DOSSIER_GATEWAY_TRUSTED_PROXIES": str(trusted_proxies),
        "DOSSIER_GATEWAY_DEVELOPMENT": "true",
    }
    profile_environ = {
        "DOSSIER_PROFILE_GATEWAY_ADDRESS": gateway,
        "DOSSIER_PROFILE_INTERNAL_SECRET": SECRETS["internal"],
        "DOSSIER_PROFILE_REFRESH_SECRET": SECRETS["refresh"],
        "DOSSIER_PROFILE_PAGE_SECRET": SECRETS["page"],
        "DOSSIER_PROFILE_SIGN_UPS_PER_HOUR": "0",
        "DOSSIER_PROFILE_RESET_MAILS_PER_HOUR": "0",
        "DOSSIER_PROFILE_TRUSTED_PROXIES": str(trusted_proxies),
        "DOSSIER_PROFILE_DELETION_SECRET": SECRETS["deletion"],
        "DOSSIER_PROFILE_DEVELOPMENT": "true",
    }
    report_environ = {
        "DOSSIER_REPORT_GATEWAY_ADDRESS": gateway,
        "DOSSIER_REPORT_PROFILE_ADDRESS": profile,
        "DOSSIER_REPORT_INTERNAL_SECRET": SECRETS["internal"],
        "DOSSIER_REPORT_PAGE_SECRET": SECRETS["page"],
        "DOSSIER_REPORT_AMQP_URL": amqp_url,
    }
    for environ, name in ((profile_environ, "PROFILE"), (report_environ, "REPORT")):
        if postgresql is not None:
            postgresql.create_database(name.lower())
            environ[f"DOSSIER_{name}_DATABASE_URL"] = postgresql.url(name.lower())
        if s3 is not None:
            environ[f"DOSSIER_{name}_BLOBS_URL"] = s3.setting(f"e2e/{name.lower()}")
            environ[f"DOSSIER_{name}_BLOBS_ACCESS_KEY_ID"] = CREDENTIALS.access_key_id
            environ[f"DOSSIER_{name}_BLOBS_SECRET_ACCESS_KEY"] = CREDENTIALS.secret_access_key
    for environ, name in ((gateway_environ, "GATEWAY"), (profile_environ, "PROFILE"), (report_environ, "REPORT")):
        environ |= _traced(f"DOSSIER_{name}_", collector)
    credentials = None
    if identity is not None:
        credentials = channel_credentials(identity.authority, identity)
        gateway_environ |= _shown(identity, "DOSSIER_GATEWAY_TLS") | _shown(identity, "DOSSIER_GATEWAY_INTERNAL")
        for prefix, environ in (("DOSSIER_PROFILE_", profile_environ), ("DOSSIER_REPORT_", report_environ)):
            environ |= _shown(identity, f"{prefix}INTERNAL")
            environ[f"{prefix}GATEWAY_AUTHORITY"] = str(identity.authority)
    part = partial(Part, folder=folder, credentials=credentials)

    def replica(*module: str, environ: dict[str, str], address: str, number: int) -> Part:
        name = module[0].partition("_")[0]
        own = {"LISTEN": address, "DATA_DIR": str(folder / (f"{name}{number}" if number else name))}
        own["WORKERS"] = "1" if number else str(workers)
        if previous and "worker" in module:
            own["METRICS_LISTEN"] = f"127.0.0.1:{free_port()}"
        own_environ = {f"DOSSIER_{name.upper()}_{key}": value for key, value in own.items()}
        serves = "" if "worker" in module else address
        tree = None if number else previous
        return part(*module, environ=environ | own_environ, address=serves, number=number, tree=tree)

    parts = {"gateway": part("gateway", environ=gateway_environ, address=gateway, tree=previous)}
    if previous is not None:
        address = f"127.0.0.1:{free_port()}"
        environ = gateway_environ | {"DOSSIER_GATEWAY_LISTEN": address}
        parts["gateway1"] = part("gateway", environ=environ, address=address, number=1)
    for number, (profile_address, report_address) in enumerate(zip(profiles, reports, strict=True)):
        suffix = str(number) if number else ""
        profile_part = replica("profile_service", environ=profile_environ, address=profile_address, number=number)
        parts = {f"profile{suffix}": profile_part} | parts
        parts[f"report{suffix}"] = replica(
            "report_service", environ=report_environ, address=report_address, number=number
        )
        if amqp_url:
            parts[f"worker{suffix}"] = replica(
                "report_service", "worker", environ=report_environ, address=report_address, number=number
            )
    with _running(parts, later=[name for name in parts if previous and name.endswith("1")]):
        secret, signing_key = SECRETS["internal"].encode(), folder / "signing-key.pem"
        yield Installation(gateway, profiles[0], secret, signing_key, credentials, parts, collector, http_address)


def _traced(prefix: str, collector: Collector | None) -> dict[str, str]:
    if collector is None:
        return {}
    # The SDK's own variable: spans leave every 200 ms, not every 5 seconds.
    return {f"{prefix}TRACING_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}


@contextmanager
def edge(folder: Path, behind: Installation) -> Iterator[Installation]:
    """Run an Envoy before an installation whose parts are apart: it stands where the gateway's relay does."""
    profile, report = ([behind.parts[part].address] for part in ("profile", "report"))
    # Tables of bad calls come from one network faster than anybody signs up.
    options = ["--rate=100"]
    with envoy_before(folder, gateway=behind.endpoint, profile=profile, report=report, options=options) as address:
        yield replace(behind, endpoint=address)


def _shown(identity: Identity, prefix: str) -> dict[str, str]:
    files = {"CERTIFICATE": identity.certificate, "KEY": identity.key, "AUTHORITY": identity.authority}
    return {f"{prefix}_{name}": str(path) for name, path in files.items() if path}


def external() -> Installation | None:
    """Return the installation that the environment names, such as the services of compose.yml; None without one."""
    endpoint = os.environ.get("DOSSIER_TEST_ENDPOINT")
    if not endpoint:
        return None
    secret = Path(os.environ["DOSSIER_TEST_INTERNAL_SECRET_FILE"]).read_bytes().strip()
    return Installation(
        endpoint,
        os.environ["DOSSIER_TEST_PROFILE_ADDRESS"],
        secret,
        http_address=os.environ["DOSSIER_TEST_HTTP_ADDRESS"],
    )
