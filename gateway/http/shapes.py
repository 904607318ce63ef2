"""The one rule by which a stream of messages is a file: metadata first, then its bytes.

The contract states it for every stream of bytes: each message has one oneof of a message `metadata` and bytes `chunk`,
and the metadata has the size and the SHA-256 of the file. A method of this shape is a file over HTTP by itself: a
response whole or in parts, a request where its binding says that `chunk` is the body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from runtime.contract import Method

METADATA = "metadata"
CHUNK = "chunk"
# What a request for a file says by headers of HTTP and by nothing else.
BY_HEADER = frozenset({"read_offset", "read_limit", "if_none_match"})
_DESCRIBED = frozenset({"content_type", "size_bytes", "sha256"})


@dataclass(frozen=True, slots=True)
class Download:
    """A response that is a file.

    Attributes:
        has_ranges: whether the request can ask for a part of it, by `read_offset` and `read_limit`.
        has_if_none_match: whether the request can name the file that the client has.
    """

    has_ranges: bool
    has_if_none_match: bool


def download_of(method: Method) -> Download | None:
    """Return how a method's responses are a file, None when they are not."""
    response: Any = method.response.DESCRIPTOR
    described = _described(response) if method.server_streaming else None
    if described is None or not set(described.fields_by_name) >= _DESCRIBED:
        return None
    asked = method.request.DESCRIPTOR.fields_by_name
    return Download({"read_offset", "read_limit"} <= set(asked), "if_none_match" in asked)


def is_upload(method: Method, body: str) -> bool:
    """Whether a method's requests are a file: its metadata in path and query, its bytes in the HTTP body."""
    described = _described(method.request.DESCRIPTOR) if method.client_streaming else None  # type: ignore[arg-type]
    return body == CHUNK and described is not None and "size_bytes" in described.fields_by_name


def _described(message: Descriptor) -> Descriptor | None:
    fields = message.fields_by_name
    if set(fields) != {METADATA, CHUNK} or fields[CHUNK].type != FieldDescriptor.TYPE_BYTES:
        return None
    return fields[METADATA].message_type
