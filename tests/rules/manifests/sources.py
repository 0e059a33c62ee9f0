"""What the manifests are held against: the code's rooms and settings, and outside programs."""

import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.contracts import Room
from shared.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
BASE = REPOSITORY / "k8s" / "base"
COMPOSE = REPOSITORY / "docker-compose.yml"
MAKE_SECRETS = REPOSITORY / "scripts" / "make-secrets"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]

# Everything that is kept running, by its command: five APIs, and a worker for each service.
PROCESSES = {("serve", str(room)) for room in Room} | {
    ("work", str(room)) for room in Room if room is not Room.GATEWAY
}
SETTINGS = {f"GROUNDSWELL_{name.upper()}" for name in Settings.model_fields}
PASSWORDS = {f"GROUNDSWELL_{room.upper()}_DATABASE_PASSWORD" for room in Room}


def run(*argv: str, environment: Mapping[str, str] | None = None) -> str:
    """What a program prints; its complaint when it fails."""
    answer = subprocess.run(argv, capture_output=True, text=True, check=False, env=environment)
    assert answer.returncode == 0, answer.stderr or answer.stdout
    return answer.stdout


def rendered_by_kubectl() -> list[dict[str, Any]]:
    """The base as kubectl renders it."""
    return list(yaml.safe_load_all(run("kubectl", "kustomize", str(BASE))))
