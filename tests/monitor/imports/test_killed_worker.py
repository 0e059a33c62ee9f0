"""An import whose worker is killed in the middle: a real process, SIGKILL, and each row once."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.monitor.imports.service import ROWS_AT_ONCE
from services.monitor.room import room as monitor_room
from shared.engines.engine import SAME, leashed
from tests.conftest import OpenRoom, RoomClient
from tests.monitor.imports.test_imports import counts, look, row, stored, table, upload

_REPOSITORY = Path(__file__).resolve().parents[3]
_ROWS = 6 * ROWS_AT_ONCE


@pytest.fixture
def start_worker(tmp_path: Path) -> Callable[[RoomClient], subprocess.Popen[bytes]]:
    """A worker of the monitor, on the database of the room."""

    def start(room: RoomClient) -> subprocess.Popen[bytes]:
        settings = room.runtime.settings
        plain = {name: value for name, value in os.environ.items() if "GROUNDSWELL" not in name}
        told = {
            "ROOM": "monitor",
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "IDENTITY_PUBLIC_KEY_FILE": os.devnull,
            "DATABASE_POOL": "4",
            "LEASE_SECONDS": "2",
        }
        environment = plain | {f"GROUNDSWELL_{name}": value for name, value in told.items()}
        with (tmp_path / "worker.log").open("ab") as log:
            return subprocess.Popen(
                leashed(
                    [sys.executable, "-m", "shared.cli", "work", "monitor"], SAME, signal.SIGKILL
                ),
                stdout=log,
                stderr=log,
                env=environment | {"PYTHONPATH": str(_REPOSITORY)},
                cwd=tmp_path,
            )

    return start


async def test_an_import_survives_kill_9_and_reads_each_row_once(
    open_room: OpenRoom, start_worker: Callable[[RoomClient], subprocess.Popen[bytes]]
) -> None:
    room = await open_room(monitor_room)
    refused = row(_ROWS, 发布时间="昨天")
    started = await upload(room, table([*(row(n) for n in range(1, _ROWS)), refused]))
    worker = start_worker(room)
    killed_at = []
    try:
        async with asyncio.timeout(150):
            while (report := await look(room, started))["status"] != "done":
                if len(killed_at) < 2 and report["rows"] > (killed_at or [0])[-1]:
                    killed_at.append(report["rows"])
                    worker.kill()
                    assert worker.wait(10) == -signal.SIGKILL
                    worker = start_worker(room)
                await asyncio.sleep(0.02)
    finally:
        worker.kill()
        worker.wait(10)
    # It was indeed cut off in its middle, twice.
    assert len(killed_at) == 2
    assert 0 < killed_at[0] < killed_at[1] < _ROWS
    assert counts(report) == (_ROWS, _ROWS - 1, 0, 0, 1)
    assert await stored(room) == _ROWS - 1


async def test_two_imports_at_once_share_what_both_have(
    open_room: OpenRoom, start_worker: Callable[[RoomClient], subprocess.Popen[bytes]]
) -> None:
    room = await open_room(monitor_room)
    one = await upload(room, table([row(n) for n in range(3_000)]))
    other = await upload(room, table([row(n) for n in range(1_500, 4_500)]))
    workers = [start_worker(room), start_worker(room)]
    try:
        async with asyncio.timeout(150):
            for each in (one, other):
                while (await look(room, each))["status"] != "done":  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait(10)
    first, second = await look(room, one), await look(room, other)
    assert await stored(room) == 4_500
    assert first["accepted"] + second["accepted"] == 4_500
    assert first["duplicate"] + second["duplicate"] == 1_500
