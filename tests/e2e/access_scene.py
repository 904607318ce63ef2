"""The people of the access table, and what belongs to them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO

import grpc
import jwt
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import admin_service_pb2_grpc as admin_rpc
from dossier.admin.v1 import api_key_pb2
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc
from dossier.report.v1 import report_pb2, share_link_pb2
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from dossier.report.v1 import share_service_pb2 as share_pb
from dossier.report.v1 import share_service_pb2_grpc as share_rpc
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from PIL import Image

from runtime.contract import role_name, role_value
from tests.e2e.games import a_game
from tests.e2e.installations import PASSWORD, Installation
from tests.e2e.raw_calls import Metadata
from tests.signing import bearer

ROLES = tuple(role_name(value) for value in access_pb2.Role.values() if value != access_pb2.ROLE_UNSPECIFIED)
# A machine that does much else takes its time over a report.
TIMEOUT = 60.0


class Target(StrEnum):
    """Whose thing a call is about."""

    OWN = "own"
    FOREIGN = "foreign"
    ABSENT = "absent"


@dataclass(frozen=True)
class Actor:
    """One kind of caller: nobody, a player, the owner of what is foreign to the others, or the holder of a role."""

    kind: str
    username: str = ""
    role: str = ""
    metadata: Metadata = ()
    report_id: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Whether there is no account behind the call."""
        return not self.username


class Scene:
    """An installation with one actor of each kind."""

    def __init__(self, installation: Installation, channel: grpc.Channel) -> None:
        self._installation = installation
        self._auth = auth_rpc.AuthServiceStub(channel)
        self._reports = report_rpc.ReportServiceStub(channel)
        self._shares = share_rpc.ShareServiceStub(channel)
        self._links: dict[str, share_link_pb2.ShareLink] = {}
        self.picture = _picture()
        self.owner = self._with_report(self.newcomer("owner"))
        self.actors = [Actor("anonymous"), self.owner, *self._others()]
        self.players = [actor.username for actor in self.actors if not actor.is_anonymous]
        self.referee, self.admin = self._holder_of("referee"), self._holder_of("admin")
        self._games = game_rpc.GameServiceStub(channel)
        self._game_id = self.new_game()
        self._admin_rpc = admin_rpc.AdminServiceStub(channel)
        self._accounts = account_rpc.AccountServiceStub(channel)
        self._program = self._new_program()
        self._receipt_id = self._receipt_of(self.newcomer("leaver"))

    def newcomer(self, kind: str) -> Actor:
        """Return an actor with a new account; one who holds a role when the kind is its name."""
        username = f"{kind}-{uuid.uuid4().hex[:10]}"
        self._auth.SignUp(auth_pb.SignUpRequest(username=username, password=PASSWORD), timeout=TIMEOUT)
        role = kind if kind in ROLES else ""
        if role:
            asyncio.run(self._installation.grant(username, role_value(role)))
        return Actor(kind, username, role, self._signed_in(username))

    def someone(self, target: Target) -> str:
        """Return the username of a player with whom nobody in the scene has to do."""
        return self.name(self.owner, target) if target is Target.ABSENT else self.newcomer("stranger").username

    def name(self, actor: Actor, target: Target) -> str:
        """Return a username."""
        if target is Target.ABSENT:
            return f"nobody-{uuid.uuid4().hex[:10]}"
        return self._holder(actor, target).username

    def report(self, actor: Actor, target: Target) -> str:
        """Return the id of a report that is READY."""
        return str(uuid.uuid4()) if target is Target.ABSENT else self._holder(actor, target).report_id

    def new_report(self, actor: Actor) -> str:
        """Return the id of a report that was just asked for."""
        if actor.is_anonymous:
            return str(uuid.uuid4())
        asked = self._reports.CreateReport(report_pb.CreateReportRequest(), metadata=actor.metadata, timeout=TIMEOUT)
        return str(asked.report.report_id)

    def link(self, actor: Actor, target: Target) -> str:
        """Return the id of a link to a report."""
        return str(uuid.uuid4()) if target is Target.ABSENT else self._link(self._holder(actor, target)).link_id

    def new_link(self, actor: Actor) -> str:
        """Return the id of a link that was just made."""
        return self._new_link(self._holder(actor, Target.OWN)).link_id

    def token(self, actor: Actor, target: Target) -> str:
        """Return the token of a link to a report."""
        if target is Target.ABSENT:
            return uuid.uuid4().hex
        return self._link(self._holder(actor, target)).uri.rpartition("/")[2]

    def _link(self, actor: Actor) -> share_link_pb2.ShareLink:
        # One for each: a report may not have many.
        if actor.report_id not in self._links:
            self._links[actor.report_id] = self._new_link(actor)
        return self._links[actor.report_id]

    def _new_link(self, actor: Actor) -> share_link_pb2.ShareLink:
        request = share_pb.CreateShareLinkRequest(report_id=actor.report_id)
        return self._shares.CreateShareLink(request, metadata=actor.metadata, timeout=TIMEOUT).link

    def session(self, actor: Actor, target: Target) -> str:
        """Return the id of a session that nobody else in the scene uses."""
        if target is Target.ABSENT:
            return str(uuid.uuid4())
        token = self._tokens(self._holder(actor, target).username).access_token
        return str(jwt.decode(token, options={"verify_signature": False})["sid"])

    def refresh_token(self, actor: Actor) -> str:
        """Return a refresh token that was not used."""
        return str(self._tokens(self._holder(actor, Target.OWN).username).refresh_token)

    def game(self, target: Target) -> str:
        """Return the id of a game."""
        return str(uuid.uuid4()) if target is Target.ABSENT else self._game_id

    def new_game(self) -> str:
        """Return the id of a game that was just recorded."""
        game = game_service_pb.RecordGameRequest(game=a_game(self.players, game_pb2.WINNER_RED))
        recorded = self._games.RecordGame(game, metadata=self.referee.metadata, timeout=TIMEOUT)
        return str(recorded.game.game_id)

    def new_guest(self, target: Target) -> str:
        """Return the nickname of a guest who has just played."""
        nickname = f"Guest {uuid.uuid4().hex[:10]}"
        if target is not Target.ABSENT:
            game = a_game(["", "", ""], game_pb2.WINNER_RED)
            for seat in game.seats:
                seat.nickname = f"{nickname} {seat.seat_number}"
            game.seats[0].nickname, game.seats[2].role = nickname, game_pb2.ROLE_SHERIFF
            request = game_service_pb.RecordGameRequest(game=game)
            self._games.RecordGame(request, metadata=self.referee.metadata, timeout=TIMEOUT)
        return nickname

    def program(self, target: Target) -> str:
        """Return the username of a service account."""
        return self._program if target is Target.OWN else self.name(self.owner, target)

    def new_key(self, target: Target) -> admin_pb.CreateApiKeyResponse:
        """Return an API key that was just made."""
        if target is Target.ABSENT:
            nobodys = api_key_pb2.ApiKey(api_key_id=str(uuid.uuid4()))
            return admin_pb.CreateApiKeyResponse(secret="dossier_key_of_nobody", api_key=nobodys)
        # Of a program of its own: none may have many.
        request = admin_pb.CreateApiKeyRequest(username=self._new_program(), display_name="blue laptop")
        return self._admin_rpc.CreateApiKey(request, metadata=self.admin.metadata, timeout=TIMEOUT)

    def _new_program(self) -> str:
        username = f"program-{uuid.uuid4().hex[:10]}"
        program = admin_pb.CreateServiceAccountRequest(username=username)
        self._admin_rpc.CreateServiceAccount(program, metadata=self.admin.metadata, timeout=TIMEOUT)
        return username

    def receipt(self, target: Target) -> str:
        """Return the id of a deletion's receipt."""
        return str(uuid.uuid4()) if target is Target.ABSENT else self._receipt_id

    def _receipt_of(self, actor: Actor) -> str:
        request = account_pb.DeleteAccountRequest(username=actor.username, password=PASSWORD)
        answer = self._accounts.DeleteAccount(request, metadata=actor.metadata, timeout=TIMEOUT)
        return str(answer.receipt.receipt_id)

    def _holder_of(self, role: str) -> Actor:
        return next(actor for actor in self.actors if actor.role == role)

    def _others(self) -> Iterator[Actor]:
        for kind in ("player", *ROLES):
            yield self._with_report(self.newcomer(kind))

    def _holder(self, actor: Actor, target: Target) -> Actor:
        """Return whose things are meant. What is foreign to the owner belongs to another player."""
        if target is Target.OWN and not actor.is_anonymous:
            return actor
        return self.actors[-1] if actor.kind == self.owner.kind and target is Target.FOREIGN else self.owner

    def _tokens(self, username: str) -> auth_pb.Tokens:
        return self._auth.SignIn(auth_pb.SignInRequest(username=username, password=PASSWORD), timeout=TIMEOUT).tokens

    def _signed_in(self, username: str) -> Metadata:
        return bearer(self._tokens(username).access_token)

    def _with_report(self, actor: Actor) -> Actor:
        report_id = self.new_report(actor)
        request = report_pb.WatchReportRequest(report_id=report_id)
        *_, last = self._reports.WatchReport(request, metadata=actor.metadata, timeout=TIMEOUT)
        assert last.report.state == report_pb2.STATE_READY
        return replace(actor, report_id=report_id)


def _picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (80, 80), "teal").save(buffer, "PNG")
    return buffer.getvalue()
