"""Write gateway/http/web/openapi.json; with --check, fail when it is not up to date."""

from __future__ import annotations

import argparse
import json

from tools.openapi.comments import ROOT, read
from tools.openapi.document import document

FILE = ROOT / "gateway" / "http" / "web" / "openapi.json"


def main() -> None:
    """Parse the arguments and write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when the document is old")
    check = parser.parse_args().check
    fresh = json.dumps(document(read()), ensure_ascii=False, indent=1) + "\n"
    if not check:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(fresh, encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != fresh:
        raise SystemExit("gateway/http/web/openapi.json is not up to date; run `make protos`.")


if __name__ == "__main__":
    main()
