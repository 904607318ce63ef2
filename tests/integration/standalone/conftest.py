"""The servers that an installation is moved to, by the settings that name them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from pathlib import Path

import pytest

from tests.provision.postgresql import PostgresqlServer
from tests.provision.s3 import CREDENTIALS, S3Server

Servers = Callable[[Path], Awaitable[Mapping[str, str]]]
_numbers = count(1)


@pytest.fixture
def servers(postgresql: PostgresqlServer, seaweedfs: S3Server) -> Servers:
    """Return what makes new databases and names a new prefix, in settings with the secrets of a data directory."""

    async def settings(data: Path) -> Mapping[str, str]:
        number, environ = next(_numbers), {}
        for part in ("profile", "report"):
            name, prefix = f"moved_{part}_{number}", f"DOSSIER_{part.upper()}_"
            await postgresql.execute(f"CREATE DATABASE {name}")
            environ |= {
                f"{prefix}DATABASE_URL": postgresql.url(name),
                f"{prefix}DATA_DIR": str(data.parent / "servers" / part),
                f"{prefix}BLOBS_URL": seaweedfs.setting(f"club-{number}"),
                f"{prefix}BLOBS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
                f"{prefix}BLOBS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
                f"{prefix}INTERNAL_SECRET_FILE": str(data / "secrets" / "internal.key"),
                f"{prefix}PAGE_SECRET_FILE": str(data / "secrets" / "pages.key"),
            }
        return environ | {
            "DOSSIER_PROFILE_REFRESH_SECRET_FILE": str(data / "secrets" / "refresh.key"),
            "DOSSIER_PROFILE_DELETION_SECRET_FILE": str(data / "secrets" / "deletions.key"),
        }

    return settings
