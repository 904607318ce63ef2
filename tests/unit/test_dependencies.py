"""What is installed is what was locked, and new enough."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

LOCKED = {
    package["name"]: package
    for package in tomllib.loads((Path(__file__).parents[2] / "uv.lock").read_text(encoding="utf-8"))["package"]
}
# Below these something is known to be wrong that a stranger's input could reach.
FLOORS = {
    "aio-pika": (9, 6, 0),
    "fpdf2": (2, 8, 8),
    "pillow": (12, 2, 0),
    "protobuf": (6, 33, 5),
    "pyjwt": (2, 12, 0),
}


def test_every_package_is_locked_by_its_hash() -> None:
    """Nothing else is ever installed under the same name and version."""
    for name, package in LOCKED.items():
        if "registry" in package["source"]:
            files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
            assert files, name
            assert all(file["hash"].startswith("sha256:") for file in files), name


@pytest.mark.parametrize("name", FLOORS)
def test_package_is_new_enough(name: str) -> None:
    """No version with a known hole comes back."""
    assert tuple(int(part) for part in LOCKED[name]["version"].split(".")) >= FLOORS[name]
