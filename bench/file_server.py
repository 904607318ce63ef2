"""A peer: Starlette's FileResponse of one file. `python -m bench.file_server ADDRESS FILE`."""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route


def main() -> None:
    """Serve until signalled."""
    address, file = sys.argv[1:]
    host, _, port = address.rpartition(":")

    async def send(request: Request) -> FileResponse:
        return FileResponse(file)

    application = Starlette(routes=[Route("/", send)])
    uvicorn.run(application, host=host, port=int(port), http="httptools", loop="asyncio", access_log=False)


if __name__ == "__main__":
    main()
