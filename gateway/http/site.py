"""Files that the HTTP port serves beside the contract's paths: the page for people and the description of the API."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.http.errors import Headers
from gateway.http.exchange import Exchange
from gateway.http.headers import etags_of, names

# Everything that a page of ours loads is ours, and nobody shows it within a page of theirs.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_GUARDS: Headers = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_INDEX = "index.html"
# What the code on a report leads to, for good (ADR 9). People are sent on to the page, which says the same in words.
_VERIFY = "/v1/reports:verify"
_NUMBER = re.compile(rb"(?:^|&)report_?[iI]d=([0-9a-f-]{36})(?:&|$)")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory, as it is and compressed."""

    content_type: str
    body: bytes
    gzipped: bytes

    @property
    def etag(self) -> str:
        """What names these bytes, without quotes."""
        return hashlib.sha256(self.body).hexdigest()[:32]


def static_file(body: bytes, content_type: str) -> StaticFile:
    """Return a file that is made of bytes. The type has no charset where it needs none."""
    return StaticFile(content_type, body, gzip.compress(body, 6, mtime=0))


class Site:
    """Serves files by their path, and only by GET and HEAD."""

    def __init__(self, files: Mapping[str, StaticFile]) -> None:
        self._files = dict(files)

    async def answers(self, exchange: Exchange) -> bool:
        """Answer a request for a file or a folder; False: there is none, and nothing was answered."""
        if exchange.verb not in ("GET", "HEAD"):
            return False
        file = self._files.get(exchange.path)
        if file is not None:
            await self._send(file, exchange)
        elif exchange.path + "/" in self._files:
            await exchange.answer_empty(308, [(b"location", f"{exchange.path}/".encode())])
        return exchange.started

    async def sends_on(self, exchange: Exchange) -> bool:
        """Send a browser that opens the address on a report to the page; False: it is another request."""
        if exchange.path != _VERIFY or exchange.verb != "GET" or not names(exchange.header(b"accept"), b"text/html"):
            return False
        number = _NUMBER.search(exchange.query)
        if number is None:
            return False
        # Relative, so that it holds behind a proxy that serves the club under a path of its own.
        headers = [(b"location", b"../#/verify/" + number[1]), (b"vary", b"accept"), (b"cache-control", b"no-store")]
        await exchange.answer_empty(303, headers)
        return True

    async def _send(self, file: StaticFile, exchange: Exchange) -> None:
        """Answer with a file, or say that the client has it."""
        zipped = names(exchange.header(b"accept-encoding"), b"gzip") and len(file.gzipped) < len(file.body)
        tag = file.etag + ("-gzip" if zipped else "")
        headers = [
            *_GUARDS,
            (b"etag", f'"{tag}"'.encode()),
            (b"cache-control", b"no-cache"),
            (b"vary", b"accept-encoding"),
            (b"content-type", file.content_type.encode()),
        ]
        tags = etags_of(exchange.header(b"if-none-match"))
        if tag in tags or tags == ["*"]:
            await exchange.answer_empty(304, headers)
            return
        body = file.gzipped if zipped else file.body
        if zipped:
            headers.append((b"content-encoding", b"gzip"))
        await exchange.answer(200, headers, body)


def files_in(folder: Path) -> Iterator[tuple[str, StaticFile]]:
    """Return every file of a folder by its path; an index stands for its folder."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            path = "/" + file.relative_to(folder).as_posix()
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            text = kind.startswith("text/") or kind in ("application/javascript", "application/json", "image/svg+xml")
            yield path.removesuffix(_INDEX), static_file(file.read_bytes(), f"{kind}; charset=utf-8" if text else kind)
