"""Generate the Python stubs under protos/gen; with --check, fail when they differ from what is there."""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "protos" / "gen"
BIN = Path(sys.executable).parent
SOURCES = ("dossier", "buf")


def generate(target: Path) -> None:
    """Write every stub below `target` as buf.gen.yaml says; exits with buf's message when a proto is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        finished = subprocess.run(
            [str(BIN / "buf"), "generate", "--output", folder],
            cwd=ROOT,
            env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        if finished.returncode != 0:
            raise SystemExit(finished.stderr)
        shutil.copytree(Path(folder) / "protos" / "gen", target, dirs_exist_ok=True)
    # The typing plugin writes a file for every proto, also for those without a service.
    for typing_file in target.rglob("*_pb2_grpc.pyi"):
        if not typing_file.with_suffix(".py").exists():
            typing_file.unlink()
    for source in SOURCES:
        (target / source / "py.typed").touch()


def differences(left: Path, right: Path) -> list[str]:
    """Return the relative paths of files that are not the same on both sides."""

    def listing(root: Path) -> set[str]:
        return {
            str(p.relative_to(root))
            for p in root.rglob("*")
            if p.is_file() and "__pycache__" not in p.parts and p.suffix in {".py", ".pyi", ".typed"}
        }

    names = listing(left) | listing(right)
    _, different, missing = filecmp.cmpfiles(left, right, sorted(names), shallow=False)
    return sorted([*different, *missing])


def main() -> None:
    """Parse the arguments and generate or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when the stubs have drifted")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if check:
            drifted = differences(fresh, GENERATED)
            if drifted:
                raise SystemExit("Stubs have drifted; run `make protos`: " + ", ".join(drifted))
            return
        for source in SOURCES:
            shutil.rmtree(GENERATED / source, ignore_errors=True)
            shutil.copytree(fresh / source, GENERATED / source)


if __name__ == "__main__":
    main()
