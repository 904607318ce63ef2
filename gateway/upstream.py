"""What a failed call of another part means to the caller of the gateway."""

from __future__ import annotations

from typing import Final, NoReturn

import grpc

from runtime.channels import raise_unavailable
from runtime.statuses import STATUS_DETAILS, Forwarded

PROFILE_SERVICE = "profile service"
REPORT_SERVICE = "report service"
AUTH_SERVICE: Final = "dossier.auth.v1.AuthService"
# Who serves the methods of a proto package that the gateway does not serve itself.
PARTS: Final = {
    "dossier.admin.v1": PROFILE_SERVICE,
    "dossier.profile.v1": PROFILE_SERVICE,
    "dossier.stats.v1": PROFILE_SERVICE,
    "dossier.report.v1": REPORT_SERVICE,
}
# Without details these come from the transport, not from one of our services: it is gone, or went away meanwhile.
_UNANSWERED = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED})
_FAULTS = frozenset({grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL})


class RouteMissing(Exception):
    """A public service of the contract is neither served by the gateway nor forwarded."""


class UpstreamFault(Exception):
    """Another part ended a call in a way that ours never do; its words stay in the log."""


def raise_answer(error: grpc.aio.AioRpcError, *, dependency: str) -> NoReturn:
    """Raise the other part's own answer unchanged, or say that it gave none.

    Raises:
        Forwarded: it answered with a status of its own.
        Unavailable, DeadlineExceeded: it did not answer.
        UpstreamFault: what came is not fit for a caller.
    """
    answer = Forwarded(error)
    if not any(key == STATUS_DETAILS for key, _ in answer.trailing_metadata):
        if answer.code in _UNANSWERED:
            raise_unavailable(error, dependency=dependency)
        if answer.code in _FAULTS:
            raise UpstreamFault(f"the {dependency} ended a call without a status of ours") from error
    raise answer from error
