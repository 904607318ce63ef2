"""admin: roles and service accounts, on the server's own computer; and what signed-in managers and admins do."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from client.cli.failures import UNAVAILABLE, USAGE, CommandFailure
from client.cli.output import Output
from client.cli.roles import RoleChoice, role_value
from client.cli.server import DataOption, become
from client.cli.session import UsernameArgument, examples, session_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import grpc

    from client.cli.session import Session
    from client.operators import OperatorClient

app = typer.Typer(
    help="Roles, bans, the audit log, programs and what is kept. The commands with --data, --from, --to or --gateway"
    " are for the operator, on the server's own computer; the others for who is signed in as a manager or admin.",
    no_args_is_help=True,
)

_Answer = TypeVar("_Answer")
_PROFILE_AUDIENCE = "profile_service"


_TLS_VARIABLES = ("DOSSIER_INTERNAL_CERTIFICATE", "DOSSIER_INTERNAL_KEY", "DOSSIER_INTERNAL_AUTHORITY")
_WITH_TLS = f"Where the parts show certificates, yours is named by {', '.join(_TLS_VARIABLES)}."

AddressOption = Annotated[
    str | None,
    typer.Option("--profile-address", metavar="HOST:PORT", help=f"A profile service that runs on its own. {_WITH_TLS}"),
]
SecretOption = Annotated[
    Path | None,
    typer.Option("--internal-secret-file", metavar="FILE", help="The secret that the services share; with the former."),
]
RoleArgument = Annotated[RoleChoice, typer.Argument(metavar="ROLE", help="referee, service, manager or admin.")]


@app.command("grant-role", epilog=examples("dossier admin grant-role anna admin --data ./data"))
def grant_role(
    username: UsernameArgument,
    role: RoleArgument,
    data: DataOption = Path("data"),
    profile_address: AddressOption = None,
    internal_secret_file: SecretOption = None,
) -> None:
    """Give an account a role, such as referee, who may record games; so a club gets its first admin."""
    _run(
        _door(data, profile_address, internal_secret_file),
        lambda operator: operator.grant_role(username, role_value(role)),
    )
    Output(as_json=False).remark(f"{username} has the role {role.value}.")


@app.command("revoke-role", epilog=examples("dossier admin revoke-role anna referee"))
def revoke_role(
    username: UsernameArgument,
    role: RoleArgument,
    data: DataOption = Path("data"),
    profile_address: AddressOption = None,
    internal_secret_file: SecretOption = None,
) -> None:
    """Take a role away, and end the account's sessions so that no token keeps it."""
    _run(
        _door(data, profile_address, internal_secret_file),
        lambda operator: operator.revoke_role(username, role_value(role)),
    )
    Output(as_json=False).remark(f"{username} does not have the role {role.value}; their sessions have ended.")


@app.command(
    "create-service-account",
    epilog=examples(
        "dossier admin create-service-account table-1 > table-1.key",
        "dossier admin create-service-account table-1 --signed-in > table-1.key",
    ),
)
def create_service_account(
    ctx: typer.Context,
    username: UsernameArgument,
    display_name: Annotated[str, typer.Option(help="The name people see. Default: the username.")] = "",
    signed_in: Annotated[
        bool, typer.Option("--signed-in", help="Do it as the admin who is signed in, from any computer.")
    ] = False,
    data: DataOption = Path("data"),
    profile_address: AddressOption = None,
    internal_secret_file: SecretOption = None,
) -> None:
    """Open an account for a program that records games, and print its API key: the only time it can be read."""
    if signed_in:
        api_key = asyncio.run(_create_signed_in(session_of(ctx), username, display_name))
    else:
        door = _door(data, profile_address, internal_secret_file)
        api_key = _run(door, lambda operator: operator.create_service_account(username, display_name=display_name))
    output = Output(as_json=False)
    output.line(api_key)
    output.remark("It is for: dossier sign-in-with-key --key-stdin")


async def _create_signed_in(session: Session, username: str, display_name: str) -> str:
    async with session.connect() as dossier:
        await dossier.create_service_account(username, display_name=display_name)
        return (await dossier.create_api_key(username, display_name="first key")).secret


@app.command("rotate-key", epilog=examples("dossier admin rotate-key --data ./data"))
def rotate_key(
    data: DataOption = Path("data"),
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", metavar="FILE", help="The key file of a gateway that runs on its own."),
    ] = None,
) -> None:
    """Give access tokens a new signing key, without a restart and without signing anybody out.

    The new key is published at once and signs two minutes later; the one before it goes on verifying.
    """
    become("gateway.key_file", key_file or data / "secrets" / "signing-key.pem")


@app.command(
    "verify-receipt",
    epilog=examples(
        "dossier account receipt ID --json > receipt.json", "dossier admin verify-receipt receipt.json --data ./data"
    ),
)
def verify_receipt(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A deletion's receipt, in JSON.")],
    data: DataOption = Path("data"),
    secret_file: Annotated[
        Path | None,
        typer.Option(
            "--deletion-secret-file", metavar="FILE", help="The secret of a profile service that runs on its own."
        ),
    ] = None,
) -> None:
    """Say whether the receipt of a deletion is genuine, by its seal; needs no server, nor the database."""
    become("profile_service.receipts", file, secret_file or data / "secrets" / "deletions.key")


@dataclass(frozen=True, slots=True)
class _Door:
    """The way in to a profile service: its address and the secret that opens it."""

    address: str
    secret: bytes
    credentials: grpc.ChannelCredentials | None = None

    def __repr__(self) -> str:
        return f"_Door(address={self.address!r})"


def _door(data: Path, address: str | None, secret_file: Path | None) -> _Door:
    if (address is None) != (secret_file is None):
        message = "--profile-address and --internal-secret-file are given together."
        raise CommandFailure(message, exit_code=USAGE)
    if address is not None and secret_file is not None:
        return _Door(address, secret_file.read_bytes().strip(), _credentials())
    try:
        address = str(json.loads((data / "internal.json").read_text("utf-8"))["address"])
    except FileNotFoundError:
        message = f"No server is running with the data folder {data}."
        advice = "Start it with `dossier up`, or name its folder with --data."
        raise CommandFailure(message, reason="NOT_RUNNING", advice=advice, exit_code=UNAVAILABLE) from None
    except (ValueError, KeyError, TypeError):
        raise CommandFailure(f"{data / 'internal.json'} is damaged; start the server again.") from None
    return _Door(address, (data / "secrets" / "internal.key").read_bytes().strip())


def _credentials() -> grpc.ChannelCredentials | None:
    from runtime.tls import TlsFilesUnusable, channel_credentials, identity_of

    files = (os.environ.get(name) for name in _TLS_VARIABLES)
    certificate, key, authority = (Path(file) if file else None for file in files)
    try:
        return channel_credentials(authority, identity_of(certificate, key))
    except TlsFilesUnusable as error:
        raise CommandFailure(f"{error}.", exit_code=USAGE) from error


def _run(door: _Door, work: Callable[[OperatorClient], Awaitable[_Answer]]) -> _Answer:
    return asyncio.run(_call(door, work))


async def _call(door: _Door, work: Callable[[OperatorClient], Awaitable[_Answer]]) -> _Answer:
    from client.errors import DossierError
    from client.operators import OperatorClient
    from runtime.service_tokens import ServiceTokens

    try:
        tokens = ServiceTokens(door.secret, issuer="operator")
    except ValueError as error:
        raise CommandFailure(f"The internal secret is not good: {error}.") from error

    def mint() -> str:
        return tokens.mint(audience=_PROFILE_AUDIENCE)

    try:
        async with OperatorClient(door.address, mint_token=mint, credentials=door.credentials) as operator:
            return await work(operator)
    except DossierError as error:
        if error.code.name != "UNAVAILABLE" or error.reason:
            raise
        message = f"The server is not running: nothing answers at {door.address}."
        raise CommandFailure(message, reason="NOT_RUNNING", exit_code=UNAVAILABLE) from error
