"""A lane of a worker: one loop that takes deliveries of its handlers and runs them."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from sqlalchemy import text

from shared import metrics
from shared.contracts import EVENTS, Event, Room
from shared.contracts.schedules import ScheduleDue
from shared.db import is_passing
from shared.deliveries import (
    Claim,
    FenceLostError,
    fail,
    finish,
    open_claim,
    release,
    renew,
    take,
)
from shared.events import emit_to
from shared.jobs import Job, Jobs, Lane, Schedule, Work
from shared.log import get_logger, request_id
from shared.runtime import Runtime
from shared.sleepers import cut_off_sleepers, is_locked_out

log = get_logger(__name__)

# A round costs the same for one delivery as for ten. In a stream of them the second round waits for
# so many seconds until there are more; the first one never waits.
_GATHER = {Lane.STREAM: 0.1}

# Seconds until we look whether the database is back: doubled each time.
_PAUSES = (0.25, 2.0)

_OPEN_SCHEDULES = text("""
INSERT INTO corridor.schedules (name, due_at)
SELECT name, to_timestamp(floor(extract(epoch FROM now()) / every) * every)
FROM unnest(CAST(:names AS text[]), CAST(:every AS int[])) AS schedule(name, every)
ON CONFLICT DO NOTHING
RETURNING name, due_at
""")


class LaneRunner:
    """Takes and runs the deliveries of one lane until `stopping` is set."""

    def __init__(
        self, runtime: Runtime, room: Room, jobs: Jobs, lane: Lane, stopping: asyncio.Event
    ) -> None:
        self._runtime = runtime
        self._room = room
        self._stopping = stopping
        self._bell = asyncio.Event()
        self._lane = lane
        self._jobs = {event: job for event, job in jobs.handlers.items() if job.lane is lane}
        self._schedules = {
            name: schedule for name, schedule in jobs.schedules.items() if schedule.lane is lane
        }
        if self._schedules:
            self._jobs[ScheduleDue] = Job(batch=1, lane=lane, run=self._run_schedule)
        self._types = [_type_name(event, lane) for event in self._jobs]
        self._limit = max(job.batch for job in self._jobs.values())
        # Taken, and neither done nor noted as failed.
        self._held: list[Claim] = []
        self._locked_out = False
        self._looked_at_schedules = float("-inf")

    def takes(self, event_type: str) -> bool:
        """Whether deliveries of this type are this lane's."""
        return event_type in self._types

    def wake(self) -> None:
        """Look for work now rather than at the next sweep."""
        self._bell.set()

    async def run(self) -> None:
        """Sweep, and answer the bell, until stopped; what is not begun then is given back."""
        pause = _PAUSES[0]
        while not self._stopping.is_set():
            self._bell.clear()
            try:
                await self._give_back()
                await self._open_due_schedules()
                while not self._stopping.is_set() and (taken := await self._take_and_run()):
                    await self._gather(taken)
                    await self._open_due_schedules()
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("database_away", lane=self._lane, error=_first_line(error))
                self._locked_out = self._locked_out or is_locked_out(error)
                # The bell does not end this pause: it rings on, and nobody can answer.
                await _wait(self._stopping, pause)
                pause = min(pause * 2, _PAUSES[1])
            else:
                pause = _PAUSES[0]
                await _wait(self._bell, self._runtime.settings.sweep_seconds)
        await self._give_back()

    async def drain(self, *, schedules: bool) -> bool:
        """Run what is ready now; True if there was anything."""
        ran = False
        if schedules:
            self._looked_at_schedules = float("-inf")
            await self._open_due_schedules()
        while await self._take_and_run():
            ran = True
        return ran

    async def _gather(self, taken: int) -> None:
        """Let more come in before the next round, where this one was not full."""
        if taken < self._limit and (seconds := _GATHER.get(self._lane)):
            await _wait(self._stopping, seconds)

    async def _take_and_run(self) -> int:
        """Take a round of deliveries and run them; returns how many there were."""
        settings = self._runtime.settings
        await self._cut_off_sleepers()
        async with self._runtime.transaction() as session:
            claims = await take(
                session,
                self._room,
                types=self._types,
                limit=self._limit,
                lease=settings.lease_seconds,
            )
        self._held = list(claims)
        renewed = time.monotonic()
        for job, batch in self._batches(claims):
            if self._stopping.is_set():
                break
            if time.monotonic() - renewed > settings.lease_seconds / 3:
                async with self._runtime.transaction() as session:
                    await renew(session, self._room, self._held, settings.lease_seconds)
                renewed = time.monotonic()
            await self._run_batch(job, batch)
            self._held = [claim for claim in self._held if claim not in batch]
        return len(claims)

    async def _give_back(self) -> None:
        """Let go of what an outage left in our hands; else it would wait for its lease to end, and
        three outages would pass for three tries."""
        if self._held:
            async with self._runtime.transaction() as session:
                await release(session, self._room, self._held)
            self._held = []

    async def _cut_off_sleepers(self) -> None:
        """Clear our way of those who sleep on the lock that we waited for."""
        if self._locked_out:
            async with self._runtime.transaction() as session:
                ended = await cut_off_sleepers(session, self._runtime.settings.lease_seconds)
            log.warning("sleepers_cut_off", lane=self._lane, sessions=ended)
            self._locked_out = False

    def _batches(self, claims: Sequence[Claim]) -> list[tuple[Job, list[Claim]]]:
        """Those of one kind go together, as many as their handler takes at once."""
        batches: list[tuple[Job, list[Claim]]] = []
        for event_type, group in groupby(claims, key=lambda claim: claim.type):
            job = self._jobs[EVENTS[event_type.partition("/")[0]]]
            alike = list(group)
            batches += [
                (job, alike[start : start + job.batch]) for start in range(0, len(alike), job.batch)
            ]
        return batches

    async def _run_batch(self, job: Job, batch: list[Claim]) -> None:
        if job.outside is not None and len(batch) > 1:
            await self._run_side_by_side(job, batch)
            return
        started = time.monotonic()
        token = request_id.set(batch[0].request_id)
        try:
            await self._apply(job, batch)
        except FenceLostError as error:
            metrics.deliveries.labels(self._room, batch[0].type, "fenced").inc(len(batch))
            log.warning("fence_lost", type=batch[0].type, detail=str(error))
        except Exception as error:
            if len(batch) > 1 and not is_passing(error):
                # One of them is at fault: find out which, one by one.
                for claim in batch:
                    await self._run_batch(job, [claim])
            else:
                await self._note_failure(batch, error)
        else:
            metrics.deliveries.labels(self._room, batch[0].type, "done").inc(len(batch))
            metrics.handler_seconds.labels(self._room, batch[0].type).observe(
                time.monotonic() - started
            )
        finally:
            request_id.reset(token)

    async def _run_side_by_side(self, job: Job, batch: list[Claim]) -> None:
        """Each for itself, so that one which is slow or fails holds up no other."""
        ends = await asyncio.gather(
            *(self._run_batch(job, [claim]) for claim in batch), return_exceptions=True
        )
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _apply(self, job: Job, batch: list[Claim]) -> None:
        events = [open_claim(claim) for claim in batch]
        if job.outside is not None:
            for event in events:
                await job.outside(self._runtime, event)
            async with self._runtime.transaction() as session:
                await finish(session, self._room, batch)
        elif job.run is not None:
            async with self._runtime.transaction() as session:
                await job.run(Work(runtime=self._runtime, session=session), events)
                await finish(session, self._room, batch)

    async def _note_failure(self, batch: list[Claim], error: Exception) -> None:
        passing = is_passing(error)
        self._locked_out = self._locked_out or is_locked_out(error)
        level = log.warning if passing else log.error
        level(
            "delivery_failed",
            type=batch[0].type,
            attempt=batch[0].attempt,
            events=[str(claim.id) for claim in batch],
            error=_first_line(error),
            exc_info=None if passing else error,
        )
        metrics.deliveries.labels(self._room, batch[0].type, "failed").inc(len(batch))
        async with self._runtime.transaction() as session:
            for claim in batch:
                await fail(
                    session,
                    self._room,
                    claim,
                    _first_line(error),
                    counts=not passing,
                    delay=1.0 if passing else None,
                    final=isinstance(error, ValidationError),
                )

    async def _open_due_schedules(self) -> None:
        now = time.monotonic()
        looked = now - self._looked_at_schedules
        if not self._schedules or looked < self._runtime.settings.sweep_seconds:
            return
        self._looked_at_schedules = now
        schedules = list(self._schedules.values())
        async with self._runtime.transaction() as session:
            due = await session.execute(
                _OPEN_SCHEDULES,
                {
                    "names": [schedule.name for schedule in schedules],
                    "every": [schedule.every for schedule in schedules],
                },
            )
            for row in due.all():
                event = ScheduleDue(name=row.name, due_at=row.due_at)
                await emit_to(session, event, [self._room], variant=self._lane)

    async def _run_schedule(self, work: Work, batch: Sequence[Any]) -> None:
        for delivered in batch:
            schedule: Schedule = self._schedules[delivered.event.name]
            await schedule.run(work, delivered.event.due_at)


def _type_name(event: type[Event], lane: Lane) -> str:
    """Schedules of one room may run in several lanes, so the lane stands in the type."""
    return f"{event.__name__}/{lane}" if event is ScheduleDue else event.__name__


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:500]
