"""The manifests name the rooms, commands, images and version that the code has."""

import typer

from shared.cli import build
from shared.contracts import Room
from tests.rules.manifests.conftest import Manifest
from tests.rules.manifests.kustomization import containers
from tests.rules.manifests.sources import PROCESSES, PROJECT

EXTRAS = PROJECT["optional-dependencies"]
VERSION = PROJECT["version"]


def test_compose_runs_every_room_and_its_worker(services: dict[tuple[str, ...], Manifest]) -> None:
    assert set(services) == PROCESSES


def test_kubernetes_runs_every_room_and_its_worker(
    deployments: dict[tuple[str, ...], Manifest],
) -> None:
    assert set(deployments) == PROCESSES


def test_the_command_takes_what_the_containers_call(
    compose: Manifest, manifests: list[Manifest]
) -> None:
    calls = {
        tuple(container.get("command") or container["args"])
        for container in [
            *compose["services"].values(),
            *(container for manifest in manifests for container in containers(manifest)),
        ]
        if container["image"].startswith("groundswell-")
    }
    waiting = {("migrate", "--wait", str(room)) for room in Room}
    assert calls == PROCESSES | waiting | {("migrate",)}
    for verb, *arguments in calls:
        command = typer.main.get_command(build(verb))
        command.commands[verb].make_context(verb, arguments)


def test_a_process_runs_in_the_image_of_its_room(
    services: dict[tuple[str, ...], Manifest], deployments: dict[tuple[str, ...], Manifest]
) -> None:
    for (_, room), service in services.items():
        assert service["image"] == f"groundswell-{room}"
        assert service["build"]["args"]["ROOM"] == room
    for (_, room), manifest in deployments.items():
        images = {container["image"] for container in containers(manifest)}
        assert images == {f"groundswell-{room}:{VERSION}"}


def test_every_image_is_built_from_extras_of_the_project(compose: Manifest) -> None:
    builds = [found["build"]["args"] for found in compose["services"].values() if "build" in found]
    assert {build["ROOM"] for build in builds} == set(Room)
    assert set(Room) <= set(EXTRAS)
    heavy = {build["ROOM"]: build["EXTRAS"] for build in builds if "EXTRAS" in build}
    assert heavy == {"analysis": "${ANALYSIS_EXTRAS-}"}
    assert "transformer" in EXTRAS


def test_the_migration_of_a_version_has_a_name_of_its_own(manifests: list[Manifest]) -> None:
    jobs = [manifest["metadata"]["name"] for manifest in manifests if manifest["kind"] == "Job"]
    assert jobs == [f"migrate-{VERSION.replace('.', '-')}"]
