"""What an operator does with all that is kept: `python -m standalone.stored migrate`."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

import profile_service.app
import profile_service.settings
import report_service.app
import report_service.settings
from runtime.process import run
from runtime.stored import StorageSettings, Stored, migrate_stored

STORED = (profile_service.app.STORED, report_service.app.STORED)
Kept = tuple[tuple[Stored, StorageSettings], ...]


def kept_in(data: Path) -> Kept:
    """Return what the data directory of a standalone installation holds."""
    profile = profile_service.settings.Places(data_dir=data / "profile")
    report = report_service.settings.Places(data_dir=data / "report")
    return tuple(zip(STORED, (profile, report), strict=True))


def kept_by_settings() -> Kept:
    """Return what the services of the environment's settings keep. Raises SettingsError."""
    profile = profile_service.settings.Places.from_env(os.environ)
    report = report_service.settings.Places.from_env(os.environ)
    return tuple(zip(STORED, (profile, report), strict=True))


async def _migrate(arguments: argparse.Namespace) -> None:
    for stored, settings in kept_in(arguments.data) if arguments.data else kept_by_settings():
        print(await migrate_stored(stored, settings), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m standalone.stored", description=__doc__)
    commands = parser.add_subparsers(required=True)
    migrate = commands.add_parser("migrate", help="bring both databases up to this version's schema")
    migrate.add_argument("--data", type=Path)
    migrate.set_defaults(work=_migrate)
    return parser


def main() -> None:
    """Do what the arguments say, and end."""
    arguments = _parser().parse_args()

    async def work(_stop: asyncio.Event) -> None:
        await arguments.work(arguments)

    run(work)


if __name__ == "__main__":
    main()
