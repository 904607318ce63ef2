"""Files over HTTP: headers made of a stream's metadata, then its bytes one piece after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gateway.http.errors import Headers

_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
_ETAG = re.compile(rb'(?:W/)?"([^"]*)"')


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


def headers_of(metadata: Any, *, has_ranges: bool) -> Headers:
    """Return the headers that a file's metadata is, without its length."""
    headers = [
        (b"etag", etag_of(metadata)),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"authorization"),
        (b"accept-ranges", b"bytes" if has_ranges else b"none"),
        (b"content-disposition", _disposition(getattr(metadata, "file_name", ""))),
    ]
    if metadata.content_type:
        headers.append((b"content-type", metadata.content_type.encode("latin-1", "replace")))
    return headers


def etag_of(metadata: Any) -> bytes:
    """Return the strong tag: the file's digest."""
    return f'"{metadata.sha256}"'.encode()


def _disposition(file_name: str) -> bytes:
    if not file_name:
        return b"inline"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}".encode()
