"""A protoc plugin for the gRPC part of the stubs, which grpcio-tools has only inside its own protoc."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc


def main() -> None:
    """Read a CodeGeneratorRequest from standard input and write the response to standard output."""
    request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    response = plugin_pb2.CodeGeneratorResponse(
        supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    services = [name for name in request.file_to_generate if name.endswith("_service.proto")]
    with tempfile.TemporaryDirectory() as folder:
        descriptors = Path(folder) / "descriptors.binpb"
        descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
        out = Path(folder) / "out"
        out.mkdir()
        arguments = ["protoc", f"--descriptor_set_in={descriptors}", f"--grpc_python_out={out}", *services]
        if services and protoc.main(arguments) != 0:
            response.error = "grpc_python: protoc failed; its message stands above"
        for file in sorted(out.rglob("*.py")):
            response.file.add(name=str(file.relative_to(out)), content=file.read_text(encoding="utf-8"))
    sys.stdout.buffer.write(response.SerializeToString())


if __name__ == "__main__":
    main()
