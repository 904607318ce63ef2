"""Runs the operator's commands as `dossier admin` does: in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.integration.client.command import Result


async def start(module: str, *arguments: str | Path, environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start `python -m module` with no other settings than these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *map(str, arguments)),
        env=kept | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(module: str, *arguments: str | Path, environ: Mapping[str, str] | None = None) -> Result:
    """Run it to its end; never with a traceback."""
    process = await start(module, *arguments, environ=environ or {})
    out, err = await process.communicate()
    assert b"Traceback" not in err, err.decode()
    return Result(process.returncode or 0, out.decode(), err.decode())


async def kill_after(lines: int, module: str, *arguments: str | Path, environ: Mapping[str, str]) -> bool:
    """Kill it when it has told of that much progress; return whether it was still at work."""
    process = await start(module, *arguments, environ=environ)
    assert process.stderr is not None
    for _ in range(lines):
        if not await process.stderr.readline():
            break
    else:
        process.kill()
    await process.communicate()
    return process.returncode == -signal.SIGKILL
