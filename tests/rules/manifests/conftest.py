"""docker-compose.yml and k8s/base as the tests look at them."""

import shutil
from typing import Any

import pytest
import yaml

from tests.rules.manifests.kustomization import containers, render
from tests.rules.manifests.sources import BASE, COMPOSE, MAKE_SECRETS, rendered_by_kubectl, run

Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def compose() -> Manifest:
    """The compose file, its YAML references resolved."""
    document: Manifest = yaml.safe_load(COMPOSE.read_text())
    return document


@pytest.fixture(scope="session")
def services(compose: Manifest) -> dict[tuple[str, ...], Manifest]:
    """The compose services that keep a room running, by their commands."""
    ours = [found for found in compose["services"].values() if "groundswell-" in found["image"]]
    return {
        tuple(service["command"]): service for service in ours if service["command"] != ["migrate"]
    }


@pytest.fixture(scope="session")
def manifests() -> list[Manifest]:
    """The rendered base: by kubectl where it is installed, else by our own small renderer."""
    return rendered_by_kubectl() if shutil.which("kubectl") else render(BASE)


@pytest.fixture(scope="session")
def deployments(manifests: list[Manifest]) -> dict[tuple[str, ...], Manifest]:
    """The deployments, by the commands of their processes."""
    return {
        tuple(container["args"]): manifest
        for manifest in manifests
        if manifest["kind"] == "Deployment"
        for container in containers(manifest)
        if container["name"] == "process"
    }


@pytest.fixture(scope="session")
def secrets() -> dict[str, dict[str, str]]:
    """The Secrets that scripts/make-secrets makes for Kubernetes, by name."""
    if not shutil.which("openssl"):
        pytest.skip("scripts/make-secrets needs openssl, which is not installed")
    printed = yaml.safe_load_all(run(str(MAKE_SECRETS), "kubernetes"))
    return {made["metadata"]["name"]: made["stringData"] for made in printed}
