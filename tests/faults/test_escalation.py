"""A worker that is killed between the steps of an escalation loses none and doubles none."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.contracts.levels import WarningLevel
from shared.engines.engine import SAME, leashed
from shared.events import emit
from tests.faults.telling import Tell
from tests.monitor.desk import Desk, raised

_REPOSITORY = Path(__file__).resolve().parents[2]
_PATIENCE = 40.0


class MonitorWorkers:
    """Worker processes of the monitor, on the database of the test."""

    def __init__(self, desk: Desk, log: Path) -> None:
        settings = desk.room.runtime.settings
        plain = {name: value for name, value in os.environ.items() if "GROUNDSWELL" not in name}
        assert settings.sealing_keys is not None
        self._environment = plain | {
            "GROUNDSWELL_ROOM": "monitor",
            "GROUNDSWELL_DATABASE_URL": settings.database_url.get_secret_value(),
            "GROUNDSWELL_REDIS_URL": settings.redis_url.get_secret_value(),
            "GROUNDSWELL_IDENTITY_PUBLIC_KEY_FILE": str(settings.identity_public_key_file),
            "GROUNDSWELL_SEALING_KEYS": settings.sealing_keys.get_secret_value(),
            "GROUNDSWELL_ALLOW_PRIVATE_RECEIVERS": "true",
            "GROUNDSWELL_DATABASE_POOL": "4",
            "GROUNDSWELL_LEASE_SECONDS": "2",
            "PYTHONPATH": str(_REPOSITORY),
        }
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """Start one."""
        program = [sys.executable, "-m", "shared.cli", "work", "monitor"]
        with self._log.open("ab") as log:
            worker = subprocess.Popen(
                leashed(program, SAME, signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=_REPOSITORY,
            )
        self._running.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """SIGKILL one that lives; it is gone when this returns."""
        assert worker.poll() is None, self._log.read_text("utf-8")[-2000:]
        worker.kill()
        assert worker.wait(10) == -signal.SIGKILL

    def stop(self) -> None:
        """End all."""
        for worker in self._running:
            if worker.poll() is None:
                worker.kill()
                worker.wait(10)


@pytest.fixture
async def workers(desk: Desk, tmp_path: Path) -> AsyncIterator[MonitorWorkers]:
    workers = MonitorWorkers(desk, tmp_path / "worker.log")
    yield workers
    workers.stop()


async def until(come_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not await come_true():  # noqa: ASYNC110  # it comes true in other processes
            await asyncio.sleep(0.05)


async def until_sent(desk: Desk, person: str) -> None:
    """Their mail left, and its worker wrote that down."""

    async def sent() -> bool:
        async with desk.room.transaction() as session:
            states = await session.scalars(
                text("SELECT state FROM monitor.alerts WHERE recipient = :name"), {"name": person}
            )
            return list(states) == ["sent"]

    await until(sent)


async def time_is_over(desk: Desk) -> None:
    """The next in order is due, and what a killed worker had in hand too."""
    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE monitor.escalations SET next_at = now() WHERE ending IS NULL")
        )


async def tries_are_lost(desk: Desk) -> None:
    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE monitor.alerts SET next_at = now() WHERE state = 'sending'")
        )


# Four starts of a worker, one after the other: slow where the machine is busy.
@pytest.mark.timeout(300)
async def test_a_worker_that_is_killed_between_steps_loses_and_doubles_none(
    desk: Desk, workers: MonitorWorkers, tell: Tell
) -> None:
    warning = raised(WarningLevel.ORANGE)
    await desk.keep(warning, WarningLevel.ORANGE)
    first = workers.start()
    async with desk.room.transaction() as session:
        await emit(session, warning)
    await until_sent(desk, "chen")
    workers.kill(first)

    # Its successor dies while the mail server has the mail, and has not said so.
    desk.mailbox.holds = True
    await time_is_over(desk)
    second = workers.start()

    async def in_transfer() -> bool:
        return desk.mailbox.begun == 2

    await until(in_transfer)
    workers.kill(second)
    desk.mailbox.holds = False

    third = workers.start()
    await tries_are_lost(desk)
    await until_sent(desk, "xu")
    await time_is_over(desk)
    await until_sent(desk, "su")
    workers.kill(third)

    answer = await desk.room.post(f"/api/v1/warnings/{warning.warning_id}/acknowledge")
    assert answer.status_code == 200
    await time_is_over(desk)
    workers.start()

    async def ended() -> bool:
        return (await desk.escalations(warning))[0]["ending"] is not None

    await until(ended)
    (shown,) = await desk.escalations(warning)
    assert [step["person"] for step in shown["steps"]] == ["chen", "xu", "su"]
    assert shown["ending"] == "acknowledged"
    async with desk.room.transaction() as session:
        told = await session.scalars(
            text(
                "SELECT payload->>'person' FROM corridor.events "
                "WHERE type = 'EscalationStepped' ORDER BY position"
            )
        )
        assert list(told) == ["chen", "xu", "su"]
    mails = Counter(desk.mailbox.told())
    # Of the one whose sender died nobody knows: it is sent again rather than lost.
    assert mails["chen"] == mails["su"] == 1
    assert 1 <= mails["xu"] <= 2
    tell(f"escalation: 3 workers killed, 3 steps of 3 once each, mails {dict(mails)}")
