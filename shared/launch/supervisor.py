"""Bringing the processes up, watching them, and taking them down in order."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Coroutine, Iterable
from pathlib import Path

from shared.contracts.rooms import Room
from shared.engines import EngineFailed, RunningEngines
from shared.engines.engine import POSTGRES, VALKEY
from shared.engines.home import Home
from shared.launch.child import Child
from shared.launch.once import run_aloud, run_once
from shared.launch.probes import ask_all
from shared.launch.processes import Kind, Plan
from shared.launch.record import ProcessRecord, Record
from shared.launch.screen import Screen
from shared.launch.wiring import Wiring

_LOOK = 0.2
_WATCH = 1.0
# Seconds after which it is said, and said again, what the start still waits for.
_SAY_EVERY = 10.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """The processes of one run."""

    def __init__(
        self, home: Home, plan: Plan, wiring: Wiring, engines: RunningEngines, screen: Screen
    ) -> None:
        self._home = home
        self._plan = plan
        self._wiring = wiring
        self._engines = engines
        self._screen = screen
        self._surroundings = dict(os.environ)
        self._children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._keeping: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._ready = False
        self._written: Record | None = None

    async def run(self, *, sample: bool) -> None:
        """Bring everything up, keep it up until a signal comes, take it down.

        Raises:
            StartFailed: the database cannot be migrated, or a process does not come up.
            EngineError: an engine was lost and cannot be brought back where it was.
        """
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal)
        self._tasks.append(self._go(self._bring_up(sample=sample)))
        await self._stop.wait()
        await self._take_down()
        if self._failure is not None:
            raise self._failure

    @property
    def admin_key(self) -> Path:
        """Where the first administrator's key lies."""
        return self._home.path / "admin-key"

    async def _bring_up(self, *, sample: bool) -> None:
        self._screen.step("Bringing the database up to date")
        migration = self._wiring.migration(self._surroundings)
        await run_once(self._plan.migrate, migration, self._home.log("migrate"))
        self._screen.step(f"Starting {len(self._plan.processes)} processes")
        for process in self._plan.processes:
            environment = self._wiring.process(process, self._surroundings)
            self._children.append(Child(process, self._home, environment, self._screen.say))
        self._keeping = [self._go(child.keep()) for child in self._children]
        gateway = self._wiring.room(Room.GATEWAY, self._surroundings)
        await asyncio.gather(
            run_once(self._plan.bootstrap_key, gateway, self._home.log("key")),
            self._await_ready(),
        )
        self._welcome()
        if sample:
            self._tasks.append(self._go(self._play_sample()))
        await self._watch()

    async def _await_ready(self) -> None:
        say_at = time.monotonic() + _SAY_EVERY
        while waiting := await self._look():
            if time.monotonic() > say_at:
                self._screen.step(f"Waiting for {', '.join(waiting)}")
                say_at += _SAY_EVERY
            await asyncio.sleep(_LOOK)
        self._ready = True

    async def _watch(self) -> None:
        while True:
            await self._look()
            if not self._engines.kept:
                await self._revive_engines()
            await asyncio.sleep(_WATCH)

    async def _look(self) -> list[str]:
        """Ask those that were not ready yet; the answer names those that still are not."""
        asked = {child.process.name: child for child in self._children if not child.ready}
        answers = await ask_all({name: self._wiring.url(name) for name in asked if asked[name].pid})
        came_up = [name for name, answer in answers.items() if answer == "ready"]
        for name in came_up:
            asked[name].note_ready()
        self._note()
        for name in came_up if self._ready else ():
            self._screen.say(f"{name} is ready again.")
        return [name for name, child in asked.items() if not child.ready]

    def _note(self) -> None:
        record = Record(
            pid=os.getpid(),
            address=self._wiring.address,
            ready=self._ready,
            given=[name for name in (POSTGRES, VALKEY) if name not in self._engines.names],
            processes=[self._noted(child) for child in self._children],
        )
        if record != self._written:
            record.write(self._home)
            self._written = record

    def _noted(self, child: Child) -> ProcessRecord:
        process = child.process
        port = self._wiring.ports[process.name]
        return ProcessRecord(
            process.name, process.room, process.kind, child.pid, port, child.restarts
        )

    async def _revive_engines(self) -> None:
        before = self._engines.engines
        self._screen.say("The keeper of the engines is gone; starting it again.")
        await asyncio.to_thread(self._engines.ensure, self._screen.say)
        if self._engines.engines != before:
            raise EngineFailed("The engines had to move to another port. Start again.")

    def _welcome(self) -> None:
        self._screen.rest()
        self._screen.say(f"Ready after {self._screen.seconds:.1f} s: {self._wiring.address}")
        self._screen.say(f"Sign in with the key in {self.admin_key}")
        self._screen.say(f"Logs: {self._home.logs}   Stop: Ctrl-C")

    async def _play_sample(self) -> None:
        played = self._home.path / "sample-played"
        if played.exists():
            return
        environment = self._wiring.client(self.admin_key, self._surroundings)
        if await run_aloud(self._plan.sample, environment):
            played.touch()
        else:
            self._screen.say("The sample could not be played to its end; the system goes on.")

    def _go(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._on_done)
        return task

    def _on_done(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failure = self._failure or error
            self._stop.set()

    def _on_signal(self) -> None:
        if self._stop.is_set():
            for child in self._children:
                child.kill()
        self._stop.set()

    async def _take_down(self) -> None:
        self._screen.rest()
        self._screen.say("Stopping (Ctrl-C again: at once)")
        await _cancel(self._tasks)
        # First the door, then the rooms behind it, then those who work in them.
        for kind in Kind:
            children = [child for child in self._children if child.process.kind is kind]
            await asyncio.gather(*(child.stop(self._plan.patience) for child in children))
        await _cancel(self._keeping)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
