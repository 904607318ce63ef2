"""The servers that an installation is moved to, as settings name them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path

from tests.provision.postgresql import PostgresqlServer
from tests.provision.s3 import CREDENTIALS, S3Server

_numbers = count(1)


async def new_places(data: Path, postgresql: PostgresqlServer, s3: S3Server) -> Mapping[str, str]:
    """Make new databases and name a new prefix, in settings with the secrets of a data directory."""
    number, environ = next(_numbers), {}
    for part in ("profile", "report"):
        name, prefix = f"moved_{part}_{number}", f"DOSSIER_{part.upper()}_"
        await postgresql.execute(f"CREATE DATABASE {name}")
        environ |= {
            f"{prefix}DATABASE_URL": postgresql.url(name),
            f"{prefix}DATA_DIR": str(data.parent / "servers" / part),
            f"{prefix}BLOBS_URL": s3.setting(f"club-{number}"),
            f"{prefix}BLOBS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
            f"{prefix}BLOBS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
            f"{prefix}INTERNAL_SECRET_FILE": str(data / "secrets" / "internal.key"),
            f"{prefix}PAGE_SECRET_FILE": str(data / "secrets" / "pages.key"),
        }
    return environ | {
        "DOSSIER_PROFILE_REFRESH_SECRET_FILE": str(data / "secrets" / "refresh.key"),
        "DOSSIER_PROFILE_DELETION_SECRET_FILE": str(data / "secrets" / "deletions.key"),
    }
