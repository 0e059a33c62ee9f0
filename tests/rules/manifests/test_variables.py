"""The manifests set variables that the code reads, all that it needs, and no secret by default."""

import re

import pytest

from shared.contracts import Room
from shared.settings import Settings
from tests.rules.manifests.conftest import Manifest
from tests.rules.manifests.kustomization import containers, pod
from tests.rules.manifests.sources import BASE, COMPOSE, PASSWORDS, REPOSITORY, SETTINGS

Secrets = dict[str, dict[str, str]]

# The image has these.
FIXED = {f"GROUNDSWELL_{name}" for name in ("ROOM", "HOME", "HOST", "PORT")}


def test_every_setting_can_be_changed_in_compose_and_no_other_is_set(
    services: dict[tuple[str, ...], Manifest],
) -> None:
    given = {name for service in services.values() for name in service["environment"]}
    assert given == SETTINGS - FIXED


def test_the_processes_of_a_room_get_the_same_settings_in_compose(
    services: dict[tuple[str, ...], Manifest],
) -> None:
    for (verb, room), service in services.items():
        if verb == "work":
            api = services["serve", room]["environment"]
            assert service["environment"] == api | {"GROUNDSWELL_HEALTH_PORT": "9000"}


def test_only_the_migration_gets_the_owner_and_the_passwords(
    compose: Manifest, manifests: list[Manifest], secrets: Secrets
) -> None:
    needed = PASSWORDS | {"GROUNDSWELL_DATABASE_URL"}
    assert set(compose["services"]["migrate"]["environment"]) == needed
    assert set(secrets["groundswell-migration"]) == needed
    (job,) = (manifest for manifest in manifests if manifest["kind"] == "Job")
    holders = [found for found in manifests if "groundswell-migration" in secrets_of(found)]
    assert holders == [job]


def test_kubernetes_sets_only_variables_that_the_code_reads(
    manifests: list[Manifest], secrets: Secrets
) -> None:
    for room in Room:
        assert set(secrets[f"groundswell-{room}"]) <= SETTINGS
    for manifest in manifests:
        assert set(manifest.get("data", {})) <= SETTINGS
        if manifest["kind"] in ("Deployment", "Job"):
            for container in containers(manifest):
                assert {entry["name"] for entry in container.get("env", [])} <= SETTINGS


def test_a_process_in_kubernetes_gets_settings_that_fit(
    deployments: dict[tuple[str, ...], Manifest],
    manifests: list[Manifest],
    secrets: Secrets,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = secrets | {found["metadata"]["name"]: found.get("data", {}) for found in manifests}
    for (_, room), manifest in deployments.items():
        (container,) = pod(manifest)["spec"]["containers"]
        with monkeypatch.context() as patch:
            for source in container["envFrom"]:
                (reference,) = source.values()
                for name, value in given[reference["name"]].items():
                    patch.setenv(name, value)
            settings = Settings(room=Room(room), _env_file=None)
        url = settings.database_url.get_secret_value()
        assert url.startswith(f"postgresql://groundswell_{room}:")
        mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert {str(settings.identity_public_key_file.parent), str(settings.home)} <= mounts


def test_the_secrets_that_are_made_are_those_that_are_used(
    manifests: list[Manifest], secrets: Secrets
) -> None:
    assert {name for manifest in manifests for name in secrets_of(manifest)} == set(secrets)


def secrets_of(manifest: Manifest) -> set[str]:
    """The names of the Secrets that a workload refers to."""
    volumes = pod(manifest).get("spec", {}).get("volumes", [])
    found = [volume["secret"]["secretName"] for volume in volumes if "secret" in volume]
    for container in containers(manifest):
        sources = [source.get("secretRef") for source in container.get("envFrom", [])]
        values = [entry.get("valueFrom", {}) for entry in container.get("env", [])]
        references = [*sources, *(value.get("secretKeyRef") for value in values)]
        found += [reference["name"] for reference in references if reference]
    return set(found)


def test_no_password_has_a_default() -> None:
    references = re.findall(r"\$\{(\w*PASSWORD)([^}]*)\}", COMPOSE.read_text())
    assert {name for name, _ in references} == PASSWORDS | {"POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
    assert {default for _, default in references} == {":?run scripts/make-secrets compose"}
    example = (REPOSITORY / ".env.example").read_text()
    assert re.findall(r"^\w*(?:PASSWORD|SECRET|KEY)=.+$", example, re.MULTILINE) == []
    assert [path for path in BASE.iterdir() if "kind: Secret" in path.read_text()] == []
