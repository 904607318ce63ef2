"""What poppler, qpdf and pypdf say of a file is what is in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from fpdf import FPDF

from tests.document.active import ActiveObject, active_objects
from tests.document.complaints import structure_complaints
from tests.document.pictures import compare_pictures
from tests.document.reading import Font, UnreadablePdf, fonts_of, info_of, pictures_of, qpdf_check, text_of
from tests.document.sample import TAGS, Tag, a_pdf, untagged_pdf
from tests.document.structure import structure_of

pytestmark = pytest.mark.usefixtures("pdf_readers")


def written(folder: Path, content: bytes) -> Path:
    """Write the file."""
    path = folder / "some.pdf"
    path.write_bytes(content)
    return path


def test_sound_file_is_read_whole(tmp_path: Path) -> None:
    """Title, pages, text and font of a good file; qpdf and the structure checks have nothing to say."""
    path = written(tmp_path, a_pdf())
    info = info_of(path)
    assert (info.title, info.pages, info.tagged) == ("Sample", 1, True)
    assert text_of(path).split() == ["Sample", "Somebody’s", "games", "Role", "Games", "Don", "7"]
    assert fonts_of(path) == [Font("MPDFAA+Inter", "CID TrueType", embedded=True, subset=True, to_unicode=True)]
    assert qpdf_check(path) == []
    assert structure_complaints(structure_of(path)) == []


def test_font_that_is_not_embedded_is_told(tmp_path: Path) -> None:
    """A standard font is listed as what it is."""
    path = written(tmp_path, untagged_pdf(font="Helvetica"))
    assert fonts_of(path) == [Font("Helvetica", "Type 1", embedded=False, subset=False, to_unicode=False)]


def test_structure_has_types_texts_and_substitutes(tmp_path: Path) -> None:
    """What poppler prints and what pypdf reads meet at the right element."""
    name = Tag("P", "quoted \"name\" /Alt (block)", entries={"/ActualText": "ליאת", "/Lang": "he"})  # fmt: skip
    root = structure_of(written(tmp_path, a_pdf([*TAGS, name], language="de")))
    document = root.children[0]
    assert [element.type for element in document.children] == ["H1", "P", "Figure", "Table", "P"]
    figure, table, paragraph = document.children[2:]
    assert (root.language, figure.alt, figure.spoken) == ("de", "12 wins of 20 games", "12 wins of 20 games")
    assert [cell.attributes["Scope"] for cell in table.find("TH")] == ["/Column", "/Column"]
    assert [cell.content for cell in table.find("TD")] == [["Don"], ["7"]]
    assert paragraph.content == ['quoted "name" /Alt (block)']
    assert (paragraph.actual_text, paragraph.spoken, paragraph.language) == ("ליאת", "ליאת", "he")


def test_file_without_tags_has_an_empty_structure(tmp_path: Path) -> None:
    """No tag is no element, and a complaint."""
    root = structure_of(written(tmp_path, untagged_pdf()))
    assert root.children == []
    assert "there are 0 H1 where one should be" in structure_complaints(root)


def test_number_missing_in_alt_is_found_in_the_file(tmp_path: Path) -> None:
    """A figure that only says `chart` is complained about."""
    tags = [*TAGS, Tag("Figure", entries={"/Alt": "chart"})]
    complaints = structure_complaints(structure_of(written(tmp_path, a_pdf(tags))))
    assert complaints == ["the Alt of a Figure has no number: “chart”"]


def test_damaged_file_is_told(tmp_path: Path) -> None:
    """A file cut in half is wrong for qpdf, and what is no PDF cannot be read at all."""
    whole = a_pdf()
    assert qpdf_check(written(tmp_path, whole[: len(whole) // 2]))
    with pytest.raises(UnreadablePdf, match="pdftotext"):
        text_of(written(tmp_path, b"no PDF at all"))


def test_moved_box_is_seen_and_same_page_is_not(tmp_path: Path) -> None:
    """The picture of a page equals that of another file that looks alike, until a square moves by ten points."""
    wanted, same, moved = (
        pictures_of(written(tmp_path, a_pdf(square_at=(x, 60))), 72)[0] for x in (300.0, 300.3, 310.0)
    )
    assert wanted.size == (400, 400)
    assert compare_pictures(same, wanted) == 0
    assert 0.0005 < compare_pictures(moved, wanted) < 0.003


def test_compressed_objects_hide_nothing(tmp_path: Path) -> None:
    """What acts is found in an object stream, where no search for its name would."""
    linked = FPDF()
    linked.add_page()
    linked.link(0, 0, 9, 9, "https://x.example/")
    plain, compressed = written(tmp_path, bytes(linked.output())), tmp_path / "compressed.pdf"
    subprocess.run(["qpdf", "--object-streams=generate", plain, compressed], check=True)
    assert b"x.example" not in compressed.read_bytes()
    assert active_objects(compressed) == active_objects(plain)
    assert ActiveObject("URI", "https://x.example/") in active_objects(compressed)
