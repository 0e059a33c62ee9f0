"""Parsing a feed apart from the worker: in a process that may be killed."""

import asyncio
import json
from typing import Any

from services.monitor.confinement import ConfinedError, run_confined
from services.monitor.sources.feed_process import CPU_SECONDS
from services.monitor.sources.feeds import Entry, FeedRefusedError

_PLAIN = "services.monitor.sources.feed_process"
_TOLERANT = "services.monitor.sources.feed_process_tolerant"
_SECONDS = CPU_SECONDS + 3.0
_LONGEST_TYPE = 200
# Many sources are read at once; their parsers, with up to 768 MiB each, are not.
_AT_ONCE = 2
_places = asyncio.Semaphore(_AT_ONCE)


async def read_feed_apart(
    document: bytes, content_type: str, *, seconds: float = _SECONDS
) -> list[Entry]:
    """The entries of a feed, by the fast parser, or by the tolerant one if it is broken.

    Raises:
        FeedRefusedError: it is no feed, or parsing it takes too much.
    """
    kind = content_type[:_LONGEST_TYPE]
    async with _places:
        answer = await _run(_PLAIN, document, kind, seconds)
        if "broken" in answer:
            answer = await _run(_TOLERANT, document, kind, seconds)
    if "refused" in answer:
        raise FeedRefusedError(answer["refused"])
    return [Entry(**entry) for entry in answer["entries"]]


async def _run(module: str, document: bytes, kind: str, seconds: float) -> dict[str, Any]:
    try:
        said = await run_confined(module, kind, document=document, seconds=seconds)
    except ConfinedError as error:
        raise FeedRefusedError("The feed takes too much time or memory to be parsed.") from error
    answer: dict[str, Any] = json.loads(said)
    return answer
