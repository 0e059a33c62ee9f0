"""The process in which a feed is parsed: `python -m services.monitor.sources.feed_process TYPE`.

The document comes in on standard input, the entries go out on standard output as JSON:
`{"entries": [...]}`, or `{"refused": "why"}`. It has little memory, little time, and no secrets.
"""

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict

from services.monitor.sources.feeds import FeedRefusedError, read_feed

# A feed of 5 MB with 4,000 entries takes a second and 110 MiB.
CPU_SECONDS = 5
_MEMORY = 768 * 1024 * 1024
_LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_AS: _MEMORY,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
}


def main() -> None:
    """Read, parse, answer."""
    for limit, value in _LIMITS.items():
        # Some systems do not know all of them, or have set one lower already.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    try:
        entries = read_feed(sys.stdin.buffer.read(), sys.argv[1])
        answer: dict[str, object] = {"entries": [asdict(entry) for entry in entries]}
    except FeedRefusedError as error:
        answer = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
