"""Coming up, being asked, going down, and having room."""

from collections.abc import Iterator

from shared.contracts import Room
from shared.settings import Settings
from tests.rules.manifests.conftest import Manifest
from tests.rules.manifests.kustomization import containers, pod
from tests.rules.manifests.sources import PROCESSES

PORTS = {"serve": 8000, "work": 9000}
LEASE = Settings.model_fields["lease_seconds"].default
POOL = Settings.model_fields["database_pool"].default
# What a gateway opens beside its pool, for the door and the live stream.
DOOR = 4 + 2
# Each process of the analysis room follows promotions on a connection of its own.
MODELS = 1
# Connections for the migration, and for people who look.
SPARE = 10


def test_nothing_starts_before_the_migration(
    services: dict[tuple[str, ...], Manifest], deployments: dict[tuple[str, ...], Manifest]
) -> None:
    for service in services.values():
        assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for (_, room), manifest in deployments.items():
        (waiting,) = pod(manifest)["spec"]["initContainers"]
        assert waiting["args"] == ["migrate", "--wait", room]


def test_every_process_is_asked_where_it_answers(
    services: dict[tuple[str, ...], Manifest], deployments: dict[tuple[str, ...], Manifest]
) -> None:
    for (verb, _), service in services.items():
        assert f":{PORTS[verb]}/readyz" in service["healthcheck"]["test"][-1]
    for (verb, _), manifest in deployments.items():
        (container,) = pod(manifest)["spec"]["containers"]
        named = {port["name"]: port["containerPort"] for port in container["ports"]}
        for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            asked = container[probe]["httpGet"]
            assert (asked["path"], named[asked["port"]]) == (path, PORTS[verb])


def test_a_worker_that_is_stopped_may_finish_what_is_in_hand(
    services: dict[tuple[str, ...], Manifest], deployments: dict[tuple[str, ...], Manifest]
) -> None:
    for (verb, room), service in services.items():
        if verb == "work":
            assert int(service["stop_grace_period"].removesuffix("s")) > LEASE
            patience = pod(deployments[verb, room])["spec"]["terminationGracePeriodSeconds"]
            assert patience > LEASE


def test_the_database_has_connections_for_every_process(
    compose: Manifest, manifests: list[Manifest]
) -> None:
    limit = max_connections(compose["services"]["postgres"]["command"])
    assert len(PROCESSES) * POOL + DOOR + 2 * MODELS + SPARE <= limit
    # At an upgrade every deployment has its surge beside its replicas.
    pods = {
        found["metadata"]["name"]: found["spec"]["replicas"]
        + found["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        for found in manifests
        if found["kind"] == "Deployment"
    }
    (postgres,) = (
        container
        for manifest in manifests
        for container in containers(manifest)
        if container["name"] == "postgres"
    )
    following = (pods["analysis"] + pods["analysis-worker"]) * MODELS
    needed = sum(pods.values()) * POOL + pods["gateway"] * DOOR + following + SPARE
    assert needed <= max_connections(postgres["args"])


def max_connections(arguments: list[str]) -> int:
    """The limit that PostgreSQL is started with."""
    settings = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    return int(settings["max_connections"])


def test_a_room_is_drained_one_pod_at_a_time(manifests: list[Manifest]) -> None:
    budgets = {
        manifest["metadata"]["name"]: manifest["spec"]["maxUnavailable"]
        for manifest in manifests
        if manifest["kind"] == "PodDisruptionBudget"
    }
    assert budgets == dict.fromkeys(map(str, Room), 1)


def test_one_worker_alone_tracks_posts(deployments: dict[tuple[str, ...], Manifest]) -> None:
    assert deployments["work", "monitor"]["spec"]["replicas"] == 1


def test_every_selector_finds_pods(manifests: list[Manifest]) -> None:
    labels = [pod(manifest)["metadata"]["labels"] for manifest in manifests if pod(manifest)]
    for name, selector in selectors(manifests):
        assert any(selector.items() <= found.items() for found in labels), name


def test_the_gateway_finds_every_service(manifests: list[Manifest]) -> None:
    (settings,) = (manifest["data"] for manifest in manifests if manifest["kind"] == "ConfigMap")
    ports = {
        manifest["metadata"]["name"]: manifest["spec"]["ports"][0]["port"]
        for manifest in manifests
        if manifest["kind"] == "Service"
    }
    for room in Room:
        if room is not Room.GATEWAY:
            url = settings[f"GROUNDSWELL_{room.upper()}_URL"]
            assert url == f"http://{room}:{ports[room]}"


def selectors(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, str]]]:
    """Which pods every Service, workload and budget means, by its name."""
    for manifest in manifests:
        name = f"{manifest['kind']} {manifest['metadata']['name']}"
        if manifest["kind"] == "Service":
            yield name, manifest["spec"]["selector"]
        elif manifest["kind"] in ("Deployment", "StatefulSet", "PodDisruptionBudget"):
            yield name, manifest["spec"]["selector"]["matchLabels"]
