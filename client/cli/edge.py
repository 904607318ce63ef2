"""admin envoy-config: writes what an Envoy before an installation is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from client.cli.server import become
from client.cli.session import examples

_EXAMPLES = (
    "dossier admin envoy-config --gateway localhost:7070 > envoy.json",
    "dossier admin envoy-config --gateway gateway:7070 --profile profile:7071 --report report:7072 > envoy.json",
    "envoy -c envoy.json",
)
_PART = "HOST:PORT; again for each, or a name that stands for all of them."
_ELSE = "Without it, through the gateways."
_ORIGIN = "A page whose scripts may call, such as https://club.example.org; again for each."
_RATE = "One network gets so many times the calls of a kind in a second that one process takes at once; 0: any number."
_PROXIES = "How many proxies before Envoy add the address that called them."


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("envoy-config", epilog=examples(*_EXAMPLES))(envoy_config)


def _address(told: str) -> Any:
    return typer.Option(metavar="HOST:PORT", help=told)


def _file(told: str) -> Any:
    return typer.Option(metavar="FILE", help=f"PEM file {told}")


def envoy_config(
    gateway: Annotated[list[str], _address(f"A gateway, or a standalone server: {_PART}")],
    profile: Annotated[list[str] | None, _address(f"A profile service: {_PART} {_ELSE}")] = None,
    report: Annotated[list[str] | None, _address(f"A report service: {_PART} {_ELSE}")] = None,
    listen: Annotated[str, _address("Where clients reach Envoy.")] = "0.0.0.0:8080",
    certificate: Annotated[Path | None, _file("with what clients are shown; without it, plain text.")] = None,
    key: Annotated[Path | None, _file("with the key of that.")] = None,
    gateway_authority: Annotated[Path | None, _file("of who signed the gateways' own certificate.")] = None,
    internal_certificate: Annotated[Path | None, _file("with what Envoy shows to profile and report services.")] = None,
    internal_key: Annotated[Path | None, _file("with the key of that.")] = None,
    internal_authority: Annotated[Path | None, _file("of who signed every part's certificate.")] = None,
    origin: Annotated[list[str] | None, typer.Option(metavar="URL", help=_ORIGIN)] = None,
    rate: Annotated[int, typer.Option(min=0, help=_RATE)] = 1,
    trusted_proxies: Annotated[int, typer.Option(min=0, help=_PROXIES)] = 0,
    admin: Annotated[
        str | None, _address("Where Envoy serves its metrics and its own commands, to whoever asks.")
    ] = None,
) -> None:
    """Print the configuration of an Envoy before an installation, in JSON, made of the contract that the servers keep.

    It needs no server, secret or key, and holds none: files are named as Envoy will find them. Write it anew for each
    version of Dossier, as new methods get their routes by it. docs/operations.md says how to run it.
    """
    options: Mapping[str, object] = {
        "--listen": listen,
        "--certificate": certificate,
        "--key": key,
        "--gateway-authority": gateway_authority,
        "--internal-certificate": internal_certificate,
        "--internal-key": internal_key,
        "--internal-authority": internal_authority,
        "--rate": rate,
        "--trusted-proxies": trusted_proxies,
        "--admin": admin,
    }
    lists = {"--gateway": gateway, "--profile": profile, "--report": report, "--origin": origin}
    words = [f"{name}={value}" for name, value in options.items() if value is not None]
    words += [f"{name}={value}" for name, values in lists.items() for value in values or ()]
    become("gateway.envoy", *words)
