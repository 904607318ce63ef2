"""The requests with which the end-to-end tests try every method."""

from __future__ import annotations

from runtime import contract
from tests.e2e.valid_requests import VALID


def test_every_public_method_has_a_valid_request() -> None:
    """A method that is added to the contract is added to the table."""
    public = [method for method in contract.methods().values() if not method.internal]
    assert {method.path.rpartition("/")[2] for method in public} == VALID.keys()
