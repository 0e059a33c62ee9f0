"""A server that behaves like the search of Hacker News: hits by date, 1,000 at most, bounds of
created_at_i."""

import re
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from tests.monitor.sources.connectors.twins.answers import ago, as_json, rfc3339

_BOUND = re.compile(r"created_at_i(>=|<=)(\d+)")


@dataclass
class HackerNewsTwin:
    """What was written, the latest last."""

    hits: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def post(self, title: str | None, *, minutes_ago: float = 0, **changes: Any) -> str:
        """Submit a story, or with `comment_text` a comment; answers its number."""
        number = str(40_000_000 + len(self.hits))
        moment = ago(minutes_ago)
        self.hits.append(
            {
                "objectID": number,
                "title": title,
                "author": "ann",
                "created_at": rfc3339(moment),
                "created_at_i": int(moment.timestamp()),
                "points": 17,
                "num_comments": 4,
                "url": "https://news.example/story",
            }
            | changes
        )
        return number

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        self.asked.append(dict(request.args))
        count = int(request.args.get("hitsPerPage", 20))
        found = sorted(self.hits, key=lambda hit: -hit["created_at_i"])
        for sign, bound in _BOUND.findall(request.args.get("numericFilters", "")):
            found = [
                hit
                for hit in found
                if (hit["created_at_i"] >= int(bound)) is (sign == ">=")
                or hit["created_at_i"] == int(bound)
            ]
        return as_json(
            {
                "hits": found[:count],
                "nbHits": len(found),
                "page": 0,
                "nbPages": min(-(-len(found) // count), 1_000 // count),
                "hitsPerPage": count,
            }
        )
