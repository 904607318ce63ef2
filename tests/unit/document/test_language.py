"""How numbers, dates and shares read, and which language is chosen. The catalogues have tests of their own."""

from __future__ import annotations

import gettext
import io
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from report_service.document import language as module
from report_service.document.language import Language, codes, language

EN = language("en")
PLAIN = gettext.NullTranslations()
DE, UK, AR, FA = (Language(code, Locale.parse(code), PLAIN) for code in ("de", "uk", "ar_EG", "fa"))
MOMENT = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5)))


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a catalogue of one further language."""
    catalogue = Catalog(locale="fr")
    catalogue.add("Wins", "Victoires")
    catalogue.add(("{count} game", "{count} games"), ("{count} partie", "{count} de parties", "{count} parties"))
    out = io.BytesIO()
    write_po(out, catalogue)
    (tmp_path / "fr.po").write_bytes(out.getvalue())
    cached = (module.codes, module._open, module._catalogue)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    for function in cached:
        function.cache_clear()
    yield  # type: ignore[misc]
    monkeypatch.undo()
    for function in cached:
        function.cache_clear()


@pytest.mark.parametrize(
    ("rate", "digits", "shown"),
    [
        (None, 0, "–"),
        (0.0, 1, "0%"),
        (1.0, 1, "100%"),
        (0.738, 1, "73.8%"),
        (0.738, 0, "74%"),
        (0.99999, 1, "99.9%"),
        (0.996, 0, "99%"),
        (0.0001, 0, "1%"),
        (0.0001, 1, "0.1%"),
    ],
)
def test_percent_is_whole_only_when_it_is(rate: float | None, digits: int, shown: str) -> None:
    """Rounding never turns nearly all into all, nor few into none; what is not known is a dash."""
    assert EN.percent(rate, digits=digits) == shown


@pytest.mark.parametrize(
    ("words", "number", "share", "day"),
    [
        (EN, "10,000.50", "62.5%", "28 Feb 2026"),
        (DE, "10.000,50", "62,5\u00a0%", "28.02.2026"),
        (UK, "10\u00a0000,50", "62,5\u00a0%", "28 лют. 2026\u202fр."),
    ],
    ids=["en", "de", "uk"],
)
def test_figures_read_as_in_their_language(words: Language, number: str, share: str, day: str) -> None:
    """Separators, the sign of per cent and the order of a date."""
    assert words.number(10_000.5, digits=2) == number
    assert words.percent(0.625, digits=1) == share
    assert words.day(date(2026, 2, 28)) == day


def test_months_are_named_as_in_their_language() -> None:
    """The short name by itself."""
    assert [words.month(date(2026, 5, 1)) for words in (EN, DE, UK)] == ["May", "Mai", "трав."]


@pytest.mark.parametrize(("value", "shown"), [(0.0, "0.00"), (-0.5, "−0.50"), (-0.001, "0.00"), (1234.567, "1,234.57")])
def test_points_have_two_decimals(value: float, shown: str) -> None:
    """A minus that is as wide as a digit, and none of nothing."""
    assert EN.points(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "–"), (0.04, "±0.0"), (0.05001, "+0.1"), (-3.26, "−3.3")])
def test_difference_has_its_sign(value: float | None, shown: str) -> None:
    """More, less, neither, or not known."""
    assert EN.signed(value) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0 min"), (48, "48 min"), (60, "1 h"), (450, "7.5 h"), (599, "10 h"), (2950, "49 h"), (600_000, "10,000 h")],
)
def test_play_time_is_as_precise_as_it_is_long(minutes: int, shown: str) -> None:
    """Minutes below an hour, tenths below ten, whole hours beyond."""
    assert EN.hours(timedelta(minutes=minutes)) == shown


def test_dates_are_in_utc_when_the_moment_is_in_another_zone() -> None:
    """A moment past midnight elsewhere is printed as the day it is in UTC, with the zone."""
    assert (EN.day(MOMENT), EN.clock(MOMENT)) == ("28 Feb 2026", "20:30")
    assert EN.moment(MOMENT) == "28 Feb 2026, 20:30 UTC"


def test_digits_are_the_same_in_every_language() -> None:
    """Figures of one report can be compared with those of another."""
    assert {words.number(12) for words in (EN, DE, UK, AR, FA)} == {"12"}


def test_page_is_mirrored_when_the_language_reads_from_right_to_left() -> None:
    """Arabic and Persian are, the others not."""
    assert [words.mirrored for words in (EN, DE, UK, AR, FA)] == [False, False, False, True, True]


@pytest.mark.parametrize("tag", ["", "tlh", "x-klingon", "????", "\x00", "e" * 500, "../en", "de-x" * 9])
def test_language_is_english_when_there_is_no_other(tag: str) -> None:
    """No tag, however odd, fails: English of the world is spoken."""
    found = language(tag)

    assert found.code in codes()
    if "de" not in tag:
        assert (found.code, found.day(MOMENT)) == ("en", "28 Feb 2026")


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize("tag", ["fr", "fr-CA", "fr_CA", "FR", "fr-Latn-FR", "fr-FR-u-ca-gregory"])
def test_language_is_found_by_any_of_its_tags(tag: str) -> None:
    """Region, script and extensions do not hide it."""
    assert language(tag).code == "fr"
    assert language(tag).text("Wins") == "Victoires"


@pytest.mark.usefixtures("french")
def test_language_without_a_catalogue_is_english() -> None:
    """So is none, and what is no tag at all."""
    assert [language(tag).code for tag in ("tlh", "", "-", "fr")] == ["en", "en", "en", "fr"]


def test_zero_has_no_sign() -> None:
    """Nor has what rounds to it; other negative numbers have a minus as wide as a plus."""
    assert [EN.number(value, digits=1) for value in (-0.0, -0.04, -0.06)] == ["0.0", "0.0", "−0.1"]
    assert (EN.points(-0.004), EN.signed(-0.04), EN.signed(-1.5)) == ("0.00", "±0.0", "−1.5")


@pytest.mark.usefixtures("french")
def test_region_decides_how_figures_are_written() -> None:
    """In Switzerland the sign of per cent follows without a space."""
    assert (language("fr").percent(0.5), language("fr-CH").percent(0.5)) == ("50\u00a0%", "50%")


@pytest.mark.usefixtures("french")
def test_message_takes_the_form_of_its_number() -> None:
    """French says of none what it says of one; what is not in the catalogue stays English."""
    french = language("fr")

    assert [french.plural("{count} game", "{count} games", count) for count in (0, 1, 2)] == [
        "0 partie",
        "1 partie",
        "2 parties",
    ]
    assert french.text("Losses") == "Losses"


def test_codes_begin_with_english() -> None:
    """All languages there are, each with its catalogue."""
    assert codes()[0] == "en"
    assert {path.stem for path in module.FOLDER.glob("*.po")} == set(codes()[1:])


def test_moment_of_english_is_day_before_month() -> None:
    """The English of the world, unless a region says otherwise."""
    assert language("en-US").day(datetime(2026, 2, 28, tzinfo=UTC)) == "Feb 28, 2026"
