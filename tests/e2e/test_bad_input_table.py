"""Hundreds of bad requests, each with its exact answer, and whatever else a program may make up."""

from __future__ import annotations

import pytest

from runtime import contract
from runtime.service_tokens import ServiceTokens
from tests.e2e.access_scene import Scene
from tests.e2e.bad_inputs import rows
from tests.e2e.bad_values import ADMIN
from tests.e2e.installations import Installation
from tests.e2e.raw_calls import RawCalls
from tests.signing import bearer

METHODS = {path.removeprefix("/"): method for path, method in contract.methods().items()}
ROWS = rows()

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone", "distributed"], indirect=True),
    pytest.mark.timeout(120),
]


def test_table_has_hundreds_of_rows_in_every_family(installation: Installation) -> None:
    """No service of the contract is left out."""
    assert len(ROWS) >= 250
    assert {row.rpc.partition("/")[0] for row in ROWS} == {method.service for method in METHODS.values()}


@pytest.mark.parametrize("rpc", sorted({row.rpc for row in ROWS}))
def test_bad_input_is_answered_as_declared(
    rpc: str, installation: Installation, scene: Scene, calls: RawCalls, internal_calls: RawCalls
) -> None:
    """Code and reason are the table's, for each bad request to the method."""
    method = METHODS[rpc]
    part = bearer(ServiceTokens(installation.internal_secret, issuer="gateway").mint(audience="profile_service"))
    actor = scene.admin if method.service == ADMIN else scene.referee
    sender, metadata = (internal_calls, part) if method.internal else (calls, actor.metadata)
    wrong = []
    for row in [row for row in ROWS if row.rpc == rpc]:
        answer = sender.send(method, row.made(scene), metadata)
        if answer != row.answer:
            wrong.append(f"{row}: {answer} instead of {row.answer}")
    assert not wrong, "\n".join(wrong)
