"""The gateway's process: settings, logs, serve until signalled.

Spawned workers import this module again, so that it imports nothing before it is run.
"""


def main() -> None:
    """Read the settings and serve, in one process or several."""
    import asyncio
    import os

    from gateway.settings import Settings
    from runtime.logs import configure_logs
    from runtime.process import run
    from runtime.workers import serve_in_workers

    async def serve_with_settings(stop: asyncio.Event) -> None:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        if settings.workers > 1:
            await serve_in_workers("gateway.app", settings, stop)
        else:
            from gateway.app import serve

            await serve(settings, stop)

    run(serve_with_settings)


if __name__ == "__main__":
    main()
