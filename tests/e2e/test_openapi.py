"""A few requests to every operation, made of the OpenAPI document: `make openapi-check` sends thousands."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.e2e.http_calls import http_to
from tests.e2e.installations import Installation
from tests.openapi.runner import DOCUMENT, check, people

CASES, SEED = 3, 1
# They need a secret that exists, or a report that is not made yet; among so few requests there may be none.
BY_CHANCE = {"AuthService_SignInWithApiKey", "ReportService_CancelReport", "ShareService_DownloadSharedReport"}

pytestmark = [pytest.mark.parametrize("installation", ["standalone"], indirect=True), pytest.mark.timeout(180)]


def test_every_operation_answers_as_the_document_says(installation: Installation, tmp_path: Path) -> None:
    """No fault, and no status, header, type or body that the document does not have; operations come through."""
    club = asyncio.run(people(installation))
    result = check(
        club, installation.http_address, tmp_path, cases=CASES, phases="examples,fuzzing", seed=SEED, extra=[]
    )
    assert result.passed, result.report
    assert len(result.statuses) == sum(len(item) for item in DOCUMENT["paths"].values())
    assert set(result.never_good) <= BY_CHANCE


def test_document_and_its_page_are_served(installation: Installation) -> None:
    """The document is what is in the repository, and the page's files come with the strict policy."""
    with http_to(installation.http_address) as http:
        assert json.loads(http.ask("GET", "/openapi.json").body) == DOCUMENT
        for path, kind in (("/docs/", "text/html"), ("/docs/page.js", "javascript"), ("/docs/style.css", "text/css")):
            got = http.ask("GET", path)
            assert got.status == 200
            assert kind in got.headers["content-type"]
            assert "script-src 'self';" in got.headers["content-security-policy"]
