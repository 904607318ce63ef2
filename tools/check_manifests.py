"""Judge the manifests of deploy/kubernetes: their form by Kubernetes' own schemas, and that what they name is there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
from ruamel.yaml import YAML

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "deploy" / "kubernetes"
SECRETS: Final = ROOT / "docs" / "operations.md"
KUBERNETES_VERSION: Final = "1.37"
# Of KEDA, which brings their schemas to the cluster.
WITHOUT_SCHEMA: Final = {"ScaledObject", "TriggerAuthentication"}
WITH_PODS: Final = {"Deployment", "Job"}
SCALED: Final = {"HorizontalPodAutoscaler", "ScaledObject"}

Manifest = dict[str, Any]


def load(path: Path) -> list[Manifest]:
    """Return the documents of a file, read as Kubernetes does."""
    yaml = YAML(typ="safe")
    yaml.version = (1, 1)
    return [document for document in yaml.load_all(path.read_text(encoding="utf-8")) if document]


def files(folder: Path) -> Iterator[Path]:
    """Return the files that a kustomization takes in, those of its bases too. Raises FileNotFoundError."""
    (kustomization,) = load(folder / "kustomization.yaml")
    for name in kustomization["resources"]:
        path = (folder / name).resolve(strict=True)
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def malformed(manifest: Manifest) -> Iterator[str]:
    """Return what Kubernetes' schema, without any field that it does not know, says against a manifest."""
    if manifest["kind"] in WITHOUT_SCHEMA:
        return
    try:
        kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{label(manifest)}: {'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield f"{label(manifest)}: {error.message}"


def dangling(manifests: list[Manifest], images: set[str], secrets: str) -> Iterator[str]:
    """Return what manifests of one overlay name that is not there.

    Args:
        images: those that the overlay says where to pull from.
        secrets: a text that names, as `name/key`, the Secrets that are not in the repository.
    """
    keys = {f"ConfigMap {each['metadata']['name']}/{key}" for each in manifests for key in each.get("data", ())}
    named = {label(each) for each in manifests}
    for manifest in manifests:
        for reference in references(manifest):
            kind, _, name = reference.partition(" ")
            is_there = {
                "image": name in images,
                "Secret": f"`{name}" in secrets,
                "ConfigMap": reference in keys,
            }.get(kind, reference in named)
            if not is_there:
                yield f"{label(manifest)}: there is no {reference}"


def references(manifest: Manifest) -> Iterator[str]:
    """Return what a manifest names, each as `kind name`."""
    if manifest["kind"] in SCALED:
        yield f"Deployment {manifest['spec']['scaleTargetRef']['name']}"
    for key, value in walk(manifest):
        match key:
            case "image":
                yield f"image {value}"
            case "configMapKeyRef":
                yield f"ConfigMap {value['name']}/{value['key']}"
            case "secretName":
                yield f"Secret {value}/"
            case "secretTargetRef":
                yield from (f"Secret {each['name']}/{each['key']}" for each in value)
            case "authenticationRef":
                yield f"TriggerAuthentication {value['name']}"
            case "value" if str(value).startswith("dns:///"):
                yield f"Service {value.removeprefix('dns:///').partition(':')[0]}"


def walk(node: Any) -> Iterator[tuple[str, Any]]:
    """Return every key with its value, at any depth."""
    if isinstance(node, dict):
        yield from node.items()
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def label(manifest: Manifest) -> str:
    """Return `kind name`."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def selecting_nothing(manifests: list[Manifest]) -> Iterator[str]:
    """Return the Services, budgets and policies that no pod belongs to."""
    pods = [each["spec"]["template"]["metadata"]["labels"] for each in manifests if each["kind"] in WITH_PODS]
    names = {labels["app.kubernetes.io/name"] for labels in pods}
    for manifest in manifests:
        for key, value in walk(manifest.get("spec", {})):
            chosen = [value] if key == "app.kubernetes.io/name" else []
            if key == "matchExpressions":
                chosen = [name for each in value for name in each["values"]]
            yield from (f"{label(manifest)}: there are no pods {name}" for name in chosen if name not in names)


def problems() -> Iterator[str]:
    """Return what is wrong, a sentence each."""
    taken = set()
    secrets = SECRETS.read_text(encoding="utf-8")
    for overlay in sorted((FOLDER / "overlays").iterdir()):
        (kustomization,) = load(overlay / "kustomization.yaml")
        paths = list(files(overlay))
        taken |= {*paths, overlay / "kustomization.yaml"}
        manifests = [manifest for path in paths for manifest in load(path)]
        images = {image["name"] for image in kustomization["images"]}
        for found in (*dangling(manifests, images, secrets), *selecting_nothing(manifests)):
            yield f"{overlay.name}: {found}"
    everything = set(FOLDER.rglob("*.yaml")) - set(FOLDER.rglob("kustomization.yaml"))
    yield from (f"{path.relative_to(ROOT)} is in no kustomization" for path in sorted(everything - taken))
    for path in sorted(everything):
        yield from (f"{path.relative_to(ROOT)}: {found}" for manifest in load(path) for found in malformed(manifest))


if __name__ == "__main__":
    found = list(problems())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
