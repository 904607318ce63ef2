"""Asks one part how it is: `python -m runtime.healthcheck HOST:PORT` exits with 0 when it is SERVING.

One that speaks TLS is asked with --authority, and --name when its certificate is not for HOST; one that asks for a
certificate itself, with --certificate and --key besides.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime.tls import channel_credentials, identity_of

TIMEOUT_SECONDS: Final = 3.0


def main(arguments: list[str]) -> int:
    """Print one sentence unless the part is SERVING. Returns the exit code. Raises SystemExit for bad arguments."""
    parser = argparse.ArgumentParser(prog="python -m runtime.healthcheck", description="Ask one part how it is.")
    parser.add_argument("address", metavar="HOST:PORT")
    parser.add_argument("--authority", type=Path, metavar="FILE", help="who signed its certificate; plain text without")
    parser.add_argument("--name", default="", help="the name in its certificate")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="what to show to it")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of that")
    asked = parser.parse_args(arguments)
    credentials = channel_credentials(asked.authority, identity_of(asked.certificate, asked.key))
    problem = find_problem(asked.address, credentials, name=asked.name)
    if problem is None:
        return 0
    print(problem, file=sys.stderr)
    return 1


def find_problem(address: str, credentials: grpc.ChannelCredentials | None = None, *, name: str = "") -> str | None:
    """Return one sentence on why the part at `address` should get no calls, None when it is SERVING."""
    # Never over a proxy that the environment names: the part is this container's own.
    options = [("grpc.enable_http_proxy", 0), *([("grpc.ssl_target_name_override", name)] if name else [])]
    if credentials is None:
        opened = grpc.insecure_channel(address, options=options)
    else:
        opened = grpc.secure_channel(address, credentials, options=options)
    with opened as channel:
        try:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_SECONDS)  # type: ignore[attr-defined]
        except grpc.RpcError as error:
            code = error.code().name if isinstance(error, grpc.Call) else type(error).__name__
            return f"{address} does not answer: {code}."
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return None
    return f"{address} is {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
