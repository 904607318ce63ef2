"""The vendored fonts: what is there, where from, and on what terms."""

from __future__ import annotations

import hashlib
import io
import tomllib
from datetime import UTC, datetime

import pypdf

from report_service.document.canvas import Canvas
from report_service.document.fonts import EMOJI, FALLBACKS, FOLDER, face, subset
from report_service.document.metadata import Properties
from report_service.document.palette import BODY, Weight
from report_service.document.pdf import write

_ENTRIES = tomllib.loads((FOLDER / "MANIFEST.toml").read_text(encoding="utf-8"))["font"]
_MAX_BYTES = 7_000_000


def test_manifest_names_exactly_the_fonts_present() -> None:
    """No font is vendored without an entry, and no entry is without its font."""
    assert {entry["file"] for entry in _ENTRIES} == {path.name for path in FOLDER.glob("*.ttf")}


def test_manifest_digests_match_the_files() -> None:
    """A changed font file is noticed."""
    for entry in _ENTRIES:
        assert hashlib.sha256((FOLDER / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]


def test_manifest_gives_origin_and_licence_text_of_each_font() -> None:
    """Each font says where it is from and has the text of its licence beside it."""
    for entry in _ENTRIES:
        assert entry["origin"].startswith("npm ")
        assert entry["licence"].startswith("OFL-1.1")
        text = (FOLDER / entry["licence_file"]).read_text(encoding="utf-8").lower()
        assert "sil open font license" in text


def test_manifest_covers_every_face_the_document_asks_for() -> None:
    """Whatever the fallback chain names is there."""
    wanted = {f"{name}.ttf" for name in (*Weight, *FALLBACKS, EMOJI)}

    assert wanted == {entry["file"] for entry in _ENTRIES}


def test_fonts_stay_within_their_share_of_the_package() -> None:
    """All font files together are at most 7 MB."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.ttf")) <= _MAX_BYTES


def test_reduced_faces_cover_the_standard_sets() -> None:
    """Every character of GB 2312, of JIS X 0208 and every syllable of KS X 1001 has a glyph."""
    for codec, name in (
        ("gb2312", "NotoSansSC-Reduced"),
        ("euc_jp", "NotoSansSC-Reduced"),
        ("euc_kr", "NotoSansKR-Reduced"),
    ):
        first, last = ("가", "힣") if codec == "euc_kr" else ("一", "龥")
        encodable = [c for c in range(ord(first), ord(last) + 1) if len(chr(c).encode(codec, "ignore")) == 2]
        assert len(encodable) >= 2350
        assert face(name).covers(encodable), codec


def test_face_is_opened_once_when_asked_for_again() -> None:
    """All documents of a process share one face per file."""
    assert face("Inter-Regular") is face("Inter-Regular")


def test_subset_holds_only_what_is_needed_when_asked_for_few_glyphs() -> None:
    """Two glyphs of a font of 340 KB take a few hundred bytes, the same ones each time."""
    inter = face("Inter-Regular")
    glyphs = [inter.hb_font.get_nominal_glyph(ord(char)) for char in "AB"]

    file, moved = subset(inter, glyphs)

    assert len(file) < 2000
    assert set(glyphs) <= set(moved)
    assert subset(inter, reversed(glyphs)) == (file, moved)


def test_code_never_stands_for_what_a_reader_must_not_get() -> None:
    """PDF/UA forbids zero and the byte order marks: a control that nobody cleaned away is extracted as U+FFFD."""
    canvas = Canvas()
    canvas.text(10, 10, "a\x00b", style=BODY)
    properties = Properties("x", "x", "en", datetime(2026, 11, 23, tzinfo=UTC), "x")

    assert "a\ufffdb" in pypdf.PdfReader(io.BytesIO(write(canvas, properties))).pages[0].extract_text()
