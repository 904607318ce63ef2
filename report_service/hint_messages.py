"""A hint as an AMQP message: its kind in the property `type`, its body a protobuf of that kind.

The call that asked for the report is in the property `correlation_id` and the header `traceparent`, where it is known.

A change that an older worker cannot follow gets another kind, `dossier.report.v2.ReportHint`: workers that know it are
rolled out before what sends it. A worker that meets a kind it does not know puts the message aside, and the row's alarm
sends another hint.
"""

from __future__ import annotations

import re
from enum import StrEnum

import aio_pika
from dossier.report.v1 import report_hint_pb2 as hint_pb
from google.protobuf.message import DecodeError

from report_service.errors import HintUnusable
from runtime.amqp import origin_headers
from runtime.calls import Origin

KIND = hint_pb.ReportHint.DESCRIPTOR.full_name
CONTENT_TYPE = "application/protobuf"
_REPORT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class HintFault(StrEnum):
    """Why a message is no hint."""

    UNKNOWN_TYPE = "unknown_type"
    UNDECODABLE = "undecodable"
    BAD_REPORT_ID = "bad_report_id"


def encode(report_id: str, origin: Origin) -> aio_pika.Message:
    """Return the message to send."""
    return aio_pika.Message(
        hint_pb.ReportHint(report_id=report_id).SerializeToString(),
        type=KIND,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        correlation_id=origin.request_id or None,
        headers=origin_headers(origin),
    )


def decode(kind: str | None, body: bytes) -> str:
    """Return the report's id. Raises HintUnusable.

    Args:
        kind: the property `type`. None or empty is taken for the first kind, whose senders once did not name it.
    """
    if kind and kind != KIND:
        raise HintUnusable(HintFault.UNKNOWN_TYPE)
    try:
        report_id = hint_pb.ReportHint.FromString(body).report_id
    except DecodeError as error:
        raise HintUnusable(HintFault.UNDECODABLE) from error
    if not _REPORT_ID.fullmatch(report_id):
        raise HintUnusable(HintFault.BAD_REPORT_ID)
    return report_id
