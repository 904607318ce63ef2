"""What an operator does with all that is kept: `python -m standalone.stored migrate|move|backup|restore`."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from runtime.errors import Unavailable
from runtime.process import leaves, run
from runtime.stored import StoredUnusable, migrate_stored
from standalone.backups import back_up, require_new, restore
from standalone.kept import kept_by_settings, kept_in
from standalone.moving import move_to_directory, move_to_servers
from standalone.server_backups import copy_of_servers


async def _migrate(arguments: argparse.Namespace) -> None:
    for stored, settings in kept_in(arguments.data) if arguments.data else kept_by_settings():
        print(await migrate_stored(stored, settings), flush=True)


async def _move(arguments: argparse.Namespace) -> None:
    if arguments.source:
        await move_to_servers(arguments.source)
    else:
        await move_to_directory(arguments.target)


async def _back_up(arguments: argparse.Namespace) -> None:
    if arguments.data:
        _by_itself(back_up, arguments.data, arguments.file)
        return
    require_new(arguments.file)
    async with copy_of_servers(arguments.file) as data:
        _by_itself(partial(back_up, whose="what the services keep"), data, arguments.file)


async def _restore(arguments: argparse.Namespace) -> None:
    _by_itself(restore, arguments.file, arguments.data)


def _by_itself(work: Callable[[Path, Path], None], one: Path, other: Path) -> None:
    """Do what holds up the loop, so that signals come straight to it. Raises StoredUnusable."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(number)
    try:
        work(one, other)
    except KeyboardInterrupt:
        raise StoredUnusable("interrupted; nothing was kept or brought back") from None
    except OSError as error:
        raise StoredUnusable(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m standalone.stored", description=__doc__)
    commands = parser.add_subparsers(required=True)
    migrate = commands.add_parser("migrate", help="bring both databases up to this version's schema")
    migrate.add_argument("--data", type=Path)
    migrate.set_defaults(work=_migrate)
    move = commands.add_parser("move", help="copy a data directory to the places of the settings, or back")
    sides = move.add_mutually_exclusive_group(required=True)
    sides.add_argument("--from", dest="source", type=Path)
    sides.add_argument("--to", dest="target", type=Path)
    move.set_defaults(work=_move)
    backup = commands.add_parser("backup", help="keep a data directory, or what the settings name, in one file")
    backup.add_argument("file", type=Path)
    backup.add_argument("--data", type=Path)
    backup.set_defaults(work=_back_up)
    bringing_back = commands.add_parser("restore", help="bring it back into a data directory")
    bringing_back.add_argument("file", type=Path)
    bringing_back.add_argument("--data", type=Path, required=True)
    bringing_back.set_defaults(work=_restore)
    return parser


def main() -> None:
    """Do what the arguments say, and end."""
    arguments = _parser().parse_args()

    run(lambda stop: _until_stopped(arguments, stop))


async def _until_stopped(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    """Do the work, or leave it when `stop` is set. Raises StoredUnusable for what an operator can mend."""
    work, stopped = asyncio.ensure_future(arguments.work(arguments)), asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait({work})
        raise StoredUnusable("interrupted; run the same command once more")
    try:
        await work
    except* Unavailable as errors:
        error = next(leaves(errors))
        cause = str(error.__cause__ or "").partition("\n")[0]
        raise StoredUnusable(f"{error} {cause} Then run the same command once more.") from errors


if __name__ == "__main__":
    main()
