"""Prepares an installation and lets schemathesis loose on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossier.access.v1 import access_pb2

from tests.e2e.installations import Installation
from tests.openapi.club import CALLER, GUEST, PLAYERS, PROGRAM, Club

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT: dict[str, Any] = json.loads((ROOT / "gateway" / "http" / "web" / "openapi.json").read_text())
# Their tokens come by mail alone.
OUT_OF_REACH = frozenset({"AuthService_ResetPassword", "AccountService_ConfirmEmail"})
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "unsupported_method",
)


@dataclass(frozen=True)
class Result:
    """What schemathesis found.

    Attributes:
        report: what it printed.
        statuses: how often each operation answered with which status.
    """

    passed: bool
    report: str
    statuses: dict[str, dict[str, int]]

    @property
    def cases(self) -> int:
        """How many requests were answered."""
        return sum(sum(counts.values()) for counts in self.statuses.values())

    @property
    def never_good(self) -> list[str]:
        """Operations that never succeeded, though they can."""
        succeeded = {name for name, counts in self.statuses.items() if any(code.startswith("2") for code in counts)}
        return sorted(self.statuses.keys() - succeeded - OUT_OF_REACH)


async def people(installation: Installation) -> Club:
    """Open the accounts that the examples name."""
    club = Club(installation.http_address, DOCUMENT["components"]["schemas"]["GameInput"]["examples"][0])
    for username in PLAYERS:
        club.sign_up(username)
    await installation.grant(CALLER, access_pb2.ROLE_ADMIN)
    club.token = club.sign_in(CALLER)
    club.program(PROGRAM)
    return club


def check(club: Club, address: str, folder: Path, *, cases: int, phases: str, seed: int, extra: list[str]) -> Result:
    """Send so many cases to each operation, in each phase that makes its own."""
    key, report_id = club.api_key(), club.finished_report()
    link = club.share_link(report_id, club.token)
    known = {
        "caller": club.token,
        "game": DOCUMENT["components"]["schemas"]["GameInput"]["examples"][0],
        "username": CALLER,
        "otherUsername": "amara",
        "gameId": club.game(),
        "reportId": report_id,
        "linkId": link["linkId"],
        "token": link["uri"].rpartition("/")[2],
        "receiptId": club.leaver()[1],
        "apiKeyId": key["apiKey"]["apiKeyId"],
        "apiKey": key["secret"],
        "sessionId": key["apiKey"]["apiKeyId"],
        "nickname": GUEST,
    }
    statuses = folder / "statuses.json"
    command = [
        str(Path(sys.executable).parent / "st"),
        *("run", f"http://{address}/openapi.json", "--no-color", "--generation-database", "none"),
        *("--checks", ",".join(CHECKS), "--phases", phases, "--max-examples", str(cases), "--seed", str(seed)),
        *("--continue-on-failure", "--no-shrink", "--suppress-health-check", "all", *extra),
    ]
    environ = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.openapi.hooks",
        "PYTHONPATH": str(ROOT),
        "DOSSIER_OPENAPI_KNOWN": json.dumps(known),
        "DOSSIER_OPENAPI_ADDRESS": address,
        "DOSSIER_OPENAPI_STATUSES": str(statuses),
    }
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    counts = json.loads(statuses.read_text()) if statuses.exists() else {}
    return Result(done.returncode == 0, done.stdout + done.stderr, counts)
