"""SQL files: queries by name and numbered migrations, one text for every engine.

What only one engine needs stands in a comment that begins with the engine's name, as in
`/*postgresql FOR UPDATE SKIP LOCKED */`: for that engine it is part of the text, for the others a comment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import aiosql

Engine = Literal["sqlite", "postgresql"]


def read_queries(folder: Path, engine: Engine, driver: str) -> Any:
    """Return the queries of the `.sql` files in `folder` by name, their `sql` in the style of aiosql's `driver`."""
    files = sorted(folder.glob("*.sql"))
    return aiosql.from_str("\n\n".join(_read(file, engine) for file in files), driver, mandatory_parameters=False)


def read_migrations(folder: Path, engine: Engine) -> list[tuple[int, str]]:
    """Return the numbered files of `folder` with their numbers, in order."""
    files = sorted(folder.glob("[0-9]*.sql"))
    return [(int(file.name.partition("_")[0]), _read(file, engine)) for file in files]


def _read(file: Path, engine: Engine) -> str:
    return re.sub(rf"/\*{engine}\b(.*?)\*/", r"\1", file.read_text(encoding="utf-8"), flags=re.DOTALL)
