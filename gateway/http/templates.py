"""Paths as `google.api.http` writes them, and what stands in one that matches.

Source: the grammar in google/api/http.proto. A variable is a field of the request, `{username}` or `{game.game_id}`,
and takes one segment unless it says otherwise: `{name=clubs/*}`, `{name=**}`. A last colon begins a verb:
`/v1/users:batchGet`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_TOKEN = re.compile(r"\*\*|[*{}=/:]|[A-Za-z0-9_.~-]+")
_FIELD_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
# A colon in the last segment begins a verb; in a value it is written %3A there.
_ONE, _ANY = "[^/]+", ".*"


class TemplateInvalid(Exception):
    """A binding of the contract has a path that the grammar does not allow; the message says which."""


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled path.

    Attributes:
        fields: the paths of the fields that it binds, in order.
        verb: what stands after the last colon, empty for none.
        shape: the path without the names of its variables: two bindings of one shape cannot be told apart.
    """

    text: str
    fields: tuple[str, ...]
    verb: str
    shape: str
    _pattern: re.Pattern[str]
    _many: tuple[bool, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the fields' values in a path without its verb, still as the client wrote it; None: it is another's."""
        found = self._pattern.fullmatch(path)
        if found is None:
            return None
        values = zip(self.fields, found.groups(), self._many, strict=True)
        return {field: _decoded(value, many=many) for field, value, many in values}


def compile_template(text: str) -> Template:
    """Read a path template. Raises TemplateInvalid."""
    return _Reader(text).read()


def split_verb(path: str) -> tuple[str, str]:
    """Return the path before the colon of its last segment, and the verb after it."""
    head, slash, last = path.rpartition("/")
    last, _, verb = last.partition(":")
    return head + slash + last, verb


def _decoded(value: str, *, many: bool) -> str:
    # Of several segments the borders stay visible: a slash that was written %2F is none.
    return "/".join(unquote(part).replace("/", "%2F") for part in value.split("/")) if many else unquote(value)


class _Reader:
    """Reads one template by its grammar, and writes the regular expression on the way."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != text:
            raise self._invalid("has characters that a path may not have")
        self._at = 0
        self._fields: list[str] = []
        self._many: list[bool] = []

    def read(self) -> Template:
        self._expect("/")
        pattern, shape, _ = self._segments(in_variable=False)
        verb = ""
        if self._peek() == ":":
            self._next()
            verb = self._literal()
        if self._peek():
            raise self._invalid(f"cannot go on with {self._peek()!r}")
        if len(set(self._fields)) < len(self._fields):
            raise self._invalid("binds a field twice")
        compiled = re.compile(f"/{pattern}", re.DOTALL)
        return Template(self._text, tuple(self._fields), verb, f"/{shape}:{verb}", compiled, tuple(self._many))

    def _segments(self, *, in_variable: bool) -> tuple[str, str, bool]:
        """Return pattern, shape, and whether there may be more or fewer segments than one."""
        patterns, shapes, many = [], [], False
        while True:
            pattern, shape, several = self._segment(in_variable=in_variable)
            patterns.append(pattern)
            shapes.append(shape)
            many |= several
            if self._peek() != "/":
                return "/".join(patterns), "/".join(shapes), many or len(patterns) > 1
            if several:
                raise self._invalid("has something after **")
            self._next()

    def _segment(self, *, in_variable: bool) -> tuple[str, str, bool]:
        match self._peek():
            case "**":
                self._next()
                return _ANY, "**", True
            case "*":
                self._next()
                return _ONE, "*", False
            case "{" if not in_variable:
                return self._variable()
            case _:
                literal = self._literal()
                return re.escape(literal), literal, False

    def _variable(self) -> tuple[str, str, bool]:
        self._expect("{")
        name = self._next()
        if not _FIELD_PATH.fullmatch(name):
            raise self._invalid(f"has no field path in {{{name}")
        self._fields.append(name)
        at = len(self._many)
        self._many.append(False)
        pattern, shape, many = _ONE, "*", False
        if self._peek() == "=":
            self._next()
            pattern, shape, many = self._segments(in_variable=True)
        self._expect("}")
        self._many[at] = many
        return f"({pattern})", shape, shape.endswith("**")

    def _literal(self) -> str:
        token = self._next()
        if not re.fullmatch(r"[A-Za-z0-9_.~-]+", token):
            raise self._invalid(f"has {token!r} where a name should stand")
        return token

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise self._invalid(f"lacks {token!r}")

    def _invalid(self, why: str) -> TemplateInvalid:
        return TemplateInvalid(f"the path {self._text!r} {why}")
