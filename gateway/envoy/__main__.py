"""Writes an Envoy's configuration, for `dossier admin envoy-config`. It needs no server, no secret and no key."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.layout import GATEWAY, Address, Layout
from gateway.upstream import PROFILE_SERVICE, REPORT_SERVICE
from runtime import contract
from runtime.tls import identity_of


def layout_of(words: Sequence[str]) -> Layout:
    """Return the installation that the command line describes. Leaves with a sentence when it describes none."""
    given = _parser().parse_args(words)
    for names in (("certificate", "key"), ("internal_certificate", "internal_key", "internal_authority")):
        if len({vars(given)[name] is None for name in names}) > 1:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in names)
            sys.exit(f"dossier: {options} are given together")
    return Layout(
        listen=given.listen,
        parts={GATEWAY: given.gateway, PROFILE_SERVICE: given.profile, REPORT_SERVICE: given.report},
        origins=given.origin,
        shown=identity_of(given.certificate, given.key),
        gateway_authority=given.gateway_authority,
        internal=identity_of(given.internal_certificate, given.internal_key, given.internal_authority),
        rate=given.rate,
        trusted_proxies=given.trusted_proxies,
        admin=given.admin,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dossier admin envoy-config", usage="%(prog)s OPTIONS (--help tells them)", allow_abbrev=False
    )
    parser.add_argument("--listen", type=_address, default=Address("0.0.0.0", 8080))  # noqa: S104 - it is the edge
    parser.add_argument("--gateway", type=_address, action="append", required=True)
    parser.add_argument("--profile", type=_address, action="append", default=[])
    parser.add_argument("--report", type=_address, action="append", default=[])
    parser.add_argument("--origin", action="append", default=[])
    for name in (
        "certificate",
        "key",
        "gateway-authority",
        "internal-certificate",
        "internal-key",
        "internal-authority",
    ):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--rate", type=int, default=1)
    parser.add_argument("--trusted-proxies", type=int, default=0)
    parser.add_argument("--admin", type=_address)
    return parser


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port")
    return Address(host, int(port))


if __name__ == "__main__":
    print(json.dumps(bootstrap(layout_of(sys.argv[1:]), contract.methods()), indent=1))
