"""The limit: a bare grpc.aio server that answers from memory. `python -m bench.echo_server ADDRESS BYTES CHUNKS`.

`/bench.Echo/Unary` answers with BYTES bytes; `/bench.Echo/Stream` with CHUNKS messages of the download's type and
size. No interceptors, no options, and for the unary call no messages either.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
from dossier.report.v1 import report_service_pb2 as report_pb

UNARY = "/bench.Echo/Unary"
STREAM = "/bench.Echo/Stream"
CHUNK_BYTES = 256 * 1024


async def serve(address: str, unary_bytes: int, chunks: int) -> None:
    """Serve until the process is ended."""
    answer = b"\x0a" * unary_bytes
    pieces = [bytes([number % 256]) * CHUNK_BYTES for number in range(chunks)]

    async def unary(request: bytes, context: Any) -> bytes:
        return answer

    async def stream(request: bytes, context: Any) -> AsyncIterator[report_pb.DownloadReportResponse]:
        for piece in pieces:
            yield report_pb.DownloadReportResponse(chunk=piece)

    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Unary": grpc.unary_unary_rpc_method_handler(unary),
        "Stream": grpc.unary_stream_rpc_method_handler(
            stream, response_serializer=report_pb.DownloadReportResponse.SerializeToString
        ),
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", handlers),))
    server.add_insecure_port(address)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
