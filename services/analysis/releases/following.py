"""Keeps the models of a process as the record says: a promotion takes effect within seconds, and
nothing is restarted."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from services.analysis.engines.base import Engine, Held
from services.analysis.releases.choosing import open_choice, open_source
from services.analysis.releases.probing import probe
from services.analysis.releases.shadowing import Shadow
from services.analysis.releases.telling import (
    EngineTold,
    FailureTold,
    LiveTold,
    ProcessTold,
    ShadowTold,
    forget,
    tell,
)
from services.analysis.releases.wanted import Wanted, WantedShadow, read_wanted
from services.analysis.serving import Models
from services.analysis.sources import Source
from shared.contracts.labels import Task
from shared.db import Database, is_passing
from shared.ids import new_id
from shared.log import get_logger
from shared.runtime import Resources
from shared.settings import Settings

log = get_logger(__name__)

_TELL_SECONDS: Final = 5.0
# Seconds until an engine that could not be opened is tried again: its files may still be on their
# way to this machine. Doubled each time.
_RETRY: Final = (5.0, 300.0)


@dataclass
class Failure:
    """An engine that cannot be opened: why, and when it is tried again (monotonic clock)."""

    error: str
    pause: float
    again_at: float


@dataclass
class Follower:
    """Follows the record for the models of one process; `role` is `api` or `worker`."""

    settings: Settings
    role: str
    database: Database
    models: Models = field(default_factory=Models)
    failures: dict[Source, Failure] = field(default_factory=dict)
    shadows: dict[Task, Shadow] = field(default_factory=dict)
    _id: UUID = field(default_factory=new_id)
    _start: dict[Task, Source] = field(default_factory=dict)

    async def begin(self) -> None:
        """Open what is to answer, before anybody asks.

        Raises:
            ConfigurationError, UnknownModel, RefusedModel: the model of the settings does not open.
        """
        setting = self.settings.analysis_model
        self._start, engines = await asyncio.to_thread(
            open_choice,
            setting,
            self.settings.analysis_device,
            isolated=self.settings.analysis_isolation,
        )
        for source, engine in engines.items():
            self.models.add(source, engine)
        self.models.serve(self._start)
        await self._look()

    async def follow(self) -> None:
        """Look at the record again and again, until cancelled."""
        while True:
            await asyncio.sleep(self.settings.sweep_seconds)
            await self._look()

    async def tell(self) -> None:
        """Say what runs here, again and again, until cancelled."""
        while True:
            try:
                await tell(self.database, self._id, self.role, self._told())
            except Exception as error:  # nobody hears of this process then, and it works on
                log.warning("models_not_told", error=f"{type(error).__name__}: {error}"[:500])
            await asyncio.sleep(_TELL_SECONDS)

    async def end(self) -> None:
        """Let everything go."""
        for shadow in self.shadows.values():
            await shadow.close()
        with suppress(DBAPIError, OSError):  # who looks sees by the time that nobody tells any more
            await forget(self.database, self._id)
        await self.models.close()

    async def _look(self) -> None:
        """Open what is wanted and is not there, then let it answer."""
        try:
            while True:
                async with self.database.transaction() as session:
                    wanted = await read_wanted(session, self.settings)
                missing = next(filter(self._is_missing, self._sources(wanted)), None)
                if missing is None:
                    break
                # What is wanted may be another when it is open: it is read again.
                await self._open(missing)
            await self._serve(wanted)
        except Exception as error:  # whatever happens here, the engines answer on
            level = log.warning if is_passing(error) else log.exception
            level("models_not_followed", error=f"{type(error).__name__}: {error}"[:500])

    def _sources(self, wanted: Wanted) -> list[Source]:
        live = self._live(wanted)
        shadows = [shadow.source for shadow in self._shadowed(wanted).values()]
        return [*live.values(), *shadows]

    def _live(self, wanted: Wanted) -> dict[Task, Source]:
        promoted = {task: release.source for task, release in wanted.live.items()}
        return self._start | promoted

    def _shadowed(self, wanted: Wanted) -> Mapping[Task, WantedShadow]:
        # Only workers judge posts.
        return wanted.shadows if self.role == "worker" else {}

    def _is_missing(self, source: Source) -> bool:
        failure = self.failures.get(source)
        may_try = failure is None or time.monotonic() >= failure.again_at
        return not self.models.has(source) and may_try

    async def _open(self, source: Source) -> None:
        try:
            engine = await asyncio.to_thread(self._open_checked, source)
        except Exception as error:  # a foreign model can raise anything; the old one answers on
            before = self.failures.get(source)
            pause = min(before.pause * 2, _RETRY[1]) if before else _RETRY[0]
            reason = str(error) or type(error).__name__
            self.failures[source] = Failure(reason[:1000], pause, time.monotonic() + pause)
            log.error("model_not_opened", location=source.location, error=reason, again_in=pause)
            return
        self.failures.pop(source, None)
        self.models.add(source, engine)
        log.info("model_opened", name=engine.name, revision=engine.revision, device=engine.device)

    def _open_checked(self, source: Source) -> Engine:
        settings = self.settings
        engine = open_source(source, settings.analysis_device, isolated=settings.analysis_isolation)
        try:
            probe(engine, source.task)
        except BaseException:
            if isinstance(engine, Held):
                engine.close()
            raise
        return engine

    async def _serve(self, wanted: Wanted) -> None:
        live = self._live(wanted)
        open_ = {task: source for task, source in live.items() if self.models.has(source)}
        shadowed = self._shadowed(wanted)
        watched = {task: each for task, each in shadowed.items() if self.models.has(each.source)}
        await self._change_shadows(watched)
        before = self.models.live()
        self.models.serve(open_, hold=[each.source for each in watched.values()])
        for task, source in open_.items():
            self.models.releases[task] = wanted.live[task].id if task in wanted.live else None
            if before[task] != source:
                engine = self.models.engine_of(task)
                log.info("model_live", task=task, name=engine.name, revision=engine.revision)
        wanted_now = {*live.values(), *(each.source for each in shadowed.values())}
        self.failures = {
            source: failure for source, failure in self.failures.items() if source in wanted_now
        }

    async def _change_shadows(self, watched: Mapping[Task, WantedShadow]) -> None:
        for task, shadow in list(self.shadows.items()):
            if watched.get(task) != shadow.wanted:
                del self.models.witnesses[task]
                await self.shadows.pop(task).close()
        for task, wanted in watched.items():
            if task not in self.shadows:
                shadow = Shadow(wanted, self.models, self.database)
                self.shadows[task] = self.models.witnesses[task] = shadow

    def _told(self) -> ProcessTold:
        live = self.models.live()
        return ProcessTold(
            live={
                task: LiveTold.of(self.models.batcher_of(source).engine, self.models.releases[task])
                for task, source in live.items()
            },
            chosen={task: source.location for task, source in self._start.items()},
            engines=[EngineTold.of(batcher) for batcher in self.models.batchers().values()],
            failures=[
                FailureTold(location=source.location, task=source.task, error=failure.error)
                for source, failure in self.failures.items()
            ],
            shadows={
                task: ShadowTold(run_id=shadow.wanted.run_id, skipped=shadow.skipped)
                for task, shadow in self.shadows.items()
            },
        )


def models_of(role: str) -> Resources:
    """Opens the models of a process of this role, and follows the record until it ends."""

    @asynccontextmanager
    async def open_models(settings: Settings) -> AsyncIterator[Models]:
        follower = Follower(settings, role, _database(settings, role))
        tasks: list[asyncio.Task[None]] = []
        try:
            await follower.begin()
            tasks += [asyncio.create_task(work) for work in (follower.follow(), follower.tell())]
            yield follower.models
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await follower.end()
            await follower.database.close()

    return open_models


def _database(settings: Settings, role: str) -> Database:
    # Apart from the room's own pool: to look must not wait for requests.
    return Database(
        settings.database_url.get_secret_value(),
        pool=1,
        application=f"groundswell-{settings.room}-{role}-models",
    )
