"""deploy/kubernetes against the settings that the parts really have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

import gateway.settings
import profile_service.settings
import report_service.settings
from deploy.make_secrets import make_secrets
from report_service.amqp_hints import TOPOLOGY
from runtime.settings import rows
from tools.check_manifests import FOLDER, dangling, files, load, malformed, problems, selecting_nothing

ROOT: Final = Path(__file__).parents[2]
MANIFESTS: Final = [manifest for path in files(FOLDER / "overlays" / "federation") for manifest in load(path)]
DEPLOYMENTS: Final = {each["metadata"]["name"]: each["spec"] for each in MANIFESTS if each["kind"] == "Deployment"}
PARTS: Final[dict[str, Any]] = {
    "gateway": gateway.settings,
    "profile": profile_service.settings,
    "report": report_service.settings,
    "worker": report_service.settings,
}
IMAGES: Final = {"dossier"}
DOCUMENTED: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def pod(part: str) -> dict[str, Any]:
    """Return what a pod of the part is made by."""
    specification: dict[str, Any] = DEPLOYMENTS[part]["template"]["spec"]
    return specification


def container(part: str) -> dict[str, Any]:
    """Return the one container of the part's pods."""
    (only,) = pod(part)["containers"]
    return dict(only)


def environment(part: str) -> dict[str, str]:
    """Return the part's variables; what a ConfigMap gives is empty."""
    return {variable["name"]: variable.get("value", "") for variable in container(part)["env"]}


def settings(part: str) -> dict[str, str]:
    """Return the default of every variable that the part reads."""
    module = PARTS[part]
    described = rows(module.Settings, prefix=module.PREFIX)
    return {name: default for names, default, _ in described for name in names.split(" or ")}


def test_manifests_are_well_formed_and_name_what_is_there() -> None:
    """Nothing is found in them by what `make lint` looks for."""
    assert list(problems()) == []


def test_deployments_are_the_parts() -> None:
    """No part is missing, and there is nothing that these tests overlook."""
    assert set(DEPLOYMENTS) == set(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_manifest_variables_of_a_part_are_its_settings(part: str) -> None:
    """A variable that the part does not read would be a slip of the pen; one that it needs would be missed at once."""
    assert set(environment(part)) <= set(settings(part))
    required = {name.removesuffix("_FILE") for name, default in settings(part).items() if default == "required"}
    assert required <= {name.removesuffix("_FILE") for name in environment(part)}


@pytest.mark.parametrize("part", PARTS)
def test_manifest_secrets_of_a_part_are_documented_files_that_it_mounts(part: str) -> None:
    """No secret stands in a variable, and a pod sees those Secrets that its variables name, and no others."""
    secret = {name for name in settings(part) if f"{name}_FILE" in settings(part)}
    assert not secret & set(environment(part))
    volumes = {each["name"]: each["secret"]["secretName"] for each in pod(part)["volumes"] if "secret" in each}
    mounts = {each["mountPath"]: volumes.get(each["name"]) for each in container(part)["volumeMounts"]}
    paths = [Path(value) for name, value in environment(part).items() if name.endswith("_FILE")]
    assert {mounts[str(path.parent)] for path in paths} == set(volumes.values())
    assert all(f"`{mounts[str(path.parent)]}/{path.name}`" in DOCUMENTED for path in paths)


def test_secrets_that_are_documented_are_made_in_an_empty_folder(tmp_path: Path) -> None:
    """By the command of the page; those that others know better are then written over."""
    make_secrets(tmp_path)
    named = re.findall(r"`dossier-([a-z]+/[a-z.-]+)`", DOCUMENTED)
    assert named
    assert [name for name in named if not (tmp_path / name).is_file()] == []


@pytest.mark.parametrize("part", PARTS)
def test_manifest_pods_are_given_time_to_finish(part: str) -> None:
    """Kubernetes kills no pod that is still within its own grace."""
    waits = container(part).get("lifecycle", {"preStop": {"sleep": {"seconds": 0}}})["preStop"]["sleep"]["seconds"]
    grace = float(settings(part)[f"{PARTS[part].PREFIX}GRACE_SECONDS"])
    assert pod(part)["terminationGracePeriodSeconds"] > waits + grace


@pytest.mark.parametrize("part", PARTS)
def test_manifest_pods_are_confined(part: str) -> None:
    """No root, no capabilities, no way to gain some, nothing to write to but what is thrown away."""
    assert pod(part)["securityContext"]["runAsNonRoot"]
    user, group = pod(part)["securityContext"]["runAsUser"], pod(part)["securityContext"]["runAsGroup"]
    assert f"USER {user}:{group}\n" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert pod(part)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(part)["automountServiceAccountToken"] is False
    assert container(part)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert all({"secret", "emptyDir"} & set(volume) for volume in pod(part)["volumes"])


@pytest.mark.parametrize("part", ["gateway", "profile", "report"])
def test_manifest_ports_are_those_that_the_part_listens_on(part: str) -> None:
    """The Service, the probes and the policy lead to the port of LISTEN."""
    port = int(environment(part)[f"{PARTS[part].PREFIX}LISTEN"].rpartition(":")[2])
    assert {"name": "grpc", "containerPort": port} in container(part)["ports"]
    # Of a gateway, which browsers call too.
    more = [int(environment(part)["DOSSIER_GATEWAY_HTTP_LISTEN"].rpartition(":")[2])] if part == "gateway" else []
    probes = ("startupProbe", "readinessProbe", "livenessProbe")
    assert [container(part)[probe]["grpc"]["port"] for probe in probes] == [port] * 3
    for manifest in MANIFESTS:
        if manifest["kind"] == "Service" and manifest["spec"]["selector"]["app.kubernetes.io/name"] == part:
            for_browsers = more if manifest["metadata"]["name"] == "gateway" else []
            assert [each["port"] for each in manifest["spec"]["ports"]] == [port, *for_browsers]
    (policy,) = [each for each in MANIFESTS if (each["kind"], each["metadata"]["name"]) == ("NetworkPolicy", part)]
    assert [rule["ports"] for rule in policy["spec"]["ingress"]] == [[{"port": each} for each in (port, *more)]]


def test_workers_are_scaled_by_the_queue_that_they_take_from() -> None:
    """KEDA looks at the queue of hints."""
    (scaled,) = [each for each in MANIFESTS if each["kind"] == "ScaledObject"]
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["metadata"]["queueName"] == TOPOLOGY.queue


def test_malformed_manifest_is_found() -> None:
    """A field that Kubernetes does not know is an error, and so is a kind that it does not have."""
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "gateway"}}
    (unknown,) = malformed({**deployment, "spec": {**DEPLOYMENTS["gateway"], "replicass": 2}})
    assert "replicass" in unknown
    (kind,) = malformed({**deployment, "kind": "Deploymint"})
    assert "Deploymint" in kind


def test_dangling_references_are_found() -> None:
    """Without what they name, references are errors: the image, each Secret, ConfigMap, Service and Deployment."""
    found = "\n".join(dangling(MANIFESTS, set(), ""))
    assert "there is no image dossier" in found
    assert "there is no Secret dossier-broker/amqp-url" in found
    parts = [each for each in MANIFESTS if each["kind"] not in ("Service", "ConfigMap", "TriggerAuthentication")]
    found = "\n".join(dangling(parts, IMAGES, DOCUMENTED))
    assert "there is no Service profile" in found
    assert "there is no ConfigMap dossier/blobs-url" in found
    assert "there is no TriggerAuthentication broker" in found
    rest = [each for each in MANIFESTS if each["kind"] != "Deployment"]
    assert "there is no Deployment worker" in "\n".join(dangling(rest, IMAGES, DOCUMENTED))
    assert "there are no pods gateway" in "\n".join(selecting_nothing(rest))


@pytest.mark.parametrize("part", ["profile", "report"])
def test_migration_needs_no_more_than_it_is_given(part: str, tmp_path: Path) -> None:
    """The Job of each service starts with the settings and the one secret of its manifest."""
    (job,) = [
        each
        for each in load(FOLDER / "overlays" / "migration" / "jobs.yaml")
        if each["metadata"]["name"] == f"migrate-{part}"
    ]
    (only,) = job["spec"]["template"]["spec"]["containers"]
    assert only["args"] == [f"{part}_service", "migrate"]
    (volume,) = job["spec"]["template"]["spec"]["volumes"]
    (mount,) = only["volumeMounts"]
    for item in volume["secret"]["items"]:
        (tmp_path / item["path"]).write_text("postgresql://dossier@database/club")
    environ = {each["name"]: each["value"].replace(mount["mountPath"], str(tmp_path)) for each in only["env"]}
    places = PARTS[part].Places.from_env(environ)
    assert places.database_url.reveal() == b"postgresql://dossier@database/club"
