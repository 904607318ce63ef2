"""Bad wishes for links to reports, and links that lead nowhere, each with its exact answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import grpc
from dossier.report.v1 import share_service_pb2 as share_pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from tests.e2e.access_scene import Scene, Target
from tests.e2e.bad_values import IDS, INVALID, SHARE, Bad, each
from tests.e2e.raw_calls import refused

DAY = 24 * 3600
TTLS = {
    "of no time": Duration(),
    "of less than a minute": Duration(seconds=59, nanos=999_999_999),
    "of more than 30 days": Duration(seconds=30 * DAY, nanos=1),
    "that is over": Duration(seconds=-DAY),
    "of longer than time": Duration(seconds=2**63 - 1),
    "of two seconds of nanos": Duration(seconds=DAY, nanos=2 * 10**9),
    "of negative nanos": Duration(seconds=DAY, nanos=-5),
}
# Each is answered like a link that has ended, so that nothing is told of any.
TOKENS = {
    "of one letter": "x",
    "of the length of one": "A" * 75,
    "as long as may be": "A" * 256,
    "of other letters": "é" * 75,
    "with a zero": "a\0b",
    "that is a path": "../../v1/account",
    "that is SQL": "' OR 1=1 --",
    "that is an id": str(uuid.uuid4()),
}


def shares() -> Iterator[Bad]:
    create, download = f"{SHARE}/CreateShareLink", f"{SHARE}/DownloadSharedReport"
    some_id = str(uuid.uuid4())
    yield from each(create, share_pb.CreateShareLinkRequest, "report_id", IDS)
    yield from each(create, share_pb.CreateShareLinkRequest, "ttl", TTLS, report_id=some_id)
    yield from each(f"{SHARE}/ListShareLinks", share_pb.ListShareLinksRequest, "report_id", IDS)
    yield from each(f"{SHARE}/DeleteShareLink", share_pb.DeleteShareLinkRequest, "link_id", IDS)
    invalid_link = refused(grpc.StatusCode.NOT_FOUND, "SHARE_LINK_INVALID")
    yield from each(download, share_pb.DownloadSharedReportRequest, "token", TOKENS, invalid_link)
    yield from each(download, share_pb.DownloadSharedReportRequest, "token", {"empty": "", "too long": "A" * 257})
    yield Bad(download, "before the beginning", _of_a_link(read_offset=-1), INVALID)
    yield Bad(download, "fewer than none", _of_a_link(read_limit=-1), INVALID)
    past = refused(grpc.StatusCode.OUT_OF_RANGE, "OFFSET_OUT_OF_RANGE")
    yield Bad(download, "past the end", _of_a_link(read_offset=10**9), past)
    yield Bad(download, "with a letter changed", _of_a_link(change=True), invalid_link)


def _of_a_link(*, change: bool = False, **values: int) -> Callable[[Scene], Message]:
    def made(scene: Scene) -> Message:
        token = scene.token(scene.referee, Target.OWN)
        changed = ("A" if token[0] != "A" else "B") + token[1:]
        return share_pb.DownloadSharedReportRequest(token=changed if change else token, **values)

    return made
