"""The gateway's process: settings, logs, serve until signalled."""

from __future__ import annotations

import asyncio
import os

from gateway.app import serve
from gateway.settings import Settings
from runtime.logs import configure_logs
from runtime.process import run


async def _main(stop: asyncio.Event) -> None:
    settings = Settings.from_env(os.environ)
    configure_logs(settings.log_level)
    await serve(settings, stop)


if __name__ == "__main__":
    run(_main)
