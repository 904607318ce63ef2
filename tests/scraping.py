"""Reads a process's metrics as Prometheus does."""

from __future__ import annotations

import asyncio
import urllib.request

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families


class Samples:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self.families = list(text_string_to_metric_families(text))

    def value(self, name: str, **labels: str) -> float | None:
        """Return the sum of the samples that have these labels, perhaps among others; None when there is none."""
        found = [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found) if found else None


async def scraped(address: str) -> Samples:
    """Ask the process at this address."""

    def read() -> str:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as response:
            text: bytes = response.read()
            return text.decode()

    return Samples(await asyncio.to_thread(read))


def samples_of(registry: CollectorRegistry) -> Samples:
    """Return what the registry would serve."""
    return Samples(generate_latest(registry).decode())
