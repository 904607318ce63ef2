"""`make openapi-check`: thousands of requests to every operation of a club that runs for them."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.e2e.installations import standalone
from tests.openapi.runner import check, people


def main() -> None:
    """Parse the arguments, run, and print what was found; exit 1 when something was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60, help="how many for each operation in each phase")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument("--least", type=int, default=5000, help="fail when fewer requests were answered")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("extra", nargs="*", help="what schemathesis is told beside, after --")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, standalone(Path(name)) as installation:
        club = asyncio.run(people(installation))
        result = check(
            club,
            installation.http_address,
            Path(name),
            cases=arguments.cases,
            phases=arguments.phases,
            seed=arguments.seed,
            extra=arguments.extra,
        )
    print(result.report)
    for operation, counts in result.statuses.items():
        print(f"{operation:45}", *(f"{status}: {count}" for status, count in counts.items()), sep="  ")
    print(f"{result.cases} cases, {len(result.statuses)} operations; never answered 2xx: {result.never_good or 'none'}")
    if result.cases < arguments.least:
        raise SystemExit(f"these are fewer than {arguments.least} cases")
    raise SystemExit(0 if result.passed and not result.never_good else 1)


if __name__ == "__main__":
    main()
