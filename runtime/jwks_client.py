"""The gateway's public keys, fetched ahead of need so that verifying never waits."""

from __future__ import annotations

import asyncio
import base64

import grpc
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from runtime.errors import Unavailable

REFRESH_SECONDS = 60.0
RETRY_SECONDS = 0.5
_log = structlog.get_logger("jwks")


class RemoteKeys:
    """The gateway's public keys. `keep_fresh` runs as long as the process; `ready` is set after the first answer."""

    def __init__(self, gateway: grpc.aio.Channel) -> None:
        self._stub = auth_rpc.AuthServiceStub(gateway)
        self._keys: dict[str, EllipticCurvePublicKey] = {}
        self._unknown_kid = asyncio.Event()
        self.ready = asyncio.Event()

    def find(self, kid: str) -> EllipticCurvePublicKey | None:
        """See `runtime.tokens.KeySource`. An unknown key has the set fetched again soon.

        Raises Unavailable before the first answer, when good tokens cannot be told from bad ones.
        """
        if not self.ready.is_set():
            raise Unavailable("This server is just starting; try again.", dependency="gateway")
        key = self._keys.get(kid)
        if key is None:
            self._unknown_kid.set()
        return key

    async def keep_fresh(self) -> None:
        """Fetch the keys now, every minute, and soon after an unknown key was asked for (at most twice a second)."""
        while True:
            wait_seconds = REFRESH_SECONDS if await self._fetch() else RETRY_SECONDS
            self._unknown_kid.clear()
            await asyncio.sleep(RETRY_SECONDS)
            try:
                async with asyncio.timeout(wait_seconds):
                    await self._unknown_kid.wait()
            except TimeoutError:
                continue

    async def _fetch(self) -> bool:
        try:
            answer = await self._stub.GetJwks(auth_pb.GetJwksRequest(), timeout=5)
        except grpc.aio.AioRpcError as error:
            _log.warning("jwks_unavailable", code=error.code().name)
            return False
        self._keys = {key.kid: _public_key(key) for key in answer.keys}
        self.ready.set()
        return True


def _public_key(key: auth_pb.JsonWebKey) -> EllipticCurvePublicKey:
    return EllipticCurvePublicNumbers(_integer(key.x), _integer(key.y), SECP256R1()).public_key()


def _integer(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
