"""The ledger finds writes that were acknowledged and are gone, and blames no write whose answer got lost."""

from __future__ import annotations

import grpc
import pytest

from client import DossierError
from tests.faults.ledger import ACTIVE, ANY, LEAVING, Key, Ledger

ANNA: Key = ("account", "anna")
CITY: Key = ("city", "anna")


async def accept() -> str:
    """Be a call that is answered OK."""
    return "digest"


def lost(ledger: Ledger, stored: dict[Key, str]) -> list[str]:
    """Return what is lost when these are the rows."""
    ledger.compare(stored, when="now")
    return ledger.lost


async def test_acknowledged_write_is_lost_when_rows_have_another_value() -> None:
    """The last value counts."""
    ledger = Ledger()
    await ledger.write(CITY, "Riga", accept)
    await ledger.write(CITY, "Oslo", accept)
    assert ledger.acknowledged == 2
    assert lost(ledger, {CITY: "Oslo"}) == []
    assert lost(ledger, {CITY: "Riga"}) == ["now: city anna is 'Riga', not 'Oslo'"]


async def test_deletion_is_lost_when_the_account_is_there_again() -> None:
    """What was erased stays erased; what its owner had is not missed."""
    ledger = Ledger()
    await ledger.write(ANNA, ACTIVE, accept)
    await ledger.write(CITY, "Riga", accept)
    ledger.forget(CITY)
    await ledger.write(ANNA, LEAVING, accept)
    assert lost(ledger, {ANNA: LEAVING, CITY: ""}) == []
    assert lost(ledger, {ANNA: ACTIVE}) == ["now: account anna is 'active', not 'leaving'"]


async def test_either_value_is_right_while_a_write_has_no_answer() -> None:
    """A write that was cut off may have happened."""
    ledger = Ledger()
    await ledger.write(CITY, "Riga", accept)

    async def cut_off() -> None:
        assert lost(ledger, {CITY: "Riga"}) == lost(ledger, {CITY: "Oslo"}) == []
        assert lost(ledger, {CITY: "Bonn"})

    await ledger.write(CITY, "Oslo", cut_off)


async def test_value_is_the_answer_when_only_the_answer_tells() -> None:
    """An avatar's digest is what the upload returned."""
    ledger = Ledger()
    await ledger.write(("avatar", "anna"), ANY, accept)
    assert lost(ledger, {("avatar", "anna"): "digest"}) == []
    assert lost(ledger, {("avatar", "anna"): "other"})


async def test_repeated_write_is_acknowledged_by_the_error_that_tells_of_it() -> None:
    """A username that is taken after a lost answer is ours; any other refusal is raised."""

    async def refuse() -> None:
        raise DossierError(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN", "")

    ledger = Ledger()
    await ledger.write(ANNA, ACTIVE, refuse, done_by=("USERNAME_TAKEN",))
    assert lost(ledger, {})
    with pytest.raises(DossierError):
        await ledger.write(ANNA, ACTIVE, refuse)
