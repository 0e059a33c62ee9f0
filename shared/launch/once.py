"""Programs that run once and end, beside those that are kept running."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from shared.launch.child import last_words, spawn
from shared.launch.errors import StartFailed

_PATIENCE = 2.0


async def run_once(argv: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """Run a program to its end; what it says goes to `log`.

    Raises:
        StartFailed: it ended badly; the message has its reason.
    """
    if await _status(argv, environment, log) != 0:
        raise StartFailed(f"{log.stem} failed: {last_words(log)}. Its log: {log}")


async def run_aloud(argv: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Run a program that speaks to the person itself; the answer is whether it ended well."""
    return await _status(argv, environment, None) == 0


async def _status(argv: Sequence[str], environment: Mapping[str, str], log: Path | None) -> int:
    process = await spawn(argv, environment, log)
    try:
        return await process.wait()
    finally:
        # When the run ends, so does this. A program that draws on the terminal tidies it up first.
        for number, patience in ((signal.SIGINT, _PATIENCE), (signal.SIGKILL, None)):
            if process.returncode is None:
                with suppress(ProcessLookupError, TimeoutError):
                    process.send_signal(number)
                    await asyncio.wait_for(process.wait(), patience)
