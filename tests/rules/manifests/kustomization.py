"""Renders `k8s/base` where no kubectl is at hand: the part of Kustomize that the base uses.

A kustomization that uses more is refused. Where kubectl is there, the tests use that, and hold this
against it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

_UNDERSTOOD = {
    *("apiVersion", "kind", "namespace", "resources", "configMapGenerator", "labels", "patches"),
    "images",
}
# How lists of the pod's parts are merged: by this key. Every other list is replaced.
_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "env": "name",
}
_CLUSTER_WIDE = {"Namespace"}
# Letters that kustomize puts in place of some hexadecimal digits, so that a hash spells no word.
_HASH_LETTERS = str.maketrans("013ae", "ghkmt")


def render(folder: Path) -> list[dict[str, Any]]:
    """The manifests of `folder`, as `kubectl kustomize` renders them, in the order of the files.

    Raises:
        ValueError: the kustomization uses something that is not understood here.
    """
    plan = yaml.safe_load((folder / "kustomization.yaml").read_text())
    if unknown := set(plan) - _UNDERSTOOD:
        raise ValueError(f"not understood: {', '.join(sorted(unknown))}")
    manifests = [
        manifest
        for name in plan["resources"]
        for manifest in yaml.safe_load_all((folder / name).read_text())
    ]
    for patch in plan["patches"]:
        change = yaml.safe_load((folder / patch["path"]).read_text())
        for manifest in filter(lambda found: _is_target(found, patch["target"]), manifests):
            manifest["spec"] = _merged(manifest["spec"], change["spec"])
    settings = [_config_map(folder, generator) for generator in plan["configMapGenerator"]]
    manifests += settings
    names = {entry["name"].rpartition("-")[0]: entry["name"] for entry in _metadata(settings)}
    tags = {image["name"]: image["newTag"] for image in plan["images"]}
    for manifest in manifests:
        if manifest["kind"] not in _CLUSTER_WIDE:
            manifest["metadata"]["namespace"] = plan["namespace"]
        for labels in plan["labels"]:
            _add_labels(manifest, labels["pairs"])
        for container in containers(manifest):
            _rename(container, names, tags)
    return manifests


def pod(manifest: dict[str, Any]) -> dict[str, Any]:
    """The pod template of a workload; empty for anything else."""
    template: dict[str, Any] = manifest.get("spec", {}).get("template", {})
    return template


def containers(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """All containers of a workload."""
    spec = pod(manifest).get("spec", {})
    return [*spec.get("initContainers", []), *spec.get("containers", [])]


def _metadata(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [manifest["metadata"] for manifest in manifests]


def _is_target(manifest: dict[str, Any], target: dict[str, str]) -> bool:
    label, _, value = target.get("labelSelector", "").partition("=")
    labels = manifest["metadata"].get("labels", {})
    return manifest["kind"] == target["kind"] and (not label or labels.get(label) == value)


def _merged(base: Any, change: Any, name: str = "") -> Any:
    if isinstance(base, dict) and isinstance(change, dict):
        return base | {key: _merged(base.get(key), value, key) for key, value in change.items()}
    key = _MERGE_KEYS.get(name)
    if isinstance(base, list) and isinstance(change, list) and key:
        known = {item[key]: item for item in base}
        for item in change:
            known[item[key]] = _merged(known.get(item[key]), item)
        return list(known.values())
    return change


def _config_map(folder: Path, generator: dict[str, Any]) -> dict[str, Any]:
    lines = [line for env in generator["envs"] for line in (folder / env).read_text().splitlines()]
    data = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    hashed = {"data": data, "kind": "ConfigMap", "name": ""}  # kustomize hashes no name
    content = json.dumps(hashed, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()[:10].translate(_HASH_LETTERS)
    metadata = {"name": f"{generator['name']}-{digest}"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _add_labels(manifest: dict[str, Any], pairs: dict[str, str]) -> None:
    claims = manifest.get("spec", {}).get("volumeClaimTemplates", [])
    for labelled in (manifest, pod(manifest), *claims):
        if labelled:
            metadata = labelled.setdefault("metadata", {})
            metadata["labels"] = metadata.get("labels", {}) | pairs


def _rename(container: dict[str, Any], names: dict[str, str], tags: dict[str, str]) -> None:
    if tag := tags.get(container["image"]):
        container["image"] += f":{tag}"
    for source in container.get("envFrom", []):
        if reference := source.get("configMapRef"):
            reference["name"] = names[reference["name"]]
