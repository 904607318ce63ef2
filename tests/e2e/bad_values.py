"""Values that no field may have, and the shape of a row of the table of bad input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message

from tests.e2e.access_scene import Scene
from tests.e2e.raw_calls import Answer, refused

Request = Message | Sequence[Message]
Made = Request | Callable[[Scene], Request]


@dataclass(frozen=True)
class Bad:
    """One request and its answer. It is made from the scene where it names what is there."""

    rpc: str
    name: str
    request: Made
    answer: Answer

    def made(self, scene: Scene) -> Request:
        """Return the request."""
        return self.request(scene) if callable(self.request) else self.request

    def __str__(self) -> str:
        return f"{self.rpc.rpartition('.')[2]} {self.name}"


def invalid(reason: str = "INVALID_REQUEST") -> Answer:
    """Return the refusal of a request that has to be mended."""
    return refused(grpc.StatusCode.INVALID_ARGUMENT, reason)


INVALID = invalid()
AUTH, ACCOUNT = "dossier.auth.v1.AuthService", "dossier.profile.v1.AccountService"
PROFILE, AVATAR = "dossier.profile.v1.ProfileService", "dossier.profile.v1.AvatarService"
GAME, STATS = "dossier.stats.v1.GameService", "dossier.stats.v1.StatsService"
REPORT, CREDENTIALS = "dossier.report.v1.ReportService", "dossier.profile.v1.CredentialsService"
SNAPSHOT, LIFECYCLE = "dossier.stats.v1.SnapshotService", "dossier.lifecycle.v1.LifecycleService"
ADMIN, SHARE = "dossier.admin.v1.AdminService", "dossier.report.v1.ShareService"

USERNAMES = {
    "empty": "",
    "of one letter": "a",
    "too long": "a" * 33,
    "of a megabyte": "a" * 1_000_000,
    "with a capital": "Anna",
    "with a space": "an na",
    "with a line break": "anna\n",
    "with a zero": "an\0na",
    "in Cyrillic": "анна",
    "with one Cyrillic letter": "аnna",
    "in wide letters": "ａｎｎａ",
    "that begins with a dot": ".anna",
    "that begins with a dash": "-anna",
    "that is a path": "../../etc/passwd",
    "that is SQL": "a' OR '1'='1",
    "that is an address": "anna@example.org",
    "with an escape": "anna%00",
    "of a picture": "anna😀",
}
IDS = {
    "empty": "",
    "that is no UUID": "report-1",
    "in capitals": "01936D3E-8C5A-7F21-9C0B-3A4D5E6F7081",
    "without dashes": "01936d3e8c5a7f219c0b3a4d5e6f7081",
    "in braces": "{01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081}",
    "with a line break": "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081\n",
    "that is too long": "01936d3e-8c5a-7f21-9c0b-3a4d5e6f70811",
    "with a zero": "01936d3e-8c5a-7f21-9c0b-3a4d5e6f708\0",
    "that is a path": "../../../../../../../../../../etc/pw",
    "that is SQL": "' OR 1=1 --",
}
# Of a field of one line, after its greatest length.
LINES = {
    "of spaces": "   ",
    "with a line break": "a\nb",
    "with a zero": "a\0b",
    "with an escape sequence": "\x1b[31mred",
    "with a delete": "a\x7f",
}


def each(
    rpc: str, request: type[Any], field: str, values: dict[str, Any], answer: Answer = INVALID, **rest: Any
) -> Iterator[Bad]:
    """Return a row for each value of one field."""
    for name, value in values.items():
        yield Bad(rpc, f"{field} {name}", request(**{field: value}, **rest), answer)
