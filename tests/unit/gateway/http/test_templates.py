"""Path templates: what they match, what they take out, and what is none."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.bindings import Routes, bindings_of
from gateway.http.templates import TemplateInvalid, compile_template, split_verb
from runtime import contract


@pytest.mark.parametrize(
    ("template", "path", "fields"),
    [
        ("/v1/users", "/v1/users", {}),
        ("/v1/users/{username}", "/v1/users/anna", {"username": "anna"}),
        ("/v1/games/{game.game_id}", "/v1/games/7", {"game.game_id": "7"}),
        ("/v1/{name=clubs/*}", "/v1/clubs/one", {"name": "clubs/one"}),
        ("/v1/{name=clubs/**}", "/v1/clubs/one/two", {"name": "clubs/one/two"}),
        ("/v1/*/users/{username}", "/v1/any/users/anna", {"username": "anna"}),
        ("/v1/users/{username}", "/v1/users", None),
        ("/v1/users/{username}", "/v1/users/", None),
        ("/v1/users/{username}", "/v1/users/anna/avatar", None),
        ("/v1.0/users", "/v1x0/users", None),
    ],
)
def test_template_takes_out_its_fields(template: str, path: str, fields: dict[str, str] | None) -> None:
    """A variable takes one segment, or those that it says; a dot is a dot."""
    assert compile_template(template).match(path) == fields


@pytest.mark.parametrize(
    "text",
    [
        "v1",
        "/v1/",
        "/v1//x",
        "/{",
        "/{a",
        "/{a=",
        "/{a=}",
        "/{1a}",
        "/{a}/{a}",
        "/**/x",
        "/v1 x",
        "/a:",
        "/a:b:c",
        "/{a={b}}",
    ],
)
def test_template_that_the_grammar_does_not_allow_is_refused(text: str) -> None:
    """A wrong binding keeps the server from starting."""
    with pytest.raises(TemplateInvalid):
        compile_template(text)


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_any_text_comes_through_a_path_as_it_was(text: str) -> None:
    """What a client escapes is what the method gets, slashes and colons too."""
    head, verb = split_verb(f"/v1/users/{quote(text, safe='')}:delete")
    assert verb == "delete"
    assert compile_template("/v1/users/{username}:delete").match(head) == {"username": text}


def test_each_public_method_has_its_path() -> None:
    """Every method is found by its own path, and no two stand in each other's way."""
    bindings = list(bindings_of(contract.methods().values()))
    routes = Routes(bindings)
    bound = {binding.method.path for binding in bindings}
    assert bound == {m.path for m in contract.methods().values() if not m.internal}
    for binding in bindings:
        path = binding.template.text
        for field in binding.template.fields:
            path = path.replace(f"{{{field}}}", "x")
        found = routes.find(binding.verb, path)
        assert found is not None
        assert found[0] is binding


def test_files_are_known_by_their_shape() -> None:
    """The streams of bytes are files over HTTP, and nothing else is."""
    files = {b.method.path.rpartition("/")[2] for b in bindings_of(contract.methods().values()) if b.download}
    assert files == {"DownloadReport", "DownloadSharedReport", "GetAvatar"}
