"""Generate the Python stubs under protos/gen; with --check, fail when they differ from what is there."""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

import google.protobuf
import grpc_tools
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
GENERATED = PROTOS / "gen"
# google/api and google/rpc come from googleapis-common-protos; buf/validate has no distribution of its own.
SOURCES = ("dossier", "buf")


def generate(target: Path) -> None:
    """Write every stub below `target`; exits with protoc's message when a proto is wrong."""
    files = sorted(str(p.relative_to(PROTOS)) for s in SOURCES for p in (PROTOS / s).rglob("*.proto"))
    services = [f for f in files if f.endswith("_service.proto")]
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    include = [f"-I{PROTOS}", f"-I{well_known}"]
    messages = [f"--python_out={target}", f"--pyi_out={target}"]
    rpcs = [f"--grpc_python_out={target}", f"--mypy_grpc_out={target}"]
    sys.path.insert(0, str(Path(sys.executable).parent))
    for flags, names in ((messages, files), (rpcs, services)):
        if protoc.main(["protoc", *include, *flags, *names]) != 0:
            raise SystemExit("protoc failed; its message stands above")
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
    print(f"stubs written with protobuf {google.protobuf.__version__}")


if __name__ == "__main__":
    main()
