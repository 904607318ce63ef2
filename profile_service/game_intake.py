"""Games from the broker: decode, check by the contract's rules, use case."""

from __future__ import annotations

from dossier.stats.v1 import game_intake_pb2 as intake_pb
from dossier.stats.v1 import game_pb2 as game_pb
from google.protobuf.message import DecodeError

from profile_service.game_messages import game_of, request_of
from profile_service.game_recorder import GameRecorder, ToldGame
from runtime.errors import InvalidInput
from runtime.validation import validate

KIND = intake_pb.GameIntake.DESCRIPTOR.full_name
# Who recorded a game that came so, and who corrected or voided one in the audit log: no account has this id.
RECORDER_ID = "amqp-intake"
MAX_BODY_BYTES = 1024 * 1024


class GameIntake:
    """Does what a message asks for. `points_profile` is that of games which name none."""

    def __init__(self, recorder: GameRecorder, *, points_profile: str) -> None:
        self._recorder = recorder
        self._points_profile = points_profile

    def game_id(self, body: bytes) -> str:
        """Return which game a message is about, empty when that cannot be seen."""
        try:
            message = intake_pb.GameIntake.FromString(body)
        except DecodeError:
            return ""
        return message.record.game.game_id or message.correct.game.game_id or message.void.game_id

    async def take(self, kind: str, body: bytes) -> None:
        """Record, correct or void a game; return when that is committed.

        Args:
            kind: the message's `type`; empty is taken for `KIND`.
            body: a GameIntake.

        Raises DomainError: Unavailable when it may succeed later, any other when it never will.
        """
        message = _decode(kind, body)
        if message.HasField("record"):
            game = message.record.game
            request = request_of(message.record, [game], recorder_id=RECORDER_ID)
            await self._recorder.record([self._told("record.game", game)], request)
        elif message.HasField("correct"):
            told = self._told("correct.game", message.correct.game)
            await self._recorder.correct(told, etag=message.correct.etag, actor_id=RECORDER_ID)
        else:
            await self._recorder.void(message.void.game_id, etag=message.void.etag, actor_id=RECORDER_ID)

    def _told(self, field: str, message: game_pb.Game) -> ToldGame:
        return ToldGame(field, game_of(message, field, default_points_profile=self._points_profile))


def _decode(kind: str, body: bytes) -> intake_pb.GameIntake:
    if kind and kind != KIND:
        raise InvalidInput(f"The type must be {KIND}, or empty.")
    if len(body) > MAX_BODY_BYTES:
        raise InvalidInput(f"The body must have {MAX_BODY_BYTES} bytes or fewer.")
    try:
        message = intake_pb.GameIntake.FromString(body)
    except DecodeError as error:
        raise InvalidInput(f"The body must be a {KIND} in protobuf.") from error
    validate(message)
    return message
