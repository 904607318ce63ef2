"""Makes the secrets of an installation in containers, those that are missing: `python make_secrets.py FOLDER`.

Each subfolder of FOLDER, made when it is not there, is a volume in compose.yml and a Secret on Kubernetes, seen by
those parts alone that need what is in it:

- shared: what the parts know each other by; all parts
- gateway: the key that signs access tokens; the gateway only
- profile, report: what that service alone makes and reads
- broker: RabbitMQ's account, as RabbitMQ reads it and as profile_service and report_service do
- database: the passwords of PostgreSQL's roles, as PostgreSQL reads them; each service has its own in an address
- files, s3: the keys of the files' server, as the services read them and as the server does
- grafana: the password of its user admin
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
from pathlib import Path
from typing import Final

from gateway.tokens import load_or_create_keys
from standalone.secrets import SECRET_BYTES, write_private

FOLDERS: Final = ("shared", "gateway", "profile", "report", "broker", "database", "files", "s3", "grafana")
SECRETS: Final = (
    "shared/internal.key",
    "profile/refresh.key",
    "profile/pages.key",
    "profile/deletions.key",
    "report/pages.key",
    "database/password",
    "database/profile-password",
    "database/report-password",
    "files/access-key-id",
    "files/secret-access-key",
    "grafana/password",
)
ACCOUNT: Final = "dossier"
BROKER_ADDRESS: Final = "rabbitmq:5672"
DATABASE_ADDRESS: Final = "postgres:5432"
SALT_BYTES: Final = 4


def make_secrets(folder: Path) -> None:
    """Make what is missing; what is there stays as it is."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in SECRETS:
        path = folder / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(SECRET_BYTES) + "\n")
    load_or_create_keys(folder / "gateway" / "signing-key.pem")
    _make_broker_account(folder / "broker")
    for service in ("profile", "report"):
        _make_database_address(folder, service)
    _make_s3_identity(folder)


def _make_database_address(folder: Path, service: str) -> None:
    url = folder / service / "database-url"
    if not url.exists():
        name, password = f"{ACCOUNT}_{service}", (folder / "database" / f"{service}-password").read_text().strip()
        write_private(url, f"postgresql://{name}:{password}@{DATABASE_ADDRESS}/{name}\n")


def _make_s3_identity(folder: Path) -> None:
    """Write the one identity of SeaweedFS, which has no other data than Dossier's and makes its bucket on first use."""
    config = folder / "s3" / "identities.json"
    if config.exists():
        return
    access, secret = ((folder / "files" / name).read_text().strip() for name in ("access-key-id", "secret-access-key"))
    identity = {
        "name": ACCOUNT,
        "credentials": [{"accessKey": access, "secretKey": secret}],
        "actions": ["Admin"],
    }
    write_private(config, json.dumps({"identities": [identity]}, indent=2) + "\n")


def _make_broker_account(folder: Path) -> None:
    url = folder / "amqp-url"
    if url.exists():
        return
    password = secrets.token_urlsafe(SECRET_BYTES)
    write_private(folder / "definitions.json", json.dumps(_definitions(password), indent=2) + "\n")
    # Definitions are read at each start, so a new password needs no new database; and there is no user "guest".
    write_private(folder / "rabbitmq.conf", f"load_definitions = {folder / 'definitions.json'}\n")
    # Last, for it says that the others are complete.
    write_private(url, f"amqp://{ACCOUNT}:{password}@{BROKER_ADDRESS}/{ACCOUNT}\n")


def _definitions(password: str) -> dict[str, object]:
    """Return one virtual host and one account, which may do nothing but use what is named dossier.…"""
    own = r"^dossier\."
    return {
        "vhosts": [{"name": ACCOUNT}],
        "users": [
            {
                "name": ACCOUNT,
                "password_hash": _password_hash(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
            }
        ],
        "permissions": [{"user": ACCOUNT, "vhost": ACCOUNT, "configure": own, "write": own, "read": own}],
    }


def _password_hash(password: str) -> str:
    """Return the hash as RabbitMQ stores it. Source: https://www.rabbitmq.com/docs/passwords#computing-password-hash."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]))
