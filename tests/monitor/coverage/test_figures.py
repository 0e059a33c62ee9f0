"""What Prometheus reads of the monitor, and that the rules we ship ask for what is there."""

import re
from pathlib import Path

import yaml

from tests.conftest import REPOSITORY, RoomClient
from tests.monitor.conftest import MakePost, send

RULES: Path = REPOSITORY / "k8s" / "monitoring" / "rules.yaml"
SOURCE = {
    "name": "云州晚报",
    "kind": "rss",
    "platform": "news",
    "url": "https://feeds.example.com/feed",
}


async def metrics(room: RoomClient) -> dict[str, float]:
    """Every sample of the page, by its name with its labels."""
    lines = (await room.get("/metrics")).text.splitlines()
    samples = (line.rpartition(" ") for line in lines if line and line[0] != "#")
    return {name: float(value) for name, _, value in samples}


async def test_what_waits_what_fails_and_what_stands_is_told(
    monitor: RoomClient, make_post: MakePost
) -> None:
    assert (await monitor.post("/api/v1/sources", SOURCE)).status_code == 201
    watch = {"name": "w", "expression": "停电", "thresholds": {"heat": {"blue": 5}, "outlook": 1}}
    assert (await monitor.post("/api/v1/watches", watch)).status_code == 201
    await send(
        monitor, *(make_post(f"望湖新村停电了，第{n}户", minutes_ago=20 - n) for n in range(20))
    )
    waiting = 'groundswell_deliveries_waiting{room="monitor",type="PostsCollected"}'
    oldest = 'groundswell_deliveries_oldest_seconds{room="monitor",type="PostsCollected"}'
    found = await metrics(monitor)
    assert found[waiting] == 1
    assert 0 < found[oldest] < 600
    assert found['groundswell_sources{state="ok"}'] == 1
    assert found['groundswell_sources{state="silent"}'] == 0
    assert found["groundswell_alerts_undeliverable"] == 0
    while await monitor.work():
        pass
    found = await metrics(monitor)
    assert waiting not in found
    assert sum(found[name] for name in found if name.startswith("groundswell_warnings_open")) == 1
    assert found['groundswell_figures_read{room="monitor"}'] == 1


async def test_the_rules_ask_for_what_is_there(monitor: RoomClient, make_post: MakePost) -> None:
    await send(monitor, make_post("停电"))
    told = {name.partition("{")[0] for name in await metrics(monitor)}
    rules = [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert set(re.findall(r"groundswell_\w+", rule["expr"])) <= told, rule["alert"]
        assert {"summary", "do"} <= set(rule["annotations"])
        assert rule["labels"]["severity"] in ("warning", "critical")
