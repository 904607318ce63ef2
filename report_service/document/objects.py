"""What writes indirect objects into a PDF file, as those who make fonts and structure see it."""

from __future__ import annotations

import re
from typing import Protocol

# Neither what ends a string nor what escapes in one is among these.
_PLAIN = re.compile(r"[ -'*-\[\]-~]*")


class Objects(Protocol):
    """The objects of one file."""

    def reserve(self) -> int:
        """Return the number of an object that is put later, exactly once."""

    def put(self, number: int, body: str, stream: bytes | None = None) -> None:
        """Write an object: a value, or of a stream, which is compressed here, the entries of its dictionary."""

    def add(self, body: str, stream: bytes | None = None) -> int:
        """Reserve a number, put the object there, and return it."""


def ref(number: int) -> str:
    """Return a reference to an object."""
    return f"{number} 0 R"


def text(value: str) -> str:
    """Return any text as a string object. Hexadecimal needs no escapes, so that no text can end it."""
    if _PLAIN.fullmatch(value):
        return f"({value})"
    return f"<FEFF{value.encode('utf-16-be', 'replace').hex().upper()}>"
