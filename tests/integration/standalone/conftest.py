"""The fixtures that the tests of the operator's commands share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.integration.standalone.servers import new_places
from tests.provision.postgresql import PostgresqlServer
from tests.provision.s3 import S3Server

Servers = Callable[[Path], Awaitable[Mapping[str, str]]]


@pytest.fixture
def servers(postgresql: PostgresqlServer, seaweedfs: S3Server) -> Servers:
    """Return what makes new databases and names a new prefix, in settings with the secrets of a data directory."""
    return partial(new_places, postgresql=postgresql, s3=seaweedfs)
