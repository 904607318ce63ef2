"""Moves an installation from a data directory to the databases and buckets of settings, and back."""

from __future__ import annotations

import hashlib
import os
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import profile_service.settings
import report_service.settings
from client.cli.progress import CountProgress
from runtime.data_directory import hold
from runtime.moving import Move, Moved, open_place
from runtime.settings import Secret
from runtime.stored import StorageSettings, StoredUnusable
from standalone.greeting import say
from standalone.kept import STORED, Kept, kept_in, require_installation
from standalone.secrets import Secrets, keep_secrets, load_or_create_secrets

_DELETIONS = f"{profile_service.settings.PREFIX}DELETION_SECRET"


async def move_to_servers(data: Path) -> None:
    """Copy all of a data directory to where the settings of the environment say.

    Raises:
        SettingsError: the services could not start with the settings.
        StoredUnusable: there is no installation in the directory, or another one in the target.
        DataDirectoryUnusable, DatabaseUnusable, BlobStoreUnusable: one of the places cannot be used.
    """
    profile, report = settings_of_services()
    source = kept_in(data)
    require_installation(data)
    with ExitStack() as stack:
        _hold(stack, data, *(settings.data_dir for _, settings in source))
        ours = load_or_create_secrets(data / "secrets")
        _require_same(profile.deletion_secret, data)
        target = _take(stack, _kept(profile, report), data)
        await _move(source, target, ours.deletions)
    if profile.refresh_secret.reveal() != ours.refresh.reveal():
        say(
            f"Everybody will have to sign in again, unless {profile_service.settings.PREFIX}REFRESH_SECRET_FILE names "
            f"{data / 'secrets' / 'refresh.key'}."
        )
    say(f"Start the services; do not start a server on {data} any more.")


async def move_to_directory(data: Path) -> None:
    """Copy all that is kept where the settings of the environment say to a data directory, secrets too.

    Raises as `move_to_servers` does.
    """
    profile, report = settings_of_services()
    target = kept_in(data)
    with ExitStack() as stack:
        _hold(stack, data, *(settings.data_dir for _, settings in target))
        source = _take(stack, _kept(profile, report), data)
        keep_secrets(data / "secrets", secrets_of(profile))
        _require_same(profile.deletion_secret, data)
        await _move(source, target, profile.deletion_secret)
    say(f"Start it with: dossier up --data {data}")


def settings_of_services() -> tuple[profile_service.settings.Settings, report_service.settings.Settings]:
    """Return the settings of the environment. Raises SettingsError."""
    return (
        profile_service.settings.Settings.from_env(os.environ),
        report_service.settings.Settings.from_env(os.environ),
    )


def secrets_of(profile: profile_service.settings.Settings) -> Secrets:
    """Return the secrets that a data directory keeps."""
    return Secrets(profile.internal_secret, profile.refresh_secret, profile.page_secret, profile.deletion_secret)


def installation_of(deletions: Secret) -> str:
    """Return what tells an installation from every other and gives nothing away: hexadecimal digits."""
    return hashlib.sha256(b"installation" + deletions.reveal()).hexdigest()


def _kept(*settings: StorageSettings) -> Kept:
    return tuple(zip(STORED, settings, strict=True))


def _hold(stack: ExitStack, *folders: Path) -> None:
    for folder in folders:
        stack.enter_context(hold(folder))


def _require_same(secret: Secret, data: Path) -> None:
    """The names of deleted accounts are known by this secret alone, and it tells one installation from another."""
    file = data / "secrets" / "deletions.key"
    if file.read_bytes().strip() != secret.reveal():
        raise StoredUnusable(
            f"{_DELETIONS} is not the secret of {data}: they are two installations, or names of deleted accounts would "
            f"be given out again; {_DELETIONS}_FILE may name {file}"
        )


def _take(stack: ExitStack, kept: Kept, data: Path) -> Kept:
    """Return what the settings name. What they name in files is held, and must not be that of `data`."""
    for (stored, settings), (_, own) in zip(kept, kept_in(data), strict=True):
        if settings.database_url.reveal():
            continue
        if settings.data_dir.resolve() == own.data_dir.resolve():
            raise StoredUnusable(f"{stored.name}: both sides are {own.data_dir}; name a database in the settings")
        stack.enter_context(hold(settings.data_dir))
    return kept


async def _move(source: Kept, target: Kept, deletions: Secret) -> None:
    installation = installation_of(deletions)
    async with AsyncExitStack() as stack:
        moves = []
        for (stored, here), (_, there) in zip(source, target, strict=True):
            places = [await stack.enter_async_context(open_place(stored, settings)) for settings in (here, there)]
            moves.append(Move(stored, *places, installation=installation, stage=CountProgress))
        moved = [await move.run() for move in moves]
        for move in moves:
            await move.finish()
    for stored, result in zip(STORED, moved, strict=True):
        _tell(stored.name, result)


def _tell(name: str, moved: Moved) -> None:
    say(
        f"{name}: {moved.tables} tables with {moved.rows} rows and {moved.files} files of {moved.size_bytes} bytes are "
        "there, and the same as in the source."
    )
    if moved.lost:
        say(f"{name}: {len(moved.lost)} files were missing or damaged in the source already: {', '.join(moved.lost)}")
