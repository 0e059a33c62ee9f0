"""Many faults at random, seeded: `make faults` runs it, `FAULTS_SEED=... make faults` again.

`FAULTS_BLOWS` is how many (300 unless told).
"""

import os
import random
import secrets
from pathlib import Path

import pytest

from tests.faults.storm import (
    Blow,
    crash_postgres,
    empty_valkey,
    freeze,
    kill_at_work,
    kill_process,
    kill_valkey,
    scene_of,
    storm,
)
from tests.faults.telling import Tell
from tests.house import House

_BLOWS: list[Blow] = [
    kill_at_work("monitor-worker"),
    kill_at_work("analysis-worker"),
    kill_at_work("monitor"),
    kill_process("monitor-worker"),
    kill_process("analysis-worker"),
    kill_process("response-worker"),
    kill_process("archive-worker"),
    kill_process("monitor"),
    kill_process("response"),
    kill_process("archive"),
    kill_process("gateway"),
    crash_postgres,
    empty_valkey,
    kill_valkey,
    freeze("monitor-worker", 6.0),
    freeze("monitor", 9.0),
    freeze("gateway", 4.0),
    # No new connection, while those that are open go on; no ring, and no answer either.
    freeze("postgres", 6.0),
    freeze("valkey", 6.0),
]
_POSTS_A_BLOW = 1_000
# Short, so that work goes from hand to hand as often as can be; a warning's is 10 s.
_LEASE = "5"


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
async def test_many_random_faults_lose_nothing_and_double_nothing(
    tmp_path: Path, tell: Tell
) -> None:
    seed = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(1_000_000))
    blows = int(os.environ.get("FAULTS_BLOWS") or 300)
    tell(f"FAULTS_SEED={seed} FAULTS_BLOWS={blows}")
    chance = random.Random(seed)
    with House(tmp_path, {"GROUNDSWELL_LEASE_SECONDS": _LEASE}) as house:
        async with scene_of(house) as scene:
            await storm(
                scene,
                tell,
                posts=(blows + 1) * _POSTS_A_BLOW,
                pace=_POSTS_A_BLOW / 4,
                blows=[
                    (
                        number * _POSTS_A_BLOW + chance.randrange(_POSTS_A_BLOW),
                        chance.choice(_BLOWS),
                    )
                    for number in range(blows)
                ],
            )
