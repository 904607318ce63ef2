"""What users typed, made safe to set: cleaned strings and the clusters a reader sees as one character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

ZWNJ, ZWJ = 0x200C, 0x200D
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_MORE_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)
_DIRECTION_MARKS = (0x200E, 0x200F, 0x061C)
_TAGS = range(0xE0020, 0xE0080)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_HANGUL_LEADS, _HANGUL_TAILS = range(0x1100, 0x1160), range(0x1160, 0x1200)
_VIRAMA_CLASS = 9
# Letters or marks by category, blank by appearance: a name of only these would be invisible.
_FILLERS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0})
_MAX_MARKS = 3

_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1024)
def clean(text: str) -> str:
    """Return `text` in NFC on one line, without controls, bidi overrides, blanks in disguise or towers of marks.

    The same name stands in several places of one document.
    """
    normal = unicodedata.normalize("NFC", text)
    spaced = _SPACES.sub(" ", normal)
    kept = "".join(_without_towers(char for char in spaced if _is_printable(char)))
    result = _SPACES.sub(" ", kept).strip()
    return result if any(not is_joiner(ord(char)) and char != " " for char in result) else ""


def clusters(text: str) -> list[str]:
    """Split into the units a reader sees as one character: never cut inside one.

    Source: the rules of UAX #29, without its property tables: marks, joiners, flags, skin tones, Hangul and conjuncts.
    """
    found: list[str] = []
    for char in text:
        if found and _joins(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def initials(name: str) -> str:
    """Return one or two clusters standing for a clean name: two only for scripts that have capitals."""
    words = [word for word in name.split(" ") if word]
    firsts = [clusters(word)[0] for word in words]
    capitals = [first.upper() for first in firsts if first.upper() != first.lower() and len(first.upper()) == 1]
    if len(capitals) > 1:
        return capitals[0] + capitals[-1]
    return capitals[0] if capitals else firsts[0]


def is_joiner(codepoint: int) -> bool:
    """Return whether a character only steers its neighbours and draws nothing itself."""
    if codepoint in (ZWNJ, ZWJ) or codepoint in _TAGS:
        return True
    return codepoint in _VARIATION_SELECTORS or codepoint in _MORE_VARIATION_SELECTORS


def is_invisible(codepoint: int) -> bool:
    """Return whether no face has to draw a character: joiners, and the direction marks of formatted numbers."""
    return is_joiner(codepoint) or codepoint in _DIRECTION_MARKS


def is_flag_half(codepoint: int) -> bool:
    """Return whether a character is one of the two letters that make a flag."""
    return codepoint in _REGIONAL_INDICATORS


def _is_printable(char: str) -> bool:
    codepoint = ord(char)
    if is_joiner(codepoint):
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") and codepoint not in _FILLERS


def _without_towers(chars: Iterator[str]) -> Iterator[str]:
    marks = 0
    for char in chars:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") and not is_joiner(ord(char)) else 0
        if marks <= _MAX_MARKS:
            yield char


def _joins(cluster: str, char: str) -> bool:
    if char.isascii():
        return False
    if _always_joins(char):
        return True
    codepoint, last = ord(char), ord(cluster[-1])
    if is_flag_half(codepoint):
        return is_flag_half(last) and len(cluster) % 2 == 1
    if last == ZWJ:
        return unicodedata.category(char) == "So"
    if unicodedata.combining(cluster[-1]) == _VIRAMA_CLASS:
        return unicodedata.category(char) == "Lo"
    return codepoint in _HANGUL_TAILS and (last in _HANGUL_LEADS or last in _HANGUL_TAILS)


@lru_cache(maxsize=4096)
def _always_joins(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or is_joiner(ord(char)) or ord(char) in _SKIN_TONES
