"""Requests that no method may take, or only as if they were something else."""

from __future__ import annotations

from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tests.e2e.games import a_game


def nested(levels: int) -> bytes:
    """Return a message in field 1 of a message in field 1, and so on."""
    body = b""
    for _ in range(levels):
        length = len(body)
        varint = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
        body = b"\x0a" + varint + body
    return body


def a_recorded(**times: Timestamp | Duration) -> game_service_pb.RecordGameRequest:
    """Return a game to record that is as it should be but for its times."""
    game = a_game([f"player-{number}" for number in range(10)], game_pb2.WINNER_RED)
    for name, value in times.items():
        getattr(game, name).CopyFrom(value)
    return game_service_pb.RecordGameRequest(game=game)


# Times that no calendar or clock has: which request has which bad field.
_BAD_MOMENTS = {
    "far future": (Timestamp(seconds=10**18), ""),
    "before year 1": (Timestamp(seconds=-62_135_596_801), ""),
    "two seconds of nanos": (Timestamp(seconds=1, nanos=2 * 10**9), ".nanos"),
    "negative nanos": (Timestamp(seconds=1, nanos=-5), ".nanos"),
}
BAD_TIMES: dict[str, tuple[Message, str]] = {
    **{
        f"{kind.DESCRIPTOR.name} {name} {field}": (kind(username="anna", **{field: moment}), field + part)
        for kind in (game_service_pb.ListGamesRequest, stats_pb.GetPlayerStatsRequest, admin_pb.ListAuditEventsRequest)
        for name, (moment, part) in _BAD_MOMENTS.items()
        for field in ("start_time", "end_time")
    },
    **{
        f"ban {name}": (
            admin_pb.BanUserRequest(username="anna", reason="rude", expire_time=moment),
            "expire_time" + part,
        )
        for name, (moment, part) in _BAD_MOMENTS.items()
    },
    **{
        f"game {name}": (a_recorded(start_time=moment), "game.start_time" + part)
        for name, (moment, part) in _BAD_MOMENTS.items()
    },
    "game long nanos": (a_recorded(duration=Duration(seconds=60, nanos=2 * 10**9)), "game.duration.nanos"),
    "game negative nanos of duration": (a_recorded(duration=Duration(seconds=60, nanos=-5)), "game.duration.nanos"),
}

# Bytes that are not, or not quite, a request. Tag 0x0a is field 1 as bytes, 0x08 field 1 as a number.
BODIES: dict[str, bytes] = {
    "empty": b"",
    "not protobuf": b"\xff\xff\xff\xff",
    "cut off": b"\x0a\x7fabc",
    "number for text": b"\x08\x96\x01",
    "text for message": b"\x0a\x03abc\x12\x03abc\x1a\x03abc",
    "not UTF-8": b"\x0a\x02\xc3\x28",
    "unknown fields": b"\xfa\x3f\x03abc",
    "control characters": b"\x0a\x06a\x00b\x1bc\x7f",
    "long text": b"\x0a\x80\x80\x04" + b"a" * 65536,
    "deep nesting": nested(2000),
    # Field 100 as a group in itself: unknown, and deeper than any parser follows.
    "deep groups": b"\xa3\x06" * 200 + b"\xa4\x06" * 200,
    **{name: message.SerializeToString() for name, (message, _) in BAD_TIMES.items()},
}
UNDECODABLE = {"not protobuf", "cut off", "deep groups"}
