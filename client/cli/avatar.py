"""avatar set, get, delete."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from client.cli.session import OwnUsernameArgument, examples, session_of

app = typer.Typer(help="Players' pictures.", no_args_is_help=True)

_SIZES = (64, 128, 256, 512)
_SUFFIXES = {"image/webp": ".webp", "image/png": ".png", "image/jpeg": ".jpg"}


def _size(pixels: int) -> int:
    if pixels not in _SIZES:
        raise typer.BadParameter("must be 64, 128, 256 or 512")
    return pixels


@app.command("set", epilog=examples("dossier avatar set me.jpg"))
def set_avatar(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JPEG, PNG or WebP picture of up to 5 MiB.")],
) -> None:
    """Set your own avatar from a picture."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.set_avatar(file)
        session.output.remark("Your avatar is set.")

    asyncio.run(work())


@app.command("get", epilog=examples("dossier avatar get anna --size 512 --output anna.webp"))
def get_avatar(
    ctx: typer.Context,
    username: OwnUsernameArgument = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write. Default: USERNAME-SIZE.webp.")
    ] = None,
    size: Annotated[int, typer.Option(callback=_size, metavar="N", help="Pixels a side: 64, 128, 256 or 512.")] = 256,
) -> None:
    """Save a player's avatar, or the drawn disc of a player who has none. Prints the name of the file."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            whose = username or dossier.own_username()
            image = await dossier.get_avatar(whose, size=size)
        path = output or Path(f"{whose}-{size}{_SUFFIXES.get(image.content_type, '.img')}")
        await asyncio.to_thread(path.write_bytes, image.content)
        session.output.line(str(path))

    asyncio.run(work())


@app.command("delete", epilog=examples("dossier avatar delete"))
def delete_avatar(ctx: typer.Context) -> None:
    """Remove your own avatar."""
    session = session_of(ctx)

    async def work() -> None:
        async with session.connect() as dossier:
            await dossier.delete_avatar()
        session.output.remark("You have no avatar now.")

    asyncio.run(work())
