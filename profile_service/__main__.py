"""`python -m profile_service` serves; `python -m profile_service migrate` brings the database up to date and ends.

Spawned children import this module again, so it imports nothing before it is run.
"""

import sys


def main(arguments: list[str]) -> None:
    """Read the settings and do what is named, until done or signalled."""
    if arguments not in ([], ["migrate"]):
        sys.exit("usage: python -m profile_service [migrate]")
    import asyncio
    import os

    from profile_service import app
    from profile_service.settings import Settings
    from runtime.logs import configure_logs
    from runtime.process import run

    async def part(stop: asyncio.Event) -> None:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        await (app.migrate if arguments else app.serve)(settings, stop)

    run(part)


if __name__ == "__main__":
    main(sys.argv[1:])
