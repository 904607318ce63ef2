"""Keeps in one file what the services have in PostgreSQL and S3, while they serve.

It is moved to a folder as of one moment, which is then kept like that of a standalone server. What is restored from it
goes back to servers by a move.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from client.cli.progress import CountProgress
from runtime.moving import Move, open_place, open_served_place
from standalone.backups import COPIES
from standalone.kept import STORED, Kept, kept_in
from standalone.moving import installation_of, secrets_of, settings_of_services
from standalone.secrets import keep_secrets


@asynccontextmanager
async def copy_of_servers(beside: Path) -> AsyncIterator[Path]:
    """Yield a data directory, gone on leaving, with all that the services of the environment's settings keep.

    Args:
        beside: the directory is made in the same folder.

    Raises:
        SettingsError: the services could not start with the settings.
        StoredUnusable, DatabaseUnusable, BlobStoreUnusable: what they name is not there, or of another version.
    """
    profile, report = settings_of_services()
    kept, secrets = tuple(zip(STORED, (profile, report), strict=True)), secrets_of(profile)
    with TemporaryDirectory(dir=beside.parent, prefix=f".{beside.name}.") as scratch:
        data = Path(scratch) / "data"
        keep_secrets(data / "secrets", secrets)
        lost: list[str] | None = None
        for _ in range(COPIES):
            missing = await _copy(kept, data, installation_of(secrets.deletions))
            if missing in ([], lost):
                break
            # Deleted since the rows were read, or lost before: only rows that are read again can tell.
            lost = missing
        yield data


async def _copy(source: Kept, data: Path, installation: str) -> list[str]:
    """Copy all rows, and the files that they name and the directory lacks; return those that are missing."""
    async with AsyncExitStack() as stack:
        # The profile service's rows first: see `standalone.backups`.
        served = [await stack.enter_async_context(open_served_place(stored, settings)) for stored, settings in source]
        moves = []
        for (stored, settings), place in zip(kept_in(data), served, strict=True):
            for old in settings.data_dir.glob(f"{stored.database}*"):
                old.unlink()
            target = await stack.enter_async_context(open_place(stored, settings))
            moves.append(
                Move(stored, place, target, installation=installation, stage=CountProgress, beside_others=True)
            )
        lost = [name for move in moves for name in (await move.run()).lost]
        for move in moves:
            await move.finish()
    return lost
