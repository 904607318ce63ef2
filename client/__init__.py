"""The Dossier client library.

    from client import DossierClient, FileCredentialStore

Names are imported when they are first used, so that `dossier --help` need not load gRPC.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from client.avatars import AvatarImage
    from client.credentials import Credentials, CredentialStore, FileCredentialStore, MemoryCredentialStore
    from client.dossier_client import DossierClient
    from client.downloads import DownloadedReport
    from client.errors import DigestMismatch, DossierError, Violation
    from client.operators import OperatorClient
    from client.patience import Backoff

__all__ = [
    "AvatarImage",
    "Backoff",
    "CredentialStore",
    "Credentials",
    "DigestMismatch",
    "DossierClient",
    "DossierError",
    "DownloadedReport",
    "FileCredentialStore",
    "MemoryCredentialStore",
    "OperatorClient",
    "Violation",
]

_MODULES: Final = {
    "AvatarImage": "client.avatars",
    "Backoff": "client.patience",
    "CredentialStore": "client.credentials",
    "Credentials": "client.credentials",
    "DigestMismatch": "client.errors",
    "DossierClient": "client.dossier_client",
    "DossierError": "client.errors",
    "DownloadedReport": "client.downloads",
    "FileCredentialStore": "client.credentials",
    "MemoryCredentialStore": "client.credentials",
    "OperatorClient": "client.operators",
    "Violation": "client.errors",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
