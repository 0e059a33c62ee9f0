"""A room with one handler, whose every effect can be counted: the program that fault tests hurt.

    python -m tests.faults.counting_room

It works for the response room, in a database of the test's own. Each case file that it hears of
becomes one row in `faults.effects`, with the process that wrote it; no constraint keeps a second
row out, so what happens twice is seen. Like the monitor's tracker it writes under one lock. What it
should do besides stands in `faults.orders`.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import uvloop
from sqlalchemy import text

from shared.contracts import Room
from shared.contracts.records import CaseFileOpened
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work
from shared.log import get_logger, set_up_logging
from shared.runtime import open_runtime
from shared.settings import load_settings
from shared.worker import Worker, stop_on_signals

TABLES = """
CREATE SCHEMA faults;
CREATE TABLE faults.effects (case_id uuid, pid int, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE faults.ticks (due_at timestamptz, pid int);
CREATE TABLE faults.orders (case_id uuid PRIMARY KEY, act text);
CREATE TABLE faults.turn (id int PRIMARY KEY);
INSERT INTO faults.turn VALUES (1);
"""
CRASH = "crash"
TICK_SECONDS = 2
# While a file of this name and the process id exists, the handler of that process waits: before it
# touched the database, after it wrote, or after it wrote and sent half of a next command.
WAIT_BEFORE = "wait-before"
WAIT_AFTER = "wait-after"
WAIT_WITHIN = "wait-within"
FOLDER = "FAULTS_FOLDER"
# Seconds by which the clock of this process is wrong.
CLOCK = "FAULTS_CLOCK"

log = get_logger(__name__)
jobs = Jobs()


@jobs.on_batch(CaseFileOpened, size=10)
async def count(work: Work, batch: Sequence[Delivered[CaseFileOpened]]) -> None:
    """Write one effect for each."""
    await _wait_while(WAIT_BEFORE)
    await work.session.execute(text("SELECT id FROM faults.turn FOR UPDATE"))
    cases = [delivered.event.case_id for delivered in batch]
    orders = await work.session.execute(
        text("SELECT act FROM faults.orders WHERE case_id = ANY(:cases)"), {"cases": cases}
    )
    if CRASH in orders.scalars():
        os._exit(1)
    for case in cases:
        await work.session.execute(
            text("INSERT INTO faults.effects VALUES (:case, :pid)"),
            {"case": case, "pid": os.getpid()},
        )
    await _wait_while(WAIT_AFTER)
    # asyncpg prepares and executes in one command; the server waits for the second half.
    connection = await (await work.session.connection()).get_raw_connection()
    await connection.driver_connection.prepare("SELECT")
    await _wait_while(WAIT_WITHIN)


@jobs.every(TICK_SECONDS, "faults.tick", lane=Lane.DESK)
async def tick(work: Work, due_at: datetime) -> None:
    """Note that the clock struck."""
    await work.session.execute(
        text("INSERT INTO faults.ticks VALUES (:due_at, :pid)"),
        {"due_at": due_at, "pid": os.getpid()},
    )


async def _wait_while(name: str) -> None:
    file = Path(os.environ[FOLDER]) / f"{name}-{os.getpid()}"
    if file.exists():
        log.info(name)
    while file.exists():  # noqa: ASYNC110 (another process removes it)
        await asyncio.sleep(0.02)


async def _run() -> None:
    settings = load_settings(Room.RESPONSE)
    async with open_runtime(settings, role="worker") as runtime:
        worker = Worker(runtime, Room.RESPONSE, jobs)
        stop_on_signals(worker)
        await worker.run()


if __name__ == "__main__":
    honest = time.time
    wrong_by = float(os.environ.get(CLOCK, "0"))
    time.time = lambda: honest() + wrong_by
    set_up_logging(room="response", role="worker", level="INFO")
    uvloop.run(_run())
