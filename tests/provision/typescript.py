"""The clients in TypeScript of docs/clients, generated and compiled as their README says."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.provision import programs
from tests.provision.programs import ProvisionError

ROOT = Path(__file__).parents[2]
_SOURCES = ROOT / "docs" / "clients" / "typescript"
_TIMEOUT_SECONDS = 300


def built_clients(folder: Path) -> Path:
    """Build them in a folder of their own and return where the compiled ones are.

    Raises:
        ProvisionError: There is no Node.js or npm and neither can be installed, or a step fails; its words are a note.
    """
    programs.ensure("node", "nodejs")
    programs.ensure("npm", "npm")
    copy = folder / "typescript"
    shutil.copytree(_SOURCES, copy, ignore=shutil.ignore_patterns("node_modules", "generated", "dist"))
    environ = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    buf = ["buf", "generate", "--template", "buf.gen.yaml", str(ROOT)]
    for step in (["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], buf, ["npm", "run", "build"]):
        code, output = programs.run(step, timeout_seconds=_TIMEOUT_SECONDS, environ=environ, folder=copy)
        if code != 0:
            error = ProvisionError(f"The TypeScript clients cannot be built: `{' '.join(step)}` fails, see below.")
            error.add_note(output)
            raise error
    return copy / "dist"
