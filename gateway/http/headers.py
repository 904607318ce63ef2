"""What the headers of a request say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(rb"bytes=(\d{0,999})-(\d{0,999})", re.IGNORECASE)
_ETAG: Final = re.compile(rb'(?:W/)?"([^"]*)"')
_NOT_AT_ALL: Final = re.compile(rb"q\s*=\s*0(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Range:
    """A part of a file that a client wants: from `first` to `last`, or its last bytes when `first` is None."""

    first: int | None
    last: int | None

    def within(self, size: int) -> tuple[int, int] | None:
        """Return offset and length in a file of a size, None when it has no such bytes."""
        if self.first is None:
            length = min(self.last or 0, size)
            return (size - length, length) if length else None
        if self.first >= size:
            return None
        last = size - 1 if self.last is None else min(self.last, size - 1)
        return self.first, last - self.first + 1


def range_of(header: bytes) -> Range | None:
    """Return the one range that a header names; None, the whole file, for several and for what is none."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is not None and last is not None and last < first:
        return None
    return Range(first, last)


def etags_of(header: bytes) -> list[str]:
    """Return the tags of If-None-Match without their quotes; ["*"] for any."""
    if header.strip() == b"*":
        return ["*"]
    return [tag.decode("latin-1") for tag in _ETAG.findall(header)]


def names(header: bytes, wanted: bytes) -> bool:
    """Whether a list such as that of Accept has something by its name, in lower case, and does not rule it out."""
    for item in header.lower().split(b","):
        name, *parameters = (part.strip() for part in item.split(b";"))
        if name == wanted:
            return not any(_NOT_AT_ALL.fullmatch(parameter) for parameter in parameters)
    return False
