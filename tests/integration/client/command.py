"""Runs the `dossier` command as people do: in a process of its own."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


class Command:
    """The command with its own credentials file, for one server."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.folder = folder
        self.credentials = folder / "config" / "credentials.json"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")}
        self.environ = kept | {
            "DOSSIER_ENDPOINT": endpoint,
            "DOSSIER_CREDENTIALS": str(self.credentials),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}",
            "COLUMNS": "120",
        }

    async def start(
        self, *arguments: str, stdin: int = asyncio.subprocess.PIPE, stdout: int = asyncio.subprocess.PIPE
    ) -> asyncio.subprocess.Process:
        """Start the command in its folder."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "client.cli.main",
            *arguments,
            cwd=self.folder,
            env=self.environ,
            stdin=stdin,
            stdout=stdout,
            stderr=asyncio.subprocess.PIPE,
        )

    async def __call__(self, *arguments: str, stdin: str = "") -> Result:
        """Run the command to its end; never with a traceback."""
        process = await self.start(*arguments)
        out, err = await process.communicate(stdin.encode())
        assert b"Traceback" not in err, err.decode()
        return Result(process.returncode or 0, out.decode(), err.decode())

    async def on_terminal(self, *arguments: str) -> str:
        """Run the command with a terminal to print on, and return what was printed there."""
        controller, terminal = pty.openpty()
        try:
            process = await self.start(*arguments, stdout=terminal)
            await process.communicate()
            shown = os.read(controller, 65536).decode()
        finally:
            os.close(terminal)
            os.close(controller)
        assert process.returncode == 0
        return shown
