"""Runs profile_service: `python -m profile_service`.

Spawned children import this module again, so it imports nothing before it is run.
"""


def main() -> None:
    """Read the settings and serve until signalled."""
    import asyncio
    import os

    from profile_service.app import serve
    from profile_service.settings import Settings
    from runtime.logs import configure_logs
    from runtime.process import run

    async def serve_with_settings(stop: asyncio.Event) -> None:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        await serve(settings, stop)

    run(serve_with_settings)


if __name__ == "__main__":
    main()
