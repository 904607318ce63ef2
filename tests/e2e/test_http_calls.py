"""Every method over HTTP: the same answers to everybody, the same results, and the same words for what is bad."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from runtime.contract import Method
from tests.e2e.access_scene import Scene, Target
from tests.e2e.access_table import OK, TABLE
from tests.e2e.bad_values import ADMIN
from tests.e2e.http_calls import HttpCalls, Unsayable, http_to
from tests.e2e.installations import Installation
from tests.e2e.raw_calls import Answer, RawCalls, raw_calls
from tests.e2e.test_access import (
    METHODS,
    PUBLIC,
    test_foreign_and_absent_are_the_same_bytes,
    test_public_rpc_answers_as_declared,
)
from tests.e2e.test_bad_input_table import ROWS

__all__ = ["test_foreign_and_absent_are_the_same_bytes", "test_public_rpc_answers_as_declared"]

# What is still being made changes between two answers.
TRIES = 200
BAD = sorted({row.rpc for row in ROWS if not METHODS[row.rpc].internal})

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone", "distributed"], indirect=True),
    pytest.mark.timeout(120),
]


@pytest.fixture
def calls(installation: Installation) -> Iterator[HttpCalls]:
    """Calls by the port for browsers."""
    with http_to(installation.http_address) as http:
        yield HttpCalls(http)


@pytest.fixture
def grpc_calls(installation: Installation) -> Iterator[RawCalls]:
    """Calls by the gRPC port."""
    with raw_calls(installation.endpoint) as opened:
        yield opened


@pytest.mark.parametrize("name", PUBLIC)
def test_result_is_the_same_as_over_grpc(name: str, scene: Scene, calls: HttpCalls, grpc_calls: RawCalls) -> None:
    """What a read answers is equal in every field; what a change answers has the same fields set."""
    method, row = METHODS[name], TABLE[name]
    for actor in scene.actors:
        if row.expected(actor, Target.OWN) != OK:
            continue
        who = scene.newcomer(actor.kind) if row.uses_up and not actor.is_anonymous else actor
        for _ in range(TRIES if method.changes_nothing else 1):
            by_grpc = _results(method, grpc_calls.send(method, row.request(scene, who, Target.OWN), who.metadata))
            who = scene.newcomer(actor.kind) if row.uses_up and not actor.is_anonymous else actor
            by_http = _results(method, calls.send(method, row.request(scene, who, Target.OWN), who.metadata))
            if by_http == by_grpc:
                break
        assert by_http == by_grpc, actor.kind


def _results(method: Method, answer: Answer) -> list[Any]:
    """Return what can be compared of an answer."""
    assert answer.code is grpc.StatusCode.OK, answer
    kind = method.response.DESCRIPTOR
    if "chunk" in kind.fields_by_name:
        # Over gRPC these are messages, over HTTP the file.
        whole = answer.messages[1:] and b"".join(method.response.FromString(one).chunk for one in answer.messages)
        return [whole or answer.messages[0]]
    found: list[Any] = [method.response.FromString(message) for message in answer.messages]
    if not method.changes_nothing:
        return [set(_set_fields(one)) for one in found]
    for one in found:
        if "next_page_token" in kind.fields_by_name:
            one.next_page_token = str(bool(one.next_page_token))  # New for each answer.
    return found


def _set_fields(message: Message, prefix: str = "") -> Iterator[str]:
    for field, value in message.ListFields():
        yield prefix + field.name
        if isinstance(value, Message):
            yield from _set_fields(value, f"{prefix}{field.name}.")


@pytest.mark.parametrize("rpc", BAD)
def test_bad_input_is_answered_as_over_grpc(rpc: str, scene: Scene, calls: HttpCalls) -> None:
    """Code and reason are the table's, for each bad request to the method that HTTP can say."""
    method = METHODS[rpc]
    actor = scene.admin if method.service == ADMIN else scene.referee
    said, wrong = 0, []
    for row in [row for row in ROWS if row.rpc == rpc]:
        try:
            answer = calls.send(method, row.made(scene), actor.metadata)
        except Unsayable:
            continue
        said += 1
        if answer != row.answer:
            wrong.append(f"{row}: {answer} instead of {row.answer}")
    assert not wrong, "\n".join(wrong)
    assert said, "HTTP can say no row of it"
