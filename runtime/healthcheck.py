"""Asks one part how it is: `python -m runtime.healthcheck HOST:PORT` exits with 0 when it is SERVING."""

from __future__ import annotations

import sys
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

TIMEOUT_SECONDS: Final = 3.0
EXIT_USAGE: Final = 2


def main(arguments: list[str]) -> int:
    """Print one sentence unless the part is SERVING. Returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m runtime.healthcheck HOST:PORT", file=sys.stderr)
        return EXIT_USAGE
    problem = find_problem(arguments[0])
    if problem is None:
        return 0
    print(problem, file=sys.stderr)
    return 1


def find_problem(address: str) -> str | None:
    """Return one sentence on why the part at `address` should get no calls, None when it is SERVING."""
    # Never over a proxy that the environment names: the part is this container's own.
    with grpc.insecure_channel(address, options=(("grpc.enable_http_proxy", 0),)) as channel:
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
