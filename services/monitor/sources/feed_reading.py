"""Parsing a feed apart from the worker: in a process that may be killed."""

import asyncio
import json
import sys
from pathlib import Path

from services.monitor.sources.feed_process import CPU_SECONDS
from services.monitor.sources.feeds import Entry, FeedRefusedError

_PROCESS = "services.monitor.sources.feed_process"
_ROOT = Path(__file__).resolve().parents[3]
# Waiting for a processor is not the feed's fault.
_SECONDS = CPU_SECONDS + 3.0
_KILLED = f"The feed could not be parsed within {CPU_SECONDS} seconds of computing time."


async def read_feed_apart(
    document: bytes, content_type: str, *, seconds: float = _SECONDS
) -> list[Entry]:
    """`feeds.read_feed` in a process of its own, which knows no setting and no secret.

    Raises:
        FeedRefusedError: it is no feed, or parsing it takes too much.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _PROCESS,
        content_type[:200],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PYTHONUTF8": "1"},
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(document)
    except TimeoutError as error:
        raise FeedRefusedError(_KILLED) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise FeedRefusedError(_KILLED)
    answer = json.loads(said)
    if "refused" in answer:
        raise FeedRefusedError(answer["refused"])
    return [Entry(**entry) for entry in answer["entries"]]
