"""A forum with an API of its own kind, which pages in whatever way it is asked to."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from tests.monitor.sources.connectors.twins.answers import ago, as_json, rfc3339

_BASIC = b64encode(b"press:open sesame").decode()


@dataclass
class ForumTwin:
    """`by`: how it pages; `key`: wanted in one of the places where APIs take it."""

    by: str = "cursor"
    size: int = 20
    key: bool = False
    newest_first: bool = True
    threads: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def post(self, text: str, *, minutes_ago: float = 0, **changes: Any) -> str:
        """Write something; answers its id."""
        number = 1_000 + len(self.threads)
        self.threads.append(
            {
                "id": number,
                "subject": f"About {text}",
                "body": text,
                "created": rfc3339(ago(minutes_ago)),
                "user": {"name": "ann", "followers": 9, "city": "云州"},
                "reply_to": None,
                "counts": {"likes": 4, "shares": "3", "replies": 2, "views": 1.0},
            }
            | changes
        )
        return str(number)

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        self.asked.append(dict(request.args))
        if self.key and not self._is_let_in(request):
            return as_json({"message": "who are you?"}, 401)
        listed = sorted(self.threads, key=lambda one: one["id"], reverse=self.newest_first)
        if since := request.args.get("since"):
            listed = [one for one in listed if str(one["created"]) >= since]
        start = self._start(request)
        page, following = listed[start : start + self.size], start + self.size
        more = following < len(listed)
        answer: dict[str, Any] = {"data": page}
        headers = {}
        if self.by == "cursor":
            answer["meta"] = {"next": f"c{following}" if more else None}
        if self.by == "lasting":
            answer["meta"] = {"next": f"c{start + len(page)}"}
        if self.by == "address" and more:
            answer["links"] = {"next": f"/threads?at={following}"}
        if self.by == "link" and more:
            headers["Link"] = (
                f'</threads?at=0>; rel="first", <{request.base_url}?at={following}>; rel="next"'
            )
        return as_json(answer, headers=headers)

    def _start(self, request: Request) -> int:
        asked = request.args
        match self.by:
            case "cursor" | "lasting":
                return int(asked.get("cursor", "c0")[1:])
            case "page":
                return (int(asked["page"]) - 1) * self.size
            case "offset":
                return int(asked["offset"])
            case _:
                return int(asked.get("at", 0))

    def _is_let_in(self, request: Request) -> bool:
        given = (
            request.headers.get("Authorization"),
            request.headers.get("X-Api-Key"),
            request.args.get("key"),
        )
        return bool({"Bearer open sesame", f"Basic {_BASIC}", "open sesame"} & set(given))
