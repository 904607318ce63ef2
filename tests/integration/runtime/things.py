"""A service's folder of queries and migrations, for the tests of the storage seam."""

from __future__ import annotations

from pathlib import Path

from runtime.database import Session

QUERIES = """
-- name: insert_thing^
INSERT INTO things (name) VALUES (:name) RETURNING name;

-- name: get_thing^
SELECT name, now_micros() AS now FROM things WHERE name = :name;

-- name: all_things
SELECT name FROM things ORDER BY name;

-- name: slow_count^
WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 20000)
SELECT COUNT(*) AS n FROM counter;

/*postgresql
-- name: slow_things^
SELECT pg_sleep(60) AS slow FROM (SELECT COUNT(*) FROM things) AS counted;
*/

/*sqlite
-- name: pragma_synchronous^
PRAGMA synchronous;

-- name: pragma_journal^
PRAGMA journal_mode;
*/
"""


def make_storage(folder: Path) -> Path:
    """Write it below `folder`."""
    (folder / "migrations").mkdir(parents=True)
    (folder / "things.sql").write_text(QUERIES)
    (folder / "migrations" / "0001_things.sql").write_text("CREATE TABLE things (name TEXT PRIMARY KEY);")
    return folder


async def names(session: Session) -> list[str]:
    """Return the names of all things, in their order."""
    return [row["name"] for row in await session.all("all_things")]
