"""Reading settings from the environment."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.settings import Secret, SettingsError, read_settings, rows, setting


@dataclass(frozen=True, slots=True)
class Example:
    """One setting of each kind."""

    name: str = setting("a name")
    secret: Secret = setting("a secret", minimum=8)
    count: int = setting("a count", default=3, minimum=1)
    seconds: float = setting("a time", default=1.5, minimum=0)
    on: bool = setting("a switch", default=False)
    level: str = setting("a level", default="low", choices=("low", "high"))
    folder: Path = setting("a folder", default=Path("data"))
    development: bool = setting("a playground", default=False)
    lock: Path | None = setting("a lock", default=None)
    key: Path | None = setting("its key", default=None)


GOOD = {"T_NAME": "dossier", "T_SECRET": "12345678"}


def problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(Example, {**GOOD, **environ}, prefix="T_", together=[("lock", "key")])
    return caught.value.problems


def test_given_values_are_read_in_their_types() -> None:
    """Text becomes what the field says."""
    environ = {**GOOD, "T_COUNT": "7", "T_SECONDS": "0.25", "T_ON": "Yes", "T_LEVEL": "high", "T_FOLDER": "/x"}
    example = read_settings(Example, environ, prefix="T_")
    assert (example.count, example.seconds, example.on, example.level) == (7, 0.25, True, "high")
    assert example.folder == Path("/x")
    assert example.secret.reveal() == b"12345678"


def test_defaults_stand_for_what_is_not_given() -> None:
    """Only what has no default must be set."""
    example = read_settings(Example, GOOD, prefix="T_")
    assert (example.count, example.seconds, example.on, example.level) == (3, 1.5, False, "low")


def test_every_problem_is_told_at_once() -> None:
    """One run of the program shows all that must be mended."""
    with pytest.raises(SettingsError) as caught:
        read_settings(
            Example,
            {"T_COUNT": "0", "T_SECONDS": "long", "T_ON": "maybe", "T_LEVEL": "middle"},
            prefix="T_",
        )
    assert caught.value.problems == [
        "T_NAME must be set",
        "T_SECRET must be set",
        "T_COUNT must be at least 1",
        "T_SECONDS must be a number",
        "T_ON must be true or false",
        "T_LEVEL must be one of low, high",
    ]


def test_empty_value_of_a_required_setting_is_told() -> None:
    """An empty variable, as container files pass for an unset one, is no value."""
    assert problems(T_NAME="") == ["T_NAME must be set"]


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_number_that_is_none_is_told(text: str) -> None:
    """Neither infinite nor undefined times are accepted."""
    assert problems(T_SECONDS=text) == ["T_SECONDS must be a number"]


def test_settings_that_belong_together_are_given_together() -> None:
    """Half of a pair is a slip; both or none are good."""
    assert problems(T_LOCK="/lock") == ["T_LOCK and T_KEY must be set together"]
    assert read_settings(Example, GOOD, prefix="T_", together=[("lock", "key")]).lock is None
    both = read_settings(Example, GOOD | {"T_LOCK": "/l", "T_KEY": "/k"}, prefix="T_", together=[("lock", "key")])
    assert (both.lock, both.key) == (Path("/l"), Path("/k"))


def test_whole_number_with_a_fraction_is_told() -> None:
    """A count is whole."""
    assert problems(T_COUNT="1.5") == ["T_COUNT must be a whole number"]


def test_secret_never_shows() -> None:
    """Neither the settings nor their problems hold the secret's text."""
    example = read_settings(Example, GOOD, prefix="T_")
    assert "12345678" not in repr(example)
    assert "12345678" not in str(example.secret)
    assert problems(T_SECRET="1234567") == ["T_SECRET must have at least 8 bytes"]


@pytest.mark.parametrize(
    "secret",
    ["changeme" * 4, "my-change_me-4f9a0c17", "x" * 64, "abcdefghijklmnop" * 2, "0123456" * 5, "Default/4f9a0c17e2"],
)
def test_secret_that_is_easy_to_guess_is_refused_outside_of_development(secret: str) -> None:
    """What stands in an example, or repeats itself, protects nothing; only who tries things out may use it."""
    [problem] = problems(T_SECRET=secret)
    assert problem == "T_SECRET is easy to guess; make one with 'openssl rand -base64 32'"
    example = read_settings(Example, {**GOOD, "T_SECRET": secret, "T_DEVELOPMENT": "true"}, prefix="T_")
    assert example.secret.reveal() == secret.encode()


@pytest.mark.parametrize("made", [secrets.token_urlsafe, secrets.token_hex])
def test_secret_that_was_made_at_random_is_accepted(made: Callable[[int], str]) -> None:
    """No secret that a program makes is taken for one that people think of."""
    for _ in range(1000):
        read_settings(Example, {**GOOD, "T_SECRET": made(32)}, prefix="T_")


def test_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    """NAME_FILE names a file, as orchestrators mount secrets; a trailing line break is not part of it."""
    (tmp_path / "secret").write_bytes(b"from a file\n")
    example = read_settings(Example, {"T_NAME": "x", "T_SECRET_FILE": str(tmp_path / "secret")}, prefix="T_")
    assert example.secret.reveal() == b"from a file"


def test_secret_file_that_is_missing_is_told(tmp_path: Path) -> None:
    """The problem names the variable and the file."""
    (problem,) = problems(T_SECRET_FILE=str(tmp_path / "absent"))
    assert problem.startswith("T_SECRET")
    assert "absent" in problem


def test_table_names_each_variable_with_default_and_meaning() -> None:
    """The configuration table is made from the settings themselves."""
    table = {name: (default, description) for name, default, description in rows(Example, prefix="T_")}
    assert table["T_NAME"] == ("required", "a name")
    assert table["T_COUNT"] == ("3", "a count")
    assert table["T_SECRET or T_SECRET_FILE"] == ("required", "a secret")
