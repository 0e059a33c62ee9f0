"""The process in which a broken feed is parsed; it speaks as `feed_process.py` does."""

import json
import sys
from dataclasses import asdict

from services.monitor.confinement import confine
from services.monitor.sources.feed_process import CPU_SECONDS, MEMORY
from services.monitor.sources.feed_tolerant import read_tolerant
from services.monitor.sources.feeds import FeedRefusedError, open_feed


def main() -> None:
    """Read, parse, answer."""
    confine(cpu_seconds=CPU_SECONDS, memory=MEMORY)
    answer: dict[str, object]
    try:
        text = open_feed(sys.stdin.buffer.read(), sys.argv[1])
        answer = {"entries": [asdict(entry) for entry in read_tolerant(text)]}
    except FeedRefusedError as error:
        answer = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
