"""`python -m profile_service` serves; `python -m profile_service migrate` only migrates the database, and ends.

Spawned children import this module again, so it imports nothing before it is run.
"""


def main() -> None:
    """Read the settings and serve until signalled, or migrate."""
    import asyncio
    import os
    import sys

    if sys.argv[1:] not in ([], ["migrate"]):
        sys.exit("usage: python -m profile_service [migrate]")

    from profile_service.settings import STORED, Places, Settings
    from runtime.data_directory import hold
    from runtime.logs import configure_logs
    from runtime.process import run
    from runtime.stored import migrate_stored
    from runtime.workers import serve_in_workers

    async def serve_with_settings(stop: asyncio.Event) -> None:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        if settings.workers > 1:
            with hold(settings.data_dir):
                await serve_in_workers("profile_service.app", settings, stop)
        else:
            from profile_service.app import serve

            await serve(settings, stop)

    async def migrate(_stop: asyncio.Event) -> None:
        print(await migrate_stored(STORED, Places.from_env(os.environ)))

    run(migrate if sys.argv[1:] else serve_with_settings)


if __name__ == "__main__":
    main()
