"""What the profile service tells Prometheus beside its calls: its database, and games that come by RabbitMQ."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from profile_service.amqp_games import AmqpGames, Outcome
from runtime.metrics import PoolMetrics


class ProfileMetrics:
    """What one process counts. `pools` shows those of the whole process, whatever else runs in it."""

    def __init__(self, registry: CollectorRegistry | None = None, pools: PoolMetrics | None = None) -> None:
        self.pools = pools or PoolMetrics(registry)
        self._registry = registry or CollectorRegistry()
        self._messages = Counter(
            "dossier_profile_game_messages",
            "Messages of games that were settled, by what became of them.",
            ("outcome",),
            registry=self._registry,
        )
        for outcome in Outcome:
            self._messages.labels(outcome)

    def game_settled(self, outcome: Outcome) -> None:
        """Count a message."""
        self._messages.labels(outcome).inc()

    def watch_games(self, games: AmqpGames) -> None:
        """Show the connection that games come by."""
        connected = Gauge(
            "dossier_profile_broker_connected", "Whether games can come by RabbitMQ, 1 or 0.", registry=self._registry
        )
        connected.set_function(games.ready.is_set)
