"""The OpenAPI document: valid by its own standard, of every binding, and true to what the face reads and writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.http.bindings import Binding, bindings_of
from gateway.http.errors import PROBLEM, PathUnknown, Refused
from gateway.http.exchange import json_of
from gateway.http.requests import request_of
from gateway.http.server import WEB
from runtime import contract
from runtime.errors import DomainError, Exhausted, InvalidInput, Unauthenticated, Violation
from runtime.validation import validate
from tools.openapi.answers import Answers
from tools.openapi.comments import Comments

DOCUMENT: dict[str, Any] = json.loads((WEB / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
BINDINGS = {_binding.method.path: _binding for _binding in bindings_of(contract.methods().values())}
MESSAGES = 8


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return verb, path and operation of each."""
    for path, item in DOCUMENT["paths"].items():
        yield from ((verb, path, operation) for verb, operation in item.items())


OPERATIONS = {operation["operationId"]: (verb, path, operation) for verb, path, operation in operations()}


def operation_of(binding: Binding) -> tuple[str, str, dict[str, Any]]:
    service, _, name = binding.method.path.rpartition("/")
    return OPERATIONS[f"{service.rpartition('.')[2]}_{name}"]


@cache
def validator(reference: str, *, strict: bool = False) -> Draft202012Validator:
    """Return what checks values by a component. `strict`: an object has no field that the schema does not name."""
    schemas = {name: _closed(schema) for name, schema in SCHEMAS.items()} if strict else SCHEMAS
    schema = {"$ref": reference, "components": {"schemas": schemas}}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


def test_document_is_valid_by_the_standard() -> None:
    """openapi-spec-validator finds nothing."""
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_every_binding_appears_once() -> None:
    """Each HTTP form of a method is one operation, at its path and verb, and there is no other."""
    found = sorted((verb.upper(), _shape(path)) for verb, path, _ in operations())
    assert found == sorted((binding.verb, _shape(binding.template.text)) for binding in BINDINGS.values())
    assert len(OPERATIONS) == len(found)


def _shape(path: str) -> str:
    return "/".join("{}" + part.partition("}")[2] if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("name", [name for name, schema in SCHEMAS.items() if "examples" in schema])
def test_example_is_what_its_schema_says(name: str) -> None:
    """Every example of a component validates, also where it names a time or a pattern."""
    for example in SCHEMAS[name]["examples"]:
        validator(f"#/components/schemas/{name}").validate(example)


def test_example_of_a_parameter_is_what_its_schema_says() -> None:
    """Every example in a path or query validates."""
    for _, _, operation in operations():
        for parameter in operation["parameters"]:
            if "example" in parameter:
                Draft202012Validator({**parameter["schema"], "components": {"schemas": SCHEMAS}}).validate(
                    parameter["example"]
                )


@pytest.mark.parametrize("path", [path for path, binding in BINDINGS.items() if not binding.upload])
def test_example_of_a_request_passes_the_door(path: str) -> None:
    """What the document shows to send is a request that the rules of the protos accept."""
    binding = BINDINGS[path]
    _, _, operation = operation_of(binding)
    values = {
        parameter["name"]: parameter.get("example") for parameter in operation["parameters"] if "name" in parameter
    }
    fields = {field: str(values[_camel(field)]) for field in binding.template.fields}
    query = "&".join(
        f"{one['name']}={value}"
        for one in operation["parameters"]
        if one.get("in") == "query" and "example" in one
        for value in (one["example"] if isinstance(one["example"], list) else [one["example"]])
    )
    if path.endswith("/VerifyReport"):
        query = (
            f"reportId={SCHEMAS['Report']['examples'][0]['reportId']}"  # One of two fields, of which neither must be.
        )
    body = b""
    if binding.body:
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = json.dumps(SCHEMAS[reference.rpartition("/")[2]]["examples"][0]).encode()
    validate(request_of(binding, fields, query.encode(), body))


def _camel(field: str) -> str:
    first, *rest = field.rpartition(".")[2].split("_")
    return first + "".join(word.capitalize() for word in rest)


def messages(kind: type[Message], depth: int = 0) -> st.SearchStrategy[Message]:
    """Return a strategy for messages as a server makes them: any fields set, to values that there are."""
    fields = {
        field.name: _values(field, depth) for field in kind.DESCRIPTOR.fields if depth < 4 or not field.message_type
    }
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: kind(**values))


def _values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    kind: Any = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        return st.dictionaries(st.text(max_size=5), _value(kind.fields_by_name["value"], depth), max_size=2)
    return st.lists(_value(field, depth), max_size=2) if field.is_repeated else _value(field, depth)


def _value(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    kind: Any = field.message_type
    if kind is not None and kind.full_name == "google.protobuf.Timestamp":
        return st.builds(Timestamp, seconds=st.integers(-62135596800, 253402300799), nanos=st.integers(0, 999_999_999))
    if kind is not None and kind.full_name == "google.protobuf.Duration":
        return st.builds(Duration, seconds=st.integers(0, 10**9), nanos=st.integers(0, 999_999_999))
    if kind is not None:
        return messages(GetMessageClass(kind), depth + 1)
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    bits = 63 if field.cpp_type == FieldDescriptor.CPPTYPE_INT64 else 31
    return {
        FieldDescriptor.CPPTYPE_STRING: st.binary(max_size=9)
        if field.type == FieldDescriptor.TYPE_BYTES
        else st.text(),
        FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
        FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    }.get(field.cpp_type, st.integers(-(2**bits), 2**bits - 1))


def _answers() -> list[str]:
    return [path for path, binding in BINDINGS.items() if binding.download is None]


@pytest.mark.parametrize("path", _answers())
def test_message_that_is_printed_is_what_the_document_says(path: str) -> None:
    """Whatever an answer has in its fields, the face prints it as its schema has it, and no field that it has not."""
    binding = BINDINGS[path]
    content = operation_of(binding)[2]["responses"]["200"]["content"]
    schema = next(iter(content.values()))["schema"]
    checks = validator(schema.get("contentSchema", schema)["$ref"], strict=True)

    @settings(max_examples=MESSAGES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(messages(binding.method.response))
    def printed(message: Message) -> None:
        checks.validate(json.loads(json_of(message, binding.response_body)))

    printed()


@pytest.mark.parametrize(
    "error",
    [
        PathUnknown(),
        InvalidInput("Mend it.", Violation("game.seats[3].role", "must be one of four")),
        Exhausted("Later.", retry_after_seconds=2.5),
        Unauthenticated("Who?"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(("accept", "name"), [(b"", "Status"), (PROBLEM.encode(), "Problem")])
def test_error_is_what_the_document_says(error: DomainError, accept: bytes, name: str) -> None:
    """An error validates in both of its forms, with all its details."""
    _, body = Refused(400, error).failure.answer(accept=accept, with_token=False)
    tree = json.loads(body)
    validator(f"#/components/schemas/{name}", strict=True).validate(tree)
    assert tree["details"][0]["reason"] in SCHEMAS["ErrorReason"]["enum"]


def test_errors_of_a_comment_are_the_answers_by_status() -> None:
    """Codes go by their HTTP status, with the reasons; one that goes on over two lines is one."""
    own = " Errors:\n   NOT_FOUND (GAME_NOT_FOUND): no game\n     has this id.\n   ABORTED (ETAG_STALE): again.\n"
    binding = BINDINGS["/dossier.stats.v1.GameService/GetGame"]
    answers = Answers(Comments({"dossier.stats.v1.GameService.GetGame": own})).of(binding)
    assert "no game has this id." in answers["404"]["description"]
    assert answers["404"]["x-reasons"] == ["GAME_NOT_FOUND", "PATH_UNKNOWN"]
    assert answers["409"]["x-reasons"] == ["ETAG_STALE"]


def test_bodies_name_no_field_that_only_the_server_knows() -> None:
    """A client is not asked for what is output only, nor twice for what stands in the path."""
    assert {"createTime", "etag", "state"} <= SCHEMAS["Game"]["properties"].keys()
    assert not {"createTime", "etag", "state"} & SCHEMAS["GameInput"]["properties"].keys()
    assert "gameId" in SCHEMAS["GameInput"]["required"]
    assert "gameId" not in SCHEMAS["CorrectGameBody"]["properties"]


def test_public_calls_may_come_without_a_token() -> None:
    """An empty requirement stands beside the token, of methods that are open to everybody."""
    assert OPERATIONS["ProfileService_GetUser"][2]["security"] == [{}, {"bearer": []}]
    assert OPERATIONS["AccountService_GetAccount"][2]["security"] == [{"bearer": []}]
    assert OPERATIONS["GameService_RecordGame"][2]["security"] == [{"bearer": ["referee"]}, {"bearer": ["service"]}]


def test_page_loads_nothing_but_its_own_files() -> None:
    """Under the site's policy a page without scripts and styles in its markup works, and without the internet."""
    folder = Path(WEB / "docs")
    markup = (folder / "index.html").read_text(encoding="utf-8")
    assert "<style" not in markup
    assert " on" not in "".join(part.partition(">")[0] for part in markup.split("<"))
    assert markup.count("<script") == markup.count('src="page.js"></script>') == 1
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "://" not in text, file
        assert "innerHTML" not in text, file
