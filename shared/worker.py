"""The worker of a room: it hears the doorbell, takes deliveries, and keeps the schedules.

arq only rings. Everything that counts (leases, tries, due times) is in PostgreSQL, so a worker
without Redis is a second slower, and no more.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from arq import ArqRedis
from arq import Worker as ArqWorker
from arq.worker import func
from redis.exceptions import RedisError
from sqlalchemy import text

from shared.contracts import Room
from shared.events import open_redis, queue_name
from shared.ids import new_id
from shared.jobs import Jobs, Lane
from shared.lanes import LaneRunner
from shared.log import get_logger
from shared.runtime import Runtime

log = get_logger(__name__)

_HEARTBEAT_SECONDS = 5.0
# Seconds until we listen for the bell again: doubled each time, the first again after a calm while.
_PAUSES = (0.5, 5.0)
_CALM = 10.0

_BEAT = text("""
INSERT INTO corridor.workers (id, room, host, pid) VALUES (:id, :room, :host, :pid)
ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()
""")


class Worker:
    """Runs a room's handlers until it is stopped; a stop lets the work in hand finish."""

    def __init__(self, runtime: Runtime, room: Room, jobs: Jobs) -> None:
        self._runtime = runtime
        self._room = room
        self._stopping = asyncio.Event()
        self._id = new_id()
        self.runners = [
            LaneRunner(runtime, room, jobs, lane, self._stopping)
            for lane in Lane
            if any(job.lane is lane for job in jobs.handlers.values())
            or any(schedule.lane is lane for schedule in jobs.schedules.values())
        ]

    async def run(self) -> None:
        """Work until `stop` is called."""
        tasks = [asyncio.create_task(runner.run()) for runner in self.runners]
        tasks += [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]
        stopped = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        self.stop()
        if failed := [task for task in done if task is not stopped and task.exception()]:
            log.error("worker_failed", error=repr(failed[0].exception()))
        await asyncio.wait(tasks, timeout=self._runtime.settings.lease_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if failed:
            failed[0].result()

    def stop(self) -> None:
        """Take no new work; `run` returns when what is in hand is done."""
        self._stopping.set()
        self.wake()

    def wake(self, event_type: str | None = None) -> None:
        """Look for deliveries now: for those of one type, or for all."""
        for runner in self.runners:
            if event_type is None or runner.takes(event_type):
                runner.wake()

    async def drain(self, *, schedules: bool = False) -> bool:
        """Run what is ready now, once, without listening; True if there was anything.

        `schedules` opens those that are due first.
        """
        ran = [await runner.drain(schedules=schedules) for runner in self.runners]
        return any(ran)

    async def _listen(self) -> None:
        """Hear the doorbell; come back when Redis does."""
        pause = _PAUSES[0]
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._hear()
            except Exception as error:  # whatever arq stumbles over: the sweep goes on without it
                log.warning("doorbell_lost", error=repr(error))
            if time.monotonic() - began > _CALM:
                pause = _PAUSES[0]
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, _PAUSES[1])

    async def _hear(self) -> None:
        """Run arq until the worker stops; raises what ends it before."""
        redis = open_redis(self._runtime.settings.redis_url.get_secret_value())
        bell = _arq(redis, self._room, self._ring)
        listening = asyncio.create_task(bell.async_run())
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([listening, stopped], return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        finally:
            # Not arq's own close(): it talks to Redis, and is cancelled by rings that it cancels.
            await _cancel([listening, stopped, *bell.tasks.values()])
            with suppress(RedisError, OSError):
                await redis.aclose()

    async def _ring(self, _: dict[str, Any], event_type: str | None = None) -> None:
        self.wake(event_type)

    async def _beat(self) -> None:
        """Say that this worker lives."""
        values = {
            "id": self._id,
            "room": str(self._room),
            "host": socket.gethostname(),
            "pid": os.getpid(),
        }
        while not self._stopping.is_set():
            try:
                async with self._runtime.transaction() as session:
                    await session.execute(_BEAT, values)
            except Exception as error:  # the database went away: the lanes tell the story
                log.info("heartbeat_missed", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _HEARTBEAT_SECONDS)
        with suppress(Exception):
            async with self._runtime.transaction() as session:
                await session.execute(
                    text("DELETE FROM corridor.workers WHERE id = :id"), {"id": self._id}
                )


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel, again and again: redis-py loses a cancellation that meets it while it connects."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.2)
    await asyncio.gather(*tasks, return_exceptions=True)


def _arq(redis: ArqRedis, room: Room, ring: Any) -> ArqWorker:
    return ArqWorker(
        functions=[func(ring, name="ring", keep_result=0, timeout=5, max_tries=1)],
        redis_pool=redis,
        queue_name=queue_name(room),
        handle_signals=False,
        poll_delay=0.1,
        max_jobs=50,
        log_results=False,
        job_serializer=redis.job_serializer,
        job_deserializer=redis.job_deserializer,
        health_check_interval=60,
    )


def stop_on_signals(worker: Worker) -> None:
    """Let SIGTERM and SIGINT end the worker in good order."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
