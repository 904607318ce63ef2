"""What headers of requests say."""

from __future__ import annotations

import pytest

from gateway.http.headers import Range, etags_of, names, range_of


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"bytes=0-9", Range(0, 9)),
        (b" BYTES=5- ", Range(5, None)),
        (b"bytes=-7", Range(None, 7)),
        (b"bytes=" + b"9" * 999 + b"-", Range(int("9" * 999), None)),
        (b"bytes=-", None),
        (b"bytes=9-5", None),
        (b"bytes=0-1,3-4", None),
        (b"bytes=" + b"9" * 5000 + b"-", None),
        (b"lines=0-9", None),
        (b"", None),
    ],
)
def test_range_is_one_of_bytes_or_none(header: bytes, expected: Range | None) -> None:
    """What is no single range of bytes stands for the whole file."""
    assert range_of(header) == expected


@pytest.mark.parametrize(
    ("wanted", "size", "expected"),
    [
        (Range(0, 9), 100, (0, 10)),
        (Range(90, 200), 100, (90, 10)),
        (Range(99, None), 100, (99, 1)),
        (Range(100, None), 100, None),
        (Range(None, 7), 100, (93, 7)),
        (Range(None, 700), 100, (0, 100)),
        (Range(None, 0), 100, None),
        (Range(0, None), 0, None),
        (Range(None, 5), 0, None),
    ],
)
def test_range_is_cut_to_the_file(wanted: Range, size: int, expected: tuple[int, int] | None) -> None:
    """Offset and length lie within the file; a part that begins behind its end is none."""
    assert wanted.within(size) == expected


def test_tags_are_read_without_quotes_and_weakness() -> None:
    """Several, weak ones, and the star that stands for any."""
    assert etags_of(b'"a", W/"b"') == ["a", "b"]
    assert etags_of(b" * ") == ["*"]
    assert etags_of(b"a") == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"gzip", True),
        (b"br;q=1.0, GZIP ; q=0.5", True),
        (b"gzip;q=0", False),
        (b"gzip; Q = 0.000", False),
        (b"gzip;q=0.001", True),
        (b"br, deflate", False),
        (b"x-gzip", False),
        (b"", False),
    ],
)
def test_name_counts_unless_it_is_ruled_out(header: bytes, expected: bool) -> None:
    """A quality of 0 is a no; other qualities do not matter where there is no choice."""
    assert names(header, b"gzip") is expected
