"""A report is shared: whoever has the address has the file, with no account, for as long as its owner likes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from client import DossierClient
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.http_calls import Got, Http, http_to
from tests.e2e.installations import Installation
from tests.e2e.test_story import ready

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone", "scale-out"], indirect=True),
    pytest.mark.timeout(120),
]


@pytest.fixture
def http(installation: Installation) -> Iterator[Http]:
    """Requests by the port for browsers, of somebody who has no account."""
    with http_to(installation.http_address) as opened:
        yield opened


def leads_nowhere(got: Got) -> bool:
    """Whether an answer is the one of all links that lead nowhere."""
    return (got.status, got.reason, len(got.json()["details"])) == (404, "SHARE_LINK_INVALID", 1)


async def a_report(player: DossierClient) -> str:
    """Return the id of a report of a player that is READY."""
    return (await ready(player, await player.create_report())).report_id


async def test_link_downloads_the_report_without_an_account(club: Club, http: Http) -> None:
    """Whole, in parts, known by its tag and announced; told to no page and kept in no shared cache."""
    anna = await club.player("anna")
    report = await anna.get_report(await a_report(anna))
    path = (await anna.create_share_link(report.report_id)).uri
    whole = http.ask("GET", path)
    assert (whole.status, whole.headers["content-type"]) == (200, "application/pdf")
    assert hashlib.sha256(whole.body).hexdigest() == report.sha256
    assert whole.headers["content-disposition"].startswith(f'attachment; filename="{anna.own_username()}-')
    assert (whole.headers["cache-control"], whole.headers["referrer-policy"]) == ("private, no-cache", "no-referrer")
    part = http.ask("GET", path, range="bytes=100-199")
    assert (part.status, part.body) == (206, whole.body[100:200])
    assert http.ask("GET", path, if_none_match=whole.headers["etag"]).status == 304
    head = http.ask("HEAD", path)
    assert (head.status, head.headers["content-length"]) == (200, str(len(whole.body)))
    beyond = http.ask("GET", path, range=f"bytes={len(whole.body)}-")
    assert (beyond.status, beyond.reason) == (416, "OFFSET_OUT_OF_RANGE")


async def test_link_accepts_until_the_report_is_there(club: Club, http: Http) -> None:
    """A link can be sent on before there is a file: 202 and when to come again, then the file."""
    anna = await club.player("anna")
    path = (await anna.create_share_link((await anna.create_report()).report_id)).uri
    while (got := http.ask("GET", path)).status == 202:
        assert (got.reason, got.headers["retry-after"]) == ("REPORT_NOT_READY", "1")
    assert (got.status, got.body[:5]) == (200, b"%PDF-")


async def test_link_that_was_ended_is_like_one_that_never_was(club: Club, http: Http) -> None:
    """By itself, with its report, or with the account: the answer is always the same."""
    anna = await club.player("anna")
    kept, deleted = await a_report(anna), await a_report(anna)
    ended, other = [await anna.create_share_link(kept) for _ in range(2)]
    gone = await anna.create_share_link(deleted)
    await anna.delete_share_link(ended.link_id)
    await anna.delete_report(deleted)
    token = other.uri.rpartition("/")[2]
    made_up = other.uri.replace(token, token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:])
    for path in (ended.uri, gone.uri, made_up, "/v1/shared/x"):
        assert leads_nowhere(http.ask("GET", path)), path
        assert leads_nowhere(http.ask("GET", path, range="bytes=0-9")), path
    assert [link.uri for link in await anna.list_share_links(kept)] == [other.uri]
    assert http.ask("GET", other.uri).status == 200
    await anna.delete_account(PASSWORD)
    assert leads_nowhere(http.ask("GET", other.uri))
