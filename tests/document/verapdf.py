"""Whether PDF files keep PDF/UA-1 and PDF/A-2a, in veraPDF's judgement."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.provision import verapdf as provision

PROFILES = ("ua1", "2a")
_START_SECONDS = 60
_SECONDS_A_FILE = 20


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A broken rule: where it stands in the standard, how often it was broken, and what it asks for."""

    clause: str
    test: int
    count: int
    description: str

    def __str__(self) -> str:
        """Return a line for people."""
        return f"{self.clause}-{self.test} ×{self.count}: {self.description}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """veraPDF's word on one file and profile; `error` is why it could not read the file, which so is not compliant."""

    path: Path
    profile: str
    compliant: bool
    failures: tuple[Failure, ...]
    error: str


def verapdf(paths: Sequence[Path]) -> list[Verdict]:
    """Judge all files in one Java machine: a verdict for each file and each of PROFILES, in that order.

    The first file takes about a second and a half, each further one a tenth.

    Raises:
        ProvisionError: veraPDF cannot run here; the sentence says why.
        RuntimeError: It ran and did not judge every file.
    """
    if not paths:
        return []
    command = [*provision.command(), ",".join(PROFILES), *map(str, paths)]
    timeout_seconds = _START_SECONDS + _SECONDS_A_FILE * len(paths)
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=timeout_seconds, check=False)
    verdicts = [_verdict(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")]
    wanted = [(path, profile) for path in paths for profile in PROFILES]
    if [(verdict.path, verdict.profile) for verdict in verdicts] != wanted:
        raise RuntimeError(f"veraPDF judged {len(verdicts)} times, for {len(paths)} files: {done.stderr[-2000:]}")
    return verdicts


def _verdict(line: dict[str, Any]) -> Verdict:
    failures = tuple(sorted(Failure(**failure) for failure in line.get("failures", ())))
    # A file in which nothing was checked has proved nothing.
    compliant = line.get("compliant", False) and line["checks"] > 0 and not failures
    return Verdict(Path(line["path"]), line["profile"], compliant, failures, line.get("error", ""))
