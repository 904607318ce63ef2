"""What in a PDF file can act: scripts, links, forms, attachments, actions on opening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

# Keys whose mere presence says it. Source: ISO 32000-1, 7.11, 12.5 and 12.6; XFA and RichMedia 12.7.8 and Adobe ext. 3.
_KEYS = (
    "/AA", "/AcroForm", "/AF", "/Collection", "/EF", "/EmbeddedFiles", "/JavaScript", "/JS", "/OpenAction",
    "/RichMediaContent", "/URI", "/XFA",
)  # fmt: skip
# Values of /S in an action, of /Subtype in an annotation or XObject, and of /Type.
_ACTIONS = (
    "/GoTo3DView", "/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Named",
    "/Rendition", "/ResetForm", "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans",
    "/URI",
)  # fmt: skip
_SUBTYPES = ("/3D", "/FileAttachment", "/Movie", "/PS", "/RichMedia", "/Screen", "/Sound", "/Widget")
_TYPES = ("/EmbeddedFile", "/Filespec", "/F")


@dataclass(frozen=True, slots=True, order=True)
class ActiveObject:
    """One find.

    Attributes:
        kind: The name in the file, without its slash.
        detail: An address, a script or a file name, if any; `destination` for an OpenAction that only chooses a page.
    """

    kind: str
    detail: str


def active_objects(path: Path) -> list[ActiveObject]:
    """Return all finds in any object of the file, whether or not a page leads to it, without repetitions."""
    reader = pypdf.PdfReader(path)
    return sorted({find for dictionary in _dictionaries(reader) for find in _finds(dictionary)})


def _dictionaries(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary, those in arrays and in other dictionaries included."""
    numbers = {number for generation in reader.xref.values() for number in generation} | set(reader.xref_objStm)
    waiting: list[Any] = [reader.trailer, *(reader.get_object(number) for number in sorted(numbers) if number)]
    while waiting:
        found = waiting.pop()
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(found.raw_get(key) for key in found)
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))


def _finds(dictionary: DictionaryObject) -> Iterator[ActiveObject]:
    kinds = [key for key in _KEYS if key in dictionary]
    for key, names in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES), ("/Type", _TYPES)):
        if dictionary.get(key) in names:
            kinds.append(str(dictionary[key]))
    if isinstance(dictionary, StreamObject) and "/F" in dictionary:
        kinds.append("/F")
    for kind in kinds:
        yield ActiveObject(kind.removeprefix("/"), _detail(dictionary, kind))


def _detail(dictionary: DictionaryObject, kind: str) -> str:
    if kind == "/OpenAction" and isinstance(dictionary[kind], ArrayObject):
        return "destination"
    for key in (kind, "/URI", "/JS", "/UF", "/F"):
        value = dictionary.raw_get(key) if key in dictionary else None
        value = value.get_object() if isinstance(value, IndirectObject) else value
        if isinstance(value, str) and not value.startswith("/"):
            return str(value)
    return ""
