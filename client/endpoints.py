"""Where the server is: one address, plaintext or TLS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ENDPOINT: Final = "localhost:7070"
ENDPOINT_VARIABLE: Final = "DOSSIER_ENDPOINT"


def endpoint_from_environment(environ: Mapping[str, str] = os.environ) -> str:
    """Return `host:port` from DOSSIER_ENDPOINT, or the default."""
    return environ.get(ENDPOINT_VARIABLE, "").strip() or DEFAULT_ENDPOINT


@dataclass(frozen=True, slots=True)
class Transport:
    """How bytes reach the server.

    Attributes:
        tls: whether the channel is encrypted; always with a root_ca.
        root_ca: PEM file of the authority that signed the server's certificate; None means the system's own.
    """

    tls: bool = False
    root_ca: Path | None = None
