"""A player's story with the generated stubs alone: sign up, edit, picture, report, delete.

    pip install dossier-protos     # or, from this repository, ./protos
    python docs/clients/python/story.py localhost:7070 anna 'a long and unusual password' picture.png report.pdf

`dossier.client` of this repository does the same with less: tokens that renew themselves, repeats, verified downloads.
"""

import hashlib
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2 as accounts
from dossier.profile.v1 import account_service_pb2_grpc as accounts_rpc
from dossier.profile.v1 import avatar_service_pb2 as avatars
from dossier.profile.v1 import avatar_service_pb2_grpc as avatars_rpc
from dossier.profile.v1 import profile_service_pb2 as profiles
from dossier.profile.v1 import profile_service_pb2_grpc as profiles_rpc
from dossier.profile.v1 import user_pb2
from dossier.report.v1 import report_pb2
from dossier.report.v1 import report_service_pb2 as reports
from dossier.report.v1 import report_service_pb2_grpc as reports_rpc
from google.protobuf.field_mask_pb2 import FieldMask


def upload(username: str, picture: bytes) -> Iterator[avatars.UploadAvatarRequest]:
    """Announce a picture, then send it in pieces."""
    metadata = avatars.UploadAvatarMetadata(username=username, size_bytes=len(picture))
    yield avatars.UploadAvatarRequest(metadata=metadata)
    for at in range(0, len(picture), 65_536):
        yield avatars.UploadAvatarRequest(chunk=picture[at : at + 65_536])


def main() -> None:
    """Tell the story."""
    endpoint, username, password, picture, file = sys.argv[1:]
    with grpc.insecure_channel(endpoint) as channel:
        newcomer = auth.SignUpRequest(username=username, password=password, device_name="a script")
        tokens = auth_rpc.AuthServiceStub(channel).SignUp(newcomer).tokens
        me = (("authorization", f"Bearer {tokens.access_token}"),)

        change = user_pb2.User(display_name="Анна", gender=user_pb2.GENDER_FEMALE, city="Kyiv")
        mask = FieldMask(paths=["display_name", "gender", "city"])
        profiles_rpc.ProfileServiceStub(channel).UpdateUser(
            profiles.UpdateUserRequest(username=username, user=change, update_mask=mask), metadata=me
        )
        avatars_rpc.AvatarServiceStub(channel).UploadAvatar(upload(username, Path(picture).read_bytes()), metadata=me)

        stub = reports_rpc.ReportServiceStub(channel)
        # With an id of its own the wish can be sent again, and is still one report.
        wish = reports.CreateReportRequest(request_id=str(uuid.uuid4()))
        report = stub.CreateReport(wish, metadata=me).report
        for seen in stub.WatchReport(reports.WatchReportRequest(report_id=report.report_id), metadata=me):
            report = seen.report
        if report.state != report_pb2.STATE_READY:
            raise SystemExit(f"the report ended as {report_pb2.State.Name(report.state)}")
        parts = stub.DownloadReport(reports.DownloadReportRequest(report_id=report.report_id), metadata=me)
        data = b"".join(part.chunk for part in parts)
        if hashlib.sha256(data).hexdigest() != report.sha256:
            raise SystemExit("the file is not what was made")
        Path(file).write_bytes(data)

        goodbye = accounts.DeleteAccountRequest(username=username, password=password)
        accounts_rpc.AccountServiceStub(channel).DeleteAccount(goodbye, metadata=me)
    print(f"{username}: {len(data)} bytes of report")


if __name__ == "__main__":
    main()
