"""The process in which the text of a page is found:
`python -m services.monitor.sources.article_process TYPE URL`.

The page comes in on standard input, `{"title", "author", "date", "text"}` goes out as JSON; `text`
is empty where the page has none to speak of.
"""

import json
import sys

import trafilatura

from services.monitor.confinement import confine
from services.monitor.sources.feeds import decode

_CPU_SECONDS = 8
_MEMORY = 1024 * 1024 * 1024


def main() -> None:
    """Read, find the text, answer."""
    confine(cpu_seconds=_CPU_SECONDS, memory=_MEMORY)
    page = decode(sys.stdin.buffer.read(), sys.argv[1])
    found = trafilatura.bare_extraction(
        page, url=sys.argv[2], with_metadata=True, include_comments=False, include_tables=True
    )
    answer = {
        name: getattr(found, name, None) or "" for name in ("title", "author", "date", "text")
    }
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
