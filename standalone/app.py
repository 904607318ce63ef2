"""All three services in one process: their own handlers on one public port, internal calls over a loopback port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path

import grpc

import gateway.app
import gateway.tokens
import profile_service.app
import profile_service.metrics
import profile_service.settings
import report_service.app
import report_service.metrics
import report_service.settings
from gateway.http.opening import open_http
from gateway.key_file import KeyFile
from runtime import contract
from runtime.access import Door
from runtime.admission import Admission
from runtime.channels import open_channel
from runtime.data_directory import hold
from runtime.interceptors import CallInterceptor
from runtime.metrics import CallMetrics, PoolMetrics, open_metrics
from runtime.server import Registration, Server, require_free
from runtime.service_tokens import ServiceTokens
from runtime.session_client import SessionClient
from runtime.sessions import SessionCheck
from runtime.settings import Secret
from runtime.tls import server_credentials
from runtime.tokens import TokenVerifier
from runtime.tracing import open_tracing
from standalone.secrets import Secrets, load_or_create_secrets, write_private
from standalone.settings import Settings

# By this file the operator's commands find the internal port.
INTERNAL_FILE = "internal.json"
PROFILE = profile_service.app.NAME


@asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[Server]:
    """Open everything and serve until leaving. Yields the public server.

    Raises:
        DataDirectoryUnusable: the data directory cannot be written to, or another process holds it.
        PortUnavailable: the address cannot be served on.
        TlsFilesUnusable: there is no showing the certificate that the settings name.
    """
    require_free(settings.listen)
    credentials = server_credentials(settings.identity)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_tracing(settings.tracing_endpoint, process="standalone"))
        registry = await stack.enter_async_context(open_metrics(settings.metrics_listen))
        calls, pools = CallMetrics(registry), PoolMetrics(registry)
        folder = stack.enter_context(hold(settings.data_dir))
        secrets = load_or_create_secrets(folder / "secrets")
        key_file = folder / "secrets" / "signing-key.pem"
        keys = KeyFile(key_file, gateway.tokens.load_or_create_keys(key_file))
        profile = await stack.enter_async_context(
            profile_service.app.open_parts(
                _profile_settings(settings, secrets, folder),
                metrics=profile_service.metrics.ProfileMetrics(registry, pools),
            )
        )
        internal = await stack.enter_async_context(_internal_server(profile, secrets, TokenVerifier(keys), calls))
        stack.enter_context(_announced(folder / INTERNAL_FILE, internal.address))
        channel = await stack.enter_async_context(open_channel(internal.address))
        gateway_tokens = _service_tokens(secrets.internal, "gateway")
        sessions = SessionCheck(SessionClient(channel, gateway_tokens).is_live)
        auth = await stack.enter_async_context(
            gateway.app.open_parts(
                profile_channel=channel,
                service_tokens=gateway_tokens,
                sessions=sessions,
                keys=keys,
                trusted_proxies=settings.trusted_proxies,
            )
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        report = await stack.enter_async_context(
            report_service.app.open_parts(
                _report_settings(settings, secrets, folder),
                profile=channel,
                service_tokens=_service_tokens(secrets.internal, "report_service"),
                tasks=tasks,
                metrics=report_service.metrics.ReportMetrics(registry, pools),
            )
        )
        http = await stack.enter_async_context(
            open_http(
                settings.http_listen,
                contract.methods().values(),
                identity=settings.identity,
                trusted_proxies=settings.trusted_proxies,
                grace_seconds=settings.grace_seconds,
            )
        )
        registrations = (*auth.registrations, *profile.public, *report.registrations)
        public = _public_server(settings, registrations, Door(auth.verifier, sessions=sessions), calls, credentials)
        await stack.enter_async_context(public)
        if http:
            calls.watch(http.connections)
            http.start(public, tasks)
            stack.callback(http.drain)
        stack.push_async_callback(report.drain)
        stack.push_async_callback(partial(public.set_serving, serving=False))
        await public.set_serving(serving=True)
        yield public


def _public_server(
    settings: Settings,
    registrations: Sequence[Registration],
    door: Door,
    metrics: CallMetrics,
    credentials: grpc.ServerCredentials | None,
) -> Server:
    methods = contract.methods()
    edge = Admission(at_the_edge=True, trusted_proxies=settings.trusted_proxies)
    return Server(
        settings.listen,
        registrations,
        service_names=contract.public_services(methods),
        interceptors=[CallInterceptor(methods, door, admission=edge, metrics=metrics)],
        with_reflection=settings.development or settings.reflection,
        grace_seconds=settings.grace_seconds,
        credentials=credentials,
    )


def _internal_server(
    profile: profile_service.app.Parts, secrets: Secrets, verifier: TokenVerifier, metrics: CallMetrics
) -> Server:
    door = Door(
        verifier,
        sessions=SessionCheck(profile.is_session_live),
        service_tokens=_service_tokens(secrets.internal, PROFILE),
    )
    return Server(
        "127.0.0.1:0",
        # The report service asks as anybody may; each method's own rule holds here as well.
        (*profile.public, *profile.internal),
        service_names=(),
        interceptors=[CallInterceptor(contract.methods(), door, metrics=metrics)],
        with_reflection=False,
        grace_seconds=0,
    )


def _service_tokens(secret: Secret, issuer: str) -> ServiceTokens:
    return ServiceTokens(secret.reveal(), issuer=issuer)


@contextmanager
def _announced(path: Path, address: str) -> Iterator[None]:
    write_private(path, json.dumps({"address": address}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _profile_settings(settings: Settings, secrets: Secrets, folder: Path) -> profile_service.settings.Settings:
    return profile_service.settings.Settings(
        internal_secret=secrets.internal,
        refresh_secret=secrets.refresh,
        page_secret=secrets.pages,
        deletion_secret=secrets.deletions,
        data_dir=folder / "profile",
        image_workers=settings.image_workers,
        avatar_moderator=settings.avatar_moderator,
        sign_ups_per_hour=settings.sign_ups_per_hour,
        deletion_grace_days=settings.deletion_grace_days,
        points_profile=settings.points_profile,
        development=settings.development,
        **{field.name: getattr(settings, field.name) for field in fields(profile_service.settings.MailSettings)},
    )


def _report_settings(settings: Settings, secrets: Secrets, folder: Path) -> report_service.settings.Settings:
    return report_service.settings.Settings(
        internal_secret=secrets.internal,
        page_secret=secrets.pages,
        data_dir=folder / "report",
        public_url=settings.public_url,
        render_workers=settings.render_workers,
        grace_seconds=settings.grace_seconds,
    )
