"""Server reflection that the common tools are content with.

The reflection package serves v1alpha only, and its descriptor pool does not find methods by name (grpc/grpc
issue 34743), so that describing `package.Service.Method` fails; and it describes every file that the process has
loaded. All three are mended here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor
from grpc_reflection.v1alpha import reflection, reflection_pb2
from grpc_reflection.v1alpha._async import ReflectionServicer

_V1 = "grpc.reflection.v1.ServerReflection"


class _ServedPool:
    """The default pool, which also knows in which file a method stands, and hides the services that are not served."""

    def __init__(self, service_names: Iterable[str]) -> None:
        self._pool: Any = descriptor_pool.Default()
        self._service_names = frozenset(service_names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def FindFileByName(self, name: str) -> FileDescriptor:
        return self._shown(self._pool.FindFileByName(name))

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:
        try:
            found = self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            service, _, method = symbol.rpartition(".")
            if method not in self._pool.FindServiceByName(service).methods_by_name:
                raise
            found = self._pool.FindFileContainingSymbol(service)
        return self._shown(found)

    def _shown(self, file: FileDescriptor) -> FileDescriptor:
        services = [service.full_name for service in file.services_by_name.values()]
        if services and self._service_names.isdisjoint(services):
            raise KeyError(file.name)
        return file


def add_reflection(server: grpc.aio.Server, service_names: Sequence[str]) -> None:
    """Serve reflection, v1 and v1alpha, for the services named and for itself."""
    names = (*service_names, reflection.SERVICE_NAME)
    servicer = ReflectionServicer(names, pool=_ServedPool(names))
    for name in (reflection.SERVICE_NAME, _V1):
        handler = grpc.stream_stream_rpc_method_handler(
            servicer.ServerReflectionInfo,
            request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
            response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
        generic = grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": handler})
        server.add_generic_rpc_handlers((generic,))
