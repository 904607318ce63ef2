"""Bring the catalogues of the reports up to the messages in the code: new ones untranslated, dropped ones gone.

Catalogues carry no dates and no line numbers, so that they change only when a message does.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from report_service.document.language import FOLDER

SOURCE = FOLDER.parent
# How many of a call's first arguments are the message.
_ARGUMENTS = {"text": 1, "plural": 2}


def template() -> Catalog:
    """Return the messages of the code, in the order of its files and lines."""
    catalogue = Catalog()
    found = extract_from_dir(SOURCE, method_map=[("**.py", _extract)], keywords={"text": None, "plural": (1, 2)})
    for file, line, message, _, _ in found:
        catalogue.add(message, locations=[(file, line)])
    return catalogue


def updated(code: str, content: bytes) -> bytes:
    """Return a catalogue with the messages of the code, and the translations that it has of them."""
    catalogue = read_po(io.BytesIO(content), locale=code)
    catalogue.update(template(), no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(body, catalogue, omit_header=True, ignore_obsolete=True, sort_by_file=True, include_lineno=False)
    return f"{_header(code)}\n".encode() + body.getvalue()


def _header(code: str) -> str:
    plural = get_plural(code)
    return "\n".join(
        (
            f"# {Locale.parse(code).english_name} words of the reports. `make messages` keeps the list complete.",
            'msgid ""',
            'msgstr ""',
            f'"Language: {code}\\n"',
            f'"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\\n"',
            '"MIME-Version: 1.0\\n"',
            '"Content-Type: text/plain; charset=utf-8\\n"',
            '"Content-Transfer-Encoding: 8bit\\n"',
            "",
        )
    )


def _extract(
    file: IO[bytes], keywords: Mapping[str, Any], tags: object, options: object
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """Find the messages in one file. Unlike Babel's own reader it finds them within calls and f-strings too."""
    for node in ast.walk(ast.parse(file.read())):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=args) if name in keywords and _speaks(owner):
                yield node.lineno, name, _message(args[: _ARGUMENTS[name]], f"{file.name}:{node.lineno}"), []


def _speaks(owner: ast.expr) -> bool:
    """Return whether an expression is a language; the modules here call it `words`, and it calls itself `self`."""
    match owner:
        case ast.Name(id="words" | "self") | ast.Attribute(attr="words"):
            return True
    return False


def _message(arguments: list[ast.expr], place: str) -> str | tuple[str, ...]:
    values = (argument.value for argument in arguments if isinstance(argument, ast.Constant))
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) < len(arguments):
        raise SystemExit(f"{place}: a message has to be written out where it is said.")
    return texts[0] if len(texts) == 1 else texts


def main() -> None:
    """Write every catalogue anew and tell what is left to translate."""
    for path in sorted(FOLDER.glob("*.po")):
        content = updated(path.stem, path.read_bytes())
        path.write_bytes(content)
        left = [message for message in read_po(io.BytesIO(content)) if message.id and not all(_forms(message.string))]
        print(f"{path.relative_to(Path.cwd())}: {len(left)} to translate")


def _forms(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


if __name__ == "__main__":
    main()
