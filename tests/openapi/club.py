"""The people, games and reports that the document's examples name, on a running installation, over HTTP alone."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

from PIL import Image

from tests.e2e.http_calls import http_to
from tests.e2e.installations import PASSWORD

CALLER, BYSTANDER, PROGRAM = "vera", "lars", "scoreboard"
PLAYERS = (CALLER, "dimitri", "amara", "yuki", "omar", "layla", "giorgos", "minjun", "noa", BYSTANDER)
GUEST = "Nina"


class Club:
    """Makes what a call needs to come through; each thing that a call uses up, anew.

    Args:
        address: of the HTTP port.
        game: the example of a game, in which all PLAYERS sit.
    """

    def __init__(self, address: str, game: dict[str, Any]) -> None:
        self._address = address
        self._game = game
        self.token = ""

    def sign_up(self, username: str) -> dict[str, Any]:
        """Return the tokens of a new account."""
        tokens: dict[str, Any] = self.post("/v1/auth:signUp", username=username, password=PASSWORD)["tokens"]
        return tokens

    def sign_in(self, username: str) -> str:
        """Return an access token of an account."""
        answer = self.post("/v1/auth:signIn", username=username, password=PASSWORD)
        return str(answer["tokens"]["accessToken"])

    def newcomer(self) -> tuple[str, dict[str, Any]]:
        """Return the name and the tokens of an account that nobody else uses."""
        username = f"guest-{uuid.uuid4().hex[:12]}"
        return username, self.sign_up(username)

    def leaver(self) -> tuple[str, str]:
        """Return the name of an account that was just deleted, and the id of the receipt."""
        username, tokens = self.newcomer()
        answer = self.post(f"/v1/users/{username}:delete", token=tokens["accessToken"], password=PASSWORD)
        return username, str(answer["receipt"]["receiptId"])

    def game(self, *, guest: str = "") -> str:
        """Return the id of a game that was just recorded. `guest` sits in the place of the caller."""
        game = self._game | {"gameId": str(uuid.uuid4())}
        if guest:
            first, *rest = game["seats"]
            game["seats"] = [{"seatNumber": first["seatNumber"], "role": first["role"], "nickname": guest}, *rest]
        return str(self.post("/v1/games", token=self.token, **game)["game"]["gameId"])

    def report(self, token: str) -> str:
        """Return the id of a report that was just asked for."""
        return str(self.post("/v1/reports", token=token)["report"]["reportId"])

    def finished_report(self) -> str:
        """Return the id of a report that is READY."""
        report_id = self.report(self.token)
        self._ask("GET", f"/v1/reports/{report_id}:watch", None, self.token)
        return report_id

    def share_link(self, report_id: str, token: str) -> dict[str, Any]:
        """Return a link to a report, of which the last part of the address is the token."""
        link: dict[str, Any] = self.post(f"/v1/reports/{report_id}/shareLinks", token=token)["link"]
        return link

    def api_key(self) -> dict[str, Any]:
        """Return a key, with its secret, of a program that nobody else uses."""
        username = self.program(f"program-{uuid.uuid4().hex[:12]}")
        path = f"/v1/admin/serviceAccounts/{username}/apiKeys"
        return self.post(path, token=self.token, displayName="blue laptop")

    def program(self, username: str) -> str:
        """Open an account for a program, and return its name."""
        self.post("/v1/admin/serviceAccounts", token=self.token, username=username)
        return username

    def post(self, path: str, *, token: str = "", **fields: Any) -> dict[str, Any]:
        """Return the answer to a request that is good."""
        answer: dict[str, Any] = json.loads(self._ask("POST", path, json.dumps(fields).encode(), token))
        return answer

    def _ask(self, verb: str, path: str, body: bytes | None, token: str) -> bytes:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        with http_to(self._address) as http:
            got = http.ask(verb, path, body, **headers, content_type="application/json")
        assert got.status == 200, (path, got)
        return got.body


def picture() -> bytes:
    """Return a small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    return buffer.getvalue()
