"""deploy/haproxy.cfg, judged by the program that reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.provision import programs

CONFIG = Path(__file__).parents[2] / "deploy" / "haproxy.cfg"


@pytest.fixture
def haproxy() -> Path:
    """The program, of whichever version is packaged here."""
    return programs.ensure("haproxy", "haproxy", ("/usr/sbin",))


def test_balancer_takes_its_configuration(haproxy: Path) -> None:
    """HAProxy knows every word of it."""
    code, output = programs.run([str(haproxy), "-c", "-f", str(CONFIG)], timeout_seconds=20)
    assert code == 0, output
