"""Prints how many mutants the tests found, of those that `mutmut run` made; fails below the bar."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

STATISTICS: Final = Path("mutants/mutmut-cicd-stats.json")
BAR_PERCENT: Final = 90.0


def main() -> int:
    """Read what `mutmut export-cicd-stats` wrote. Returns the exit code."""
    counts = json.loads(STATISTICS.read_text(encoding="utf-8"))
    found = counts["killed"] + counts["timeout"]
    score = 100 * found / counts["total"]
    print(f"mutation score {score:.1f} % (>= {BAR_PERCENT:.0f} %): {found} of {counts['total']} mutants were found")
    return 0 if score >= BAR_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main())
