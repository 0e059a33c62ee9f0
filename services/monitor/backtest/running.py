"""One back-test from its first post to its result, computed in a process beside."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from services.monitor.backtest import process, service
from services.monitor.backtest.models import Backtest
from services.monitor.backtest.reading import Position, read_slice
from services.monitor.watches.live import read_aliases, read_source_names
from shared.runtime import Runtime

# Whoever waits for the process says so often enough that nobody takes it for dead: it has the
# lowest priority, and a slice may take minutes on a busy machine.
_BEAT = 15.0


class _TakenAwayError(Exception):
    """Somebody stopped the back-test, or runs it instead."""


async def run(runtime: Runtime, backtest: Backtest) -> None:
    """Runs a back-test that was begun, and keeps what came out, unless somebody stops it or begins
    it anew meanwhile."""
    executor = process.open_process()
    try:
        found = await _Run(runtime, backtest, executor).result()
    except _TakenAwayError:
        return
    except BrokenProcessPool:
        await _fail(runtime, backtest, "Its process was killed: try fewer days.")
        return
    except process.SettingsError as error:
        await _fail(runtime, backtest, f"Its settings cannot be read any more: {error}")
        return
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    async with runtime.transaction() as session:
        await service.finish(session, backtest, found)


async def _fail(runtime: Runtime, backtest: Backtest, why: str) -> None:
    async with runtime.transaction() as session:
        await service.fail(session, backtest.id, why)


class _Run:
    """How far a back-test is. Each slice is read in a short transaction of its own."""

    def __init__(self, runtime: Runtime, backtest: Backtest, executor: ProcessPoolExecutor) -> None:
        self._runtime, self._backtest, self._executor = runtime, backtest, executor
        self._position, self._posts = Position.at(backtest.since), 0

    async def result(self) -> dict[str, Any]:
        backtest = self._backtest
        async with self._runtime.transaction() as session:
            aliases = {"aliases": await read_aliases(session)}
            names = await read_source_names(session)
        present = None if backtest.present is None else backtest.present | aliases
        span = backtest.since.timestamp(), backtest.until.timestamp()
        await self._compute(process.begin, present, backtest.draft | aliases, *span)
        while self._position.begin < backtest.until:
            async with self._runtime.transaction() as session:
                posts, self._position = await read_slice(
                    session, self._position, backtest.until, names
                )
            self._posts += len(posts)
            await self._beat()
            if posts:
                await self._compute(process.feed, posts)
        found: dict[str, Any] = await self._compute(process.result)
        return found

    async def _compute(self, work: Callable[..., Any], *given: Any) -> Any:
        waiting = asyncio.get_running_loop().run_in_executor(self._executor, work, *given)
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=_BEAT)
            if done:
                return waiting.result()
            await self._beat()

    async def _beat(self) -> None:
        async with self._runtime.transaction() as session:
            if not await service.beat(session, self._backtest, self._posts, self._position):
                raise _TakenAwayError
