"""Requests made of path, query and body, and what is said of those that cannot be."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.bindings import Routes, bindings_of
from gateway.http.requests import request_of
from runtime import contract
from runtime.errors import InvalidInput

ROUTES = Routes(bindings_of(contract.methods().values()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


def made(verb: str, path: str, query: bytes = b"", body: bytes = b"") -> Any:
    found = ROUTES.find(verb, path)
    assert found is not None
    return request_of(found[0], found[1], query, body)


def refused(verb: str, path: str, query: bytes = b"", body: bytes = b"") -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        made(verb, path, query, body)
    return caught.value


def test_query_fills_lists_numbers_flags_and_times() -> None:
    """Each kind of field is written in a query as JSON writes it."""
    assert list(made("GET", "/v1/users:batchGet", b"usernames=a&usernames=b").usernames) == ["a", "b"]
    assert made("GET", "/v1/users", b"pageSize=7&search=%C3%A9").page_size == 7
    assert made("GET", "/v1/users", b"page_size=7").page_size == 7


def test_patch_names_in_the_mask_what_the_body_has() -> None:
    """An empty text empties a field; what is not for clients to set is left out, so that what was read can be sent."""
    request = made(
        "PATCH", "/v1/users/anna", b"etag=r1", b'{"city":"","displayName":"A","createTime":null,"etag":"r1"}'
    )
    assert list(request.update_mask.paths) == ["city", "display_name"]
    assert (request.username, request.etag) == ("anna", "r1")
    named = made("PATCH", "/v1/users/anna", b"updateMask=about,displayName", b'{"about":"x"}')
    assert list(named.update_mask.paths) == ["about", "display_name"]


@pytest.mark.parametrize(
    ("verb", "path", "query", "body", "field"),
    [
        ("PATCH", "/v1/users/anna", b"", b'{"citi":"x"}', "user.citi"),
        ("PATCH", "/v1/users/anna", b"", b'{"city":5}', "user.city"),
        ("PATCH", "/v1/users/anna", b"", b'{"gender":"GENDER_OF_NOBODY"}', "user.gender"),
        ("PATCH", "/v1/users/anna", b"", b'{"city":"a","city":"b"}', "city"),
        ("POST", "/v1/auth:signIn", b"", b'{"username":["a"]}', "username"),
        ("POST", "/v1/auth:signIn", b"username=a", b"{}", "username"),
        ("GET", "/v1/users", b"nope=1", b"", "nope"),
        ("GET", "/v1/users", b"pageSize=many", b"", "page_size"),
        ("GET", "/v1/users", b"pageSize=1&pageSize=2", b"", "page_size"),
        ("GET", "/v1/users/anna", b"username=other", b"", "username"),
        ("PUT", "/v1/games/7", b"", b'{"gameId":"8"}', "game.game_id"),
        ("POST", "/v1/games:batchRecord", b"", b'{"games":[{},{"nope":1}]}', "games[1].nope"),
        ("POST", "/v1/games:batchRecord", b"", b'{"games":[null]}', "games[0]"),
        ("POST", "/v1/games:batchRecord", b"", b'{"games":{}}', "games"),
        ("POST", "/v1/reports", b"", b'{"startTime":{}}', "start_time"),
        ("POST", "/v1/games:batchRecord", b"", b'{"games":[[]]}', "games[0]"),
        ("POST", "/v1/games:batchRecord", b"", b'{"games":[""]}', "games[0]"),
        ("POST", "/v1/account:setVisibility", b"", b'{"visibility":[]}', "visibility"),
        ("POST", "/v1/account:setVisibility", b"", b'{"visibility":""}', "visibility"),
        *(
            ("POST", "/v1/account:setVisibility", b"", b'{"visibility":{"city":%b}}' % value, "visibility.city")
            for value in (b"true", b"1.9", b'" 2 "', b'"1_0"', b"[1]", b"{}", '"\u0662"'.encode())
        ),
        *(
            ("GET", "/v1/users", b"pageSize=" + value, b"", "page_size")
            for value in (b"1_0", b"%202", b"%D9%A2", b"true", b"1.5", b"1e1", b"0x1", b"")
        ),
        ("GET", "/v1/users", b"pageSize=99999999999999999999", b"", "page_size"),
        ("PUT", "/v1/games/7", b"", b'{"seats":[{"seatNumber":true}]}', "game.seats[0].seat_number"),
        ("PUT", "/v1/games/7", b"", b'{"seats":[{"seatNumber":"1e0"}]}', "game.seats[0].seat_number"),
        ("GET", "/v1/reports/01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081:download", b"readLimit=1", b"", "readLimit"),
    ],
)
def test_field_that_is_wrong_is_named(verb: str, path: str, query: bytes, body: bytes, field: str) -> None:
    """The answer says which field it is, and not what stood in it."""
    error = refused(verb, path, query, body)
    assert [violation.field for violation in error.violations] == [field]


@pytest.mark.parametrize("body", [b"{", b"[]", b"nope", b"\xff", b'{"a":NaN}', b"[" * 100_000, b'{"a":' * 100_000])
def test_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    """Whatever comes is told apart from a request."""
    assert refused("POST", "/v1/auth:signIn", body=body).reason == "INVALID_REQUEST"


def test_depth_has_a_limit_and_brackets_in_texts_do_not_count() -> None:
    """What is nested deeper than any message is refused, however deeply; a text may hold any number of brackets."""
    for depth in (100, 10_000, 100_000):
        for opening, closing in ((b'{"user":', b"}"), (b"[", b"]")):
            assert refused("POST", "/v1/auth:signIn", body=b'{"username":%b1%b}' % (opening * depth, closing * depth))
    text = b'{"username":"' + b"[{" * 100 + b'"}'
    assert made("POST", "/v1/auth:signIn", body=text).username == "[{" * 100


@pytest.mark.parametrize("body", [rb'{"\ud800":1}', rb'{"\ud800":1,"\ud800":2}', rb'{"username":"\ud800"}'])
def test_half_of_a_surrogate_pair_is_no_text(body: bytes) -> None:
    """JSON can write what no text has; it is refused, and can be told of."""
    assert all(violation.field.encode() for violation in refused("POST", "/v1/auth:signIn", body=body).violations)


@pytest.mark.parametrize(
    "time",
    [
        *("2026-1-1T00:00:00Z", "2026-01-01T0:0:0Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1_0Z", "2026-01-01"),
        *("2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00+3:00", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", ""),
    ],
)
def test_time_is_as_rfc_3339_writes_it(time: str) -> None:
    """Nothing is guessed of a time that is written in another way."""
    body = json.dumps({"startTime": time}).encode()
    assert [violation.field for violation in refused("POST", "/v1/reports", body=body).violations] == ["start_time"]


@pytest.mark.parametrize(
    "duration", ["1_0s", " 10s", "+10s", "10.s", "\u0661\u0660s", "10", "10S", "1e1s", ".5s", "", 10]
)
def test_duration_is_seconds(duration: object) -> None:
    """Nothing is guessed of a duration that is written in another way."""
    body = json.dumps({"duration": duration}).encode()
    fields = [violation.field for violation in refused("PUT", "/v1/games/7", body=body).violations]
    assert fields == ["game.duration"]


def test_times_and_durations_are_read() -> None:
    """Offsets and fractions have their meaning."""
    body = b'{"startTime":"2026-01-16T18:30:00.5+04:00","duration":"3120.25s"}'
    game = made("PUT", "/v1/games/7", body=body).game
    assert game.start_time.ToJsonString() == "2026-01-16T14:30:00.500Z"
    assert game.duration.ToMilliseconds() == 3_120_250


def test_number_is_written_as_a_number_or_a_text() -> None:
    """ProtoJSON has both, and a fraction that is none."""
    for written in (b"2", b'"2"', b"2.0", b"2e0"):
        game = made("PUT", "/v1/games/7", body=b'{"seats":[{"seatNumber":%b}]}' % written).game
        assert game.seats[0].seat_number == 2
    for written in (b"2", b'"2"', b'"GENDER_MALE"'):
        assert made("PATCH", "/v1/users/anna", body=b'{"gender":%b}' % written).user.gender == 2


def test_field_among_a_hundred_thousand_is_found_in_time() -> None:
    """Names that are looked for among all others before would take a minute."""
    body = json.dumps({str(number): 1 for number in range(100_000)}).encode()
    assert len(refused("POST", "/v1/auth:signIn", body=body).violations) == 20
    twice = body[:-1] + b',"99999":1}'
    assert refused("POST", "/v1/auth:signIn", body=twice).violations[0].field == "99999"


@given(JSON)
def test_any_json_becomes_a_request_or_is_refused(tree: Any) -> None:
    """No JSON ends in anything else."""
    body = json.dumps({"user": tree, "games": [tree], "kind": tree, "startTime": tree}).encode()
    for verb, path in (("POST", "/v1/reports"), ("PATCH", "/v1/users/anna"), ("POST", "/v1/games:batchRecord")):
        with suppress(InvalidInput):
            assert isinstance(made(verb, path, body=body), Message)
