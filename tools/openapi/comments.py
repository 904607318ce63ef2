"""What the protos say in words: descriptors of generated stubs do not have it, so buf is asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2

ROOT = Path(__file__).resolve().parent.parent.parent
_ERROR = re.compile(r"([A-Z_]+) \(([A-Z_, ]+)\): (.+)")
_ERRORS = "Errors:"
# Of a file: its `syntax`, above which stands what is said of the whole file.
_SYNTAX = (descriptor_pb2.FileDescriptorProto.SYNTAX_FIELD_NUMBER,)
_NAMES = {
    descriptor_pb2.FileDescriptorProto: (("message_type", 4), ("enum_type", 5), ("service", 6)),
    descriptor_pb2.DescriptorProto: (("field", 2), ("nested_type", 3), ("enum_type", 4), ("oneof_decl", 8)),
    descriptor_pb2.EnumDescriptorProto: (("value", 2),),
    descriptor_pb2.ServiceDescriptorProto: (("method", 2),),
}


@dataclass(frozen=True, slots=True)
class Error:
    """One line of an `Errors:` paragraph: a canonical code, the reasons it may have, and what to do."""

    code: str
    reasons: tuple[str, ...]
    advice: str


class Comments:
    """The comments of all protos by the full names of what they stand above."""

    def __init__(self, raw: dict[str, str]) -> None:
        self._raw = raw

    def text(self, name: str) -> str:
        """Return a comment as paragraphs in Markdown, without its errors; empty for none."""
        paragraphs = _paragraphs(self._raw.get(name, "").splitlines())
        return "\n\n".join(text for text in paragraphs if not text.startswith(_ERRORS))

    def errors(self, name: str) -> list[Error]:
        """Return the errors that a comment lists."""
        return [
            Error(found.group(1), tuple(found.group(2).split(", ")), found.group(3))
            for found in map(_ERROR.fullmatch, _entries(self._raw.get(name, "").splitlines()))
            if found is not None
        ]


def read() -> Comments:
    """Return the comments of the protos as they are in this tree."""
    buf = Path(sys.executable).parent / "buf"
    command = [str(buf), "build", "--as-file-descriptor-set", "--output", "-#format=binpb"]
    built = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, check=False)
    if built.returncode != 0:
        raise SystemExit(built.stderr.decode())
    files = descriptor_pb2.FileDescriptorSet.FromString(built.stdout).file
    return Comments({name: text for file in files for name, text in _of_file(file)})


def _of_file(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, str]]:
    said = {
        tuple(place.path): place.leading_comments for place in file.source_code_info.location if place.leading_comments
    }
    yield file.name, said.get(_SYNTAX, "")
    yield from _within(file, file.package, (), said)


def _within(
    holder: Any, prefix: str, path: tuple[int, ...], said: dict[tuple[int, ...], str]
) -> Iterator[tuple[str, str]]:
    for attribute, number in _NAMES.get(type(holder), ()):
        for index, one in enumerate(getattr(holder, attribute)):
            here, name = (*path, number, index), f"{prefix}.{one.name}"
            if here in said:
                yield name, said[here]
            yield from _within(one, name, here, said)


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Join the lines of a paragraph; what is indented within one stays a line."""
    paragraph = ""
    for line in [*lines, ""]:
        text = line.removeprefix(" ").rstrip()
        if text and paragraph:
            paragraph += ("\n" if text.startswith(("  ", "- ")) else " ") + text
        elif text:
            paragraph = text
        elif paragraph:
            yield paragraph
            paragraph = ""


def _entries(lines: Iterable[str]) -> Iterator[str]:
    """Join the lines of what is indented by two, and goes on by four."""
    entry = ""
    for line in [*lines, ""]:
        text = line.removeprefix(" ")
        if text.startswith("    ") and entry:
            entry += " " + text.strip()
            continue
        if entry:
            yield entry
        entry = text.strip() if text.startswith("  ") else ""
