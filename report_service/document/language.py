"""The words, numbers and dates of one language. English is written in the code; the others are catalogues.

A language is added by adding its catalogue, `languages/<code>.po`.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from report_service.document.rounding import Number, rounded, smallest

FOLDER = Path(__file__).parent / "languages"
ENGLISH = "en"
NONE = "–"
# English as the world writes it: day before month.
_INTERNATIONAL = "en_001"
# Set apart as Ukrainian typography has it, and as the catalogue does; CLDR does not.
_PERCENT_PATTERNS = {"uk": "#,##0\u00a0%"}
# CLDR marks the figures of Arabic, and one that begins a sentence would turn all of it round.
_LEFT_TO_RIGHT_MARK = "\u200e"


class Language:
    """How one document speaks. Immutable, shared by all documents of a process.

    The same few numbers, dates and times come back in every report, and are remembered.
    """

    def __init__(self, code: str, locale: Locale, catalogue: gettext.NullTranslations) -> None:
        self.code = code
        self.mirrored = locale.text_direction == "rtl"
        self._locale = locale
        self._catalogue = catalogue

    def text(self, message: str, /, **values: str) -> str:
        """Return a message in this language, with the values in its places."""
        found = self._catalogue.gettext(message)
        return found.format(**values) if values else found

    def plural(self, one: str, many: str, count: int, /, **values: str) -> str:
        """Return a message in the form that a number takes; `{count}` in it is the number."""
        return self._catalogue.ngettext(one, many, count).format(count=self.number(count), **values)

    def series(self, figures: Sequence[str]) -> str:
        """Return figures side by side, in the direction in which the language reads."""
        # A mark without a width: figures alone would read from left to right.
        return ("\u200f" if self.mirrored else "") + " · ".join(figures)

    def listed(self, items: Iterable[str]) -> str:
        """Return things one after the other, with the language's comma."""
        return self.text(", ").join(items)

    @lru_cache(maxsize=4096)  # noqa: B019 - there are as many languages as catalogues, as old as the process
    def number(self, value: Number, *, digits: int = 0) -> str:
        """Return a number with exactly so many decimals, and its thousands apart."""
        shown = rounded(value, digits)
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        # A zero has no sign, and this minus is as wide as a plus.
        return f"{'−' if shown < 0 else ''}{format_decimal(abs(shown), format=pattern, locale=self._locale)}"

    def points(self, value: float) -> str:
        """Return points, which have two decimals."""
        return self.number(value, digits=2)

    def signed(self, value: float | None, *, digits: int = 1) -> str:
        """Return a difference with its sign, a dash for None."""
        if value is None:
            return NONE
        shown = rounded(value, digits)
        return f"{'' if shown < 0 else '+' if shown > 0 else '±'}{self.number(shown, digits=digits)}"

    @lru_cache(maxsize=4096)  # noqa: B019
    def percent(self, rate: float | None, *, digits: int = 0) -> str:
        """Return a share of 1 as per cent, a dash for None; only a full share reads 100 and only an empty one 0."""
        if rate is None:
            return NONE
        shown, step = rounded(rate, digits + 2), smallest(digits + 2)
        if 0 < rate < 1:
            shown = min(max(shown, step), 1 - step)
        places = 0 if shown in (0, 1) else digits
        return format_percent(shown, format=self._percent_pattern(places), locale=self._locale)

    def hours(self, span: timedelta) -> str:
        """Return a long time in hours, with tenths below ten hours and minutes below one."""
        hours = max(0.0, span.total_seconds() / 3600)
        if hours < 1:
            return self.minutes(span)
        tenths = rounded(hours, 1)
        whole = tenths >= 10 or not tenths % 1
        return self.text("{hours} h", hours=self.number(hours, digits=0 if whole else 1))

    def minutes(self, span: timedelta) -> str:
        """Return the length of one game."""
        return self.text("{minutes} min", minutes=self.number(max(0.0, span.total_seconds() / 60)))

    def day(self, moment: datetime | date) -> str:
        """Return the date, in UTC."""
        return self._day(moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment)

    def clock(self, moment: datetime) -> str:
        """Return the time of day, in UTC."""
        at = moment.astimezone(UTC)
        return self._clock(time(at.hour, at.minute))

    def moment(self, moment: datetime) -> str:
        """Return date, time of day and the zone."""
        return self.text("{day}, {clock} UTC", day=self.day(moment), clock=self.clock(moment))

    def month(self, of: date) -> str:
        """Return the short name of the month."""
        return str(get_month_names("abbreviated", context="stand-alone", locale=self._locale)[of.month])

    @lru_cache(maxsize=4096)  # noqa: B019
    def _day(self, of: date) -> str:
        return format_date(of, format="medium", locale=self._locale)

    @lru_cache(maxsize=4096)  # noqa: B019
    def _clock(self, at: time) -> str:
        return format_time(at, format="HH:mm", locale=self._locale)

    @cache  # noqa: B019
    def _percent_pattern(self, digits: int) -> str:
        pattern = _PERCENT_PATTERNS.get(self.code) or str(self._locale.percent_formats[None].pattern)
        pattern = pattern.replace(_LEFT_TO_RIGHT_MARK, "")
        return pattern.replace("#,##0", f"#,##0.{'0' * digits}") if digits else pattern


def language(tag: str) -> Language:
    """Return the language nearest to a BCP 47 tag that there is a catalogue for, else English."""
    for code, locale in _candidates(tag):
        if code in codes():
            return _open(code, locale)
    return _open(ENGLISH, _INTERNATIONAL)


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of all languages, English first."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))


def _candidates(tag: str) -> Iterator[tuple[str, str]]:
    """Yield code and locale: the tag as it is, then with its region or script left out, each once."""
    parts = tag.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        try:
            locale = Locale.parse("_".join(parts[:length]))
        except (UnknownLocaleError, ValueError):
            continue
        plain = str(locale) == ENGLISH
        yield locale.language, _INTERNATIONAL if plain else str(locale)


@cache
def _open(code: str, locale: str) -> Language:
    return Language(code, Locale.parse(locale), _catalogue(code))


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    with (FOLDER / f"{code}.po").open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
