"""A player's story at the page: by keyboard alone, on a desk and on a phone, in both languages and colours."""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.access_scene import Scene
from tests.e2e.http_calls import Http
from tests.e2e.installations import PASSWORD, Installation
from tests.e2e.page.held_reports import held_reports, note_stages, noted_stages
from tests.e2e.page.pictures import colour_of, two_colours
from tests.e2e.page.previews import Shown, claim_viewer, shown_by_viewer, shown_in
from tests.e2e.page.visitor import Visitor, either, sign_in

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone"], indirect=True),
    pytest.mark.timeout(180),
]
NEW_PASSWORD = "another long and unusual password"
WAITING, MAKING, READY = ("Waiting", "В очереди"), ("Being made", "Составляется"), ("Ready", "Готов")
STEP = "main .stages [aria-current=step]"


@dataclass
class Story:
    """One player's. `folder` takes what is downloaded."""

    visitor: Visitor
    http: Http
    username: str
    folder: Path


def test_player_does_everything_by_keyboard(
    visitor: Visitor, scene: Scene, http: Http, installation: Installation, tmp_path: Path
) -> None:
    """Sign up, edit, picture, reports, their files, account, sign out and in, delete: no view has a barrier."""
    page, story = visitor.page, Story(visitor, http, f"page-{uuid.uuid4().hex[:10]}", tmp_path)
    claim_viewer(page, there=not visitor.on_phone)
    visitor.visit()
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    visitor.sees_no_barrier()
    _look_somebody_up(visitor, scene)
    _sign_up(story)
    _edit(story)
    _watch_reports(story, scene, installation)
    _take_the_report(story)
    _verify(story, scene)
    _mind_the_account(story)
    _take_everything_along(story)
    _sign_out_and_in(story)
    _leave(story)
    assert visitor.problems == []


def _look_somebody_up(visitor: Visitor, scene: Scene) -> None:
    page, name = visitor.page, scene.players[0]
    visitor.type("q", name)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/search?q={name}")
    visitor.sees_no_barrier()
    visitor.press(f'a[href="#/players/{name}"]')
    visitor.is_at(f"#/players/{name}")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("main .plot svg[role=img]")).to_have_count(5)
    # What a chart shows stands in a table too.
    visitor.press("main details summary")
    expect(page.locator("main details[open] table")).to_be_visible()
    visitor.sees_no_barrier()


def _sign_up(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    visitor.press("#nav--sign-up")
    visitor.is_at("#/sign-up")
    visitor.type("username", "no name")
    visitor.type("password", PASSWORD)
    page.keyboard.press("Enter")
    wrong = page.locator('[name="username"]')
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    visitor.sees_no_barrier()
    visitor.type("username", story.username)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/players/{story.username}")
    visitor.hears("Your account is open.", "Аккаунт открыт.")
    assert page.evaluate("[document.cookie, ...Object.entries({ ...localStorage, ...sessionStorage })]") == [
        "",
        ["dossier.user", story.username],
    ]
    (kept,) = page.context.cookies()
    assert (kept["name"], kept["httpOnly"], kept["secure"], kept["sameSite"]) == (
        "__Host-dossier-refresh",
        True,
        True,
        "Strict",
    )
    visitor.sees_no_barrier()


def _edit(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    visitor.press('main a[href="#/edit"]')
    visitor.is_at("#/edit")
    picture = story.folder / "picture.png"
    picture.write_bytes(two_colours())
    visitor.tab_to(page.locator("#picture"))
    page.locator("#picture").set_input_files(picture)  # The system's own window is not the page's.
    expect(page.locator("#crop-zoom")).to_be_focused()
    visitor.press("#crop-across", "End")
    visitor.sees_no_barrier()
    with page.expect_response(lambda answer: answer.request.method == "PUT") as uploaded:
        visitor.press("main .crop-now button.primary")
    assert uploaded.value.status == 200
    expect(page.locator("#picture")).to_be_focused()
    assert colour_of(story.http, story.username) == "blue"
    visitor.type("displayName", "Анна <b>Ї</b>")
    visitor.type("city", "Kyiv")
    page.keyboard.press("Enter")
    visitor.hears("Saved.", "Сохранено.")
    visitor.press(f'main a[href="#/players/{story.username}"]')
    visitor.is_at(f"#/players/{story.username}")
    expect(page.locator("h1")).to_have_text("Анна <b>Ї</b>")
    expect(page.locator(".facts").first).to_contain_text("Kyiv")


def _watch_reports(story: Story, scene: Scene, installation: Installation) -> None:
    """Ask twice while nothing is made: take the first wish back, and watch the second being made."""
    visitor, page = story.visitor, story.visitor.page
    visitor.press("main .actions a.primary")
    visitor.is_at(f"#/reports?of={story.username}")
    visitor.sees_no_barrier()
    with held_reports(installation, scene):
        _ask(visitor)
        visitor.sees_no_barrier()
        visitor.press("main .stack button.quiet")
        expect(page.locator("main .state.cancelled")).to_be_visible()
        expect(page.locator("h1")).to_be_focused()
        visitor.sees_no_barrier()
        visitor.press('main a[href="#/reports"]')
        visitor.is_at("#/reports")
        _ask(visitor)
        note_stages(page)
    expect(page.locator(STEP)).to_have_text(either(*READY))
    assert noted_stages(page) in [list(stages) for stages in zip(MAKING, READY, strict=True)]
    visitor.hears(*READY)
    visitor.sees_no_barrier()


def _ask(visitor: Visitor) -> None:
    visitor.press("main form button[type=submit]")
    visitor.is_at(re.compile(r"#/reports/[-0-9a-f]{36}$"))
    expect(visitor.page.locator(STEP)).to_have_text(either(*WAITING))


def _take_the_report(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    with page.expect_download() as saved:
        visitor.press("main .stack button.primary")
    name, data = saved.value.suggested_filename, saved.value.path().read_bytes()
    saved.value.save_as(story.folder / "report.pdf")
    assert data.startswith(b"%PDF-")
    assert name.startswith(story.username)
    digest = hashlib.sha256(data).hexdigest()
    expect(page.locator("main code")).to_have_text(digest)
    frame = page.locator("main iframe")
    if visitor.on_phone:
        expect(page.get_by_text(either("Download it instead.", "Скачайте файл."))).to_be_visible()
        expect(frame).to_have_count(0)
    else:
        with shown_by_viewer(page):
            visitor.press("main .stack button:not(.primary)")
        expect(frame).to_have_accessible_name(name)
        assert shown_in(frame) == Shown("application/pdf", "%PDF-", digest)
        visitor.sees_no_barrier()
    expect(page.locator("main .stack button.primary")).to_be_visible()
    visitor.press('main a[href="#/reports"]')
    visitor.is_at("#/reports")
    expect(page.locator("main table tbody tr")).to_have_count(2)
    visitor.sees_no_barrier()


def _verify(story: Story, scene: Scene) -> None:
    """Look whether a report is genuine: by a number of nothing, by that of somebody else's, by the file."""
    visitor, page = story.visitor, story.visitor.page
    verdict = page.locator("main .verdict")
    visitor.press("#foot-verify")
    visitor.is_at("#/verify")
    visitor.type("code", str(uuid.uuid4()))
    page.keyboard.press("Enter")
    expect(verdict).to_contain_text(either("Not known", "Неизвестен"))
    visitor.sees_no_barrier()
    number, name = scene.owner.report_id, scene.owner.username
    visitor.type("code", f"https://club.example.org/v1/reports:verify?report_id={number}")
    page.keyboard.press("Enter")
    expect(verdict).to_contain_text(either("Genuine", "Подлинный"))
    expect(verdict.get_by_role("link")).to_have_attribute("href", f"#/players/{name}")
    visitor.sees_no_barrier()
    data, chosen = (story.folder / "report.pdf").read_bytes(), page.locator('[name="file"]')
    for content, words in (data, ("Genuine", "Подлинный")), (data + b" ", ("Not known", "Неизвестен")):
        visitor.tab_to(chosen)
        chosen.set_input_files({"name": "report.pdf", "mimeType": "application/pdf", "buffer": content})
        visitor.is_at(f"#/verify/{hashlib.sha256(content).hexdigest()}")
        expect(verdict).to_contain_text(either(*words))


def _mind_the_account(story: Story) -> None:
    """Keep a field to oneself, end a session elsewhere, and take another password."""
    visitor, page = story.visitor, story.visitor.page
    elsewhere = sign_in(story.http, story.username, PASSWORD, deviceName="Old laptop")
    visitor.press("#nav--account")
    visitor.is_at("#/account")
    visitor.sees_no_barrier()
    expect(page.locator("main table tbody tr")).to_have_count(2)
    visitor.tab_to(page.get_by_role("button", name="Old laptop"))
    page.keyboard.press("Enter")
    visitor.hears("The session has ended.", "Сессия завершена.")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    refresh = json.dumps({"refreshToken": elsewhere["refreshToken"]}).encode()
    assert story.http.ask("POST", "/v1/auth:refresh", refresh, content_type="application/json").status == 401
    visitor.choose("city", "End")
    with page.expect_response("**/v1/account:setVisibility") as kept:
        visitor.press('main form:has([name="city"]) button[type=submit]')
    assert kept.value.json()["visibility"]["city"] == "AUDIENCE_PRIVATE"
    visitor.type("currentPassword", PASSWORD)
    visitor.type("newPassword", NEW_PASSWORD)
    page.keyboard.press("Enter")
    visitor.hears("The password is changed.", "Пароль изменён.")


def _take_everything_along(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    visitor.press("main .panel > button")
    visitor.is_at(re.compile(r"#/reports/[-0-9a-f]{36}$"))
    expect(page.locator(STEP)).to_have_text(either(*READY))
    with page.expect_download() as saved:
        visitor.press("main .stack button.primary")
    archive = zipfile.ZipFile(io.BytesIO(saved.value.path().read_bytes()))
    account = json.loads(archive.read("account.json"))
    assert (account["profile"]["display_name"], account["profile"]["city"]) == ("Анна <b>Ї</b>", "Kyiv")
    assert Image.open(io.BytesIO(archive.read("avatar.webp"))).size == (512, 512)
    (report,) = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert archive.read(report) == (story.folder / "report.pdf").read_bytes()


def _sign_out_and_in(story: Story) -> None:
    """What is kept to oneself no stranger sees; only the new password lets in."""
    visitor, page = story.visitor, story.visitor.page
    visitor.press("#sign-out")
    visitor.is_at("#/")
    expect(page.locator("#nav--sign-in")).to_be_visible()
    assert page.context.cookies() == []
    visitor.visit(f"#/players/{story.username}")
    expect(page.locator("h1")).to_have_text("Анна <b>Ї</b>")
    expect(page.locator(".facts").first).not_to_contain_text("Kyiv")
    visitor.press("#nav--sign-in")
    visitor.is_at("#/sign-in")
    visitor.sees_no_barrier()
    visitor.type("username", story.username)
    visitor.type("password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("form [role=alert]")).to_be_visible()
    visitor.type("password", NEW_PASSWORD)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/players/{story.username}")
    page.reload()
    visitor.settle()
    expect(page.locator("#sign-out")).to_be_visible()


def _leave(story: Story) -> None:
    visitor, page = story.visitor, story.visitor.page
    visitor.press("#nav--account")
    visitor.is_at("#/account")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    visitor.tab_to(page.locator('.danger-zone [name="password"]'))
    page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("main p code")).to_be_visible()
    expect(page.locator("#nav--sign-in")).to_be_visible()
    assert page.context.cookies() == []
    visitor.sees_no_barrier()
