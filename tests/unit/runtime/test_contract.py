"""The contract as the servers read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.internal import api_implementation

from runtime import contract


def test_every_method_has_a_rule() -> None:
    """The whole contract says who may call what."""
    methods = contract.methods()
    assert len(methods) >= 30
    assert all(method.audience != access_pb2.AUDIENCE_UNSPECIFIED for method in methods.values())


def test_every_role_rule_names_its_roles() -> None:
    """A method for a role lets somebody in."""
    asking = [method for method in contract.methods().values() if method.audience == access_pb2.AUDIENCE_ROLE]
    assert asking
    assert all(method.roles for method in asking)


def test_internal_services_have_no_public_method() -> None:
    """A service is for players or for the installation, never for both, so that it can be listed or not."""
    kinds: dict[str, set[bool]] = {}
    for method in contract.methods().values():
        kinds.setdefault(method.service, set()).add(method.internal)
    assert all(len(kind) == 1 for kind in kinds.values())


def test_method_without_a_rule_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server cannot start with a method that anybody might call by oversight."""
    file = descriptor_pb2.FileDescriptorProto(name="test/unruly.proto", package="test.unruly", syntax="proto3")
    file.message_type.add(name="Empty")
    service = file.service.add(name="UnrulyService")
    service.method.add(name="Do", input_type=".test.unruly.Empty", output_type=".test.unruly.Empty")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)

    def unruly() -> Iterator[Any]:
        yield pool.FindServiceByName("test.unruly.UnrulyService")

    monkeypatch.setattr(contract, "services", unruly)
    with pytest.raises(contract.RuleMissing, match="UnrulyService/Do has no access rule"):
        contract.methods()


def test_no_request_holds_a_message_of_any_shape() -> None:
    """Any and Struct let a sender nest as deep as it likes; each field of ours says what it holds."""
    free = {"google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"}
    waiting = [method.request.DESCRIPTOR for method in contract.methods().values()]
    seen: set[str] = set()
    while waiting:
        descriptor = waiting.pop()
        if descriptor.full_name not in seen:
            seen.add(descriptor.full_name)
            waiting += [field.message_type for field in descriptor.fields if field.message_type]
    assert not seen & free


def test_messages_are_read_by_the_parser_in_c() -> None:
    """The one in Python follows nesting until the interpreter gives up."""
    assert api_implementation.Type() == "upb"


def test_public_services_are_those_with_public_methods() -> None:
    """What is for other parts of the installation is told to no client."""
    names = contract.public_services(contract.methods())
    assert "dossier.profile.v1.ProfileService" in names
    assert "dossier.profile.v1.CredentialsService" not in names
    assert list(names) == sorted(set(names))


def test_services_are_found_by_the_beginning_of_their_names() -> None:
    """Each part serves the packages that it names."""
    reports = {"dossier.report.v1.ReportService", "dossier.report.v1.ShareService"}
    assert set(contract.service_names("dossier.report.v1.")) == reports
    assert set(contract.service_names("dossier.report.v1.", "dossier.auth.v1.")) == {
        *reports,
        "dossier.auth.v1.AuthService",
    }


def test_method_knows_what_goes_in_and_out() -> None:
    """The classes are those of the stubs."""
    method = contract.methods()["/dossier.profile.v1.ProfileService/GetUser"]
    assert (method.request, method.response) == (profile_pb.GetUserRequest, profile_pb.GetUserResponse)
    assert contract.role_name(access_pb2.ROLE_REFEREE) == "referee"


@pytest.mark.parametrize("role", [access_pb2.ROLE_REFEREE, access_pb2.ROLE_SERVICE])
def test_role_comes_back_from_its_name(role: Any) -> None:
    """Names in tokens and values in messages are the same roles."""
    assert contract.role_value(contract.role_name(role)) == role


def test_unknown_role_is_no_role() -> None:
    """A role of a newer version gives nothing here."""
    assert contract.role_value("emperor") == access_pb2.ROLE_UNSPECIFIED


def test_admin_may_do_what_managers_and_referees_may() -> None:
    """What a role includes is said by the contract; nothing includes a program's role."""
    assert contract.powers_of({"admin"}) == {"admin", "manager", "referee"}
    assert contract.powers_of({"manager", "service"}) == {"manager", "service"}
    assert contract.powers_of({"a role of tomorrow"}) == {"a role of tomorrow"}
