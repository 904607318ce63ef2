"""The report by WeasyPrint: HTML, its charts inline SVG, asked for PDF/UA-1 as it keeps one standard at a time."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from html import escape
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from bench.peers.content import Content, Grid, Panel
from bench.peers.marks import Circle, Code, Drawing, Rect, Ring, Words
from bench.peers.marks import Path as Line
from report_service.document.fonts import FOLDER

VARIANT = "pdf/ua-1"
_ANCHORS = {"left": "start", "right": "end", "center": "middle"}


def opened(_folder: Path) -> Callable[[Content, bytes], bytes]:
    """Return what renders, its style sheet parsed and its fonts found."""
    fonts = FontConfiguration()
    text = Path(__file__).with_name("report.css").read_text(encoding="utf-8").replace("FONTS", FOLDER.as_uri())
    style = CSS(string=text, font_config=fonts)

    def render(content: Content, avatar: bytes) -> bytes:
        page = HTML(string=_page(content, avatar))
        made: bytes = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant=VARIANT)
        return made

    return render


def _page(content: Content, avatar: bytes) -> str:
    fields = "".join(f"<td><small>{escape(name)}</small><br>{escape(value)}</td>" for name, value in content.fields)
    cards = "".join(
        f"<div class=card><small>{label}</small><b>{value}</b><span>{note}</span></div>"
        for label, value, note in content.cards
    )
    rows = "".join(f"<div class=row>{''.join(map(_panel, row))}</div>" for row in content.rows)
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in content.paragraphs)
    picture = base64.b64encode(avatar).decode()
    name = escape(content.name)
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(content.title)}</title></head><body>"
        f"<div class=running>{name}</div><div class=foot>{escape(content.footer)}</div>"
        f"<header><img alt=Portrait src='data:image/jpeg;base64,{picture}'><div><small>{content.kind}</small>"
        f"<h1>{name}</h1><p>{escape(content.handle)}</p><table><tr>{fields}</tr></table></div></header>"
        f"<p>{escape(content.about)}</p><div class=row>{cards}</div>{rows}"
        f"<h2>Recent games<span>{content.games_note}</span></h2>{_table(content.games, 'long')}"
        f"<h2>How the figures are reckoned</h2>{paragraphs}<section><h2>Is this report genuine?</h2>"
        f"<div class=genuine>{_svg(content.code)}<div><p>{escape(content.advice)}</p><b>{content.report_id}</b>"
        f"<p>{escape(content.address)}</p></div></div></section></body></html>"
    )


def _panel(panel: Panel) -> str:
    inside = _svg(panel.inside) if isinstance(panel.inside, Drawing) else _table(panel.inside, "short")
    return (
        f"<div class=panel style='width:{panel.width - 30:.2f}pt;height:{panel.height - 30:.2f}pt'>"
        f"<h2>{escape(panel.title)}<span>{escape(panel.note)}</span></h2>{inside}</div>"
    )


def _table(grid: Grid, kind: str) -> str:
    sides = ["r" if right else "l" for right in grid.right]
    columns = "".join(f"<col style='width:{share:.0%}'>" for share in grid.widths)
    heads = "".join(f"<th class={side}>{title}</th>" for side, title in zip(sides, grid.titles, strict=True))
    rows = []
    for row in grid.rows:
        cells = (
            f"<td class='{side}{' s' if cell.strong else ''}' style='color:{cell.colour}'>{escape(cell.text)}</td>"
            for side, cell in zip(sides, row, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table class={kind}>{columns}<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _svg(drawing: Drawing) -> str:
    marks = "".join(_MARKS[mark.kind](mark) for mark in drawing.marks)
    size = f"width='{drawing.width:.2f}pt' height='{drawing.height:.2f}pt'"
    box = f"viewBox='0 0 {drawing.width:.2f} {drawing.height:.2f}'"
    title = f"<title>{escape(drawing.alt)}</title>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {box}>{title}{marks}</svg>"


def _paint(fill: str, stroke: str, line: float) -> str:
    return f"fill='{fill or 'none'}'" + (f" stroke='{stroke}' stroke-width='{line}'" if stroke else "")


def _rect(mark: Rect) -> str:
    paint = _paint(mark.fill, mark.stroke, mark.line)
    place = f"x='{mark.x:.2f}' y='{mark.y:.2f}' width='{mark.width:.2f}' height='{mark.height:.2f}'"
    return f"<rect {place} rx='{mark.radius}' {paint}/>"


def _circle(mark: Circle) -> str:
    paint = _paint(mark.fill, mark.stroke, mark.line)
    return f"<circle cx='{mark.x:.2f}' cy='{mark.y:.2f}' r='{mark.radius}' {paint}/>"


def _path(mark: Line) -> str:
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in mark.points)
    return f"<{'polygon' if mark.fill else 'polyline'} points='{points}' {_paint(mark.fill, mark.stroke, mark.line)}/>"


def _ring(mark: Ring) -> str:
    def at(radius: float, share: float) -> str:
        x, y = math.sin(share * math.tau) * radius, math.cos(share * math.tau) * radius
        return f"{mark.x + x:.2f} {mark.y - y:.2f}"

    large = int(mark.end - mark.start > 0.5)
    outer, inner = f"{mark.outer} {mark.outer} 0 {large} 1", f"{mark.inner} {mark.inner} 0 {large} 0"
    there = f"M{at(mark.outer, mark.start)}A{outer} {at(mark.outer, mark.end)}"
    return f"<path d='{there}L{at(mark.inner, mark.end)}A{inner} {at(mark.inner, mark.start)}Z' fill='{mark.fill}'/>"


def _words(mark: Words) -> str:
    weight = " font-weight='600'" if mark.strong else ""
    look = f"font-size='{mark.size}' fill='{mark.colour}' text-anchor='{_ANCHORS[mark.align]}'{weight}"
    return f"<text x='{mark.x:.2f}' y='{mark.y:.2f}' {look} font-family='Inter'>{escape(mark.text)}</text>"


def _code(mark: Code) -> str:
    side = mark.module
    runs = (f"M{x * side:.2f} {y * side:.2f}h{n * side:.2f}v{side:.2f}h{-n * side:.2f}z" for x, y, n in mark.runs)
    return f"<path d='{''.join(runs)}' fill='{mark.fill}'/>"


_MARKS = {"rect": _rect, "circle": _circle, "path": _path, "ring": _ring, "words": _words, "code": _code}
