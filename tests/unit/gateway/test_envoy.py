"""What is written for an Envoy, against the contract."""

from __future__ import annotations

import base64
import functools
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossier.access.v1 import access_pb2
from google.api import annotations_pb2
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway.envoy.__main__ import layout_of
from gateway.envoy.bootstrap import bootstrap
from gateway.upstream import RouteMissing
from runtime import contract
from runtime.access import token_missing
from runtime.admission import Limits, kind_of
from runtime.tokens import bad_token, expired_token
from tests.provision.envoy import PROGRAM

ROOT = Path(__file__).parents[3]
METHODS = contract.methods()
PUBLIC = {path: method for path, method in METHODS.items() if not method.internal}
APART = ("--gateway=g:1", "--profile=p1:2", "--profile=p2:2", "--report=r:3")


@functools.cache
def written(*words: str) -> dict[str, Any]:
    """Return the configuration for the words of a command line."""
    return bootstrap(layout_of(words), METHODS)


def manager(config: dict[str, Any], listener: int = 0) -> dict[str, Any]:
    """Return how a listener treats calls."""
    found: dict[str, Any] = config["static_resources"]["listeners"][listener]["filter_chains"][0]["filters"][0]
    return dict(found["typed_config"])


def routes(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the routes of single methods, by path."""
    (host,) = manager(config)["route_config"]["virtual_hosts"]
    return {route["match"]["path"]: route for route in host["routes"] if "path" in route["match"]}


def filter_named(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the configuration of a filter of HTTP."""
    found = {each["name"].rpartition(".")[2]: each["typed_config"] for each in manager(config)["http_filters"]}
    return dict(found[name])


def test_every_public_method_and_no_other_has_a_route() -> None:
    """A method that is added to the contract is added here, and an internal one leads nowhere."""
    config = written(*APART, "--origin=https://club.example.org")
    assert routes(config).keys() == PUBLIC.keys()
    (host,) = manager(config)["route_config"]["virtual_hosts"]
    others = [route["match"]["prefix"] for route in host["routes"] if "path" not in route["match"]]
    assert others == ["/grpc.health.v1.Health/", "/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_route_asks_for_what_the_access_rule_does(path: str) -> None:
    """Who may call without a token is what the proto says, and a token that is sent is looked at everywhere."""
    config = written(*APART)
    asked = routes(config)[path]["typed_per_filter_config"]["envoy.filters.http.jwt_authn"]["requirement_name"]
    requirement = filter_named(config, "jwt_authn")["requirement_map"][asked]
    token = {"provider_name": "dossier"}
    if PUBLIC[path].audience == access_pb2.AUDIENCE_ANYONE:
        assert requirement == {"requires_any": {"requirements": [token, {"allow_missing": {}}]}}
    else:
        assert requirement == token


@pytest.mark.parametrize("path", PUBLIC)
def test_only_what_changes_nothing_is_sent_again(path: str) -> None:
    """A call that may have been carried out is repeated only where that does no harm."""
    conditions = set(routes(written(*APART))[path]["route"]["retry_policy"]["retry_on"].split(","))
    assert {"connect-failure", "refused-stream"} <= conditions
    assert ({"reset", "unavailable"} <= conditions) == PUBLIC[path].changes_nothing


def test_calls_go_to_the_part_that_serves_them() -> None:
    """Tokens come from the gateway, and all else from its service; without addresses of their own, from the gateway."""
    parts = {"auth": "gateway", "report": "report_service"}
    for path, route in routes(written(*APART)).items():
        assert route["route"]["cluster"] == parts.get(path.split(".")[1], "profile_service")
    assert {route["route"]["cluster"] for route in routes(written("--gateway=g:1")).values()} == {"gateway"}


def test_each_replica_is_asked_for_its_health() -> None:
    """All addresses of a part share its calls, as long as they say SERVING."""
    clusters = {each["name"]: each for each in written(*APART)["static_resources"]["clusters"]}
    assert clusters.keys() == {"gateway", "profile_service", "report_service", "keys"}
    (group,) = clusters["profile_service"]["load_assignment"]["endpoints"]
    addresses = [each["endpoint"]["address"]["socket_address"] for each in group["lb_endpoints"]]
    assert addresses == [{"address": "p1", "port_value": 2}, {"address": "p2", "port_value": 2}]
    for name in ("gateway", "profile_service", "report_service"):
        assert clusters[name]["lb_policy"] == "ROUND_ROBIN"
        assert "grpc_health_check" in clusters[name]["health_checks"][0]


def test_rates_are_the_limits_of_a_process() -> None:
    """What one process takes at once, one network gets in a second, for each kind of call."""
    config = written(*APART)
    buckets = {
        each["entries"][0]["value"]: each["token_bucket"]["max_tokens"]
        for each in filter_named(config, "local_ratelimit")["descriptors"]
    }
    limits = Limits()
    assert buckets == {kind: getattr(limits, kind) for kind in ("unary", "credentials", "uploads", "streams")}
    for path, route in routes(config).items():
        assert route["metadata"]["filter_metadata"]["dossier.kind"]["dossier.kind"] == kind_of(PUBLIC[path])


def test_rates_are_as_many_times_that_as_was_asked_for() -> None:
    """An operator whose clients come from few networks gives each more, or has no limits."""
    (first, *_) = filter_named(written(*APART, "--rate=3"), "local_ratelimit")["descriptors"]
    assert first["token_bucket"]["max_tokens"] == 3 * Limits().unary
    with pytest.raises(KeyError):
        filter_named(written(*APART, "--rate=0"), "local_ratelimit")


def descriptors(config: dict[str, Any]) -> descriptor_pool.DescriptorPool:
    """Return what Envoy makes JSON by."""
    pool = descriptor_pool.DescriptorPool()
    given = base64.b64decode(filter_named(config, "grpc_json_transcoder")["proto_descriptor_bin"])
    for file in FileDescriptorSet.FromString(given).file:
        pool.Add(file)
    return pool


def test_json_is_made_of_the_public_services_alone() -> None:
    """The descriptors that Envoy gets stand by themselves."""
    config = written(*APART)
    served = filter_named(config, "grpc_json_transcoder")["services"]
    assert set(served) == {method.service for method in PUBLIC.values()}
    with pytest.raises(KeyError):
        descriptors(config).FindServiceByName("dossier.profile.v1.CredentialsService")


def test_json_is_at_every_path_that_the_gateway_describes() -> None:
    """Who reads the gateway's own OpenAPI document finds each of its operations behind Envoy, and no other."""
    config = written(*APART)
    pool, found = descriptors(config), set()
    for name in filter_named(config, "grpc_json_transcoder")["services"]:
        for method in pool.FindServiceByName(name).methods:
            assert f"/{name}/{method.name}" in routes(config)  # With a token check and a kind for its rate.
            rule: Any = method.GetOptions().Extensions[annotations_pb2.http]
            verb = rule.WhichOneof("pattern")
            found.add((verb, nameless(getattr(rule, verb))))
    described = json.loads((ROOT / "gateway" / "http" / "web" / "openapi.json").read_text())["paths"]
    assert found == {(verb, nameless(path)) for path, item in described.items() for verb in item}


def nameless(path: str) -> str:
    """Return a path without the names of its variables, which JSON writes in another way."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_keys_are_asked_for_where_the_proto_says() -> None:
    """Envoy makes JSON of the gateway's keys itself, at the path that the contract has for them."""
    config = written(*APART)
    provider = filter_named(config, "jwt_authn")["providers"]["dossier"]
    assert provider["remote_jwks"]["http_uri"]["uri"] == "http://dossier/v1/auth/jwks"
    assert "from_params" not in provider
    (host,) = manager(config, listener=1)["route_config"]["virtual_hosts"]
    (route,) = host["routes"]
    assert route == {"match": {"path": "/dossier.auth.v1.AuthService/GetJwks"}, "route": {"cluster": "gateway"}}


def test_service_without_a_part_is_refused() -> None:
    """A service that nobody is known to serve cannot be forgotten at the edge."""
    stray = replace(next(iter(PUBLIC.values())), service="dossier.stray.v1.StrayService")
    with pytest.raises(RouteMissing, match=r"dossier\.stray\.v1"):
        bootstrap(layout_of(APART), {stray.path: stray})


def test_refusal_of_envoy_has_the_words_of_the_gateway() -> None:
    """Code, sentence and details are those that the door says."""
    replies = manager(written(*APART))["local_reply_config"]["mappers"]
    bodies = [reply["body"]["inline_string"] for reply in replies if "headers_to_add" in reply]
    assert {token_missing().message, bad_token().message, expired_token().message} <= set(bodies)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--gateway=g"],
        ["--gateway=g:port"],
        ["--gateway=g:1", "--certificate=c.pem"],
        ["--gateway=g:1", "--internal-certificate=c.pem", "--internal-key=k.pem"],
    ],
)
def test_unusable_options_are_told(words: list[str]) -> None:
    """Nothing is written for an installation that cannot be reached."""
    with pytest.raises(SystemExit) as caught:
        layout_of(words)
    assert caught.value.code != 0


@pytest.mark.parametrize("words", [["--gateway=[::1]:7070"], [*APART, "--admin=127.0.0.1:9901", "--trusted-proxies=1"]])
def test_envoy_takes_what_the_command_writes(words: list[str], tmp_path: Path) -> None:
    """A real Envoy finds nothing wrong with it, and nothing that is deprecated."""
    command = [sys.executable, "-m", "client.cli.main", "admin", "envoy-config", *words]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    file = tmp_path / "envoy.json"
    file.write_text(made)
    judged = subprocess.run(
        [str(PROGRAM), "--mode", "validate", "-l", "warning", "-c", str(file)], capture_output=True, text=True
    )
    assert judged.returncode == 0, judged.stderr
    assert "eprecated" not in judged.stderr
    assert json.loads(made)
