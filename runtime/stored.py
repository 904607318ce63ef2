"""What a service keeps, rows and files, for the commands of its operator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runtime.database import DatabaseSettings, Versions, migrate_database
from runtime.s3_urls import S3Credentials, S3Url, credentials_of
from runtime.settings import Secret, setting


class StoredUnusable(Exception):
    """What is stored cannot be moved, kept or brought back; the message says why in one sentence, and what to do."""


@dataclass(frozen=True, kw_only=True)
class StorageSettings(DatabaseSettings):
    """Where a service keeps its rows and files."""

    data_dir: Path = setting("Directory of the database and the files.")
    blobs_url: S3Url | None = setting(
        "Where files are kept in S3: s3://bucket/prefix, on a server of your own "
        "s3://bucket/prefix?endpoint=https://host&region=name; empty: in the data directory.",
        default=None,
    )
    blobs_access_key_id: Secret = setting(
        "Access key of that store; empty: what AWS gives the process.", default=Secret(b"")
    )
    blobs_secret_access_key: Secret = setting("Secret of that access key.", default=Secret(b""))

    @property
    def blobs_credentials(self) -> S3Credentials | None:
        """What is given for the store of BLOBS_URL."""
        return credentials_of(self.blobs_access_key_id.reveal(), self.blobs_secret_access_key.reveal())


@dataclass(frozen=True, slots=True)
class Stored:
    """What one service keeps, and under which names.

    Attributes:
        storage: the folder with the service's `.sql` files and `migrations/`.
        database: the file of its rows in the data directory.
        files: the folder of its files there, and the part of the prefix in S3.
        files_table: the table whose `blob_key`, `size_bytes` and `sha256` tell of the files; the key is empty in rows
            that have none.
    """

    name: str
    storage: Path
    database: str
    files: str
    files_table: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as a row tells of it."""

    key: str
    size_bytes: int
    sha256: str


async def migrate_stored(stored: Stored, settings: StorageSettings) -> str:
    """Bring the database of the settings up to this version's schema, making it where it is missing.

    Returns what was done, in one line. Raises DatabaseUnusable.
    """
    path = settings.data_dir / stored.database
    if not settings.database_url.reveal():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    versions = await migrate_database(settings, path, storage=stored.storage)
    place = "PostgreSQL" if settings.database_url.reveal() else str(path)
    return f"{stored.name}: {place}: {_told(versions)}"


def _told(versions: Versions) -> str:
    if versions.before < versions.after:
        return f"schema brought from version {versions.before} to {versions.after}"
    return f"schema is at version {versions.after} already"
