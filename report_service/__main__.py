"""`python -m report_service` serves the API, `… worker` makes reports, `… migrate` only migrates the database.

Render children import this module again, so what is heavy is imported only by the process that was asked for.
"""

from __future__ import annotations

import asyncio
import os
import sys


def main(arguments: list[str]) -> None:
    """Run the part that is named, until signalled."""
    if arguments not in ([], ["worker"], ["migrate"]):
        sys.exit("usage: python -m report_service [worker|migrate]")

    from report_service.settings import STORED, Places, Settings
    from runtime.data_directory import hold
    from runtime.logs import configure_logs
    from runtime.process import run
    from runtime.stored import migrate_stored
    from runtime.workers import serve_in_workers

    async def part(stop: asyncio.Event) -> None:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        if settings.workers > 1 and not arguments:
            with hold(settings.data_dir):
                await serve_in_workers("report_service.app", settings, stop)
        else:
            from report_service import app

            await (app.work if arguments else app.serve)(settings, stop)

    async def migrate(_stop: asyncio.Event) -> None:
        print(await migrate_stored(STORED, Places.from_env(os.environ)))

    run(migrate if arguments == ["migrate"] else part)


if __name__ == "__main__":
    main(sys.argv[1:])
