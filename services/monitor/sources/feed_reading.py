"""Parsing a feed apart from the worker: in a process that may be killed."""

import json

from services.monitor.confinement import ConfinedError, run_confined
from services.monitor.sources.feed_process import CPU_SECONDS
from services.monitor.sources.feeds import Entry, FeedRefusedError

_PROCESS = "services.monitor.sources.feed_process"
_SECONDS = CPU_SECONDS + 3.0
_LONGEST_TYPE = 200


async def read_feed_apart(
    document: bytes, content_type: str, *, seconds: float = _SECONDS
) -> list[Entry]:
    """`feeds.read_feed` in a process of its own.

    Raises:
        FeedRefusedError: it is no feed, or parsing it takes too much.
    """
    try:
        said = await run_confined(
            _PROCESS, content_type[:_LONGEST_TYPE], document=document, seconds=seconds
        )
    except ConfinedError as error:
        raise FeedRefusedError("The feed takes too much time or memory to be parsed.") from error
    answer = json.loads(said)
    if "refused" in answer:
        raise FeedRefusedError(answer["refused"])
    return [Entry(**entry) for entry in answer["entries"]]
