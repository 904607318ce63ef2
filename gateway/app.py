"""Puts the gateway together: for a process of its own, or as parts that another composition root mounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
import structlog
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from gateway.auth_rpc import AuthRpc
from gateway.credentials_client import CredentialsClient
from gateway.http.opening import open_http
from gateway.key_file import KeyFile
from gateway.relay import Relay, Upstream
from gateway.settings import Settings
from gateway.tokens import SigningKeys, TokenIssuer, load_or_create_keys, read_keys
from gateway.upstream import AUTH_SERVICE, PARTS, PROFILE_SERVICE, REPORT_SERVICE, RouteMissing
from runtime import contract
from runtime.access import Door
from runtime.admission import Admission
from runtime.channels import open_channel
from runtime.contract import Method
from runtime.interceptors import CallInterceptor
from runtime.metrics import CallMetrics, open_metrics
from runtime.server import Registration, Server, require_free
from runtime.service_tokens import ServiceTokens
from runtime.session_client import SessionClient
from runtime.sessions import SessionCheck
from runtime.tls import channel_credentials, server_credentials
from runtime.tokens import TokenVerifier
from runtime.tracing import open_tracing
from runtime.workers import Worker

_log = structlog.get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the gateway serves itself, without a server.

    Attributes:
        registrations: add AuthService to a server.
        service_names: the services that these add.
        verifier: verifies the access tokens that AuthService hands out, straight from the keys.
    """

    registrations: tuple[Registration, ...]
    service_names: tuple[str, ...]
    verifier: TokenVerifier


@asynccontextmanager
async def open_parts(
    *,
    profile_channel: grpc.aio.Channel,
    service_tokens: ServiceTokens,
    sessions: SessionCheck,
    keys: SigningKeys,
    trusted_proxies: int,
) -> AsyncIterator[Parts]:
    """Open AuthService.

    Args:
        profile_channel: to where CredentialsService is served; the caller closes it.
        service_tokens: those of the issuer "gateway".
        sessions: the check of the door in front of AuthService, which forgets what is signed out.
        keys: what access tokens are signed with.
        trusted_proxies: how many proxies stand in front; see runtime.addresses.
    """
    servicer = AuthRpc(
        CredentialsClient(profile_channel, service_tokens),
        keys=keys,
        issuer=TokenIssuer(keys),
        sessions=sessions,
        trusted_proxies=trusted_proxies,
    )

    def register(server: grpc.aio.Server) -> None:
        auth_rpc.add_AuthServiceServicer_to_server(servicer, server)

    yield Parts(registrations=(register,), service_names=(AUTH_SERVICE,), verifier=TokenVerifier(keys))


async def serve(settings: Settings, stop: asyncio.Event, worker: Worker | None = None) -> None:
    """Run the gateway as its own process until `stop` is set, by itself or as one of several.

    Raises:
        SettingsError: the signing keys cannot be used.
        PortUnavailable: the address cannot be listened on.
    """
    async with open_server(settings, worker) as (server, profile), asyncio.TaskGroup() as tasks:
        _log.info("gateway_listening", address=server.address)
        announcing = tasks.create_task(_announce(server, profile), name="announce")
        await stop.wait()
        announcing.cancel()


@asynccontextmanager
async def open_server(
    settings: Settings, worker: Worker | None = None
) -> AsyncIterator[tuple[Server, grpc.aio.Channel]]:
    """Open the listening server and the channel to profile_service. Health is not SERVING yet."""
    if worker is None:
        require_free(settings.listen)
    load = load_or_create_keys if settings.create_signing_key else read_keys
    keys = KeyFile(settings.signing_key_file, await asyncio.to_thread(load, settings.signing_key_file))
    service_tokens = ServiceTokens(settings.internal_secret.reveal(), issuer="gateway")
    shown = channel_credentials(settings.internal_authority, settings.internal_identity)
    methods = contract.methods().values()
    async with (
        open_tracing(settings.tracing_endpoint, process="gateway"),
        open_metrics(settings.metrics_listen) as registry,
        open_channel(settings.profile_address, shown, repeats=methods) as profile,
        open_channel(settings.report_address, shown, repeats=methods) as report,
    ):
        sessions = SessionCheck(SessionClient(profile, service_tokens).is_live)
        relay = Relay(methods, _routes(profile, report))
        metrics = CallMetrics(registry)
        metrics.watch(*relay.places)
        async with (
            open_parts(
                profile_channel=profile,
                service_tokens=service_tokens,
                sessions=sessions,
                keys=keys,
                trusted_proxies=settings.trusted_proxies,
            ) as parts,
            open_http(
                settings.http_listen,
                methods,
                identity=settings.identity,
                trusted_proxies=settings.trusted_proxies,
                grace_seconds=settings.grace_seconds,
                shares_port=worker is not None,
            ) as http,
            asyncio.TaskGroup() as tasks,
            _server(settings, parts, sessions, relay, metrics, worker) as server,
        ):
            if http:
                metrics.watch(http.connections)
                http.start(server, tasks)
            try:
                yield server, profile
            finally:
                if http:
                    http.drain()
                relay.drain()


def _routes(profile: grpc.aio.Channel, report: grpc.aio.Channel) -> dict[str, Upstream]:
    upstreams = {
        part: Upstream(part, channel) for part, channel in ((PROFILE_SERVICE, profile), (REPORT_SERVICE, report))
    }
    return {package: upstreams[part] for package, part in PARTS.items()}


def _server(
    settings: Settings,
    parts: Parts,
    sessions: SessionCheck,
    relay: Relay,
    metrics: CallMetrics,
    worker: Worker | None = None,
) -> Server:
    methods = contract.methods()
    # Without service tokens: what is internal is unknown here, and would be refused if it were not.
    door = Door(parts.verifier, sessions=sessions)
    admission = Admission(at_the_edge=True, trusted_proxies=settings.trusted_proxies)
    return Server(
        settings.listen,
        parts.registrations,
        service_names=_public_services(methods, parts, relay),
        interceptors=[CallInterceptor(methods, door, admission=admission, metrics=metrics)],
        with_reflection=settings.development or settings.reflection,
        grace_seconds=settings.grace_seconds,
        generic_handlers=[relay],
        credentials=server_credentials(settings.identity),
        worker=worker,
    )


def _public_services(methods: Mapping[str, Method], parts: Parts, relay: Relay) -> tuple[str, ...]:
    names = contract.public_services(methods)
    unrouted = set(names) - {*parts.service_names, *relay.service_names}
    if unrouted:
        raise RouteMissing(f"no route for {', '.join(sorted(unrouted))}; state one in gateway/upstream.py")
    return names


async def _announce(server: Server, profile: grpc.aio.Channel) -> None:
    """Have health say SERVING once profile_service was reached. Later outages are told call by call."""
    await profile.channel_ready()
    await server.set_serving(serving=True)
    _log.info("gateway_serving")
