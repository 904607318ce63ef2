"""Holds a history against the database and the files, after things are quiet, and counts every broken promise."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.faults.history import INVOKED, OK, Event, acknowledged
from tests.faults.stores import Files, Row, Rows

FINAL = frozenset({"READY", "FAILED", "CANCELLED"})

# Each selects the rows that break a rule.
INVARIANTS = {
    "READY without a file": "state = 'READY' AND (blob_key = '' OR size_bytes <= 0 OR LENGTH(sha256) <> 64)",
    "a file without READY": "deleted = 0 AND state <> 'READY' AND blob_key <> ''",
    "READY never claimed": "state = 'READY' AND attempt_count < 1",
    "FAILED without reason": "state = 'FAILED' AND failure_reason = ''",
    "a reason without FAILED": "deleted = 0 AND state <> 'FAILED' AND failure_reason <> ''",
    "final without expiry": "deleted = 0 AND state IN ('READY', 'FAILED', 'CANCELLED') AND expire_time IS NULL",
    "expiry before final": "state IN ('QUEUED', 'RENDERING') AND expire_time IS NOT NULL",
    "fence behind attempts": "fence < attempt_count",
    "too many attempts": "attempt_count > 5",
    "RENDERING never claimed": "state = 'RENDERING' AND attempt_count < 1",
    "changed before created": "update_time < create_time",
}


@dataclass
class Verdict:
    """What a run came to. Every list in `violations` names what broke the promise.

    Attributes:
        reports: how many were acknowledged.
        states: how many rows ended in each state.
        ready: how many of all reports became READY, and `redundant`: how often they were rendered more than once.
        created, asked: how many CreateReport calls were answered OK while a fault lasted, of how many.
        recovery_seconds: from the end of a fault to each final state of a report that was under way then.
    """

    reports: int = 0
    states: Counter[str] = field(default_factory=Counter)
    ready: int = 0
    redundant: int = 0
    created: int = 0
    asked: int = 0
    violations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    recovery_seconds: list[float] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether any promise was."""
        return any(self.violations.values())

    def count(self, name: str) -> int:
        """Return how often the promise was broken."""
        return len(self.violations.get(name, ()))

    def recovery(self, share: float) -> float:
        """Return the recovery time that this share of the reports stayed within; 0 when no fault met a report."""
        return percentile(self.recovery_seconds, share)


@dataclass(frozen=True, slots=True)
class Found:
    """What was there when things were quiet.

    Attributes:
        rows: of all reports.
        problems: the rules that some of them break, and damage of the database itself.
        digests: the SHA-256 of each file by its key, and `folders`: the first parts of the keys.
    """

    rows: list[Row]
    problems: list[str]
    digests: dict[str, str]
    folders: set[str]


async def look(rows: Rows, files: Files) -> Found:
    """Return what is there of reports."""
    problems = [damage] if (damage := await rows.damage()) else []
    for name, condition in INVARIANTS.items():
        broken = await rows.ask(f"SELECT report_id FROM reports WHERE {condition}")
        problems += [f"{name}: {row['report_id']}" for row in broken]
    return Found(await rows.ask("SELECT * FROM reports"), problems, await files.digests(), await files.folders())


def check(events: Sequence[Event], found: Found, *, faults: Iterable[float] = ()) -> Verdict:
    """Count what was lost, duplicated, phantom, stuck, cancelled yet READY, or not the bytes that were made.

    Args:
        faults: when each fault ended, or struck when it was a kill; seconds since 1970.
    """
    rows = found.rows
    verdict = Verdict(
        reports=len(acknowledged(events)),
        states=Counter(row["state"] for row in rows if not row["deleted"]),
        ready=sum(row["state"] == "READY" for row in rows),
        # Only claims raise the fence of a report that becomes READY.
        redundant=sum(row["fence"] - 1 for row in rows if row["state"] == "READY"),
    )
    verdict.violations["row rule"] += found.problems
    _check_wishes(events, rows, verdict)
    _check_cancellations(events, rows, verdict)
    _check_states_seen(events, verdict)
    _check_bytes(events, found, verdict)
    _check_answers(events, verdict)
    known = {row["report_id"] for row in rows}
    verdict.violations["left behind"] += sorted(found.folders - known)
    verdict.recovery_seconds = list(_recoveries(rows, sorted(faults)))
    return verdict


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of them does not exceed; 0 of none."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)] if values else 0.0


def _check_wishes(events: Sequence[Event], rows: list[Row], verdict: Verdict) -> None:
    """Compare who was promised what with the rows that are there."""
    by_id = {row["report_id"]: row for row in rows}
    deleted = {event.report_id for event in events if event.call == "delete"}
    for request_id, report_ids in acknowledged(events).items():
        if len(report_ids) > 1:
            verdict.violations["duplicated"].append(f"{request_id} was answered with {sorted(report_ids)}")
        for report_id in report_ids - deleted:
            row = by_id.get(report_id)
            if row is None or row["deleted"] or row["state"] not in FINAL:
                verdict.violations["lost"].append(f"{report_id} is {row['state'] if row else 'absent'}")
    invoked = {event.request_id for event in events if event.call == "create" and event.outcome == INVOKED}
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["state"] not in FINAL:
            verdict.violations["stuck"].append(f"{row['report_id']} is {row['state']}")
        elif row["deleted"]:
            verdict.violations["stuck"].append(f"{row['report_id']} is deleted and its row still there")
        if row["request_id"] not in invoked:
            verdict.violations["phantom"].append(f"{row['report_id']} of request {row['request_id']}")
        if not row["deleted"]:
            seen[row["owner_id"], row["request_id"]] += 1
    verdict.violations["duplicated"] += [f"{key[1]} has {count} rows" for key, count in seen.items() if count > 1]


def _check_cancellations(events: Sequence[Event], rows: list[Row], verdict: Verdict) -> None:
    cancelled = {event.report_id: event.time for event in events if event.call == "cancel" and event.outcome == OK}
    ready = {row["report_id"] for row in rows if row["state"] == "READY"}
    ready |= {
        event.report_id
        for event in events
        if event.state == "READY" and event.time > cancelled.get(event.report_id, math.inf)
    }
    verdict.violations["cancelled to READY"] += sorted(cancelled.keys() & ready)


def _check_states_seen(events: Sequence[Event], verdict: Verdict) -> None:
    """A report that was seen final is never seen in another state."""
    final: dict[str, str] = {}
    for event in events:
        if event.call not in ("watch", "create") or event.outcome != OK or not event.state:
            continue
        before = final.setdefault(event.report_id, event.state) if event.state in FINAL else final.get(event.report_id)
        if before is not None and before != event.state and event.call == "watch":
            verdict.violations["final state changed"].append(f"{event.report_id}: {before}, then {event.state}")


def _check_bytes(events: Sequence[Event], found: Found, verdict: Verdict) -> None:
    digests = {row["report_id"]: row["sha256"] for row in found.rows if row["state"] == "READY"}
    for event in events:
        if event.call != "download":
            continue
        if event.note.endswith(("DIGEST_MISMATCH", "FILE_DAMAGED")):
            verdict.violations["digest"].append(f"{event.report_id} was downloaded with {event.note}")
        if event.outcome != OK:
            continue
        if event.sha256 != digests.get(event.report_id, event.sha256):
            verdict.violations["digest"].append(f"{event.report_id} was downloaded as {event.sha256}")
    for row in found.rows:
        if row["state"] != "READY" or row["deleted"]:
            continue
        stored = found.digests.get(row["blob_key"])
        if stored is None:
            verdict.violations["digest"].append(f"{row['report_id']} has no file")
        elif stored != row["sha256"]:
            verdict.violations["digest"].append(f"{row['report_id']} has other bytes in its file")


def _check_answers(events: Sequence[Event], verdict: Verdict) -> None:
    """Nothing that is broken here is a fault of the service's own; and a wish is refused only where that is told."""
    struck = False
    for event in events:
        if event.call == "fault":
            struck = event.outcome == "begun"
        if event.note.startswith(("INTERNAL", "UNKNOWN")):
            verdict.violations["internal"].append(f"{event.call} was answered {event.note}")
        if struck and event.call == "create" and event.outcome != INVOKED:
            verdict.asked += 1
            verdict.created += event.outcome == OK


def _recoveries(rows: list[Row], faults: Sequence[float]) -> Iterator[float]:
    """Yield how long after the first fault that met it each report was final."""
    for row in rows:
        if row["state"] not in FINAL or row["deleted"]:
            continue
        begin, end = row["create_time"] / 1e6, row["update_time"] / 1e6
        met = [fault for fault in faults if begin <= fault < end]
        if met:
            yield end - met[0]
