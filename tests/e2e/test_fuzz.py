"""Requests that a program makes up, of every message: a success or a refusal of ours, never a fault or a hang."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import contract
from runtime.service_tokens import ServiceTokens
from tests.e2e.access_scene import Scene, Target
from tests.e2e.installations import PASSWORD, Installation
from tests.e2e.raw_calls import RawCalls
from tests.signing import bearer

METHODS = contract.methods()
EXAMPLES = 25
MAX_ITEMS, MAX_DEPTH = 4, 4
TRANSPORT_REFUSALS = {grpc.StatusCode.RESOURCE_EXHAUSTED}
FAULTS = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.UNAVAILABLE,
}
# What gets further than noise: beginnings of names, ids, tokens and times as they really are.
TEXTS = (
    "",
    "anna",
    "a" * 64,
    PASSWORD,
    "en-GB",
    "anna@example.org",
    "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081",
    "r1",
    "v1.a.1.b",
)

pytestmark = [pytest.mark.parametrize("installation", ["standalone"], indirect=True), pytest.mark.timeout(300)]


def requests(kind: type[Message], texts: st.SearchStrategy[str], depth: int = 0) -> st.SearchStrategy[Message]:
    """Return a strategy for messages of a kind, with any of its fields set to anything."""
    fields = {
        field.name: _values(field, texts, depth)
        for field in kind.DESCRIPTOR.fields
        if depth < MAX_DEPTH or field.type != FieldDescriptor.TYPE_MESSAGE
    }
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: kind(**values))


def _values(field: FieldDescriptor, texts: st.SearchStrategy[str], depth: int) -> st.SearchStrategy[object]:
    value = _value(field, texts, depth)
    return st.lists(value, max_size=MAX_ITEMS) if field.is_repeated else value


def _value(field: FieldDescriptor, texts: st.SearchStrategy[str], depth: int) -> st.SearchStrategy[object]:
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return texts
        case FieldDescriptor.TYPE_BYTES:
            return st.binary(max_size=300)
        case FieldDescriptor.TYPE_BOOL:
            return st.booleans()
        case FieldDescriptor.TYPE_ENUM:
            return st.sampled_from([value.number for value in field.enum_type.values]) | st.integers(
                -(2**31), 2**31 - 1
            )
        case FieldDescriptor.TYPE_DOUBLE | FieldDescriptor.TYPE_FLOAT:
            return st.floats(width=32)
        case FieldDescriptor.TYPE_MESSAGE:
            return requests(contract.GetMessageClass(field.message_type), texts, depth + 1)
        case FieldDescriptor.TYPE_INT32:
            return st.integers(-(2**31), 2**31 - 1)
        case FieldDescriptor.TYPE_INT64:
            return st.integers(-(2**63), 2**63 - 1)
        case other:
            raise AssertionError(f"no strategy for fields of type {other}; add one")


@pytest.mark.parametrize("path", METHODS)
def test_made_up_request_is_answered_by(
    path: str, installation: Installation, scene: Scene, calls: RawCalls, internal_calls: RawCalls
) -> None:
    """Whatever stands in its fields, the answer is one of ours."""
    method = METHODS[path]
    part = bearer(ServiceTokens(installation.internal_secret, issuer="gateway").mint(audience="profile_service"))
    # Nobody else needs this one, whose session a call may end and whose password it may try too often.
    caller = scene.newcomer("referee" if "referee" in method.roles else "admin" if method.roles else "player")
    sender, metadata = (internal_calls, part) if method.internal else (calls, caller.metadata)
    known = st.sampled_from((*TEXTS, caller.username, scene.owner.report_id, scene.game(Target.OWN)))
    message = requests(method.request, known | st.text(max_size=80))

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(message, max_size=3) if method.client_streaming else message)
    def answered(request: Message | list[Message]) -> None:
        answer = sender.send(method, request, metadata)
        assert answer.code not in FAULTS, answer
        if answer.code is not grpc.StatusCode.OK and answer.code not in TRANSPORT_REFUSALS:
            assert answer.reason, answer

    answered()
