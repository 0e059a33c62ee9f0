"""What is open to the outside, and what a container may do."""

import json

from tests.rules.manifests.conftest import Manifest
from tests.rules.manifests.kustomization import containers, pod
from tests.rules.manifests.sources import PROCESSES


def test_only_the_gateway_is_published(compose: Manifest) -> None:
    published = [name for name, found in compose["services"].items() if "ports" in found]
    assert published == ["gateway"]


def test_only_the_gateway_holds_the_private_key(
    compose: Manifest, deployments: dict[tuple[str, ...], Manifest]
) -> None:
    services = compose["services"].items()
    assert [name for name, found in services if "private" in json.dumps(found)] == ["gateway"]
    holders = [room for (_, room), found in deployments.items() if "private" in json.dumps(found)]
    assert holders == ["gateway"]


def test_only_those_who_call_the_world_have_a_way_out_of_compose(compose: Manifest) -> None:
    closed = {name for name, network in compose["networks"].items() if network.get("internal")}
    services = compose["services"].items()
    assert {name for name, found in services if set(found["networks"]) - closed} == {
        "gateway",
        "monitor-worker",
        "response-worker",
    }


def test_containers_in_compose_are_confined(compose: Manifest) -> None:
    for name, service in compose["services"].items():
        # PostgreSQL's image prepares its data folder as root, and then drops to another user.
        if name != "postgres":
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_pod_meets_the_restricted_pod_security_standard(manifests: list[Manifest]) -> None:
    workloads = [manifest for manifest in manifests if pod(manifest)]
    assert len(workloads) == len(PROCESSES) + len(("migration", "postgres", "valkey"))
    for manifest in workloads:
        security = pod(manifest)["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(manifest):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"requests", "limits"} <= set(container["resources"])


def test_every_pod_is_closed_to_those_whom_no_policy_names(manifests: list[Manifest]) -> None:
    policies = {
        manifest["metadata"]["name"]: manifest["spec"]
        for manifest in manifests
        if manifest["kind"] == "NetworkPolicy"
    }
    closed = policies.pop("nobody-unless-named")
    assert "ingress" not in closed
    for manifest in manifests:
        if template := pod(manifest):
            labels = template["metadata"]["labels"]
            assert closed["podSelector"]["matchLabels"].items() <= labels.items()
    from_anywhere = [name for name, found in policies.items() if "from" not in found["ingress"][0]]
    assert from_anywhere == ["anybody-to-the-gateway"]
