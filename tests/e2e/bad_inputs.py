"""Bad input to every family of RPCs, and the exact answer to each: names, ids, texts, secrets, pages and times."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2, visibility_pb2
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tests.e2e.access_scene import Scene
from tests.e2e.bad_managing import lifecycle, managing
from tests.e2e.bad_sharing import shares
from tests.e2e.bad_things import games, pictures, reports
from tests.e2e.bad_values import (
    ACCOUNT,
    AUTH,
    AVATAR,
    CREDENTIALS,
    GAME,
    IDS,
    INVALID,
    LINES,
    PROFILE,
    REPORT,
    SNAPSHOT,
    STATS,
    USERNAMES,
    Bad,
    each,
    invalid,
)
from tests.e2e.installations import PASSWORD
from tests.e2e.raw_calls import refused

EMAILS = (
    "anna",
    "@example.org",
    "anna@",
    "an na@example.org",
    "anna@exa mple.org",
    "a@b@c.org",
    "a" * 250 + "@b.org",
    "anna@example.org\nBcc: all@example.org",
    "anna@example.org\0",
)
MAIL_TOKENS = ("x", "A" * 43, "A" * 128, "é" * 43, "a\0b", " ")


def rows() -> list[Bad]:
    """Return the table."""
    families = (
        _names,
        _ids,
        _texts,
        _secrets,
        _mails,
        _profiles,
        _pages_and_times,
        _internal,
        pictures,
        games,
        reports,
        shares,
        managing,
        lifecycle,
    )
    return [row for family in families for row in family()]


def _names() -> Iterator[Bad]:
    yield from each(f"{AUTH}/SignUp", auth_pb.SignUpRequest, "username", USERNAMES, password=PASSWORD)
    yield from each(f"{PROFILE}/GetUser", profile_pb.GetUserRequest, "username", USERNAMES)
    yield from each(f"{PROFILE}/UpdateUser", profile_pb.UpdateUserRequest, "username", USERNAMES, user=user_pb2.User())
    yield from each(f"{ACCOUNT}/DeleteAccount", account_pb.DeleteAccountRequest, "username", USERNAMES, password="x")
    yield from each(f"{AUTH}/UndeleteAccount", auth_pb.UndeleteAccountRequest, "username", USERNAMES, password="x")
    yield from each(f"{STATS}/GetPlayerStats", stats_pb.GetPlayerStatsRequest, "username", USERNAMES)
    yield from each(f"{AVATAR}/GetAvatar", avatar_pb.GetAvatarRequest, "username", USERNAMES)
    yield from each(f"{AVATAR}/DeleteAvatar", avatar_pb.DeleteAvatarRequest, "username", USERNAMES)
    given = {name: username for name, username in USERNAMES.items() if username}
    yield from each(f"{GAME}/ListGames", game_service_pb.ListGamesRequest, "username", given)
    yield from each(f"{REPORT}/CreateReport", report_pb.CreateReportRequest, "username", given)
    for name, username in USERNAMES.items():
        several = profile_pb.BatchGetUsersRequest(usernames=["anna", username])
        yield Bad(f"{PROFILE}/BatchGetUsers", f"a username {name}", several, INVALID)
    yield Bad(f"{PROFILE}/BatchGetUsers", "nobody", profile_pb.BatchGetUsersRequest(), INVALID)
    many = profile_pb.BatchGetUsersRequest(usernames=[f"player-{number}" for number in range(201)])
    yield Bad(f"{PROFILE}/BatchGetUsers", "too many", many, INVALID)


def _ids() -> Iterator[Bad]:
    yield from each(f"{AUTH}/RevokeSession", auth_pb.RevokeSessionRequest, "session_id", IDS)
    yield from each(f"{ACCOUNT}/GetDeletionReceipt", account_pb.GetDeletionReceiptRequest, "receipt_id", IDS)
    yield from each(f"{GAME}/GetGame", game_service_pb.GetGameRequest, "game_id", IDS)
    for kind in ("Get", "Watch", "Download", "Cancel", "Delete"):
        request = getattr(report_pb, f"{kind}ReportRequest")
        yield from each(f"{REPORT}/{kind}Report", request, "report_id", IDS)
        absent = refused(grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND")
        yield Bad(f"{REPORT}/{kind}Report", "report_id of nothing", request(report_id=str(uuid.uuid4())), absent)
    given = {name: text for name, text in IDS.items() if text}
    yield from each(f"{REPORT}/CreateReport", report_pb.CreateReportRequest, "request_id", given)
    yield from each(f"{REPORT}/ExportAccount", report_pb.ExportAccountRequest, "request_id", given)


def _texts() -> Iterator[Bad]:
    own: dict[str, Any] = {"username": "anna-newcomer", "password": PASSWORD}
    yield from each(f"{AUTH}/SignUp", auth_pb.SignUpRequest, "display_name", LINES | {"too long": "a" * 201}, **own)
    yield from each(f"{AUTH}/SignUp", auth_pb.SignUpRequest, "device_name", LINES | {"too long": "a" * 101}, **own)
    for email in EMAILS:
        yield Bad(f"{AUTH}/SignUp", f"email {email[:20]!r}", auth_pb.SignUpRequest(email=email, **own), INVALID)
        change = account_pb.ChangeEmailRequest(email=email, password=PASSWORD)
        yield Bad(f"{ACCOUNT}/ChangeEmail", f"email {email[:20]!r}", change, INVALID)
    for field in ("search", "city", "club"):
        yield from each(f"{PROFILE}/ListUsers", profile_pb.ListUsersRequest, field, LINES | {"too long": "a" * 101})


def _secrets() -> Iterator[Bad]:
    sign_up, name = f"{AUTH}/SignUp", "anna-newcomer"
    for password in ("", "short", "ü" * 3, "a" * 257, "a" * 1_000_000):
        request = auth_pb.SignUpRequest(username=name, password=password)
        yield Bad(sign_up, f"password of {len(password)}", request, INVALID)
    for password in ("password", "12345678", "qwertyuiop", name):
        request = auth_pb.SignUpRequest(username=name, password=password)
        yield Bad(sign_up, f"password {password}", request, invalid("PASSWORD_TOO_COMMON"))
    taken = refused(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN")
    yield Bad(
        sign_up, "name taken", lambda it: auth_pb.SignUpRequest(username=it.owner.username, password=PASSWORD), taken
    )
    wrong = refused(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG")
    for username in ("nobody-at-all", "ANNA", "anna'--", "анна", "a\0b", " "):
        request = auth_pb.SignInRequest(username=username, password=PASSWORD)
        yield Bad(f"{AUTH}/SignIn", f"username {username!r}", request, wrong)
    for username, password in (
        ("", "x"),
        ("a" * 65, "x"),
        ("anna", ""),
        ("anna", "a" * 257),
        ("anna", "a" * 1_000_000),
    ):
        request = auth_pb.SignInRequest(username=username, password=password)
        yield Bad(f"{AUTH}/SignIn", f"{len(username)} and {len(password)} bytes", request, INVALID)
    no_token = refused(grpc.StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
    for token in (
        "x",
        "v1",
        "v1...",
        "v1.a.1.b",
        "v2.a.1.b",
        f"v1.{uuid.uuid4()}.1.{'A' * 43}",
        "é" * 40,
        "a\0b",
        " v1.a.1.b",
    ):
        yield Bad(
            f"{AUTH}/RefreshTokens",
            f"token {token[:12]!r}",
            auth_pb.RefreshTokensRequest(refresh_token=token),
            no_token,
        )
    for token in ("", "a" * 257):
        yield Bad(
            f"{AUTH}/RefreshTokens",
            f"token of {len(token)}",
            auth_pb.RefreshTokensRequest(refresh_token=token),
            INVALID,
        )
    for old, new in (("", PASSWORD), ("x", "short"), ("x", "a" * 257), ("a" * 257, PASSWORD)):
        request = auth_pb.ChangePasswordRequest(current_password=old, new_password=new)
        yield Bad(f"{AUTH}/ChangePassword", f"{len(old)} and {len(new)} bytes", request, INVALID)
    foreign = refused(grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND")
    yield Bad(f"{AUTH}/RevokeSession", "of nobody", auth_pb.RevokeSessionRequest(session_id=str(uuid.uuid4())), foreign)


def _mails() -> Iterator[Bad]:
    reset, confirm = f"{AUTH}/ResetPassword", f"{ACCOUNT}/ConfirmEmail"
    for token in MAIL_TOKENS:
        request = auth_pb.ResetPasswordRequest(token=token, new_password=PASSWORD)
        yield Bad(reset, f"token {token[:12]!r}", request, invalid("MAIL_TOKEN_INVALID"))
        yield Bad(
            confirm, f"token {token[:12]!r}", account_pb.ConfirmEmailRequest(token=token), invalid("MAIL_TOKEN_INVALID")
        )
    for token in ("", "a" * 129):
        request = auth_pb.ResetPasswordRequest(token=token, new_password=PASSWORD)
        yield Bad(reset, f"token of {len(token)}", request, INVALID)
        yield Bad(confirm, f"token of {len(token)}", account_pb.ConfirmEmailRequest(token=token), INVALID)
    for password in ("", "short", "a" * 257):
        request = auth_pb.ResetPasswordRequest(token="x", new_password=password)
        yield Bad(reset, f"password of {len(password)}", request, INVALID)
    for login in ("", "a" * 255):
        request = auth_pb.RequestPasswordResetRequest(login=login)
        yield Bad(f"{AUTH}/RequestPasswordReset", f"login of {len(login)}", request, INVALID)
    visibility = f"{ACCOUNT}/SetVisibility"
    yield Bad(visibility, "nothing", account_pb.SetVisibilityRequest(), INVALID)
    for field in ("email", "gender", "city", "club", "about", "statistics", "games"):
        unknown = visibility_pb2.Visibility(**{field: 9})
        yield Bad(visibility, f"{field} of 9", account_pb.SetVisibilityRequest(visibility=unknown), INVALID)


def _profiles() -> Iterator[Bad]:
    rpc = f"{PROFILE}/UpdateUser"

    def update(*paths: str, etag: str = "", **values: Any) -> Callable[[Scene], Message]:
        mask = FieldMask(paths=paths) if paths else None
        return lambda scene: profile_pb.UpdateUserRequest(
            username=scene.referee.username, user=user_pb2.User(**values), update_mask=mask, etag=etag
        )

    for field, most in (("display_name", 200), ("city", 100), ("club", 100)):
        for name, text in (LINES | {"too long": "a" * (most + 1)}).items():
            yield Bad(rpc, f"{field} {name}", update(**{field: text}), INVALID)
    for name, text in {"too long": "a" * 2001, "with a zero": "a\0b", "with a bell": "a\x07"}.items():
        yield Bad(rpc, f"about {name}", update(about=text), INVALID)
    for locale in ("e", "english-languages", "en_US", "en-", "a" * 36, "en\n"):
        yield Bad(rpc, f"locale {locale[:12]!r}", update(locale=locale), INVALID)
    yield Bad(rpc, "gender of no kind", update(gender=99), INVALID)
    yield Bad(rpc, "display name to be emptied", update("display_name"), INVALID)
    yield Bad(rpc, "another username", update(username="somebody-else"), INVALID)
    yield Bad(rpc, "without user", profile_pb.UpdateUserRequest(username="anna"), INVALID)
    for path in (
        "username",
        "email",
        "avatar",
        "create_time",
        "etag",
        "*",
        "",
        "user.city",
        "city.name",
        "CITY",
        "city\0",
    ):
        yield Bad(rpc, f"mask {path!r}", update(path, city="Kyiv"), invalid("UPDATE_MASK_INVALID"))
    stale = refused(grpc.StatusCode.ABORTED, "ETAG_STALE")
    for etag in ("r0", "r999999", "r-1", "x", "r1e3", "r" + "9" * 60, "R1", " r1"):
        yield Bad(rpc, f"etag {etag[:12]!r}", update(etag=etag, city="Kyiv"), stale)
    yield Bad(rpc, "etag too long", update(etag="r" * 65, city="Kyiv"), INVALID)
    somebody = profile_pb.UpdateUserRequest(username="somebody-else", user=user_pb2.User(city="Kyiv"))
    yield Bad(rpc, "of somebody else", somebody, refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER"))


def _pages_and_times() -> Iterator[Bad]:
    lists: dict[str, type[Any]] = {
        f"{PROFILE}/ListUsers": profile_pb.ListUsersRequest,
        f"{GAME}/ListGames": game_service_pb.ListGamesRequest,
        f"{REPORT}/ListReports": report_pb.ListReportsRequest,
    }
    for rpc, request in lists.items():
        for size in (-1, -(2**31)):
            yield Bad(rpc, f"page size {size}", request(page_size=size), INVALID)
        for token in ("x", "AAAA", "gAAAAAB" + "A" * 90, "é" * 30, "../..", "' OR 1=1", "a\0b", " ", "A" * 1024):
            yield Bad(rpc, f"page token {token[:8]!r}", request(page_token=token), invalid("PAGE_TOKEN_INVALID"))
        yield Bad(rpc, "page token too long", request(page_token="a" * 1025), INVALID)
    for rpc, kind in (
        (f"{GAME}/ListGames", game_service_pb.ListGamesRequest),
        (f"{STATS}/GetPlayerStats", stats_pb.GetPlayerStatsRequest),
        (f"{REPORT}/CreateReport", report_pb.CreateReportRequest),
        (f"{SNAPSHOT}/GetSnapshot", snapshot_pb.GetSnapshotRequest),
    ):
        for field in ("start_time", "end_time"):
            for name, moment in {
                "far off": Timestamp(seconds=10**18),
                "before year 1": Timestamp(seconds=-62_135_596_801),
                "with two seconds of nanos": Timestamp(seconds=1, nanos=2 * 10**9),
                "with negative nanos": Timestamp(seconds=1, nanos=-1),
            }.items():
                yield Bad(rpc, f"{field} {name}", kind(username="anna", **{field: moment}), INVALID)


def _internal() -> Iterator[Bad]:
    yield from each(f"{SNAPSHOT}/GetSnapshot", snapshot_pb.GetSnapshotRequest, "username", USERNAMES)
    yield from each(f"{SNAPSHOT}/GetGameSnapshot", snapshot_pb.GetGameSnapshotRequest, "game_id", IDS)
    own: dict[str, Any] = {"password": PASSWORD}
    yield from each(f"{CREDENTIALS}/CreateAccount", credentials_pb.CreateAccountRequest, "username", USERNAMES, **own)
    for kind in ("GetSession", "CloseSession"):
        request = getattr(credentials_pb, f"{kind}Request")
        yield from each(f"{CREDENTIALS}/{kind}", request, "session_id", IDS)
    for kind in ("CloseSessions", "ListSessions"):
        request = getattr(credentials_pb, f"{kind}Request")
        yield from each(f"{CREDENTIALS}/{kind}", request, "account_id", IDS)
    for kind in ("GrantRole", "RevokeRole"):
        request = getattr(credentials_pb, f"{kind}Request")
        for role in (0, 99, -1):
            yield Bad(f"{CREDENTIALS}/{kind}", f"role {role}", request(username="anna", role=role), INVALID)
    absent = refused(grpc.StatusCode.NOT_FOUND, "USER_NOT_FOUND")
    nobody = snapshot_pb.GetSnapshotRequest(username="nobody-at-all")
    yield Bad(f"{SNAPSHOT}/GetSnapshot", "of nobody", nobody, absent)
