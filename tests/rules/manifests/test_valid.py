"""The compose file and the rendered base are valid by the rules of those who read them."""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import kubernetes_validate
import pytest

from tests.rules.manifests.conftest import Manifest
from tests.rules.manifests.kustomization import render
from tests.rules.manifests.sources import BASE, COMPOSE, PASSWORDS, rendered_by_kubectl, run


def test_the_compose_file_fits_the_compose_specification() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    run(sys.executable, "-m", "check_jsonschema", *schema, str(COMPOSE))


def test_docker_compose_takes_the_file_and_refuses_it_without_secrets() -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker compose is not installed")
    config = (docker, "compose", "--file", str(COMPOSE), "--env-file", os.devnull, "config")
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    secrets = dict.fromkeys(
        PASSWORDS | {"POSTGRES_PASSWORD", "VALKEY_PASSWORD"}, "0123456789abcdef"
    )
    run(*config, "--quiet", environment=plain | secrets)
    refused = subprocess.run(config, capture_output=True, text=True, env=plain, check=False)
    assert refused.returncode != 0
    assert "scripts/make-secrets compose" in refused.stderr


def test_every_manifest_fits_the_kubernetes_schemas(manifests: list[Manifest]) -> None:
    newest = kubernetes_validate.latest_version()
    for manifest in manifests:
        kubernetes_validate.validate(manifest, newest, strict=True)


def test_our_renderer_renders_what_kubectl_renders() -> None:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed: the base was rendered by our own renderer")
    assert in_one_order(render(BASE)) == in_one_order(rendered_by_kubectl())


def in_one_order(value: Any) -> Any:
    """A value with its lists sorted: the two renderers merge lists in different orders."""
    if isinstance(value, dict):
        return {key: in_one_order(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return sorted(map(in_one_order, value), key=json.dumps)
    return value
