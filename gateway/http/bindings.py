"""Which method answers at which path, read from the `google.api.http` of the protos and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway.http.shapes import Download, download_of, is_upload
from gateway.http.templates import Template, compile_template, split_verb
from runtime.contract import Method


class BindingInvalid(Exception):
    """A binding names what the request does not have, or is somebody else's; the message says which."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One HTTP form of a method.

    Attributes:
        verb: the HTTP method, such as "PATCH".
        body: the field that the body is, "*" for the whole request, empty for none.
        response_body: the field that is answered, empty for the whole response.
        download: how a file is told from a stream of its messages, where it is one.
        upload: whether the body is a file, of which path and query are the metadata.
    """

    method: Method
    verb: str
    template: Template
    body: str
    response_body: str
    download: Download | None
    upload: bool


class Routes:
    """Finds the binding of a request."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        self._by_verb: dict[tuple[str, str], list[Binding]] = {}
        seen: dict[tuple[str, str], Binding] = {}
        for binding in bindings:
            other = seen.setdefault((binding.verb, binding.template.shape), binding)
            if other is not binding:
                raise BindingInvalid(f"{binding.method.path} and {other.method.path} have the same path")
            self._by_verb.setdefault((binding.verb, binding.template.verb), []).append(binding)
        for found in self._by_verb.values():
            # What says more comes first: a star sorts behind every letter then.
            found.sort(key=lambda binding: binding.template.shape.replace("*", "\U0010ffff"))

    def find(self, verb: str, path: str) -> tuple[Binding, dict[str, str]] | None:
        """Return the binding at a path and the fields that stand in it; None when there is none."""
        head, custom = split_verb(path)
        for binding in self._by_verb.get((verb, custom), ()):
            fields = binding.template.match(head)
            if fields is not None:
                return binding, fields
        return None

    def verbs(self, path: str) -> list[str]:
        """Return the HTTP methods that the path knows."""
        return sorted(verb for verb in {verb for verb, _ in self._by_verb} if self.find(verb, path))


def bindings_of(methods: Iterable[Method]) -> Iterator[Binding]:
    """Return every binding of the public methods. Raises BindingInvalid or TemplateInvalid."""
    for method in methods:
        if method.internal:
            continue
        rule = _rule(method)
        for one in (rule, *rule.additional_bindings) if rule is not None else ():
            yield _binding(method, one)


def _rule(method: Method) -> Any:
    service = method.request.DESCRIPTOR.file.pool.FindServiceByName(method.service)
    options = service.methods_by_name[method.path.rpartition("/")[2]].GetOptions()
    return options.Extensions[annotations_pb2.http] if options.HasExtension(annotations_pb2.http) else None


def _binding(method: Method, rule: http_pb2.HttpRule) -> Binding:
    kind = rule.WhichOneof("pattern")
    verb, path = (rule.custom.kind, rule.custom.path) if kind == "custom" else (kind.upper(), getattr(rule, kind))
    template = compile_template(path)
    request: Any = method.request.DESCRIPTOR
    for field in template.fields:
        leaf = field_at(request, field)
        if leaf is None or leaf.is_repeated or leaf.message_type is not None:
            raise BindingInvalid(f"{method.path} binds {field} in its path, which is no single value of its request")
    if rule.body not in ("", "*") and rule.body not in request.fields_by_name:
        raise BindingInvalid(f"{method.path} binds its body to {rule.body}, which its request does not have")
    if rule.response_body and rule.response_body not in method.response.DESCRIPTOR.fields_by_name:
        raise BindingInvalid(f"{method.path} answers {rule.response_body}, which its response does not have")
    upload = is_upload(method, rule.body)
    if method.client_streaming and not upload:
        raise BindingInvalid(f"{method.path} takes a stream that no body of HTTP is")
    return Binding(method, verb, template, rule.body, rule.response_body, download_of(method), upload)


def field_at(message: Descriptor, path: str) -> FieldDescriptor | None:
    """Return the field that a path such as "game.game_id" leads to, None when there is none."""
    *parents, last = path.split(".")
    for name in parents:
        field = message.fields_by_name.get(name)
        if field is None or field.message_type is None or field.is_repeated:
            return None
        message = field.message_type
    return message.fields_by_name.get(last)
