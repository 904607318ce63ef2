"""What every test can use, and which tests share what is costly to start."""

from __future__ import annotations

import signal

import pytest

from tests.provision.fixtures import (
    engine,
    moto,
    own_rabbitmq,
    own_seaweedfs,
    pdf_readers,
    pgbouncer,
    postgresql,
    pytest_collection_finish,
    rabbitmq,
    seaweedfs,
    spare_rabbitmq,
)

__all__ = [
    "engine",
    "moto",
    "own_rabbitmq",
    "own_seaweedfs",
    "pdf_readers",
    "pgbouncer",
    "postgresql",
    "pytest_collection_finish",
    "rabbitmq",
    "seaweedfs",
    "spare_rabbitmq",
]

# A shell starts what runs in the background deaf to Ctrl-C, and so would be every process that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep tests on one installation or broker in one process, so that it is started once."""
    shape = getattr(item, "callspec", None) and item.callspec.params.get("installation")
    if shape:
        item.add_marker(pytest.mark.xdist_group(f"installation-{shape}"))
    elif "rabbitmq" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("rabbitmq"))
