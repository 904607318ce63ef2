"""Files over HTTP: pictures and reports with their tags and parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from client import DossierClient
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.http_calls import Got, Http, http_to
from tests.e2e.installations import Installation
from tests.e2e.test_story import a_picture, ready

# So many are made first, while a test looks.
QUEUED_BEFORE = 3

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone", "scale-out"], indirect=True),
    pytest.mark.timeout(120),
]


@pytest.fixture
def http(installation: Installation) -> Iterator[Http]:
    """Requests by the port for browsers."""
    with http_to(installation.http_address) as opened:
        yield opened


def token_of(player: DossierClient, http: Http) -> str:
    """Sign a player in once more and return the header of that session's calls."""
    body = json.dumps({"username": player.own_username(), "password": PASSWORD}).encode()
    signed_in = http.ask("POST", "/v1/auth:signIn", body, content_type="application/json")
    return f"Bearer {signed_in.json()['tokens']['accessToken']}"


async def test_picture_is_known_by_its_tag(club: Club, http: Http) -> None:
    """Who has the picture is told so; who has another gets this one; HEAD says how long it is."""
    anna = await club.player("anna")
    path = f"/v1/users/{anna.own_username()}/avatar"
    drawn = http.ask("GET", path)
    assert (drawn.status, drawn.headers["etag"]) == (200, f'"{hashlib.sha256(drawn.body).hexdigest()}"')
    put = http.ask("PUT", path, a_picture(), authorization=token_of(anna, http), content_type="image/jpeg")
    assert put.status == 200
    path += "?size=512"
    got = http.ask("GET", path, if_none_match=drawn.headers["etag"])
    assert (got.status, got.headers["content-type"]) == (200, "image/webp")
    assert got.headers["etag"] == f'"{put.json()["avatar"]["sha256"]}"'
    assert Image.open(BytesIO(got.body)).size == (512, 512)
    for tags in (got.headers["etag"], f"{drawn.headers['etag']}, W/{got.headers['etag']}", "*"):
        known = http.ask("GET", path, if_none_match=tags)
        assert (known.status, known.body, known.headers["etag"]) == (304, b"", got.headers["etag"])
    head = http.ask("HEAD", path)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(got.body)))


async def test_upload_needs_its_length_and_a_picture(club: Club, http: Http) -> None:
    """What is wrong with an upload is told by the same reasons as over gRPC, and changes nothing."""
    anna = await club.player("anna")
    path, token = f"/v1/users/{anna.own_username()}/avatar", token_of(anna, http)
    chunked = http.ask("PUT", path, b"3\r\nabc\r\n0\r\n\r\n", authorization=token, transfer_encoding="chunked")
    assert chunked.status == 411
    for body, reason in ((b"no picture", "IMAGE_FORMAT"), (b"", "INVALID_REQUEST"), (bytes(5 * 2**20 + 1), "")):
        got = http.ask("PUT", path, body, authorization=token)
        assert (got.status, reason in got.reason) == (400, True), got.body
    wrong = http.ask("PUT", f"{path}?metadata.sha256={'0' * 64}", a_picture(), authorization=token)
    assert (wrong.status, wrong.reason) == (400, "UPLOAD_MISMATCH")
    assert not (await anna.get_user(anna.own_username())).HasField("avatar")


async def a_report(player: DossierClient, http: Http) -> Got:
    """Return the answer to the wish for a report, which is then READY."""
    asked = http.ask(
        "POST", "/v1/reports", b"{}", authorization=token_of(player, http), content_type="application/json"
    )
    await ready(player, await player.get_report(asked.json()["report"]["reportId"]))
    return asked


async def test_report_comes_in_parts(club: Club, http: Http) -> None:
    """Each kind of range gives the bytes that it names, under the tag of the whole; none that there is gives 416."""
    anna = await club.player("anna")
    path = (await a_report(anna, http)).json()["report"]["downloadUri"]
    token = token_of(anna, http)
    whole = http.ask("GET", path, authorization=token)
    size, tag = len(whole.body), whole.headers["etag"]
    assert (whole.status, whole.headers["content-type"]) == (200, "application/pdf")
    assert tag == f'"{hashlib.sha256(whole.body).hexdigest()}"'
    assert whole.headers["content-disposition"].startswith(f'attachment; filename="{anna.own_username()}-')
    assert (whole.headers["accept-ranges"], whole.headers["cache-control"]) == ("bytes", "private, no-cache")
    for wanted, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, size - 1),
        ("bytes=-100", size - 100, size - 1),
        (f"bytes=5-{size * 2}", 5, size - 1),
    ):
        part = http.ask("GET", path, authorization=token, range=wanted, if_range=tag)
        assert (part.status, part.headers["content-range"]) == (206, f"bytes {first}-{last}/{size}")
        assert (part.body, part.headers["etag"]) == (whole.body[first : last + 1], tag)
    for wanted in ("bytes=0-1,5-6", "bytes=9-5", "lines=1-2", "bytes=a-b"):
        assert http.ask("GET", path, authorization=token, range=wanted).body == whole.body
    changed = http.ask("GET", path, authorization=token, range="bytes=0-99", if_range='"another"')
    assert (changed.status, changed.body) == (200, whole.body)
    for wanted in (f"bytes={size}-", "bytes=-0"):
        beyond = http.ask("GET", path, authorization=token, range=wanted)
        assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")
        assert beyond.reason == "OFFSET_OUT_OF_RANGE"


async def test_report_answers_accepted_until_it_is_there(club: Club, http: Http) -> None:
    """The address that came with the wish says 202 and when to come again, then the file; never an error between."""
    anna = await club.player("anna")
    token = token_of(anna, http)
    for _ in range(QUEUED_BEFORE + 1):
        asked = http.ask("POST", "/v1/reports", b"{}", authorization=token, content_type="application/json")
    path, waits = asked.json()["report"]["downloadUri"], 0
    while (got := http.ask("GET", path, authorization=token)).status == 202:
        assert (got.reason, got.headers["retry-after"]) == ("REPORT_NOT_READY", "1")
        waits += 1
    assert (got.status, got.body[:5]) == (200, b"%PDF-")
    assert waits > 0
    cancelled = http.ask("POST", "/v1/reports", b"{}", authorization=token, content_type="application/json")
    report = cancelled.json()["report"]
    if http.ask("POST", f"/v1/reports/{report['reportId']}:cancel", b"{}", authorization=token).status == 200:
        gone = http.ask("GET", report["downloadUri"], authorization=token)
        assert (gone.status, gone.reason, "retry-after" in gone.headers) == (400, "REPORT_NOT_READY", False)


async def test_report_is_watched_as_events(club: Club, http: Http) -> None:
    """Each change is an event or a line, and the last one is the READY report."""
    anna = await club.player("anna")
    report_id = (await a_report(anna, http)).json()["report"]["reportId"]
    path, token = f"/v1/reports/{report_id}:watch", token_of(anna, http)
    events = http.ask("GET", path, authorization=token, accept="text/event-stream")
    lines = http.ask("GET", path, authorization=token)
    last = events.body.decode().removesuffix("\n\n").split("\n\n")[-1].removeprefix("data: ")
    assert json.loads(last) == json.loads(lines.body.splitlines()[-1])
    assert json.loads(last)["report"]["state"] == "STATE_READY"


async def test_too_many_bad_passwords_say_when_to_come_again(club: Club, http: Http) -> None:
    """The delay is in Retry-After as well, in whole seconds, and not less than the server says."""
    anna = await club.player("anna")
    body = json.dumps({"username": anna.own_username(), "password": "not that one"}).encode()
    got = http.ask("POST", "/v1/auth:signIn", body, content_type="application/json")
    while got.status == 401:
        got = http.ask("POST", "/v1/auth:signIn", body, content_type="application/json")
    assert got.status == 429
    delay = next(detail["retryDelay"] for detail in got.json()["details"] if "retryDelay" in detail)
    assert int(got.headers["retry-after"]) >= float(delay.removesuffix("s")) > 0
