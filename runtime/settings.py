"""Settings: frozen dataclasses read from the environment, every problem told at once before anything opens."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit

from runtime.s3_urls import S3Url, parse_s3_url

T = TypeVar("T")
_REQUIRED: Any = dataclasses.MISSING
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
# Words of the secrets that stand in examples, and what 128 random bits written as hexadecimal digits always have.
_KNOWN_SECRET = re.compile(
    rb"change.?me|default|example|insecure|password|placeholder|replace.?me|sample|your.?secret", re.I
)
_DISTINCT_BYTES = 8
_GUESSABLE = "is easy to guess; make one with 'openssl rand -base64 32'"


class SettingsError(Exception):
    """The environment does not hold good settings. `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Secret:
    """Bytes that never show in a representation, a log or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Return the bytes."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"


# An address is printed as a code, whose squares would be too small to scan from paper if it were longer.
LONGEST_ADDRESS = 120


class WebAddress(str):
    """Where something is reached over HTTP, to which a path may be added: `https://club.example.org`. May be empty."""

    __slots__ = ()


def setting(
    description: str,
    *,
    default: Any = _REQUIRED,
    minimum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one setting as a dataclass field. Secrets are read from NAME or from the file that NAME_FILE names.

    Args:
        description: what it sets, with the unit; stands in the configuration table.
        default: a safe value; a setting without one must be given. Secrets have none.
        minimum: the least number allowed; for a Secret, the least number of bytes, and outside of development it must
            then be hard to guess.
        choices: the only texts allowed.
    """
    metadata = {"description": description, "minimum": minimum, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def read_settings(
    kind: type[T], environ: Mapping[str, str], *, prefix: str, together: Sequence[Sequence[str]] = ()
) -> T:
    """Build the dataclass `kind` from variables named PREFIX + FIELD. Raises SettingsError with all problems.

    Args:
        together: names of fields that are of use only all at once.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        name = prefix + field.name.upper()
        try:
            text = _raw(name, hints[field.name], environ)
            if text or (text is not None and field.default is not _REQUIRED):
                values[field.name] = _parsed(text, hints[field.name], field.metadata)
            elif field.default is _REQUIRED:
                raise ValueError("must be set")
        except (ValueError, OSError) as error:
            problems.append(f"{name} {error}")
    if not values.get("development"):
        problems += [f"{prefix}{name.upper()} {_GUESSABLE}" for name in _guessable(kind, values)]
    for fields in together:
        names = [prefix + field.upper() for field in fields]
        if 0 < sum(bool(environ.get(name) or environ.get(f"{name}_FILE")) for name in names) < len(names):
            problems.append(f"{', '.join(names[:-1])} and {names[-1]} must be set together")
    if problems:
        raise SettingsError(problems)
    return kind(**values)


def rows(kind: type[Any], *, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Return (variable, default, description) of each setting, for the configuration table."""
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        name = prefix + field.name.upper()
        if hints[field.name] is Secret:
            name += f" or {name}_FILE"
        default = "required" if field.default is _REQUIRED else _shown(field.default)
        yield name, default, field.metadata["description"]


def _shown(default: Any) -> str:
    if default is None or isinstance(default, Secret):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _raw(name: str, kind: Any, environ: Mapping[str, str]) -> str | bytes | None:
    """Return what is set; a variable that is empty counts as not set."""
    if kind is Secret and environ.get(f"{name}_FILE"):
        return Path(environ[f"{name}_FILE"]).read_bytes().strip()
    return environ.get(name) or None


def _parsed(text: str | bytes, kind: Any, rules: Mapping[str, Any]) -> Any:
    if kind is Secret:
        data = text if isinstance(text, bytes) else text.encode()
        if len(data) < (rules["minimum"] or 1):
            raise ValueError(f"must have at least {rules['minimum']} bytes")
        return Secret(data)
    if isinstance(text, bytes):
        raise TypeError("only secrets are read from files")
    parsers: dict[Any, Callable[[str], Any]] = {
        bool: _flag,
        int: _integer,
        float: _number,
        Path: Path,
        Path | None: Path,
        str: str,
        WebAddress: _web_address,
        S3Url | None: parse_s3_url,
    }
    value = parsers[kind](text)
    if rules["minimum"] is not None and value < rules["minimum"]:
        raise ValueError(f"must be at least {rules['minimum']:g}")
    if rules["choices"] and value not in rules["choices"]:
        raise ValueError("must be one of " + ", ".join(rules["choices"]))
    return value


def _guessable(kind: type[Any], values: Mapping[str, Any]) -> Iterator[str]:
    """Return the names of the secrets that somebody would guess: a known word in them, or a piece over and over."""
    for field in dataclasses.fields(kind):
        secret = values.get(field.name)
        if isinstance(secret, Secret) and field.metadata["minimum"]:
            data = secret.reveal()
            repeats = data in (data + data)[1:-1]
            if repeats or len(set(data)) < _DISTINCT_BYTES or _KNOWN_SECRET.search(data):
                yield field.name


def _flag(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("must be true or false")


def _web_address(text: str) -> WebAddress:
    parts = urlsplit(text)
    plain = text.isascii() and " " not in text and len(text) <= LONGEST_ADDRESS
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or not plain:
        raise ValueError(
            f"must be an address such as https://club.example.org, in ASCII and of at most {LONGEST_ADDRESS} characters"
        )
    return WebAddress(f"{parts.scheme}{text[len(parts.scheme) :].rstrip('/')}")


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("must be a whole number") from None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a number")
    return number
