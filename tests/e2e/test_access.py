"""Every RPC × every kind of caller × what is their own, somebody else's or nobody's: answered as the table declares."""

from __future__ import annotations

import re

import pytest

from runtime import contract
from runtime.contract import Method
from runtime.service_tokens import ServiceTokens
from tests.e2e.access_scene import Actor, Scene, Target
from tests.e2e.access_table import TABLE, TOKEN_INVALID, TOKEN_MISSING, UNIMPLEMENTED, Audience, Row
from tests.e2e.installations import Installation
from tests.e2e.raw_calls import Answer, RawCalls
from tests.signing import bearer

METHODS = {path.removeprefix("/"): method for path, method in contract.methods().items()}
PUBLIC = [name for name, row in TABLE.items() if row.audience is not Audience.PARTS]
INTERNAL = [name for name, row in TABLE.items() if row.audience is Audience.PARTS]
PRIVATE = [name for name, row in TABLE.items() if row.foreign == row.absent and row.foreign not in (None, row.own)]
_ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone", "distributed"], indirect=True),
    pytest.mark.timeout(120),
]


def test_table_has_a_row_for_each_rpc_and_no_other(installation: Installation) -> None:
    """An RPC that is added to the contract is added to the table, or the suite fails."""
    assert TABLE.keys() == METHODS.keys()


@pytest.mark.parametrize("name", PUBLIC)
def test_public_rpc_answers_as_declared(name: str, scene: Scene, calls: RawCalls) -> None:
    """Whoever calls and whosever thing it is about, the answer is the table's."""
    method, row = METHODS[name], TABLE[name]
    wrong = []
    for actor in scene.actors:
        for target in Target:
            expected = row.expected(actor, target)
            if expected is None:
                continue
            answer = _send(calls, method, row, scene, actor, target)
            if answer != expected:
                wrong.append(f"{actor.kind}, {target}: {answer} instead of {expected}")
    assert not wrong, "\n".join(wrong)


def _send(calls: RawCalls, method: Method, row: Row, scene: Scene, actor: Actor, target: Target) -> Answer:
    if row.uses_up and not actor.is_anonymous:
        actor = scene.newcomer(actor.kind)
    return calls.send(method, row.request(scene, actor, target), actor.metadata)


@pytest.mark.parametrize("name", PRIVATE)
def test_foreign_and_absent_are_the_same_bytes(name: str, scene: Scene, calls: RawCalls) -> None:
    """Where existence is private, nothing but the id that was asked for tells the two answers apart."""
    method, row = METHODS[name], TABLE[name]
    for actor in scene.actors:
        asked = {target: row.request(scene, actor, target) for target in (Target.FOREIGN, Target.ABSENT)}
        answers = {target: calls.send(method, request, actor.metadata) for target, request in asked.items()}
        foreign, absent = (_without_ids(answers[target].details) for target in asked)
        assert foreign == absent, actor.kind
        assert answers[Target.FOREIGN].messages == answers[Target.ABSENT].messages


def _without_ids(details: bytes) -> bytes:
    """Return the bytes with every id, which has a length of its own, put out of sight."""
    return _ID.sub(b"?", details)


@pytest.mark.parametrize("name", INTERNAL)
def test_internal_rpc_is_for_other_parts_alone(
    name: str, installation: Installation, scene: Scene, calls: RawCalls, internal_calls: RawCalls
) -> None:
    """By the public port it does not exist; by the other one a player's token opens it to nobody, a part's does."""
    method = METHODS[name]
    for actor in scene.actors:
        assert calls.send(method, b"", actor.metadata) == UNIMPLEMENTED, actor.kind
        expected = TOKEN_MISSING if actor.is_anonymous else TOKEN_INVALID
        assert internal_calls.send(method, b"", actor.metadata) == expected, actor.kind
    part = ServiceTokens(installation.internal_secret, issuer="gateway")
    for audience, expected in (("profile_service", TABLE[name].own), ("report_service", TOKEN_INVALID)):
        assert internal_calls.send(method, b"", bearer(part.mint(audience=audience))) == expected
    assert calls.send(method, b"", bearer(part.mint(audience="profile_service"))) == UNIMPLEMENTED
