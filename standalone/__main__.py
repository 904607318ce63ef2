"""Runs everything in one process: `python -m standalone [--sample]`.

Spawned children import this module again, so it imports nothing before it is run.
"""


def main() -> None:
    """Read arguments and settings and serve until signalled."""
    import argparse
    import asyncio
    import os

    from runtime.logs import configure_logs
    from runtime.process import run
    from standalone.serve import serve
    from standalone.settings import Settings

    parser = argparse.ArgumentParser(prog="python -m standalone", description="Run all of Dossier in one process.")
    parser.add_argument("--sample", action="store_true", help="play in a sample club on the first start")
    arguments = parser.parse_args()

    async def serve_with_settings(stop: asyncio.Event) -> None:
        settings = Settings.from_env(os.environ)
        configure_logs(settings.log_level)
        await serve(settings, stop, with_sample=arguments.sample)

    run(serve_with_settings)


if __name__ == "__main__":
    main()
