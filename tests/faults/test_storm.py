"""The real system: while posts come in everything breaks once, and PostgreSQL stays away."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.ids import new_id
from tests.faults.injuries import crash_database
from tests.faults.storm import (
    Scene,
    crash_postgres,
    empty_valkey,
    freeze,
    kill_at_work,
    scene_of,
    storm,
)
from tests.faults.telling import Tell
from tests.house import House

# No call takes longer, whatever is broken.
LONGEST_CALL = 8.0
RECOVERY = 10.0


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The real system, started for these tests alone."""
    with House(tmp_path_factory.mktemp("house")) as house:
        async with scene_of(house) as scene:
            yield scene


@pytest.mark.timeout(420)
async def test_what_was_accepted_is_kept_once_and_has_one_opinion(scene: Scene, tell: Tell) -> None:
    await storm(
        scene,
        tell,
        posts=20_000,
        pace=500,
        blows=[
            (2_000, empty_valkey),
            (4_000, kill_at_work("monitor-worker")),
            (7_000, kill_at_work("monitor")),
            (10_000, crash_postgres),
            (13_000, empty_valkey),
            (14_000, freeze("monitor", 9.0)),
            (16_000, kill_at_work("analysis-worker")),
        ],
    )


async def test_while_the_database_is_away_every_answer_says_when_to_come_again(
    scene: Scene, tell: Tell
) -> None:
    # Longer than the door remembers a key: then it cannot tell any more who calls.
    away, slowest = 8.0, 0.0
    seen: set[str] = set()
    async with httpx.AsyncClient(
        base_url=f"{scene.house.base_url}/api/v1",
        headers={"Authorization": f"Bearer {scene.house.admin_key}"},
        timeout=30,
        trust_env=False,
    ) as client:

        async def ask() -> httpx.Response:
            nonlocal slowest
            began = time.monotonic()
            wanted = {"name": str(new_id()), "expression": "nothing"}
            answers = await asyncio.gather(
                *(client.get(path) for path in ("/posts", "/incidents", "/cases", "/me")),
                client.post("/watches", json=wanted, headers={"Idempotency-Key": wanted["name"]}),
            )
            slowest = max(slowest, time.monotonic() - began)
            for answer in answers:
                if answer.status_code >= 400:
                    seen.add(f"{answer.status_code} {answer.headers['Content-Type']}")
                    assert answer.headers["Retry-After"].isdigit(), answer.text
            return max(answers, key=lambda answer: answer.status_code)

        async def keep_asking() -> None:
            until = time.monotonic() + away
            while time.monotonic() < until:
                assert (await ask()).status_code == 503

        assert (await ask()).status_code < 300
        injury = await crash_database(scene.running, keep_asking)
        back = time.monotonic()
        while (await ask()).status_code >= 300:
            assert time.monotonic() - back < RECOVERY
    tell(str(injury))
    tell(f"refusals {sorted(seen)}, slowest call {slowest:.1f} s")
    tell(f"all answered again {time.monotonic() - back:.1f} s after it was back")
    assert seen == {"503 application/problem+json"}
    assert slowest < LONGEST_CALL
