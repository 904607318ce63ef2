"""Pictures of which one sees what was cut out."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.e2e.http_calls import Http

SIZE = (800, 400)
# Of 255; a colour that is not there comes out a little by what compresses pictures.
SOME = 20


def two_colours() -> bytes:
    """Return a picture, red on the left and blue on the right."""
    picture, buffer = Image.new("RGB", SIZE, "red"), BytesIO()
    picture.paste("blue", (SIZE[0] // 2, 0, *SIZE))
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def colour_of(http: Http, username: str) -> str:
    """Return which colour somebody's avatar has, "both" for some of each."""
    avatar = Image.open(BytesIO(http.ask("GET", f"/v1/users/{username}/avatar?size=64").body)).convert("RGB")
    red, _, blue = avatar.resize((1, 1), Image.Resampling.BOX).tobytes()
    if min(red, blue) > SOME:
        return "both"
    return "red" if red > blue else "blue"
