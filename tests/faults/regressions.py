"""Seeds that failed once, and those that the short form has always run: each is run again by every `make test`."""

from __future__ import annotations

from typing import NamedTuple


class Regression(NamedTuple):
    """One fault class with a seed, and why it is here."""

    name: str
    seed: int
    why: str


REGRESSIONS = (
    Regression("worker-kill", 3, "the commonest fault"),
    Regression("at-create_after_commit", 3, "an answer that was lost must not make two reports"),
    Regression("at-dispatch_before_publish", 3, "a hint that counts as sent and was not"),
    Regression("at-worker_after_write", 3, "a file that no row names"),
    Regression("download-reset", 3, "downloads go on where they were cut"),
    Regression("broker-link-cut", 3, "consumers and publishers connect again"),
    Regression("queue-deleted", 3, "RabbitMQ 3.10 went on counting a consumer that it did not serve any more"),
    Regression("broker-wiped", 3, "queues are declared again and lost hints sent again"),
)
