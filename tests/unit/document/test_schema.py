"""`report.schema.json` says of the JSON what is in it: no more, no less."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import report_service
from report_service.document import snapshot as module
from report_service.document.snapshot import (
    Document,
    Format,
    GameSnapshot,
    Order,
    PlayerSnapshot,
    SeasonSnapshot,
    Snapshot,
)
from report_service.document.twins import to_json
from tests.document.builders import a_certificate, a_player, a_season
from tests.document.states import SNAPSHOTS

PATH = Path(report_service.__file__).parent / "report.schema.json"
SCHEMA = json.loads(PATH.read_text(encoding="utf-8"))
DEFINITIONS = SCHEMA["$defs"]
_NOT_IN_IT = {Document, Format, Order}
_PLAIN = {str: "string", bytes: "string", bool: "boolean", int: "integer", float: "number"}


def defined_name(kind: type) -> str:
    """Return what the schema calls a class: `GameLine` is `game_line`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def classes() -> Iterator[type]:
    """Yield the classes and enumerations that a snapshot is made of."""
    for kind in vars(module).values():
        if isinstance(kind, type) and kind.__module__ == module.__name__ and kind not in _NOT_IN_IT:
            yield kind


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference."""
    return DEFINITIONS[schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema


def fits(schema: dict[str, Any], hint: Any) -> bool:
    """Return whether the schema of a field is that of its type."""
    if isinstance(hint, types.UnionType):
        inside, none = schema.get("anyOf", [{}, {}])
        return none == {"type": "null"} and fits(inside, hint.__args__[0])
    if typing.get_origin(hint) is tuple:
        return _fits_tuple(resolved(schema), hint.__args__)
    if is_dataclass(hint) or issubclass(hint, StrEnum):
        return schema.get("$ref") == f"#/$defs/{defined_name(hint)}"
    if hint is datetime:
        return schema["$ref"] == "#/$defs/time"
    if hint is timedelta:
        return schema["$ref"] == "#/$defs/seconds"
    return resolved(schema)["type"] == _PLAIN[hint]


def _fits_tuple(schema: dict[str, Any], inside: tuple[Any, ...]) -> bool:
    if schema["type"] != "array":
        return False
    if inside[-1] is Ellipsis:
        return fits(schema["items"], inside[0])
    if "prefixItems" in schema:
        return all(fits(item, hint) for item, hint in zip(schema["prefixItems"], inside, strict=True))
    return schema["minItems"] == schema["maxItems"] == len(inside) and fits(schema["items"], inside[0])


def test_schema_is_valid_and_closed() -> None:
    """It keeps its own standard, and nothing may be in an object that it does not know."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [schema for schema in (*DEFINITIONS.values(), *SCHEMA["oneOf"]) if schema["type"] == "object"]

    assert all(schema["additionalProperties"] is False for schema in objects)
    assert all(schema["required"] == list(schema["properties"]) for schema in objects)


def test_schema_names_every_class_and_no_other() -> None:
    """Each dataclass and enumeration of a snapshot has a definition."""
    assert set(DEFINITIONS) == {defined_name(kind) for kind in classes()} | {"time", "seconds", "rate"}


@pytest.mark.parametrize("kind", [kind for kind in classes() if is_dataclass(kind)])
def test_definition_has_the_fields_of_its_class(kind: type) -> None:
    """In their order, each with the type that it has in JSON."""
    properties = DEFINITIONS[defined_name(kind)]["properties"]
    hints = typing.get_type_hints(kind)

    assert list(properties) == [field.name for field in fields(kind)]
    assert [name for name, schema in properties.items() if not fits(schema, hints[name])] == []


@pytest.mark.parametrize("kind", [kind for kind in classes() if issubclass(kind, StrEnum)])
def test_definition_has_the_values_of_its_enumeration(kind: type[StrEnum]) -> None:
    """All of them and no other."""
    assert DEFINITIONS[defined_name(kind)]["enum"] == [str(value) for value in kind]


def test_every_field_is_described_or_refers_to_what_is() -> None:
    """No property is left to be guessed."""
    for name, schema in DEFINITIONS.items():
        for field, entry in schema.get("properties", {}).items():
            assert "description" in entry or "description" in resolved(entry), f"{name}.{field}"


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_every_state_is_valid(name: str) -> None:
    """What is written in each golden state is what the schema says."""
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(to_json(SNAPSHOTS[name])))


@pytest.mark.parametrize(
    ("snapshot", "kind"),
    [(a_player(), PlayerSnapshot), (a_season(), SeasonSnapshot), (a_certificate(), GameSnapshot)],
    ids=["player", "season", "certificate"],
)
def test_what_is_not_in_it_is_refused(snapshot: Snapshot, kind: type) -> None:
    """A field too many, one too few and another type are faults."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    good = json.loads(to_json(snapshot))
    names = [field.name for field in fields(kind)]

    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"version": 1})
    for name in names:
        inside = good["snapshot"]
        assert not validator.is_valid(good | {"snapshot": {key: inside[key] for key in names if key != name}})
        assert not validator.is_valid(good | {"snapshot": inside | {name: False if name != "voided" else ""}})
    assert not validator.is_valid(good | {"snapshot": good["snapshot"] | {"secret": ""}})


def test_schema_stands_beside_the_package() -> None:
    """It is shipped as the schema of accounts is: hatchling takes every file of the package."""
    assert PATH.is_file()
    assert (PATH.parent / "account.schema.json").is_file()
