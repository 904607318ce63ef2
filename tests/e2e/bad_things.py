"""Bad pictures, games and wishes for reports, and the exact answer to each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import grpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from google.protobuf.message import Message

from tests.e2e.access_scene import Scene, Target
from tests.e2e.bad_values import (
    AVATAR,
    GAME,
    IDS,
    INVALID,
    REPORT,
    USERNAMES,
    Bad,
    Made,
    Request,
    each,
    invalid,
)
from tests.e2e.games import a_game
from tests.e2e.raw_calls import Answer, refused
from tests.hostile_images import IMAGE_ANIMATED, IMAGE_BROKEN, IMAGE_FORMAT, IMAGE_TOO_LARGE
from tests.picture_files import a_picture, a_png, saved


def pictures() -> Iterator[Bad]:
    rpc = f"{AVATAR}/UploadAvatar"
    picture = saved(a_picture(), "PNG")

    def upload(*chunks: bytes, **metadata: Any) -> Callable[[Scene], Request]:
        def made(scene: Scene) -> Request:
            told = {"username": scene.referee.username, "size_bytes": sum(map(len, chunks)), **metadata}
            first = avatar_pb.UploadAvatarRequest(metadata=avatar_pb.UploadAvatarMetadata(**told))
            return [first, *(avatar_pb.UploadAvatarRequest(chunk=chunk) for chunk in chunks)]

        return made

    for name, metadata in {
        "no bytes": {"size_bytes": 0},
        "fewer than none": {"size_bytes": -1},
        "more than 5 MiB": {"size_bytes": 5 * 1024 * 1024 + 1},
        "more than fits": {"size_bytes": 2**63 - 1},
        "digest of no kind": {"sha256": "x"},
        "digest in capitals": {"sha256": "A" * 64},
        "no name": {"username": ""},
        "chunk too large": {},
    }.items():
        chunks = [bytes(1024 * 1024 + 1)] if name == "chunk too large" else [picture]
        yield Bad(rpc, name, upload(*chunks, **metadata), INVALID)
    mismatch = invalid("UPLOAD_MISMATCH")
    yield Bad(rpc, "nothing at all", [], mismatch)
    yield Bad(rpc, "bytes first", [avatar_pb.UploadAvatarRequest(chunk=picture)], mismatch)
    yield Bad(rpc, "neither", [avatar_pb.UploadAvatarRequest()], INVALID)
    yield Bad(rpc, "too few", upload(picture[:50], size_bytes=51), mismatch)
    yield Bad(rpc, "too many", upload(picture, size_bytes=50), mismatch)
    yield Bad(rpc, "another digest", upload(picture, sha256="0" * 64), mismatch)
    yield Bad(
        rpc, "metadata twice", lambda scene: [*upload(size_bytes=9)(scene), *upload(size_bytes=9)(scene)], mismatch
    )
    not_owner = refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER")
    yield Bad(rpc, "for somebody else", upload(picture, username="somebody-else"), not_owner)
    frames = [a_picture(), a_picture(mode="L").convert("RGB")]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    for reason, data in (
        (IMAGE_FORMAT, b"GIF89a"),
        (IMAGE_BROKEN, picture[:100]),
        (IMAGE_TOO_LARGE, a_png(30_000, 30_000)),
        (IMAGE_ANIMATED, moving),
    ):
        yield Bad(rpc, reason, upload(data), invalid(reason))
    for size in (-1, 1, 63, 65, 1024, 2**31 - 1):
        yield Bad(
            f"{AVATAR}/GetAvatar", f"size {size}", avatar_pb.GetAvatarRequest(username="anna", size=size), INVALID
        )
    long = avatar_pb.GetAvatarRequest(username="anna", if_none_match="a" * 65)
    yield Bad(f"{AVATAR}/GetAvatar", "long digest", long, INVALID)


def games() -> Iterator[Bad]:
    rpc = f"{GAME}/RecordGame"

    def record(change: Callable[[game_pb2.Game], object], answer: Answer = INVALID) -> tuple[Made, Answer]:
        def made(scene: Scene) -> Message:
            game = a_game(scene.players, game_pb2.WINNER_RED)
            change(game)
            return game_service_pb.RecordGameRequest(game=game)

        return made, answer

    def seat(number: int, **values: Any) -> Callable[[game_pb2.Game], object]:
        return lambda game: game.seats[number].MergeFrom(game_pb2.Seat(**values))

    def all_seats(role: Any) -> Callable[[game_pb2.Game], object]:
        return lambda game: [setattr(one, "role", role) for one in game.seats]

    def clear(field: str) -> Callable[[game_pb2.Game], object]:
        return lambda game: game.ClearField(field)

    cases: dict[str, tuple[Made, Answer]] = {
        **{
            f"without {field}": record(clear(field))
            for field in ("game_id", "start_time", "duration", "winner", "seats")
        },
        **{f"id {name}": record(lambda game, text=text: setattr(game, "game_id", text)) for name, text in IDS.items()},
        **{
            f"player {name}": record(lambda game, text=text: setattr(game.seats[0], "username", text))
            for name, text in USERNAMES.items()
        },
        "in the future": record(lambda game: game.start_time.FromSeconds(4_000_000_000)),
        "before 1970": record(lambda game: game.start_time.FromSeconds(-1)),
        "no time at all": record(lambda game: game.duration.FromSeconds(0)),
        "a negative time": record(lambda game: game.duration.FromSeconds(-60)),
        "more than a day": record(lambda game: game.duration.FromTimedelta(timedelta(days=1, seconds=1))),
        "a winner of no kind": record(lambda game: setattr(game, "winner", 99)),
        "two players": record(lambda game: game.seats.__delitem__(slice(2, None))),
        "21 seats": record(lambda game: game.seats.extend([game.seats[0]] * 20)),
        "seat 21": record(seat(0, seat_number=21)),
        "seat -1": record(seat(0, seat_number=-1)),
        "one seat twice": record(seat(0, seat_number=2)),
        "one player twice": record(lambda game: setattr(game.seats[0], "username", game.seats[1].username)),
        "a role of no kind": record(seat(0, role=99)),
        "no mafia": record(all_seats(game_pb2.ROLE_CIVILIAN)),
        "no civilian": record(all_seats(game_pb2.ROLE_MAFIA)),
        "two dons": record(seat(1, role=game_pb2.ROLE_DON)),
        "two sheriffs": record(seat(2, role=game_pb2.ROLE_SHERIFF)),
        "a stranger": record(seat(0, username="nobody-at-all"), invalid("PLAYER_UNKNOWN")),
        "an id that is taken": (_taken, refused(grpc.StatusCode.ALREADY_EXISTS, "GAME_ID_TAKEN")),
    }
    for name, (request, answer) in cases.items():
        yield Bad(rpc, name, request, answer)
    yield Bad(rpc, "without game", game_service_pb.RecordGameRequest(), INVALID)
    absent = refused(grpc.StatusCode.NOT_FOUND, "GAME_NOT_FOUND")
    yield Bad(f"{GAME}/GetGame", "of nothing", game_service_pb.GetGameRequest(game_id=str(uuid.uuid4())), absent)


def _taken(scene: Scene) -> Message:
    game = a_game(scene.players, game_pb2.WINNER_BLACK)
    game.game_id = scene.game(Target.FOREIGN)
    return game_service_pb.RecordGameRequest(game=game)


def reports() -> Iterator[Bad]:
    def download(**values: int) -> Callable[[Scene], Message]:
        return lambda scene: report_pb.DownloadReportRequest(report_id=scene.referee.report_id, **values)

    rpc = f"{REPORT}/DownloadReport"
    yield Bad(rpc, "before the beginning", download(read_offset=-1), INVALID)
    yield Bad(rpc, "fewer than none", download(read_limit=-1), INVALID)
    past = refused(grpc.StatusCode.OUT_OF_RANGE, "OFFSET_OUT_OF_RANGE")
    for offset in (10**9, 2**63 - 1):
        yield Bad(rpc, f"from {offset}", download(read_offset=offset), past)
    finished = refused(grpc.StatusCode.FAILED_PRECONDITION, "REPORT_FINISHED")

    def cancel(scene: Scene) -> Message:
        return report_pb.CancelReportRequest(report_id=scene.referee.report_id)

    yield Bad(f"{REPORT}/CancelReport", "when it is READY", cancel, finished)
    absent = refused(grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND")
    for kind in ("Get", "Watch", "Download", "Cancel", "Delete"):
        request = getattr(report_pb, f"{kind}ReportRequest")
        yield Bad(f"{REPORT}/{kind}Report", "of somebody else", partial(_of_the_owner, request), absent)

    def with_email(scene: Scene) -> Message:
        return report_pb.CreateReportRequest(username=scene.owner.username, include_email=True)

    yield Bad(f"{REPORT}/CreateReport", "with somebody's e-mail", with_email, INVALID)
    yield from _kinds_of_reports()


def _kinds_of_reports() -> Iterator[Bad]:
    create, request = f"{REPORT}/CreateReport", report_pb.CreateReportRequest
    yield from each(create, request, "season", {"with a line break": "a\r\nb", "too long": "a" * 41})
    yield from each(
        create, request, "locale", {"of a system": "de_AT", "too long": "a" * 36, "with a line break": "de\n"}
    )
    yield from each(create, request, "game_id", {"without a certificate": str(uuid.uuid4()), "of no game": "game-1"})
    yield from each(create, request, "kind", {"of an export": 2, "that is none": 9, "without its game": 4})
    yield from each(create, request, "format", {"that is none": 9})
    yield from each(create, request, "game_kind", {"that is none": 9})
    verify = f"{REPORT}/VerifyReport"
    yield Bad(verify, "nothing", report_pb.VerifyReportRequest(), INVALID)
    yield from each(verify, report_pb.VerifyReportRequest, "report_id", {"of no report": "report-1"})
    digests = {"in capitals": "AB" * 32, "too short": "ab" * 31, "too long": "ab" * 33, "of other digits": "xy" * 32}
    yield from each(verify, report_pb.VerifyReportRequest, "sha256", digests)


def _of_the_owner(request: type[Any], scene: Scene) -> Message:
    made: Message = request(report_id=scene.owner.report_id)
    return made
