"""How a process gets the engines: uses those that run, or has them started, and lets go of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from shared.engines import postgres, valkey
from shared.engines.engine import POSTGRES, VALKEY
from shared.engines.errors import EngineFailed
from shared.engines.home import Home, read_json
from shared.engines.keeping import await_end, keeper_of, spawn_keeper
from shared.engines.locks import FileLock, is_held
from shared.engines.outage import outage

_LOOK = 0.02


@dataclass(frozen=True)
class Engines:
    """Where the record (PostgreSQL, the owner's address) and the doorbell (Valkey, Redis) are."""

    database_url: str
    redis_url: str


class RunningEngines:
    """A share in running engines; the last one who lets go ends them. Also a context manager."""

    def __init__(self, home: Home, given: Engines) -> None:
        self.engines = given
        self.names = [
            name
            for name, url in ((POSTGRES, given.database_url), (VALKEY, given.redis_url))
            if not url
        ]
        self._home = home
        self._given = given
        self._users = FileLock(home.users_lock)
        self._keeper: int | None = None

    def ensure(self, report: Callable[[str], None]) -> None:
        """See to it that a keeper lives and our own engines are ready; returns when they are.

        Raises:
            EngineError: they cannot be started.
        """
        if not self.names:
            return
        if not self._users.acquire(shared=True, timeout=1):
            report("Waiting until the engines of an earlier run have stopped")
            self._users.acquire(shared=True)
        with FileLock(self._home.start_lock):
            if not self.kept:
                self._bury_keeper()
                self._keeper = spawn_keeper(self._home, self.names)
            state = self._await_ready(report)
        self.engines = self._addresses(state["engines"])

    @property
    def kept(self) -> bool:
        """Whether a keeper watches over our own engines; true when none is our own."""
        return not self.names or is_held(self._home.keeper_lock)

    def stop(self) -> bool:
        """Let go; the last one waits until the engines have stopped. False: others use them."""
        if not self._users.held:
            return True
        self._users.release()
        ended = await_end(self._home)
        if ended:
            self._bury_keeper()
        return ended

    def restart_redis(self) -> None:
        """Kill Valkey; an empty one is ready when this returns."""
        with self.redis_down():
            pass

    def database_down(self) -> AbstractContextManager[None]:
        """PostgreSQL is crashed in this block, and has recovered after it."""
        return outage(self._home, POSTGRES, signal.SIGQUIT)

    def redis_down(self) -> AbstractContextManager[None]:
        """Valkey is killed in this block, and an empty one is ready after it."""
        return outage(self._home, VALKEY, signal.SIGKILL)

    def __enter__(self) -> RunningEngines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _await_ready(self, report: Callable[[str], None]) -> dict[str, Any]:
        told = ""
        while True:
            state = read_json(self._home.engines_state)
            # What a killed keeper wrote is still there until its successor comes up.
            if state.get("keeper") == (self._keeper or keeper_of(self._home)):
                if state["step"] not in ("", told):
                    told = state["step"]
                    report(told)
                if state["ready"]:
                    return state
            if self._keeper_ended():
                failed = read_json(self._home.engines_state).get("error")
                if failed:
                    self._home.engines_state.unlink(missing_ok=True)
                log = self._home.logs / "keeper.log"
                raise EngineFailed(failed or f"The engines' keeper ended; its log: {log}")
            time.sleep(_LOOK)

    def _keeper_ended(self) -> bool:
        if self._keeper is None:
            return not self.kept
        with suppress(ChildProcessError):
            if os.waitpid(self._keeper, os.WNOHANG)[0] == 0:
                return False
        self._keeper = None
        return True

    def _bury_keeper(self) -> None:
        if self._keeper is not None:
            with suppress(ChildProcessError):
                os.waitpid(self._keeper, 0)
            self._keeper = None

    def _addresses(self, running: dict[str, Any]) -> Engines:
        engines = self._given
        if POSTGRES in self.names:
            password, _ = self._home.secret(postgres.SECRET)
            url = postgres.url(password, running[POSTGRES]["port"])
            engines = replace(engines, database_url=url)
        if VALKEY in self.names:
            password, _ = self._home.secret(valkey.SECRET)
            engines = replace(engines, redis_url=valkey.url(password, running[VALKEY]["port"]))
        return engines


def start_engines(
    home: Path,
    *,
    database_url: str | None,
    redis_url: str | None,
    report: Callable[[str], None],
) -> RunningEngines:
    """Take a share in the engines of the data folder `home`; start those that do not run yet.

    An engine whose URL is given is used as it is. May be called by many processes at once, and
    again and again: the engines belong to a keeper process, not to a caller.

    Raises:
        EngineMissing: no program of an engine is on this machine.
        EngineFailed: an engine does not come up.
        RightMissing: the data folder cannot be used.
        PortTaken: no free port is left.
    """
    running = RunningEngines(Home.open(home), Engines(database_url or "", redis_url or ""))
    try:
        running.ensure(report)
    except BaseException:
        running.stop()
        raise
    return running
