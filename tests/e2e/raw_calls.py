"""Calls of any method by its path, with raw bytes, and answers to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from runtime.contract import Method
from runtime.statuses import STATUS_DETAILS

DEADLINE_SECONDS = 10.0
Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    """How a call ended. Two are equal when code and reason are.

    Attributes:
        details: the whole google.rpc.Status as bytes.
        messages: what came before the end.
    """

    code: grpc.StatusCode
    reason: str = ""
    details: bytes = field(default=b"", compare=False, repr=False)
    messages: tuple[bytes, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.code.name} {self.reason}".strip()


def refused(code: grpc.StatusCode, reason: str) -> Answer:
    """Return the answer to expect of a call that is refused."""
    return Answer(code, reason)


class RawCalls:
    """Sends calls to one address and waits for their end."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def send(self, method: Method, request: Message | bytes | Sequence[Message], metadata: Metadata = ()) -> Answer:
        """Return how a call ends; a stream of requests is given as a sequence."""
        made = request if isinstance(request, Sequence) and not isinstance(request, bytes) else [request]
        bodies = [one if isinstance(one, bytes) else one.SerializeToString() for one in made]
        kinds: dict[tuple[bool, bool], Callable[..., Any]] = {
            (False, False): self._channel.unary_unary,
            (False, True): self._channel.unary_stream,
            (True, False): self._channel.stream_unary,
        }
        begin = kinds[method.client_streaming, method.server_streaming](method.path)
        body = iter(bodies) if method.client_streaming else bodies[0]
        try:
            got = begin(body, metadata=metadata, timeout=DEADLINE_SECONDS)
            return Answer(grpc.StatusCode.OK, messages=tuple(got) if method.server_streaming else (got,))
        except grpc.RpcError as error:
            return _refusal(error)


@contextmanager
def raw_calls(address: str) -> Iterator[RawCalls]:
    """Open a channel of its own to an address."""
    with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield RawCalls(channel)


def _refusal(error: Any) -> Answer:
    details = next((value for key, value in error.trailing_metadata() or () if key == STATUS_DETAILS), b"")
    reasons = []
    for detail in status_pb2.Status.FromString(details).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            reasons.append(info.reason)
    return Answer(error.code(), " ".join(reasons), details)
