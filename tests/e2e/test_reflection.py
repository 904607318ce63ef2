"""The whole story by reflection alone, with the tool that a developer would use."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import uuid
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import PASSWORD
from tests.e2e.installations import Installation

BUF = Path(sys.executable).parent / "buf"


def buf_curl(installation: Installation, *arguments: str, messages: str = "", token: str = "") -> str:
    """Run `buf curl` against the installation and return what it prints."""
    header = ["--header", f"authorization: Bearer {token}"] if token else []
    url = f"http://{installation.endpoint}"
    target = [f"{url}/{arguments[-1]}"] if "/" in arguments[-1] else [arguments[-1], url]
    data = ["--data", "@-"] if messages else []
    finished = subprocess.run(
        [str(BUF), "curl", "--protocol", "grpc", "--http2-prior-knowledge", *header, *data, *arguments[:-1], *target],
        input=messages,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def answers(output: str) -> list[dict[str, object]]:
    """Return the JSON messages that were printed one after the other."""
    decoder, found, rest = json.JSONDecoder(), [], output.strip()
    while rest:
        message, end = decoder.raw_decode(rest)
        found.append(message)
        rest = rest[end:].lstrip()
    return found


def test_reflection_lists_public_services_only(installation: Installation) -> None:
    """A tool sees every public service and none that is internal."""
    listed = buf_curl(installation, "--list-services").split()
    assert "dossier.report.v1.ReportService" in listed
    assert "dossier.auth.v1.AuthService" in listed
    assert not {name for name in listed if "Credentials" in name or "Snapshot" in name}


def test_reflection_lists_the_methods_of_all_services(installation: Installation) -> None:
    """A tool can list every method with its service."""
    listed = buf_curl(installation, "--list-methods")
    assert "dossier.report.v1.ReportService/DownloadReport" in listed


@pytest.mark.timeout(120)
def test_story_by_reflection_alone(installation: Installation) -> None:
    """Sign up and in, read a user, upload an avatar by a stream and download a report by one, without a proto file."""
    username = f"curl-{uuid.uuid4().hex[:10]}"
    credentials = json.dumps({"username": username, "password": PASSWORD})
    buf_curl(installation, "dossier.auth.v1.AuthService/SignUp", messages=credentials)
    signed_in = answers(buf_curl(installation, "dossier.auth.v1.AuthService/SignIn", messages=credentials))[0]
    token = str(signed_in["tokens"]["accessToken"])  # type: ignore[index]

    picture = BytesIO()
    Image.new("RGB", (80, 80), "teal").save(picture, "PNG")
    metadata = {"metadata": {"username": username, "sizeBytes": len(picture.getvalue())}}
    upload = json.dumps(metadata) + json.dumps({"chunk": base64.b64encode(picture.getvalue()).decode()})
    buf_curl(installation, "dossier.profile.v1.AvatarService/UploadAvatar", messages=upload, token=token)
    user = answers(
        buf_curl(
            installation,
            "dossier.profile.v1.ProfileService/GetUser",
            messages=json.dumps({"username": username}),
            token=token,
        )
    )[0]["user"]
    assert user["avatar"]["contentType"] == "image/webp"  # type: ignore[index]

    created = answers(
        buf_curl(installation, "dossier.report.v1.ReportService/CreateReport", messages="{}", token=token)
    )[0]["report"]
    by_id = json.dumps({"reportId": created["reportId"]})  # type: ignore[index]
    watched = answers(
        buf_curl(installation, "dossier.report.v1.ReportService/WatchReport", messages=by_id, token=token)
    )
    assert watched[-1]["report"]["state"] == "STATE_READY", watched  # type: ignore[index]
    downloaded = answers(
        buf_curl(installation, "dossier.report.v1.ReportService/DownloadReport", messages=by_id, token=token)
    )
    data = b"".join(base64.b64decode(str(message["chunk"])) for message in downloaded[1:])
    assert hashlib.sha256(data).hexdigest() == downloaded[0]["metadata"]["sha256"]  # type: ignore[index]
    assert data.startswith(b"%PDF-")
