"""Tells a deletion's receipt from one that was made up: `python -m profile_service.receipts RECEIPT SECRET`.

It needs the operator's deletion secret and nothing else, so that it works after the database was lost.
"""

from __future__ import annotations

import argparse
import hmac
import sys
from datetime import UTC
from pathlib import Path

from dossier.profile.v1 import account_service_pb2 as account_pb
from google.protobuf import json_format

from profile_service.deletions import DeletionSecret, Mode, Receipt, Step


class NotGenuine(Exception):
    """What was shown proves nothing; the text says why."""


def verified(text: str, secret: bytes) -> Receipt:
    """Return the receipt that a JSON text holds, as `dossier account receipt --json` prints it. Raises NotGenuine."""
    try:
        receipt = _receipt(json_format.Parse(text, account_pb.DeletionReceipt()))
    except (json_format.ParseError, ValueError) as error:
        raise NotGenuine("it is not the JSON of a final receipt") from error
    if not hmac.compare_digest(DeletionSecret(secret).seal(receipt).encode(), receipt.seal.encode()):
        raise NotGenuine("its seal is not that of this secret over what it says")
    return receipt


def _receipt(message: account_pb.DeletionReceipt) -> Receipt:
    """Raises ValueError for one that is not final, which has no seal."""
    step = Step(account_pb.DeletionState.Name(message.state).removeprefix("DELETION_STATE_"))
    if step not in {Step.PURGED, Step.UNDELETED}:
        raise ValueError(step)
    return Receipt(
        receipt_id=message.receipt_id,
        mode=Mode(account_pb.DeletionMode.Name(message.mode).removeprefix("DELETION_MODE_")),
        step=step,
        schedule_time=message.schedule_time.ToDatetime(UTC),
        purge_time=message.purge_time.ToDatetime(UTC),
        end_time=message.end_time.ToDatetime(UTC),
        counts={field.name: getattr(message.counts, field.name) for field in message.counts.DESCRIPTOR.fields},
        seal=message.seal,
    )


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m profile_service.receipts", description="Check a receipt's seal.")
    parser.add_argument("receipt", type=Path, help="the receipt, as `dossier account receipt ID --json` prints it")
    parser.add_argument("secret", type=Path, help="the file with the deletion secret")
    arguments = parser.parse_args()
    try:
        receipt = verified(arguments.receipt.read_text("utf-8"), arguments.secret.read_bytes().strip())
    except (NotGenuine, OSError, UnicodeDecodeError) as error:
        sys.exit(f"dossier: the receipt is not genuine, or cannot be checked: {error}")
    print(f"The receipt {receipt.receipt_id} is genuine: {receipt.step} at {receipt.end_time:%Y-%m-%d %H:%M} UTC.")


if __name__ == "__main__":
    _main()
