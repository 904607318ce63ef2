"""Error reasons: in the code, in the enum and in the comments of the contract they are the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from dossier.common.v1 import error_reason_pb2

import gateway
import profile_service
import report_service
import runtime
from runtime.errors import DomainError

PROTOS = Path(__file__).parents[2] / "protos" / "dossier"
REASONS = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118
RPC = re.compile(r"((?:^\s*//.*\n)+)\s*rpc (\w+)\(", re.MULTILINE)


def error_classes(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from error_classes(child)


def import_all(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__") and ".document" not in module.name:
            importlib.import_module(module.name)


def test_every_error_of_the_code_has_a_reason_of_the_enum() -> None:
    """No error can be raised whose reason a client does not know."""
    for package in (gateway, profile_service, report_service, runtime):
        import_all(package)
    found = {kind.__dict__["reason"] for kind in error_classes() if isinstance(kind.__dict__.get("reason"), str)}
    assert len(found) > 25
    assert found <= REASONS


def rpc_comments() -> list[tuple[str, str]]:
    return [
        (name, comment) for file in PROTOS.rglob("*_service.proto") for comment, name in RPC.findall(file.read_text())
    ]


@pytest.mark.parametrize(("name", "comment"), rpc_comments(), ids=lambda value: value if "\n" not in value else "")
def test_every_method_says_its_errors_by_known_reasons(name: str, comment: str) -> None:
    """The comment of each method lists its errors, and the reasons that it names exist."""
    assert "Errors:" in comment, name
    for listed in re.findall(r"\(([A-Z_, ]+)\)", comment):
        assert set(re.split(r",\s*", listed)) <= REASONS, (name, listed)


def test_every_reason_is_named_by_a_comment_that_says_when() -> None:
    """Each value of the enum says with which code and when it is given."""
    text = (PROTOS / "common" / "v1" / "error_reason.proto").read_text()
    for reason in REASONS - {"UNSPECIFIED"}:
        comment = re.search(rf"((?:^\s*//.*\n)+)\s*ERROR_REASON_{reason} =", text, re.MULTILINE)
        assert comment, reason
        assert re.match(r"\s*// [A-Z_]+\. \S", comment.group(1)), reason
