"""`dossier report share`, `links` and `unshare` against a fake server."""

from __future__ import annotations

import json

from dossier.report.v1 import share_service_pb2 as pb

from tests.integration.client.command import Command
from tests.integration.client.fake_reports import REPORT_ID
from tests.integration.client.fake_shares import LINK_ID
from tests.integration.client.fakes import FakeServer

ADDRESS = "https://club.example.org/v1/shared/a-token"


async def test_report_share_prints_the_address_alone(signed_in: Command, fake: FakeServer) -> None:
    """A script gets what it can hand on; until when it is good and how to end it goes to stderr."""
    result = await signed_in("report", "share", REPORT_ID.upper())
    assert (result.code, result.out) == (0, f"{ADDRESS}\n"), result.err
    assert f"dossier report unshare {LINK_ID}" in result.err
    assert "DOSSIER_PUBLIC_URL" not in result.err
    await signed_in("report", "share", REPORT_ID, "--days", "30")
    days = [request.ttl.ToTimedelta().days for request in fake.requests("CreateShareLink")]
    assert (days, fake.requests("CreateShareLink")[0].report_id) == ([7, 30], REPORT_ID)


async def test_report_share_of_more_days_than_there_may_be_asks_nobody(signed_in: Command, fake: FakeServer) -> None:
    """The limit is told before anything is sent."""
    result = await signed_in("report", "share", REPORT_ID, "--days", "31")
    assert (result.code, fake.count("CreateShareLink")) == (2, 0)


async def test_path_without_a_server_before_it_is_explained(signed_in: Command, fake: FakeServer) -> None:
    """What cannot be sent to a friend as it is comes with what is missing."""
    fake.shares.public_url = ""
    for command in ("share", "links"):
        result = await signed_in("report", command, REPORT_ID)
        assert "/v1/shared/a-token" in result.out
        assert "DOSSIER_PUBLIC_URL" in result.err


async def test_links_of_a_report_are_listed_and_ended(signed_in: Command, fake: FakeServer) -> None:
    """One line for each link, by whose id it is ended."""
    await signed_in("report", "share", REPORT_ID)
    listed = await signed_in("report", "links", REPORT_ID)
    link_id, _, _, address = listed.out.rstrip("\n").split("\t")
    assert (link_id, address) == (LINK_ID, ADDRESS)
    assert json.loads((await signed_in("report", "links", REPORT_ID, "--json")).out)[0]["uri"] == ADDRESS
    assert (await signed_in("report", "unshare", LINK_ID)).code == 0
    assert fake.requests("DeleteShareLink") == [pb.DeleteShareLinkRequest(link_id=LINK_ID)]
    assert (await signed_in("report", "links", REPORT_ID)).out == ""
