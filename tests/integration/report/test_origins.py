"""The call that asked for a report, known wherever the report is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from report_service import hint_messages
from report_service.document.snapshot import Document, Order
from report_service.reports import State
from report_service.storage.report_store import ReportStore
from runtime import calls
from runtime.amqp import origin_of
from runtime.calls import NO_CALL, Origin
from tests.integration.report.stage import FakeRenderer, a_wish, take_hints
from tests.integration.report.test_hint_transports import FIRST, Transport, taken, transport  # noqa: F401
from tests.integration.report.test_worker import Workshop, working

ASKED = Origin("call-7", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
OTHER = Origin("call-8")


class NotingRenderer(FakeRenderer):
    """Notes on whose behalf it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.origins: list[Origin] = []

    async def render(self, order: Order) -> Document:
        self.origins.append(calls.origin())
        return await super().render(order)


async def inserted(store: ReportStore, **changes: Any) -> None:
    """Insert the report "report-1"."""
    async with store.deciding() as rows:
        await rows.insert("report-1", a_wish(**changes))


async def test_row_tells_who_asked_when_hinted_and_when_claimed(store: ReportStore) -> None:
    """The row keeps the call, for every hint that is sent and every worker that takes it."""
    await inserted(store, origin=ASKED)
    assert [hint.origin for hint in await take_hints(store)] == [ASKED]
    job = await store.claim("report-1", take_over=False)
    assert job is not None
    assert job.origin == ASKED


@pytest.mark.parametrize("hinted", [NO_CALL, OTHER])
async def test_worker_goes_by_the_row_whatever_the_hint_says(store: ReportStore, hinted: Origin) -> None:
    """Hints of an older sender tell nothing, and forged ones what they like."""
    shop, renderer = Workshop(store), NotingRenderer()
    shop.renderer = renderer
    await inserted(store, origin=ASKED)
    async with working(shop.worker()):
        await shop.hints.send("report-1", hinted)
        await shop.turns(State.READY)
    assert renderer.origins == [ASKED]


async def test_reports_of_one_worker_are_told_apart(store: ReportStore) -> None:
    """What is known of one report's call does not stay for the next."""
    shop, renderer = Workshop(store), NotingRenderer()
    shop.renderer = renderer
    asked: Sequence[Origin] = (ASKED, NO_CALL, OTHER)
    async with working(shop.worker()):
        for origin in asked:
            await shop.turns(State.READY, await shop.ask(origin=origin))
    assert renderer.origins == list(asked)


@pytest.mark.parametrize("origin", [ASKED, NO_CALL])
async def test_hint_says_who_asked(transport: Transport, origin: Origin) -> None:  # noqa: F811
    """Both transports carry the call, also when they deliver a second time."""
    await transport.sender.send(FIRST, origin)
    hint = await taken(transport.receiver)
    assert hint.origin == origin
    await hint.give_back()
    again = await taken(transport.receiver)
    assert again.origin == origin
    await again.accept()


def test_message_has_the_request_id_where_brokers_show_it() -> None:
    """An operator who looks at a queue finds the call by the message's own properties."""
    message = hint_messages.encode(FIRST, ASKED)
    assert (message.correlation_id, message.headers) == ("call-7", {"traceparent": ASKED.traceparent})
    bare = hint_messages.encode(FIRST, NO_CALL)
    assert (bare.correlation_id, bare.headers) == (None, {})


@pytest.mark.parametrize(
    ("request_id", "traceparent"),
    [(None, None), ("", ""), ("two words", "00-zz-b7ad6b7169203331-01"), ("x" * 65, 7), (7, b"00"), ("a\nb", [])],
)
def test_origin_that_is_not_well_formed_is_none(request_id: object, traceparent: object) -> None:
    """Nobody's free text gets into the logs and on to other parts."""
    message: Any = hint_messages.encode(FIRST, NO_CALL)
    message.correlation_id, message.headers = request_id, {"traceparent": traceparent}
    assert origin_of(message) == NO_CALL
