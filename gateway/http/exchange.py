"""One HTTP request under way: what came, and the ways to answer it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final

import uuid_utils
from google.protobuf import json_format
from google.protobuf.message import Message

from gateway.http.errors import Failure, Headers, Refused, body_too_large
from gateway.relay import UNARY_SECONDS
from runtime import calls
from runtime.errors import DeadlineExceeded, InvalidInput
from runtime.interceptors import IDLE_SECONDS
from runtime.local_calls import LocalContext

# Proxies mostly give up on an answer that has been silent for a minute.
BEAT_SECONDS = 15.0
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# What passes to the method, beside the address. Everything else stays here.
_PASSED: Final = {
    b"authorization": "authorization",
    b"traceparent": "traceparent",
    b"x-forwarded-for": "x-forwarded-for",
}
_POLICY: Final = b"content-security-policy"
# No answer is a page or is shown within one, but for the site's files, which have a policy of their own.
ALWAYS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (_POLICY, b"default-src 'none'; frame-ancestors 'none'"),
]


class Exchange:
    """Reads one request and answers it once."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.verb: str = scope["method"]
        self.path: str = scope["raw_path"].decode("ascii")
        self.query: bytes = scope["query_string"]
        self.started = False
        self.is_gone = False
        self._finished = False
        self._receive = receive
        self._send = send
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._client: tuple[str, int] | None = scope["client"]
        told = calls.origin_of(self.header(b"x-request-id").decode("latin-1"), "").request_id
        self.request_id = told or str(uuid_utils.uuid7())

    def header(self, name: bytes) -> bytes:
        """Return a header's value, empty when there is none; of several, all with commas between them."""
        return b", ".join(value for key, value in self._headers if key == name)

    @property
    def with_token(self) -> bool:
        """Whether the client sends one."""
        return bool(self.header(b"authorization"))

    def context(self, *, seconds: float | None = None) -> LocalContext:
        """Return what a method is told of this request, which may take so long."""
        # Metadata is ASCII. A token that is not is a bad one, and not none.
        metadata = [
            (_PASSED[key], value.decode("ascii", "backslashreplace")) for key, value in self._headers if key in _PASSED
        ]
        metadata.append(("x-request-id", self.request_id))
        return LocalContext(_peer(self._client), metadata, seconds=seconds)

    @property
    def length(self) -> int:
        """How many bytes the body has by the client's account; -1 when it gives none."""
        length = self.header(b"content-length")
        if length.isdigit():
            return int(length[:19])
        return -1 if self.header(b"transfer-encoding") else 0

    async def body(self, limit: int) -> bytes:
        """Return the whole body. Raises Refused when it is too large, too slow, or not JSON by its own account."""
        if self.length == 0:
            return b""
        if self.length > limit:
            raise body_too_large(limit)
        found = bytearray()
        pieces = self.pieces()
        end = asyncio.get_running_loop().time() + UNARY_SECONDS
        try:
            while True:
                async with asyncio.timeout_at(end), asyncio.timeout(IDLE_SECONDS):
                    found += await anext(pieces)
                if len(found) > limit:
                    raise body_too_large(limit)
        except StopAsyncIteration:
            pass
        except TimeoutError as error:
            slow = DeadlineExceeded("The body did not arrive in time; send it again.")
            raise Refused(408, slow, (b"connection", b"close")) from error
        kind = self.header(b"content-type").partition(b";")[0].strip().lower()
        if found and kind not in (b"application/json", b""):
            raise Refused(415, InvalidInput("The body must be JSON, with content-type: application/json."))
        return bytes(found)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives. When the client goes away half-way, this task is cancelled."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_gone = True
                _cancel_this_task()
                await asyncio.sleep(0)
            yield message.get("body", b"")
            more = message.get("more_body", False)

    @asynccontextmanager
    async def cancelled_when_gone(self) -> AsyncIterator[None]:
        """Cancel this task when the client goes away before leaving. The body must have been read."""
        task = asyncio.current_task()

        async def watch() -> None:
            while (await self._receive())["type"] != "http.disconnect":
                pass
            if task is not None and not self._finished:
                self.is_gone = True
                task.cancel()

        watching = asyncio.create_task(watch(), name="client gone")
        try:
            yield
        finally:
            watching.cancel()

    async def start(self, code: int, headers: Headers) -> None:
        """Send status and headers."""
        self.started = True
        has_policy = any(name == _POLICY for name, _ in headers)
        every = [*headers, (b"x-request-id", self.request_id.encode()), *(ALWAYS[:-1] if has_policy else ALWAYS)]
        await self._send({"type": "http.response.start", "status": code, "headers": every})

    @asynccontextmanager
    async def beating(self, piece: bytes) -> AsyncIterator[None]:
        """Send a piece now and then until leaving, so that nobody in between thinks that this has ended."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(BEAT_SECONDS)
                await self.write(piece)

        beats = asyncio.create_task(beat(), name="beats")
        try:
            yield
        finally:
            beats.cancel()

    async def write(self, data: bytes, *, last: bool = False) -> None:
        """Send a piece of the body; returns when the client takes more."""
        self._finished = last
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})

    async def answer(self, code: int, headers: Headers, body: bytes) -> None:
        """Send everything at once."""
        await self.start(code, [*headers, (b"content-length", str(len(body)).encode())])
        await self.write(body, last=True)

    async def answer_empty(self, code: int, headers: Headers) -> None:
        """Send an answer that has no body."""
        await self.start(code, headers)
        await self.write(b"", last=True)

    async def fail(self, failure: Failure, *more: tuple[bytes, bytes]) -> None:
        """Send an error."""
        headers, body = failure.answer(accept=self.header(b"accept"), with_token=self.with_token)
        await self.answer(failure.code, [*headers, *more], body)


def _peer(client: tuple[str, int] | None) -> str:
    """Return an address as gRPC names it."""
    if client is None:
        return ""
    host, port = client
    return f"ipv6:[{host}]:{port}" if ":" in host else f"ipv4:{host}:{port}"


def _cancel_this_task() -> None:
    task = asyncio.current_task()
    if task is not None:
        task.cancel()


def json_of(message: Message, field: str = "") -> bytes:
    """Return a message, or one field of it, as JSON in one line, with every field that it has."""
    tree: Any = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    if field:
        tree = tree.get(message.DESCRIPTOR.fields_by_name[field].json_name)
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
