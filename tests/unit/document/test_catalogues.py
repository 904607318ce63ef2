"""The catalogues of the other languages: complete, sound, and all that it takes to add one."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from report_service.document import language
from report_service.document.shaping import is_rtl
from tools.messages import template, updated

CODES = ("ar", "de", "ru", "uk")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield an empty folder that languages are looked for in."""
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def test_catalogue_exists_when_language_is_promised() -> None:
    """The reports speak English, Arabic, German, Russian and Ukrainian."""
    assert language.codes() == ("en", *CODES)


@pytest.mark.parametrize("code", CODES)
def test_catalogue_has_the_messages_of_the_code_and_no_others(code: str) -> None:
    """A message that was added or dropped is so in every catalogue."""
    catalogue = _catalogue(code)

    assert {message.id for message in catalogue} == {message.id for message in template()}
    assert not catalogue.obsolete


@pytest.mark.parametrize("code", CODES)
def test_catalogue_is_as_make_messages_writes_it(code: str) -> None:
    """Bringing a complete catalogue up to date changes no byte of it."""
    content = _path(code).read_bytes()

    assert updated(code, content) == content


@pytest.mark.parametrize("code", CODES)
def test_message_is_translated_when_in_a_catalogue(code: str) -> None:
    """No message is left in English or marked as a guess."""
    messages = [message for message in _catalogue(code) if message.id]

    assert [message.id for message in messages if message.fuzzy or not all(_forms(message.string))] == []


@pytest.mark.parametrize("code", CODES)
def test_translation_has_the_places_of_its_message(code: str) -> None:
    """What is put into a message is put into each form of its translation, as often."""
    for message in _catalogue(code):
        expected = {tuple(_places(form)) for form in _forms(message.id)}
        assert {tuple(_places(form)) for form in _forms(message.string)} <= expected, message.id


@pytest.mark.parametrize("code", CODES)
def test_translation_has_as_many_forms_as_its_language(code: str) -> None:
    """A message with a number has a translation for each of the plural forms of the CLDR, any other just one."""
    for message in _catalogue(code):
        expected = get_plural(code).num_plurals if message.pluralizable else 1
        assert len(_forms(message.string)) == expected, message.id


@pytest.mark.parametrize("code", CODES)
def test_header_names_the_language_of_the_file(code: str) -> None:
    """The language and its plural forms stand in the file too, for the tools of translators."""
    plural, catalogue = get_plural(code), _catalogue(code)

    assert str(catalogue.locale) == code
    assert f"nplurals={plural.num_plurals}; plural={plural.plural_expr};" in _path(code).read_text(encoding="utf-8")


def test_message_is_found_wherever_it_is_said() -> None:
    """Messages within calls, f-strings and arguments of other messages are found; docstrings are not messages."""
    found = {message.id for message in template() if message.id}

    assert {"win rate", "{day}, {clock} UTC", ("{count} win", "{count} wins")} <= found
    assert not [text for text in found if isinstance(text, str) and text.startswith("Return ")]


def test_catalogue_is_brought_up_to_the_code_when_it_is_old() -> None:
    """A new message is added untranslated, a dropped one leaves, and translations stay."""
    old = 'msgid "Sheriff"\nmsgstr "Der Sheriff"\n\nmsgid "Doctor"\nmsgstr "Arzt"\n'

    new = read_po(updated("de", old.encode()).decode().splitlines(keepends=True))

    assert [new[word].string if word in new else None for word in ("Sheriff", "Don", "Doctor")] == [
        "Der Sheriff",
        "",
        None,
    ]
    assert not new.obsolete


def test_language_is_available_when_its_catalogue_is_added(folder: Path) -> None:
    """Adding one file adds a language, also for its regions; without it the report is in English."""
    assert language.language("fi-FI").code == "en"
    language.codes.cache_clear()

    (folder / "fi.po").write_text('msgid "Sheriff"\nmsgstr "Seriffi"\n', encoding="utf-8")

    finnish = language.language("fi-FI")
    assert (language.codes(), finnish.code, finnish.text("Sheriff")) == (("en", "fi"), "fi", "Seriffi")


@pytest.mark.parametrize(
    ("code", "count", "expected"),
    [
        ("ru", 1, "1 победа"),
        ("ru", 22, "22 победы"),
        ("ru", 11, "11 побед"),
        ("uk", 1, "1 поразка"),
        ("uk", 3, "3 поразки"),
        ("uk", 25, "25 поразок"),
        ("de", 1, "1 Sieg"),
        ("de", 0, "0 Siege"),
        ("ar", 5, "5 مباريات"),
        ("ar", 100, "100 مباراة"),
    ],
)
def test_count_takes_the_form_of_its_number(code: str, count: int, expected: str) -> None:
    """Words change with the number before them as the language has it."""
    words = language.language(code)
    messages = {
        "ru": ("{count} win", "{count} wins"),
        "uk": ("{count} loss", "{count} losses"),
        "de": ("{count} win", "{count} wins"),
        "ar": ("{count} game", "{count} games"),
    }

    assert words.plural(*messages[code], count) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("en", "24%"), ("ru", "24\u00a0%"), ("uk", "24\u00a0%"), ("de", "24\u00a0%"), ("ar", "24%")]
)
def test_percentage_is_set_as_its_language_does(code: str, expected: str) -> None:
    """Languages that set the sign apart never break the line before it."""
    assert language.language(code).percent(0.24) == expected


def test_sentence_reads_from_right_to_left_when_it_begins_with_a_percentage() -> None:
    """A figure at its head does not turn an Arabic sentence round."""
    arabic = language.language("ar")

    assert is_rtl(arabic.text("{share} of games", share=arabic.percent(0.24)))


def _forget() -> None:
    language.codes.cache_clear()
    language._catalogue.cache_clear()
    language._open.cache_clear()


def _path(code: str) -> Path:
    return language.FOLDER / f"{code}.po"


def _catalogue(code: str) -> Catalog:
    with _path(code).open("rb") as source:
        return read_po(source)


def _forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
