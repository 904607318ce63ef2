"""What a command prints: tables on a terminal, tab-separated lines in a pipe, JSON when asked for."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from google.protobuf.duration_pb2 import Duration
    from google.protobuf.timestamp_pb2 import Timestamp

_Item = TypeVar("_Item")

MAX_PAGE_SIZE: Final = 200
_ID_LENGTH: Final = 36

# Control characters and direction overrides in other people's names could repaint the terminal.
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE_IN_JSON: Final = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return `text` as one line without characters that steer a terminal."""
    return _UNPRINTABLE.sub(" ", text)


class Output:
    """Prints results on stdout and remarks for people on stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.for_people = sys.stdout.isatty() and not as_json

    def result(self, value: Any) -> None:
        """Print JSON: a message, or anything of dictionaries, lists and messages."""
        text = json.dumps(_plain(value), ensure_ascii=False, indent=2)
        print(_UNPRINTABLE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print one line per row; the columns are named on a terminal only."""
        if not self.for_people:
            for row in rows:
                print("\t".join(printable(cell) for cell in row))
            return
        from rich.console import Console
        from rich.table import Column, Table
        from rich.text import Text

        rows = list(rows)
        # An id is there to be copied, so it is never cut where another column can give way.
        widest = min(_ID_LENGTH, max((len(row[0]) for row in rows), default=0))
        first = Column(columns[0], min_width=widest)
        table = Table(first, *columns[1:], box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))  # Text, since a name may look like markup
        Console().print(table)

    def record(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Print one thing: a line per field, those without a value left out on a terminal."""
        if not self.for_people:
            self.table((), pairs)
            return
        width = max(len(name) for name, _ in pairs)
        for name, value in pairs:
            if value:
                indent = "\n" + " " * (width + 2)
                print(f"{name:<{width}}  {indent.join(printable(line) for line in value.splitlines())}")

    def line(self, text: str) -> None:
        """Print one line on stdout."""
        print(printable(text))

    def remark(self, text: str) -> None:
        """Say something to people, on stderr."""
        print(printable(text), file=sys.stderr)

    def time(self, timestamp: Timestamp) -> str:
        """Return a moment: local and to the minute on a terminal, RFC 3339 in UTC elsewhere; empty when not set."""
        if not timestamp.ByteSize():
            return ""
        if not self.for_people:
            return timestamp.ToJsonString()
        from datetime import UTC

        return f"{timestamp.ToDatetime(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}"

    def duration(self, duration: Duration) -> str:
        """Return a length of time: `1:05:09` on a terminal, whole seconds elsewhere."""
        seconds = duration.seconds
        if not self.for_people:
            return str(seconds)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    def share(self, share: float) -> str:
        """Return a number from 0 to 1: in percent on a terminal."""
        return f"{share:.1%}" if self.for_people else f"{share:.4f}"


async def take(items: AsyncIterator[_Item], limit: int) -> tuple[list[_Item], bool]:
    """Return the first `limit` items, or all of them when it is 0, and whether there are more."""
    taken: list[_Item] = []
    async for item in items:
        if limit and len(taken) == limit:
            return taken, True
        taken.append(item)
    return taken, False


def page_size(limit: int) -> int:
    """Return the page size with which `take` needs the fewest calls."""
    return min(limit + 1, MAX_PAGE_SIZE) if limit else MAX_PAGE_SIZE


def word(enum_name: str) -> str:
    """Return the last word of an enum value's name: MAFIA of ROLE_MAFIA."""
    return enum_name.partition("_")[2]


def _plain(value: Any) -> Any:
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import Message

    if isinstance(value, Message):
        return MessageToDict(value, preserving_proto_field_name=True)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
