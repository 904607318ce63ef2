"""The life of a standalone process: open, play in the sample club, greet, serve."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from dossier.access.v1 import access_pb2

from client import DossierError, OperatorClient
from runtime.service_tokens import ServiceTokens
from runtime.settings import SettingsError
from standalone.app import INTERNAL_FILE, PROFILE, open_app
from standalone.greeting import listening, say, welcome
from standalone.sample_club.club import play_in
from standalone.settings import Settings

SAMPLE_RECORD = "sample-club.json"
SAMPLE_REPORT = "sample-report.pdf"


async def serve(settings: Settings, stop: asyncio.Event, *, with_sample: bool) -> None:
    """Run until `stop` is set. Raises SettingsError when there can be no sample club."""
    if with_sample and settings.identity:
        raise SettingsError(["the sample club is played in over plain text; start without --sample or without TLS"])
    async with open_app(settings) as server:
        if not with_sample:
            say(listening(server.address, settings.http_address))
            await stop.wait()
            return
        playing = asyncio.create_task(_play_in(settings, server.address), name="sample club")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            say(playing.result())
            await stopping
        playing.cancel()
        stopping.cancel()


async def _play_in(settings: Settings, address: str) -> str:
    folder = settings.data_dir
    report = folder / SAMPLE_REPORT
    try:
        club = await play_in(
            address,
            folder / SAMPLE_RECORD,
            grant_referee=lambda username: _grant_referee(folder, username),
            report=report,
            say=say,
        )
    except DossierError as error:
        greeting = listening(address, settings.http_address)
        return f"{greeting}\nThere is no sample club: {error.message} (It needs a data directory of its own.)"
    return welcome(
        address,
        settings.http_address,
        club,
        report,
        with_reflection=settings.development or settings.reflection,
    )


async def _grant_referee(folder: Path, username: str) -> None:
    address = json.loads((folder / INTERNAL_FILE).read_text(encoding="utf-8"))["address"]
    secret = (folder / "secrets" / "internal.key").read_bytes().strip()
    tokens = ServiceTokens(secret, issuer="operator")
    async with OperatorClient(address, mint_token=lambda: tokens.mint(audience=PROFILE)) as operator:
        await operator.grant_role(username, access_pb2.ROLE_REFEREE)
