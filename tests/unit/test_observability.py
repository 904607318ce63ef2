"""deploy/observability against the metrics that the processes really have."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector
from ruamel.yaml import YAML

from profile_service.amqp_games import TOPOLOGY as GAMES_TOPOLOGY
from profile_service.amqp_games import AmqpGames, Outcome
from profile_service.metrics import ProfileMetrics
from report_service.amqp_hints import TOPOLOGY, AmqpReceiver, AmqpSender
from report_service.metrics import ReportMetrics
from report_service.reports import State
from runtime.background import meanwhile
from runtime.metrics import CallMetrics, show_lag

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "deploy" / "observability"
# What Prometheus says itself of each process that it reads.
OF_PROMETHEUS: Final = {"up"}


def load(path: Path) -> Any:
    """Return what a YAML file holds."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def expressions() -> Iterator[str]:
    """Return every expression of the alerts and of the dashboard."""
    for group in load(FOLDER / "alerts.yml")["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    dashboard = json.loads((FOLDER / "grafana" / "dossier.json").read_text(encoding="utf-8"))
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def metrics_of(expression: str) -> set[str]:
    """Return the names in an expression that stand before {, [ or ) and are no function or label."""
    bare = re.sub(r"\"[^\"]*\"|\b(by|without) \([^)]*\)", "", expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    return set(re.findall(r"\b[a-z_]+\b(?!\s*\()", re.sub(r"\[\d+[smh]\]", "", bare))) - {"or", "and", "unless"}


@pytest.fixture
async def exposed() -> set[str]:
    """Return the name of every series that some process shows."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    CallMetrics(registry)
    report = ReportMetrics(registry)
    profile = ProfileMetrics(registry, report.pools)
    connection = SimpleNamespace(ready=asyncio.Event(), dead_letter_count=0, waiting_count=0)
    profile.watch_games(cast(AmqpGames, connection))
    report.watch_sender(cast(AmqpSender, connection))
    report.watch_receiver(cast(AmqpReceiver, connection))
    asked = asyncio.Event()

    class Rows:
        async def census(self) -> tuple[dict[State, int], float]:
            asked.set()
            return {}, 0.0

    async with (
        meanwhile(show_lag(registry), name="event loop lag"),
        meanwhile(report.follow(Rows()), name="report metrics"),
    ):
        await asked.wait()
    suffixes = {
        "counter": ("_total",),
        "histogram": ("_bucket", "_count", "_sum"),
        "summary": ("_count", "_sum"),
        "gauge": ("",),
    }
    return {family.name + suffix for family in registry.collect() for suffix in suffixes[family.type]}


async def test_metrics_that_are_watched_exist(exposed: set[str]) -> None:
    """An expression over a metric that nobody shows would be silent for ever."""
    watched = {name for expression in expressions() for name in metrics_of(expression)}
    assert {"up", "dossier_report_dead_letters", "grpc_server_handled_total"} <= watched
    assert watched <= exposed | OF_PROMETHEUS


def test_parts_that_are_read_serve_metrics_in_compose() -> None:
    """Prometheus asks for every part by its name, on the port of METRICS_LISTEN, and shares a network with it."""
    compose = load(ROOT / "compose.yml")
    (job,) = load(FOLDER / "prometheus.yml")["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    services = compose["services"]
    serving = {
        name: value
        for name, service in services.items()
        for variable, value in (service.get("environment") or {}).items()
        if variable.endswith("_METRICS_LISTEN")
    }
    assert serving == dict.fromkeys(found["names"], f"0.0.0.0:{found['port']}")
    assert all("metrics" in services[name]["networks"] for name in (*found["names"], "prometheus", "grafana"))


def test_labels_that_are_watched_have_such_values() -> None:
    """The states and the parts in the expressions are those that there are."""
    text = "\n".join(expressions())
    states = {state for group in re.findall(r"[{, ]state=~?\"([A-Z|]+)\"", text) for state in group.split("|")}
    assert states
    assert states <= set(State)
    (job,) = load(FOLDER / "prometheus.yml")["scrape_configs"]
    assert set(re.findall(r"part=\"(\w+)\"", text)) == set(job["dns_sd_configs"][0]["names"])
    assert set(re.findall(r"outcome=\"(\w+)\"", text)) <= set(Outcome)
    alerts = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    assert {TOPOLOGY.dead_queue, GAMES_TOPOLOGY.dead_queue} <= set(re.findall(r"dossier\.[\w.]*\w", alerts))
