"""Members who sign up, change their profiles and avatars, play and leave; the ledger has what they were answered."""

from __future__ import annotations

import asyncio
import io
import random
import uuid
from collections.abc import Awaitable, Callable
from functools import partial

from dossier.access.v1 import access_pb2
from dossier.stats.v1 import game_pb2
from PIL import Image

from client import DossierClient, DossierError
from tests.e2e.games import ROLES, a_game
from tests.faults.ledger import ACTIVE, ANY, LEAVING, RECORDED, Ledger

PASSWORD = "a long and unusual password"
PACE_SECONDS = 0.3
# What a repeated deletion is answered when the first was carried out.
_GONE = ("SESSION_ENDED", "CREDENTIALS_WRONG", "TOKEN_INVALID", "REFRESH_TOKEN_INVALID", "USER_NOT_FOUND", "NOT_OWNER")
Grant = Callable[[str, access_pb2.Role], Awaitable[None]]


class Members:
    """All members of one run. Enter `prepare` before anything is broken."""

    def __init__(self, endpoint: str, ledger: Ledger, *, seed: str, count: int) -> None:
        self._endpoint = endpoint
        self._ledger = ledger
        self._seed = seed
        self._count = count
        self._left = asyncio.Event()
        self._referee = _fresh("referee")
        self._players = [_fresh("seat") for _ in ROLES]

    async def prepare(self, grant: Grant) -> None:
        """Sign up who plays and who records the games."""
        if not self._count:
            return
        for name in (self._referee, *self._players):
            async with DossierClient(self._endpoint) as client:
                await client.sign_up(name, PASSWORD)
        await grant(self._referee, access_pb2.ROLE_REFEREE)

    def stop(self) -> None:
        """Begin nothing new."""
        self._left.set()

    async def run(self) -> None:
        """Write until stopped."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                group.create_task(self._member(random.Random(f"{self._seed} member {number}")))
            if self._count:
                group.create_task(self._record_games())

    async def _member(self, dice: random.Random) -> None:
        """Be one person after the other."""
        while not self._left.is_set():
            name = _fresh("member")
            async with DossierClient(self._endpoint) as client:
                await self._live(client, name, dice)

    async def _live(self, client: DossierClient, name: str, dice: random.Random) -> None:
        write = self._ledger.write
        await write(("account", name), ACTIVE, lambda: client.sign_up(name, PASSWORD), done_by=("USERNAME_TAKEN",))
        await _sign_in(client, name)  # The answer to the sign-up, and the tokens in it, may have got lost.
        for number in range(dice.randrange(2, 8)):
            if self._left.is_set():
                return
            city = f"City {number}"
            await write(("city", name), city, partial(client.update_user, city=city))
            await write(("avatar", name), ANY, partial(_set_avatar, client, _picture(dice)))
            await asyncio.sleep(PACE_SECONDS)
        if dice.random() < 0.5:
            self._ledger.forget(("city", name), ("avatar", name))
            await write(("account", name), LEAVING, lambda: client.delete_account(PASSWORD), done_by=_GONE)

    async def _record_games(self) -> None:
        async with DossierClient(self._endpoint) as client:
            await _sign_in(client, self._referee)
            while not self._left.is_set():
                game = a_game(self._players, game_pb2.WINNER_RED)
                await self._ledger.write(("game", game.game_id), RECORDED, partial(client.record_game, game))
                await asyncio.sleep(PACE_SECONDS)


async def _sign_in(client: DossierClient, name: str) -> None:
    while True:
        try:
            await client.sign_in(name, PASSWORD)
        except DossierError as error:
            if error.reason == "CREDENTIALS_WRONG":  # Its sign-up was acknowledged.
                raise
            await asyncio.sleep(error.retry_delay or 0.3)
        else:
            return


async def _set_avatar(client: DossierClient, picture: bytes) -> str:
    return (await client.set_avatar(picture)).sha256


def _picture(dice: random.Random) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (32, 32), (dice.randrange(256), dice.randrange(256), dice.randrange(256))).save(data, "PNG")
    return data.getvalue()


def _fresh(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:10]}"
