"""Asks a server's reflection as the common tools do."""

from __future__ import annotations

import grpc
from grpc_reflection.v1alpha import reflection_pb2


async def _ask(
    channel: grpc.aio.Channel, version: str, request: reflection_pb2.ServerReflectionRequest
) -> reflection_pb2.ServerReflectionResponse:
    # The messages of v1 and v1alpha are the same on the wire.
    method = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    call = method(iter([request]), timeout=10)
    answers = [answer async for answer in call]
    assert len(answers) == 1
    return answers[0]


async def listed_services(channel: grpc.aio.Channel, version: str) -> set[str]:
    """Return the names of the services that reflection lists."""
    answer = await _ask(channel, version, reflection_pb2.ServerReflectionRequest(list_services="*"))
    return {service.name for service in answer.list_services_response.service}


async def resolves(channel: grpc.aio.Channel, version: str, *, symbol: str = "", file: str = "") -> bool:
    """Return whether reflection has the file of a symbol, or the file of that name."""
    request = reflection_pb2.ServerReflectionRequest()
    if symbol:
        request.file_containing_symbol = symbol
    else:
        request.file_by_filename = file
    answer = await _ask(channel, version, request)
    if answer.WhichOneof("message_response") == "error_response":
        assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
        return False
    return bool(answer.file_descriptor_response.file_descriptor_proto)
