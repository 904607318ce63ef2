"""The code that proves a report: what it says, and where it leads."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pypdfium2
import pytest
import segno

from report_service.document.language import codes
from report_service.document.snapshot import Order
from tests.document.builders import ADDRESS, REPORT_ID, a_certificate, a_player, a_season, games, rendered

URN = f"urn:uuid:{REPORT_ID}"
_SCALE = 4


def leading_to(address: str, locale: str = "") -> bytes:
    """Return a certificate whose code leads to the address."""
    return rendered(Order(a_certificate(), locale=locale, verify_address=address))


def code_box(content: bytes) -> tuple[int, tuple[float, ...]]:
    """Return the page of the code, and its box in points."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    pages = [page.indirect_reference for page in reader.pages]
    waiting: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]  # type: ignore[index]
    while waiting:
        element = waiting.pop()
        if str(element.get("/Alt", "")).startswith("QR code"):
            return pages.index(element.raw_get("/Pg")), tuple(map(float, element["/A"]["/BBox"]))
        kids = element.get("/K")
        inside = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids]) if kid is not None]
        waiting += [kid for kid in inside if isinstance(kid, dict) and "/S" in kid]
    raise AssertionError("there is no code")


def modules(content: bytes) -> list[list[int]]:
    """Return the dark and light modules of the code as they are on the page."""
    number, (left, _, right, top) = code_box(content)
    page = pypdfium2.PdfDocument(content)[number]
    image = page.render(scale=_SCALE).to_pil().convert("L")
    count = len(segno.make_qr(ADDRESS, error="m").matrix)
    unit, height = (right - left) / count, page.get_height()
    return [
        [
            int(
                image.getpixel(
                    (int((left + (x + 0.5) * unit) * _SCALE), int((height - top + (y + 0.5) * unit) * _SCALE))
                )
                < 128
            )
            for x in range(count)
        ]
        for y in range(count)
    ]


def links(content: bytes) -> list[str]:
    """Return where the file leads."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return [note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])]


def test_code_on_the_page_is_the_code_of_the_address() -> None:
    """Looked at as pixels, every module is that of the code that another would make of the address."""
    wanted = [list(row) for row in segno.make_qr(ADDRESS, error="m", mask=3).matrix]

    assert modules(leading_to(ADDRESS)) == wanted
    assert modules(leading_to(ADDRESS.replace("f", "e"))) != wanted


@pytest.mark.parametrize("address", [ADDRESS, "http://127.0.0.1:8080/verify/1"])
def test_address_is_a_link_when_it_is_of_the_web(address: str) -> None:
    """One link, to that address and no other."""
    assert links(leading_to(address)) == [address]


@pytest.mark.parametrize("address", [URN, "", "javascript:alert(1)", "file:///etc/passwd", "HTTPS://x", "httpx://x"])
def test_address_is_only_text_when_it_is_not(address: str) -> None:
    """Without a public address the code holds a name, which leads nowhere."""
    content = leading_to(address) if address else leading_to(URN)

    assert links(content) == []
    assert b"/Annots" not in content


@pytest.mark.parametrize(("address", "leads"), [(ADDRESS, True), (URN, False)])
def test_reader_is_told_to_scan_the_code_only_when_it_leads_somewhere(address: str, leads: bool) -> None:
    """A telephone can do nothing with a name."""
    text = " ".join(pypdf.PdfReader(io.BytesIO(leading_to(address))).pages[-1].extract_text().split())

    assert ("Scan the code" in text) is leads
    assert ("which the code holds too" in text) is not leads


def test_address_cannot_break_out_of_its_place() -> None:
    """Parentheses and other characters of an address stay in it."""
    address = "https://club.example/verify?a=(b)>>\\)/S/JavaScript"

    assert links(leading_to(address)) == [address]


@pytest.mark.parametrize("snapshot", [a_player(), a_season(), a_certificate()], ids=["player", "season", "certificate"])
def test_every_kind_tells_how_to_verify_it(snapshot: Any) -> None:
    """Id and address are in full on the last page."""
    reader = pypdf.PdfReader(io.BytesIO(rendered(Order(snapshot, verify_address=ADDRESS))))
    text = reader.pages[-1].extract_text()

    assert "Is this report genuine?" in text
    assert REPORT_ID in text
    assert ADDRESS in text


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("count", [1, 16, 29, 44])
def test_code_stands_on_one_page_with_the_formulas(count: int, code: str) -> None:
    """Wherever the table ends, the last page has both."""
    content = rendered(Order(a_player(games(count)), locale=code, verify_address=ADDRESS))
    text = pypdf.PdfReader(io.BytesIO(content)).pages[-1].extract_text()

    assert ADDRESS in text
    # The year of the first formula's author.
    assert "1927" in text
